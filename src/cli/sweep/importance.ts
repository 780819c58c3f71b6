/** What mattered: how much of the differences between scores goes with each parameter. */
import type { Result } from "./folder.ts";
import type { Parameter } from "./sampling.ts";
import type { Specification } from "./specification.ts";

/** A trial's value of a parameter, and its score. */
export interface Sample {
  readonly value: unknown;
  readonly score: number;
}

export interface Influence {
  readonly parameter: Parameter;
  readonly samples: readonly Sample[];
  /** From 0 to 1: the share of the variance of the scores' ranks that goes with the parameter; undefined for fewer than three trials. */
  readonly share: number | undefined;
}

/** Of every parameter, those that matter most first. Trials without a score, or without the parameter, are left out. */
export function influencesOf({ parameters }: Specification, results: readonly Result[]): Influence[] {
  return parameters
    .map((parameter) => {
      const samples = results.flatMap(({ parameters: values, score }) =>
        score !== undefined && parameter.name in values ? [{ value: values[parameter.name], score }] : [],
      );
      return { parameter, samples, share: shareOf(parameter, samples) };
    })
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
}

/** Of numbers the square of Spearman's rank correlation; of choices the correlation ratio η² of the ranks. */
function shareOf({ range }: Parameter, samples: readonly Sample[]): number | undefined {
  if (samples.length < 3) return undefined;
  const scores = ranks(samples.map(({ score }) => score));
  const all = variance(scores, scores);
  if (all === 0) return 0;
  if (range) {
    const values = ranks(samples.map(({ value }) => value as number));
    const own = variance(values, values);
    const both = variance(values, scores);
    return own === 0 ? 0 : (both * both) / (own * all);
  }
  const middle = mean(scores);
  let between = 0;
  for (const group of groupsOf(samples).values()) {
    const away = mean(group.map((i) => scores[i]!)) - middle;
    between += group.length * away * away;
  }
  return between / all;
}

/** The places of samples of equal values, by the value as JSON, in the order they come. */
export function groupsOf(samples: readonly Sample[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [i, { value }] of samples.entries()) {
    const key = JSON.stringify(value);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return groups;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The sum of products of what values differ from their means. */
function variance(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - x) * (b[i]! - y), 0);
}

/** From 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const out = new Array<number>(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++;
    for (let k = i; k < end; k++) out[order[k]!] = (i + 1 + end) / 2;
    i = end;
  }
  return out;
}
