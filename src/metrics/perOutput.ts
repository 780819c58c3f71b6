/** Metrics of quantities that are computed for each output by itself; the figure is the mean over the outputs, as in scikit-learn. */
import { target } from "./mean.ts";
import type { Subject, Tally } from "./metric.ts";

/**
 * @param sums of each output: how many numbers are carried from row to row
 * @param count adds a row's output and target to those from `at` on
 * @param finish what an output's numbers give
 * @param merge what the numbers of an output are for the rows of both, where they are no sums
 */
export function perOutput(
  { units }: Subject,
  sums: number,
  count: (all: Float64Array, at: number, output: number, target: number) => void,
  finish: (sums: Float64Array, rows: number) => number,
  merge?: (before: readonly number[], after: readonly number[]) => number[],
): Tally {
  const all = new Float64Array(units * sums);
  let rows = 0;
  return {
    reset() {
      all.fill(0);
      rows = 0;
    },
    add(batch) {
      const { outputs, stride } = batch;
      for (let r = 0; r < batch.rows; r++)
        for (let c = 0; c < units; c++) count(all, c * sums, outputs[r * stride + c], target(batch, r, c));
      rows += batch.rows;
    },
    result() {
      if (rows === 0) return Number.NaN;
      let sum = 0;
      for (let c = 0; c < units; c++) sum += finish(all.subarray(c * sums, (c + 1) * sums), rows);
      return sum / units;
    },
    state: () => [rows, ...all],
    ...(merge && {
      merge([rows, ...before], [more, ...after]) {
        const merged = [rows + more];
        for (let at = 0; at < before.length; at += sums)
          merged.push(...merge(before.slice(at, at + sums), after.slice(at, at + sums)));
        return merged;
      },
    }),
    restore([n, ...state]) {
      rows = n;
      all.set(state);
    },
  };
}
