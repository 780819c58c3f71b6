/** What programs pass to a model, and what belongs to one. */
import type { Callback as AnyCallback, TrainingContext as AnyContext } from "../callbacks/callback.ts";
import type { FitOptions as AnyFitOptions } from "../training/options.ts";
import type { Model } from "./model.ts";

/** What sequential() takes besides layers. */
export interface SequentialOptions {
  /** What every random choice depends on. Default 0. */
  seed?: number;
  /** Shape of one input row. Default: the first layer's `inputShape`, else the first data set's. */
  inputShape?: readonly number[];
}

/** What fit() takes besides data. */
export interface FitOptions extends AnyFitOptions<Model> {}

/** Every hook may return a promise, which is waited for. Epochs and batches count from 0, as in Keras. */
export interface Callback extends AnyCallback<Model> {}

/** What a callback can see and do while training runs. */
export interface TrainingContext extends AnyContext<Model> {}
