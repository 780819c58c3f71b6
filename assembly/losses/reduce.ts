// From the losses of rows to the loss of the batch, and the guard that stops the tape.

import { Step } from "../tape";

/** Step.status when the loss of a batch is NaN or infinite: nothing after LOSS_REDUCE runs, so no weight is spoilt. */
export const STATUS_NOT_FINITE: i32 = 1;

@unmanaged
export class LossReduce {
  losses: usize;
  step: usize;
}

/** step.loss = step.scale · Σ losses[rows], added up in double precision. += in later pieces of a batch. One sum, so only part 0 works. */
function lossReduce(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<LossReduce>(record);
  if (part) return;
  const step = changetype<Step>(a.step);
  const sum = changetype<usize>(step) + offsetof<Step>("sumLow");
  let s: f64 = step.first > 0 ? load<f64>(sum) : 0;
  for (let p = a.losses, end = p + (<usize>rows << 2); p < end; p += 4) s += load<f32>(p);
  store<f64>(sum, s);
  step.loss = <f32>(step.scale * s);
  if (!isFinite(step.loss)) step.status = STATUS_NOT_FINITE;
}

export const LOSS_REDUCE: i32 = lossReduce.index;
