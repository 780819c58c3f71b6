/** The step record: the one place where the façade sets it and reads it. Its fields are those of assembly/tape.ts. */
import type { Core } from "../core/core.ts";
import { RECORDS } from "../core/records.ts";

const OFFSETS = Object.fromEntries(Object.keys(RECORDS.Step).map((field, i) => [field, i * 4])) as Record<
  keyof typeof RECORDS.Step,
  number
>;

/** What one run of the tape is told. */
export interface StepSettings {
  /** Rows in the whole batch: the loss is their mean. */
  readonly rows: number;
  /** Learning rate. Default 0. */
  readonly rate?: number;
  /** Steps taken before this one. Default 0. */
  readonly step?: number;
  /** What random layers draw from. Default 0. */
  readonly seed?: number;
  /**
   * Where a batch is run in pieces: the number of the piece's first row. Losses and gradients of pieces after the first are
   * added to those before. Default 0.
   */
  readonly first?: number;
}

/** Readies the record at `at` for one run of the tape. */
export function beginStep(core: Core, at: number, settings: StepSettings): void {
  const { rows, rate = 0, step = 0, seed = 0, first = 0 } = settings;
  core.f32(at + OFFSETS.rate, 1)[0] = rate;
  core.f32(at + OFFSETS.scale, 1)[0] = 1 / rows;
  core.i32(at + OFFSETS.step, 1)[0] = step;
  core.i32(at + OFFSETS.status, 1)[0] = 0;
  core.i32(at + OFFSETS.first, 1)[0] = first;
  core.i32(at + OFFSETS.seedLow, 1)[0] = seed | 0;
  core.i32(at + OFFSETS.seedHigh, 1)[0] = Math.floor(seed / 4294967296);
}

/** The loss of the batch that was run, penalties included. */
export function lossOfStep(core: Core, at: number): number {
  return core.f32(at + OFFSETS.loss, 1)[0];
}
