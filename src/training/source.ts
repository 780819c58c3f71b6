/** What is known of batches that come one after the other, from an iterator. */
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { Dataset, Inputs, Targets } from "../data/dataset.ts";

/** One array, or one for each input or output by its name. */
type Arrays = ArrayLike2 | ArrayRecord;

/** Names of classes, one a row, alone or in a column. */
type Texts = readonly string[] | readonly (readonly string[])[];

/** Targets: one array, or one for each output by its name. Texts are names of classes, for a model with one output. */
export type TargetsArgument =
  | ArrayLike2
  | ArrayRecord
  | Texts
  | { readonly [output: string]: ArrayLike2 | Texts };

/** Rows with what they are mapped to, and factors of their loss where these are to count. */
export type Batch =
  | readonly [x: Arrays, y: TargetsArgument, sampleWeight?: ArrayLike<number>]
  | { readonly x: Arrays; readonly y: TargetsArgument; readonly sampleWeight?: ArrayLike<number> }
  | { readonly xs: Arrays; readonly ys: TargetsArgument; readonly sampleWeight?: ArrayLike<number> }
  | Dataset;

/** Where a training is: counted from 0, epochs since compile(). */
export interface Place {
  readonly epoch: number;
  readonly batch: number;
}

/** What gives one batch after the other. */
export type Batches = Iterable<Batch> | AsyncIterable<Batch> | Iterator<Batch> | AsyncIterator<Batch>;

/**
 * Data of unknown length. A function is called with the place to begin at: at the beginning of every epoch, or, with `stepsPerEpoch`,
 * once, and again when its batches have ended together with an epoch. An iterator is taken as it is.
 */
export type BatchSource = Batches | ((place: Place) => Batches | Promise<Batches>);

/** Batches as training takes them. */
export interface Source {
  /** Rows of the first batch: others may have more. */
  readonly rows: number;
  /** The batch at this place, the one after that before; undefined where an epoch has ended. */
  next(place: Place): Promise<Ready | undefined>;
}

/** Rows that were read into buffers of their own. */
export interface Ready {
  readonly x: Inputs;
  readonly y: Targets;
  /** Factors of the loss of these rows, where they are not those of the dataset. */
  readonly samples?: ArrayLike<number>;
}
