/** The step record: the one place where the façade sets it and reads it. Its fields are those of assembly/tape.ts. */
import type { Core } from "../core/core.ts";

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
  const fields = core.record("Step");
  setRate(core, at, step, rate);
  core.f32(at + fields.scale.at, 1)[0] = 1 / rows;
  core.i32(at + fields.status.at, 1)[0] = 0;
  core.i32(at + fields.first.at, 1)[0] = first;
  core.i32(at + fields.seedLow.at, 1)[0] = seed | 0;
  core.i32(at + fields.seedHigh.at, 1)[0] = Math.floor(seed / 4294967296);
}

/** Sets of the record at `at` what optimizers read: how many steps were taken before, and the learning rate. */
export function setRate(core: Core, at: number, step: number, rate: number): void {
  const fields = core.record("Step");
  core.f32(at + fields.rate.at, 1)[0] = rate;
  core.i32(at + fields.step.at, 1)[0] = step;
}

/** The loss of the batch that was run, penalties included. */
export function lossOfStep(core: Core, at: number): number {
  return core.f32(at + core.record("Step").loss.at, 1)[0];
}
