/** After how many steps a series repeats itself. */

import { demand, isObject } from "../fields/expected.ts";

/** Longer series are looked at from the end, and longer seasons are not looked for. */
const [MOST_STEPS, MOST_LAG] = [20_000, 2000];
/** An autocorrelation that is worth a try. */
const LEAST = 0.2;
/** So much worse, of the mean distance from the trend, is nearly as good: a multiple of a season may seem better by chance. */
const NEARLY = 0.1;

/**
 * The season of a series, in steps; undefined where there is none. Of the lags at which the autocorrelation of the series, without its
 * trend, has a peak, the one after which values are most alike; of nearly equal ones the shortest.
 *
 * @param values of one column @param end only the steps before: those that are trained on
 */
export function findSeason(values: ArrayLike<number>, end?: number): number | undefined {
  demand(
    isObject(values) && typeof values.length === "number",
    "findSeason",
    "numbers, one for each step",
    values,
  );
  const upTo = end ?? values.length;
  demand(
    Number.isInteger(upTo) && upTo <= values.length,
    "findSeason",
    `steps, at most ${values.length}`,
    end,
  );
  const from = Math.max(0, upTo - MOST_STEPS);
  const n = upTo - from;
  const longest = Math.min(MOST_LAG, Math.floor(n / 3));
  if (longest < 2) return undefined;
  const rest = withoutTrend(values, from, n);
  const whole = correlation(rest, 0);
  if (!(whole > 0)) return undefined;
  const at = Float64Array.from({ length: longest + 1 }, (_, lag) =>
    lag === 0 ? 1 : correlation(rest, lag) / whole,
  );
  const peaks: number[] = [];
  for (let lag = 2; lag < longest; lag++)
    if (at[lag]! >= LEAST && at[lag]! > at[lag - 1]! && at[lag]! >= at[lag + 1]!) peaks.push(lag);
  const differences = peaks.map((lag) => differenceAfter(rest, lag));
  const least = Math.min(...differences);
  // nothing is a season that predicts worse than the step before
  if (!(least < differenceAfter(rest, 1))) return undefined;
  // of what values differ by at all
  let spread = 0;
  for (const value of rest) spread += Math.abs(value) / n;
  return peaks[differences.findIndex((difference) => difference <= least + NEARLY * spread)];
}

/** Without the straight line of least squares. */
function withoutTrend(values: ArrayLike<number>, from: number, n: number): Float64Array {
  const middle = (n - 1) / 2;
  let [mean, along, square] = [0, 0, 0];
  for (let i = 0; i < n; i++) mean += values[from + i]! / n;
  for (let i = 0; i < n; i++) {
    along += (i - middle) * (values[from + i]! - mean);
    square += (i - middle) * (i - middle);
  }
  const slope = square > 0 ? along / square : 0;
  return Float64Array.from({ length: n }, (_, i) => values[from + i]! - mean - slope * (i - middle));
}

function correlation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += values[i]! * values[i - lag]!;
  return sum / (values.length - lag);
}

/** The mean absolute difference of values so many steps apart. */
function differenceAfter(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += Math.abs(values[i]! - values[i - lag]!);
  return sum / (values.length - lag);
}
