import type { Standardisation } from "../data/dataset.ts";

/** What was not asked for but belongs to a model that has seen data. */
export interface Metadata {
  classes?: readonly string[];
  /** How inputs were moved and scaled before they are input. */
  standardisation?: Standardisation;
  /**
   * How targets were moved and scaled for the training, (y − mean) / scale of each: learned from a data set that says so, as tables of
   * quantities do. Then predict() and metrics are in the targets' own unit, and targets that are passed are taken to be in it; the loss is that
   * of the scaled ones.
   */
  targetScale?: Standardisation;
  /** Free for programs: kept in checkpoints. Plain JSON. */
  extra?: Record<string, unknown>;
}
