/** Where a training is: all of it but weights and optimizer slots. Saved with them, it lets training continue from any step, bit for bit. */
import type { Logs } from "../callbacks/callback.ts";

/** Plain JSON. */
export interface Run {
  /** Epochs finished. */
  epoch: number;
  /** Batches finished of the epoch that is running. */
  batch: number;
  /** Steps taken over all epochs. */
  step: number;
  /** Sums over the epoch that is running. */
  lossSum: number;
  rows: number;
  metrics: Record<string, number[]>;
  /** Figures of finished epochs. */
  history: Logs[];
  /** What callbacks multiply the learning rate by. */
  rateFactor: number;
  /** The learning rate of the last step. */
  rate: number;
  /** Why training was stopped before its last epoch, if it was. */
  stopped?: string;
}

export const freshRun = (): Run => ({
  epoch: 0,
  batch: 0,
  step: 0,
  lossSum: 0,
  rows: 0,
  metrics: {},
  history: [],
  rateFactor: 1,
  rate: 0,
});
