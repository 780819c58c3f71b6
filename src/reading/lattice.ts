/** All ways of cutting a line into pieces, with a score for each piece: the best way, and its share among all. */
import { exp, log } from "../math/elementary.ts";

export interface Edge {
  /** Numbers of cuts, from < to. */
  readonly from: number;
  readonly to: number;
  /** Any finite number: the logarithm of a weight. */
  readonly score: number;
}

export interface Best {
  /** Numbers of the edges, from left to right. */
  readonly edges: number[];
  /** The best way's weight as a share of the weights of all ways, in (0, 1]. */
  readonly share: number;
}

/**
 * The path from cut 0 to cut `last` with the largest sum of scores; of equals the one found first.
 * @param edges sorted by `to`; at least one path leads from 0 to `last`
 */
export function bestPath(edges: readonly Edge[], last: number): Best {
  const best = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
  const all = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
  const by = new Int32Array(last + 1).fill(-1);
  best[0] = all[0] = 0;
  edges.forEach(({ from, to, score }, e) => {
    if (by[from] < 0 && from !== 0) return;
    all[to] = logSum(all[to], all[from] + score);
    if (best[from] + score <= best[to]) return;
    best[to] = best[from] + score;
    by[to] = e;
  });
  const path: number[] = [];
  for (let at = last; at > 0; at = edges[by[at]].from) path.unshift(by[at]);
  return { edges: path, share: Math.min(1, exp(best[last] - all[last])) };
}

/** log(e^a + e^b) */
function logSum(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + log(exp(a - high) + exp(b - high));
}
