/** How sequences are asked for, and what they are split into. */
import type { Dataset } from "../dataset.ts";
import type { Task } from "../tables/target.ts";
import type { TargetScale } from "../targetScale.ts";
import type { MISSING_STEPS } from "./rawSeries.ts";
import type { SequencesInfo } from "./sequencesInfo.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How sequences become rows. */
export interface SequenceOptions {
  /** What errors call it; default "sequences". */
  name?: string;
  /**
   * What each sequence is to be told as, where they are no records: names of classes, numbers, or lists of as many numbers; or of every step
   * one of these.
   */
  labels?: ArrayLike<unknown>;
  /** The key or column of the target. Default: label, class, target or y; of a table else the last. */
  label?: string;
  /** Keys or columns to leave out. */
  ignore?: readonly string[];
  /** Default "auto": texts, or few different whole numbers, are classes; anything else is regression. */
  task?: Task;
  /**
   * "sequence": one target for each; "each": one for every step, as the tags of words. Default: "each" where labels are lists of names, or
   * lists as long as sequences of different lengths; else "sequence", whose labels may be lists of as many numbers. Of tables "sequence".
   */
  targets?: SequencesInfo["targets"];
  /** Whether a step is an id, a whole number from 1 for `embedding`, instead of a quantity; default false. */
  ids?: boolean;
  /** Steps of a row; default: those of the longest sequence. */
  steps?: number;
  /** Which steps of longer sequences are kept; default: these are refused. */
  keep?: "first" | "last";
  /**
   * What fills up shorter sequences: for masking({ maskValue }). Default 0. "auto": 0, or a number that no step has. Ids and words are filled up
   * with 0.
   */
  maskValue?: number | "auto";
  /** Missing values. "error" (default); "fill": the step before is taken again; "drop": such sequences are left out. */
  missing?: (typeof MISSING_STEPS)[number];
  /** Default true: features get mean 0 and variance 1, by the sequences that are trained on. */
  standardise?: boolean;
  /** Default true: targets that are quantities get mean 0 and variance 1 each, for the training; models predict in their own units. */
  targetScale?: boolean | TargetScale;
  /** Of texts; default: the words of the sequences that are trained on, in lower case. */
  vocabulary?: Vocabulary;
  /** The share of sequences that are tested with; default 0.2; 0 for none. */
  testFraction?: number;
  /** Chooses those; default 0. */
  seed?: number;
  /** How a model's sequences were read, for reading these the same way: metadata.extra.sequences. */
  like?: SequencesInfo;
}

/** Sequences to train on and to test with. */
export interface SequenceSplit {
  train: Dataset;
  test?: Dataset;
  info: SequencesInfo;
  /** What was read and how, in plain sentences. */
  notes: string[];
}
