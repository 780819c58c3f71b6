/** Which threshold of a model's only output does best on data. Loaded with what evaluates. */
import { NablaError } from "../errors.ts";
import { choice } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { outputThreshold } from "../losses/resolve.ts";
import { type Metric, trueClass } from "../metrics/metric.ts";
import { isStream, type ToDataset, unread } from "./arguments.ts";
import { evaluate } from "./evaluate.ts";
import { meant, type NamesClasses } from "./meant.ts";
import type { ModelToScore } from "./scores.ts";

const WHO = "chooseThreshold";

/** Rows above a threshold and below it: those of class 1, and all. */
interface Cut {
  /** Of class 1 above, and all above. */
  readonly hits: number;
  readonly above: number;
  /** Of class 1 altogether, and all. */
  readonly positives: number;
  readonly rows: number;
}

/** What a threshold is judged by. */
const FIGURES = {
  f1: ({ hits, above, positives }: Cut) => (2 * hits) / (above + positives),
  youden: ({ hits, above, positives, rows }: Cut) => hits / positives - (above - hits) / (rows - positives),
  accuracy: ({ hits, above, positives, rows }: Cut) => (rows - positives - above + 2 * hits) / rows,
};

/** What a threshold may be chosen by. */
export type ThresholdBy = keyof typeof FIGURES;

/** How a threshold is chosen. */
export interface ThresholdOptions {
  /**
   * What it is to make as large as it can be: "f1" of class 1; "youden", the share of class 1 that is found less the share of class 0 that
   * is taken for it (Youden 1950; the same as balancedAccuracy); or "accuracy". Default "f1".
   */
  by?: ThresholdBy;
}

/** A threshold, and what it is worth. */
export interface ChosenThreshold {
  /** Outputs above it say class 1. */
  readonly threshold: number;
  readonly by: ThresholdBy;
  /** The figure with this threshold, on the rows it was chosen on. */
  readonly value: number;
  /** The same with the threshold that the model has from its loss: 0.5, and 0 of logits and margins. */
  readonly before: number;
}

/** @param given its arguments after the model @see chooseThreshold of nabla */
export async function thresholdOn(
  subject: ModelToScore & NamesClasses,
  reads: ToDataset,
  given: readonly unknown[],
): Promise<ChosenThreshold> {
  const [x, y, more] = given as readonly never[];
  const [whole, options] = unread<ThresholdOptions>(WHO, subject, x, y, more);
  checkGiven(WHO, options, { by: choice(Object.keys(FIGURES)) });
  const by = options.by ?? "f1";
  const { data } = meant(WHO, subject, whole, false, reads);
  if (isStream(data))
    throw new NablaError(`${WHO}: expected x and y, or a data set, got an iterator, whose rows are not kept`);
  const { goals } = subject.state.required;
  const { outputShapes, activations } = subject.build(data.inputShape);
  const [{ loss }] = goals;
  if (goals.length > 1 || String(outputShapes[0]) !== "1" || !loss.classification)
    throw new NablaError(
      `${WHO}: expected a model with one output that tells two classes apart, such as dense({ units: 1, activation: "sigmoid" }) with loss "binaryCrossentropy"; of several outputs the largest decides`,
    );
  const rows: { readonly output: number; readonly positive: boolean }[] = [];
  const pairs: Metric = {
    name: WHO,
    reset() {},
    add(batch) {
      for (let r = 0; r < batch.rows; r++)
        rows.push({ output: batch.outputs[r * batch.stride]!, positive: trueClass(batch, r) === 1 });
    },
    result: () => 0,
    state: () => [],
    restore() {},
  };
  await evaluate(subject, data, {}, undefined, () => pairs);
  return best(rows, by, outputThreshold(loss, activations[0]));
}

/** The best cut between two outputs; of equally good ones that nearest to the usual threshold. */
function best(
  rows: { readonly output: number; readonly positive: boolean }[],
  by: ThresholdBy,
  usual: number,
): ChosenThreshold {
  const positives = rows.filter(({ positive }) => positive).length;
  if (positives === 0 || positives === rows.length)
    throw new NablaError(`${WHO}: all ${rows.length} rows are of one class; expected rows of both`);
  rows.sort((a, b) => b.output - a.output);
  if (rows[0].output === rows[rows.length - 1].output)
    throw new NablaError(`${WHO}: the model gives ${rows[0].output} for every row; train it first`);
  const all = { positives, rows: rows.length };
  const worth = (hits: number, above: number) => FIGURES[by]({ ...all, hits, above });
  let found: { threshold: number; value: number } | undefined;
  let hits = 0;
  for (let i = 0; i + 1 < rows.length; i++) {
    if (rows[i].positive) hits++;
    const [a, b] = [rows[i].output, rows[i + 1].output];
    if (a === b) continue;
    const threshold = b + (a - b) / 2;
    const value = worth(hits, i + 1);
    const nearer = found && Math.abs(threshold - usual) < Math.abs(found.threshold - usual);
    if (!found || value > found.value || (value === found.value && nearer)) found = { threshold, value };
  }
  const above = rows.filter(({ output }) => output > usual);
  const before = worth(above.filter(({ positive }) => positive).length, above.length);
  // it does as well already
  return before >= found!.value ? { threshold: usual, by, value: before, before } : { ...found!, by, before };
}
