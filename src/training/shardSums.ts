/**
 * What shards of rows have given, how that is added, and how ranks tell it each other. It imports types alone: what it shared with others
 * would be files of their own in bundles.
 */
import type { Metric } from "../metrics/metric.ts";

/** What shards have given together, besides their gradient. */
export interface Sum {
  /** Σ losses of rows. */
  readonly loss: number;
  /** States of each metric: one of all rows, or where rows are kept one after the other. */
  readonly metrics: readonly (readonly (readonly number[])[])[];
}

/** What a rank tells of a step besides its sums. */
export interface Told {
  /** Whether it was asked to stop. */
  readonly stops: boolean;
  /** The learning rate that its callbacks have made. */
  readonly rate: number;
}

/** The first row of a shard; of the one after the last, how many rows there are. */
export const startOf = (shard: number, shards: number, rows: number): number =>
  Math.floor((shard * rows) / shards);

/** The sum of shards that come one after the other. */
export const sumOf = (metrics: readonly Metric[], before: Sum, after: Sum): Sum => ({
  loss: before.loss + after.loss,
  metrics: metrics.map((metric, i) => joined(metric, before.metrics[i], after.metrics[i])),
});

const joined = (
  metric: Metric,
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
): readonly (readonly number[])[] =>
  metric.append ? [...before, ...after] : [merged(metric, before[0], after[0])];

const merged = (metric: Metric, before: readonly number[], after: readonly number[]): readonly number[] =>
  metric.merge?.(before, after) ?? before.map((n, i) => n + after[i]);

/** Counts what shards have given. */
export function addTo(metric: Metric, states: readonly (readonly number[])[]): void {
  for (const state of states)
    metric.append ? metric.append(state) : metric.restore(merged(metric, metric.state(), state));
}

/** The sum of `count` shards from `first` on, of sums that are given, by first shard and number; undefined where there is none. */
export function sumGiven(
  metrics: readonly Metric[],
  given: ReadonlyMap<string, Sum>,
  first: number,
  count: number,
): Sum | undefined {
  const known = given.get(`${first} ${count}`);
  if (known || count === 1) return known;
  const half = count / 2;
  const left = sumGiven(metrics, given, first, half);
  const right = sumGiven(metrics, given, first + half, half);
  return left && right ? sumOf(metrics, left, right) : (left ?? right);
}

/** [whether to stop, rate, then of each subtree: loss, lists of states of each metric], each list with its length before it. */
export function packed(
  own: readonly Sum[],
  metrics: readonly Metric[],
  { stops, rate }: Told,
): Uint8Array<ArrayBuffer> {
  const figures = [Number(stops), rate];
  for (const sum of own) {
    figures.push(sum.loss);
    for (const i of metrics.keys()) {
      figures.push(sum.metrics[i].length);
      for (const state of sum.metrics[i]) {
        figures.push(state.length);
        for (const n of state) figures.push(n);
      }
    }
  }
  return new Uint8Array(Float64Array.from(figures).buffer);
}

/** @param n subtrees */
export function unpacked(all: Uint8Array, n: number, metrics: readonly Metric[]): Told & { sums: Sum[] } {
  const figures = new Float64Array(all.slice().buffer);
  let at = 0;
  const next = () => figures[at++];
  const told = { stops: next() === 1, rate: next() };
  const sums = Array.from({ length: n }, () => {
    const loss = next();
    const states = metrics.map(() =>
      Array.from({ length: next() }, () => Array.from({ length: next() }, next)),
    );
    return { loss, metrics: states };
  });
  return { ...told, sums };
}
