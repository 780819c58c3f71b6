/** The step record: the one place where the façade sets it and reads it. Its fields are those of assembly/tape.ts. */
import type { Core } from "../core/core.ts";
import { RECORDS } from "../core/records.ts";

const OFFSETS = Object.fromEntries(Object.keys(RECORDS.Step).map((field, i) => [field, i * 4])) as Record<
  keyof typeof RECORDS.Step,
  number
>;

/**
 * Readies the record at `at` for one run of the tape.
 *
 * @param rate learning rate of this step
 * @param rows rows in the batch: the loss is their mean
 * @param step steps taken before this one
 */
export function beginStep(core: Core, at: number, rate: number, rows: number, step: number): void {
  core.f32(at + OFFSETS.rate, 1)[0] = rate;
  core.f32(at + OFFSETS.scale, 1)[0] = 1 / rows;
  core.i32(at + OFFSETS.step, 1)[0] = step;
  core.i32(at + OFFSETS.status, 1)[0] = 0;
}

/** The loss of the batch that was run, penalties included. */
export function lossOfStep(core: Core, at: number): number {
  return core.f32(at + OFFSETS.loss, 1)[0];
}
