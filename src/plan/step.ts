/** The step record: the one place where the façade sets it and reads it. Its fields are those of assembly/tape.ts. */
import type { Core } from "../core/core.ts";

/** Words of the record that are looked at here: one view for all of them. */
const WORDS = 8;

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
  const { scale, status, first: begins, seedLow, seedHigh } = core.step;
  setRate(core, at, step, rate);
  const ints = core.i32(at, WORDS);
  core.f32(at, WORDS)[scale.at >> 2] = 1 / rows;
  ints[status.at >> 2] = 0;
  ints[begins.at >> 2] = first;
  ints[seedLow.at >> 2] = seed | 0;
  ints[seedHigh.at >> 2] = Math.floor(seed / 4294967296);
}

/** Sets of the record at `at` what optimizers read: how many steps were taken before, and the learning rate. */
export function setRate(core: Core, at: number, step: number, rate: number): void {
  const fields = core.step;
  core.f32(at, WORDS)[fields.rate.at >> 2] = rate;
  core.i32(at, WORDS)[fields.step.at >> 2] = step;
}

/** The loss of the batch that was run, penalties included. */
export function lossOfStep(core: Core, at: number): number {
  return core.f32(at, WORDS)[core.step.loss.at >> 2];
}
