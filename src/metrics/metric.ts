/** What a metric is: it sees every batch's outputs and targets, and gives one number at the end. */
import type { Kind } from "../fields/fields.ts";

/** One batch as metrics see it. Views into linear memory, valid during the call only. */
export interface Scored {
  readonly rows: number;
  readonly units: number;
  /** Outputs of the network, [rows, stride]. */
  readonly outputs: Float32Array;
  readonly stride: number;
  /** Labels [rows] where the targets are classes. */
  readonly labels?: Int32Array;
  /** Target values [rows, units], dense, where they are not. */
  readonly values?: Float32Array;
  /** The threshold of a single output between class 0 and class 1: 0.5 for probabilities, 0 for margins and logits. */
  readonly threshold: number;
  /** What stands for a class and for another one in target values: 1 and 0, or 1 and −1. */
  readonly on: number;
  readonly off: number;
  /** Where the network has several outputs: each of them; the other fields are those of the first. */
  readonly all?: readonly Scored[];
  /** What each row contributed to the loss: [rows], in an order of pixels where outputs are images. */
  readonly losses?: Float32Array;
  /** Where rows are steps of sequences, some of which are padding: where 0 stands for those in memory, float32; or a copy of it. */
  readonly mask?: { readonly range?: { readonly offset: number }; readonly values?: Float32Array };
}

/** A figure that adds up: all of a metric but its name. */
export interface Tally {
  reset(): void;
  /** What comes as a promise is waited for before the next batch; the views are not needed any more by then. */
  add(batch: Scored): void | Promise<void>;
  /** NaN when nothing was added. */
  result(): number;
  /** Sums so far, for a checkpoint in mid-epoch. */
  state(): number[];
  restore(state: readonly number[]): void;
  /**
   * Where rows are kept: what another tally of this kind has to know to count more rows, without those that are kept already. It counts
   * them after restore(basis()), keeps them all, and append() takes its state(). Default: state(), which restore() takes.
   */
  basis?(): number[];
  append?(state: readonly number[]): void;
  /** The state of the rows of two others, in this order. Default: where rows are not kept, sums of their numbers one by one. */
  merge?(before: readonly number[], after: readonly number[]): number[];
}

export interface Metric extends Tally {
  readonly name: string;
  /** Whether its result takes so long that a training asks for it at the ends of epochs only. */
  readonly slow?: boolean;
  /** Whether it asks a function of the program's own, which may use the model. */
  readonly own?: boolean;
}

/** What targets say: which of two classes, which of several, which of several labels apply, or how much. */
export type Task = "two" | "classes" | "labels" | "quantities";

/** What is measured: one output of a network, and how its targets are read. */
export interface Subject {
  readonly task: Task;
  /** Values of a row of outputs. */
  readonly units: number;
  /** Number of classes the outputs tell apart: 2 for a single output. */
  readonly classes: number;
  /** Where the outputs are logits: what makes probabilities of them. */
  readonly logits?: "softmax" | "sigmoid";
  /** What outputs (of logits, what is made of them) are: shares that add up to 1, probabilities each by itself, or neither. */
  readonly scale: "distribution" | "probabilities" | "scores";
  /** Most rows a metric may keep that needs all of them: the last ones of more. */
  readonly most: number;
}

/** A metric as it is chosen by name. */
export interface MetricKind {
  /** Which way it improves. Written first: scripts/indexes.mjs reads it there. */
  readonly better: "higher" | "lower";
  /** Its options, each of which may be left out. */
  readonly fields?: Kind["fields"];
  /** What it can measure. Default: everything. */
  readonly tasks?: readonly Task[];
  /** Whether outputs have to be probabilities. */
  readonly probabilities?: true;
  /** Whether its result has to look at all rows again. */
  readonly slow?: true;
  /** @throws NablaError for options that do not fit what is measured */
  create(subject: Subject, options: never): Tally;
}

/** What most metrics of classes can measure. */
export const OF_CLASSES = ["two", "classes", "labels"] as const satisfies readonly Task[];

/** The class a row of outputs stands for: the largest, the first of equals; for one output, whether it passes the threshold. */
export function predictedClass(outputs: Float32Array, at: number, units: number, threshold: number): number {
  if (units === 1) return outputs[at] > threshold ? 1 : 0;
  let best = 0;
  for (let c = 1; c < units; c++) if (outputs[at + c] > outputs[at + best]) best = c;
  return best;
}

/** The class a row of targets stands for: its label, or the largest of its values. */
export function trueClass(batch: Scored, row: number): number {
  if (batch.labels) return batch.labels[row];
  const { values, units } = batch;
  if (units === 1) return Number(values![row] > middle(batch));
  let best = 0;
  for (let c = 1; c < units; c++) if (values![row * units + c] > values![row * units + best]) best = c;
  return best;
}

/** The threshold between targets that say no and targets that say yes: not that of the outputs, which may be logits. */
export const middle = ({ on, off }: Scored): number => (on + off) / 2;

/** The name of a figure of rows that are not trained on, or of one output: figureOf("val", "accuracy") is "valAccuracy". */
export const figureOf = (part: string, name: string): string =>
  `${part}${name[0]!.toUpperCase()}${name.slice(1)}`;
