/** What programs pass to a model and get from it. */
import type { Callback } from "../callbacks/callback.ts";
import type { ArrayLike2 } from "../data/arrays.ts";
import type { AugmentOptions } from "../data/augment/effects.ts";
import type { AugmentConfig } from "../data/augment/fields.ts";
import type { Dataset, Standardisation } from "../data/dataset.ts";
import type { Progress } from "./train.ts";

/** What sequential() takes besides layers. */
export interface SequentialOptions {
  /** What every random choice hangs on. Default 0. */
  seed?: number;
  /** Shape of one input row. Default: the first layer's `inputShape`, else the first data set's. */
  inputShape?: readonly number[];
}

/** What fit() takes besides data. */
export interface FitOptions {
  /** Rows per step. Default 32. */
  batchSize?: number;
  /**
   * Rows of a batch that pass through the network at once. Default: all. Gradients of the pieces add up to that of the batch
   * (Keras' gradientAccumulationSteps is batchSize / microBatchSize), and there is one update for each batch as ever: memory is that
   * of the smaller batch, weights, loss and metrics have the bits of the larger. Only batchNormalization, which looks across the rows
   * it is given, normalises each piece by itself, and its moving means follow the last piece of each batch.
   */
  microBatchSize?: number;
  /** Passes over the data. Default 1. */
  epochs?: number;
  /** Another seed for the order of rows and the split. Default: the model's. */
  seed?: number;
  /** Visit rows in another order each epoch. Default true. */
  shuffle?: boolean;
  validationData?: Dataset | readonly [ArrayLike2, ArrayLike2];
  /** Share of the rows to validate on instead of training on them; the same share of every class. */
  validationSplit?: number;
  /** Factors of the loss, by class: { 3: 10 } or [1, 1, 1, 10]. */
  classWeight?: Readonly<Record<number, number>> | readonly number[];
  /** Factors of the loss, by row of the data. */
  sampleWeight?: ArrayLike<number>;
  /** Trains on every image and on copies moved by so many pixels up, down, left and right, as shifted() makes them. */
  shifted?: number;
  /** Trains on images moved, turned, bent, … anew every epoch, as augment() makes them; validates on them as they are. */
  augment?: AugmentOptions;
  callbacks?: readonly Callback[];
  /** Stops between two steps; fit() then rejects with the signal's reason and the model keeps its state. */
  signal?: AbortSignal;
  /**
   * Train in a worker. Default: on a page, where there can be one; false elsewhere (in Node `true` starts a thread). Everything else stays
   * the same, bits included: callbacks have their turn here and find the model as it is at that moment, a data set of the
   * program's own is read here, batch by batch. Rows in memory are copied to the worker in small pieces (see `transfer`), `digits()` and
   * what `subset`, `shifted`, `augment` and `standardise` make of others is made there. Between callbacks this model has the weights of the last
   * report; changing them then is refused.
   */
  worker?: boolean;
  /**
   * Moves rows in memory to the worker instead of copying them: half the memory. Until the training ends the data set cannot be read
   * here, and the arrays it was made of stay empty; the data set itself has its rows back at the end. Default false.
   */
  transfer?: boolean;
  /**
   * Told how far training is: at most every `progressInterval` milliseconds, as often at ends of epochs, and at the very end. Not
   * waited for.
   */
  onProgress?: (progress: Progress) => void;
  /** Default 100. */
  progressInterval?: number;
  /** Go on where a loaded (or aborted) training stood. Needs the same data, batch size and seed. */
  resume?: boolean;
}

/** What fit() resolves to. */
export interface History {
  /** Epoch numbers, from 0. */
  readonly epoch: readonly number[];
  /** Figures by name, one per epoch: loss, accuracy, valLoss, valAccuracy, … */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why training ended before its last epoch, if it did. */
  readonly stopped?: string;
}

export const FIT_OPTIONS: readonly (keyof FitOptions)[] = [
  "batchSize",
  "microBatchSize",
  "epochs",
  "seed",
  "shuffle",
  "validationData",
  "validationSplit",
  "classWeight",
  "sampleWeight",
  "shifted",
  "augment",
  "callbacks",
  "signal",
  "worker",
  "transfer",
  "onProgress",
  "progressInterval",
  "resume",
];

/** What evaluate() and confusionMatrix() take besides data. */
export interface EvaluateOptions {
  /** Does not change the result. Default 256. */
  batchSize?: number;
  /** Called with every row's number, loss and outputs. */
  onRow?: (row: number, loss: number, outputs: Float32Array) => void;
  classWeight?: FitOptions["classWeight"];
  sampleWeight?: FitOptions["sampleWeight"];
}

export const EVALUATE_OPTIONS: readonly (keyof EvaluateOptions)[] = [
  "batchSize",
  "onRow",
  "classWeight",
  "sampleWeight",
];

export interface GradientOptions {
  classWeight?: FitOptions["classWeight"];
  /** Factors of the loss, by row. */
  sampleWeight?: FitOptions["sampleWeight"];
}

export const GRADIENT_OPTIONS: readonly (keyof GradientOptions)[] = ["classWeight", "sampleWeight"];

/** What a run was started with: a resumed one must agree. */
export interface RunSettings {
  batchSize: number;
  microBatchSize?: number;
  epochs: number;
  seed: number;
  shuffle: boolean;
  validationSplit: number;
  classWeight?: Record<string, number>;
  shifted?: number;
  augment?: AugmentConfig;
  rows: number;
}

/** What was not asked for but belongs to a model that has seen data. */
export interface Metadata {
  classes?: readonly string[];
  standardisation?: Standardisation;
  /** Free for programs: kept in checkpoints. Plain JSON. */
  extra?: Record<string, unknown>;
}
