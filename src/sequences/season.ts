/** After how many steps a series repeats itself. */

import { demand, isObject } from "../fields/expected.ts";

/** Longer series are looked at from the end, and longer seasons are not looked for. */
const [MOST_STEPS, MOST_LAG] = [20_000, 2000];
/** An autocorrelation that is worth a try. */
const LEAST = 0.2;
/** By so much an autocorrelation rises from the valley before a peak that is no accident, and again from the next valley to its repetition. */
const CLEAR = 0.4;
/** The repetition of a peak is looked for so near to twice its lag, as a share. */
const ABOUT = 0.05;
/** So much worse, of the mean distance from the trend, is nearly as good: a multiple of a season may seem better by chance. */
const NEARLY = 0.2;

/**
 * The season of a series, in steps; undefined where there is none. It is a lag at which the autocorrelation of the series, without its
 * trend, has a peak, and either a value predicts the one a season later better than the next one, or the peak stands clearly above the
 * valley before it and comes again at twice the lag. (Smooth series change so little in a step that few seasons would do the first.) Of
 * such lags it is the one after which values are most alike; of nearly equal ones the shortest.
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
  const next = differenceAfter(rest, 1);
  const differences = peaks.map((lag) => {
    const difference = differenceAfter(rest, lag);
    return difference < next || comesAgain(at, lag) ? difference : Infinity;
  });
  const least = Math.min(...differences);
  if (least === Infinity) return undefined;
  // of what values differ by at all
  let spread = 0;
  for (const value of rest) spread += Math.abs(value) / n;
  return peaks[differences.findIndex((difference) => difference <= least + NEARLY * spread)];
}

/** Whether the autocorrelation falls and rises clearly before this lag, and again before its double. */
function comesAgain(at: Float64Array, lag: number): boolean {
  const again = at.subarray(Math.floor((2 - ABOUT) * lag), Math.ceil((2 + ABOUT) * lag) + 1);
  const [valley, next] = [at.subarray(1, lag), at.subarray(lag, 2 * lag)].map((part) => Math.min(...part));
  return at[lag]! - valley! >= CLEAR && Math.max(...again) - next! >= CLEAR;
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
