/** Metrics of how outputs rank rows: every row's outputs are kept, 4 bytes each, and 4 for its class. */

import { kept } from "./kept.ts";
import { isOn } from "./mean.ts";
import { type Subject, type Tally, trueClass } from "./metric.ts";
import { type Average, average } from "./options.ts";

export const averageField = () => ({
  /** Of several classes or labels. Default "macro": the mean over those that are there and not everywhere. */
  average: average(["macro", "weighted", "micro"]),
});

/** Scores of the rows that are of a class and of those that are not, each in ascending order. */
export interface Ranks {
  readonly there: Float32Array;
  readonly others: Float32Array;
}

/**
 * @param figure of one class against the others; undefined where it is not defined
 * @param without the result where none is defined
 */
export function ranked(
  subject: Subject,
  options: { readonly average?: Exclude<Average, "binary"> },
  figure: (ranks: Ranks) => number | undefined,
  without: number,
): Tally {
  const { task, units } = subject;
  const scores = task === "two" ? 1 : units;
  const width = scores + (task === "labels" ? units : 1);
  const keep = (...[batch, row, to, at]: Parameters<Parameters<typeof kept>[2]>) => {
    const { outputs, stride } = batch;
    if (task === "two") to[at] = scoreOf(subject, outputs, row * stride);
    else for (let c = 0; c < units; c++) to[at + c] = outputs[row * stride + c];
    if (task !== "labels") to[at + scores] = trueClass(batch, row);
    else for (let c = 0; c < units; c++) to[at + scores + c] = Number(isOn(batch, row, c));
  };
  return kept(subject, width, keep, ({ rows, values }) => {
    const is = (r: number, c: number) =>
      task === "labels"
        ? values[r * width + scores + c] === 1
        : values[r * width + scores] === (task === "two" ? 1 : c);
    const of = (classes: readonly number[]): Ranks => {
      let n = 0;
      for (const c of classes) for (let r = 0; r < rows; r++) if (is(r, c)) n++;
      const there = new Float32Array(n);
      const others = new Float32Array(rows * classes.length - n);
      let [t, o] = [0, 0];
      for (const c of classes)
        for (let r = 0; r < rows; r++) {
          if (is(r, c)) there[t++] = values[r * width + c];
          else others[o++] = values[r * width + c];
        }
      return { there: there.sort(), others: others.sort() };
    };
    const all = Array.from({ length: scores }, (_, c) => c);
    if (options.average === "micro") return figure(of(all)) ?? without;
    let [sum, weights] = [0, 0];
    for (const c of all) {
      const ranks = of([c]);
      const value = figure(ranks);
      if (value === undefined) continue;
      const weight = options.average === "weighted" ? ranks.there.length : 1;
      sum += weight * value;
      weights += weight;
    }
    return weights === 0 ? without : sum / weights;
  });
}

/** What ranks rows of two classes: the only output; of two, how much that of class 1 is above the other, where they are no shares. */
export const scoreOf = ({ units, scale, logits }: Subject, outputs: Float32Array, at: number): number =>
  units === 1 || (scale === "distribution" && !logits)
    ? outputs[at + units - 1]
    : outputs[at + 1] - outputs[at];

/**
 * The share of pairs of a row of the class and another in which that of the class has the larger score; equal scores count half
 * (Mann & Whitney 1947). Undefined where there is no such pair.
 */
export function areaUnderRoc({ there, others }: Ranks): number | undefined {
  if (there.length === 0 || others.length === 0) return undefined;
  if (hasNaN(there) || hasNaN(others)) return Number.NaN;
  let [below, equal, pairs] = [0, 0, 0];
  for (const score of there) {
    while (below < others.length && others[below] < score) below++;
    if (equal < below) equal = below;
    while (equal < others.length && others[equal] <= score) equal++;
    pairs += below + (equal - below) / 2;
  }
  return pairs / (there.length * others.length);
}

/**
 * Σ over thresholds of precision · what recall gains there: scikit-learn's average_precision_score, without interpolation. Undefined where
 * no row is of the class.
 */
export function averagePrecisionOf({ there, others }: Ranks): number | undefined {
  if (there.length === 0) return undefined;
  if (hasNaN(there) || hasNaN(others)) return Number.NaN;
  let [sum, o] = [0, others.length];
  for (let t = there.length; t > 0; ) {
    const score = there[t - 1];
    const before = t;
    while (t > 0 && there[t - 1] === score) t--;
    while (o > 0 && others[o - 1] >= score) o--;
    const right = there.length - t;
    sum += ((before - t) * right) / (right + others.length - o);
  }
  return sum / there.length;
}

// sorted, so the last one
const hasNaN = (sorted: Float32Array): boolean => Number.isNaN(sorted[sorted.length - 1]);
