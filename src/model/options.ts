/** What programs pass to a model, and what belongs to one. */
import type { Callback as AnyCallback, TrainingContext as AnyContext } from "../callbacks/callback.ts";
import type { Standardisation } from "../data/dataset.ts";
import type { FitOptions as AnyFitOptions } from "../training/options.ts";
import type { Model } from "./model.ts";

/** What sequential() takes besides layers. */
export interface SequentialOptions {
  /** What every random choice depends on. Default 0. */
  seed?: number;
  /** Shape of one input row. Default: the first layer's `inputShape`, else the first data set's. */
  inputShape?: readonly number[];
}

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

/** What fit() takes besides data. */
export interface FitOptions extends AnyFitOptions<Model> {}

/** Every hook may return a promise, which is waited for. Epochs and batches count from 0, as in Keras. */
export interface Callback extends AnyCallback<Model> {}

/** What a callback can see and do while training runs. */
export interface TrainingContext extends AnyContext<Model> {}
