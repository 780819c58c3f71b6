/** What a metric is: it sees every batch's outputs and targets, and gives one number at the end. */

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
}

export interface Metric {
  readonly name: string;
  reset(): void;
  /** What comes as a promise is waited for before the next batch; the views are not needed any more by then. */
  add(batch: Scored): void | Promise<void>;
  /** NaN when nothing was added. */
  result(): number;
  /** Sums so far, for a checkpoint in mid-epoch. */
  state(): number[];
  restore(state: readonly number[]): void;
}

/** A metric as it is chosen by name. */
export interface MetricKind {
  /** Which way it improves. */
  readonly better: "higher" | "lower";
  /** @param classes number of classes the outputs tell apart: 2 for a single output */
  create(classes: number): Metric;
}

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
  if (units === 1) return values![row] > (batch.on + batch.off) / 2 ? 1 : 0;
  let best = 0;
  for (let c = 1; c < units; c++) if (values![row * units + c] > values![row * units + best]) best = c;
  return best;
}

/** The name of a figure of rows that are not trained on, or of one output: figureOf("val", "accuracy") is "valAccuracy". */
export const figureOf = (part: string, name: string): string =>
  `${part}${name[0]!.toUpperCase()}${name.slice(1)}`;
