// Several losses of one network: their weighted sum.
// @core images

import { Step } from "../tape";
import { STATUS_NOT_FINITE } from "./reduce";

@unmanaged
export class LossAdd {
  losses: usize;
  step: usize;
  factor: f32;
  begins: i32; // 1: the first of several losses, so nothing of this piece is in the sum yet
}

/** step.loss = step.scale · (Σ before + factor · Σ losses[rows]): one of several losses. One sum, so only part 0 works. */
function lossAdd(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<LossAdd>(record);
  if (part) return;
  const step = changetype<Step>(a.step);
  const sum = changetype<usize>(step) + offsetof<Step>("sumLow");
  let s: f64 = 0;
  for (let p = a.losses, end = p + (<usize>rows << 2); p < end; p += 4) s += load<f32>(p);
  s *= a.factor;
  if (!a.begins || step.first > 0) s += load<f64>(sum);
  store<f64>(sum, s);
  step.loss = <f32>(step.scale * s);
  if (!isFinite(step.loss)) step.status = STATUS_NOT_FINITE;
}

export const LOSS_ADD: i32 = lossAdd.index;
