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

/** With its gradient. */
export interface Given {
  readonly sum: Sum;
  readonly gradient: Uint8Array;
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

/**
 * [whether to stop, rate, then of each subtree: loss, lists of states of each metric], each list with its length before it; gradients first.
 * @param room where it is written, if it has the size
 */
export function packed(
  own: readonly Given[],
  metrics: readonly Metric[],
  { stops, rate }: Told,
  room?: ArrayBufferLike,
): Uint8Array {
  const figures = [Number(stops), rate];
  for (const { sum } of own) {
    figures.push(sum.loss);
    for (const i of metrics.keys()) {
      figures.push(sum.metrics[i].length);
      for (const state of sum.metrics[i]) {
        figures.push(state.length);
        for (const n of state) figures.push(n);
      }
    }
  }
  const bytes = own.reduce((sum, { gradient }) => sum + gradient.length, 0);
  const size = bytes + figures.length * 8;
  const all = room && room.byteLength >= size ? new Uint8Array(room, 0, size) : new Uint8Array(size);
  let at = 0;
  for (const { gradient } of own) {
    all.set(gradient, at);
    at += gradient.length;
  }
  all.set(new Uint8Array(Float64Array.from(figures).buffer), at);
  return all;
}

/** @param n subtrees @param bytes of a gradient */
export function unpacked(
  all: Uint8Array,
  n: number,
  bytes: number,
  metrics: readonly Metric[],
): Told & { sums: Given[] } {
  const figures = new Float64Array(all.slice(n * bytes).buffer);
  let at = 0;
  const next = () => figures[at++];
  const told = { stops: next() === 1, rate: next() };
  const sums = Array.from({ length: n }, (_, i) => {
    const loss = next();
    const states = metrics.map(() =>
      Array.from({ length: next() }, () => Array.from({ length: next() }, next)),
    );
    return { sum: { loss, metrics: states }, gradient: all.subarray(i * bytes, (i + 1) * bytes) };
  });
  return { ...told, sums };
}
