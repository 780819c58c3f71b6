/** How well a model forecasts, in the series' own units, beside forecasts that need no model. */
import { demandDataset } from "../data/expected.ts";
import { givenOf } from "../data/sequences/given.ts";
import { isSeries } from "../data/sequences/series.ts";
import { checkSeriesInfo, scaleAt } from "../data/sequences/seriesInfo.ts";
import type { Windows } from "../data/sequences/windows.ts";
import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { int } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import type { Model } from "../model/model.ts";
import type { Outputs } from "../network/predict.ts";
import { demandModel } from "./forecast.ts";
import { findSeason } from "./season.ts";

/** Errors of one way to forecast one column, over all windows and steps ahead. */
export interface ForecastError {
  meanAbsoluteError: number;
  rootMeanSquaredError: number;
  /** The mean absolute error of each step ahead. */
  perStep: number[];
}

/** A forecast column: the model's errors, and those of forecasts that need none. */
export interface ColumnScore {
  column: string;
  model: ForecastError;
  /** The last known value, repeated. */
  lastValue: ForecastError;
  /** The value one season before; absent where the series has no season, or windows begin too early. */
  seasonalNaive?: ForecastError;
  /** The season, in steps. */
  season?: number;
  /** 1 − the model's mean absolute error / that of the better baseline: above 0 the model is worth it. */
  skill: number;
}

/** What scoreForecast() finds out. */
export interface ForecastScore {
  /** Windows that were looked at. */
  windows: number;
  horizon: number;
  columns: ColumnScore[];
}

/** Options of scoreForecast() besides model and windows. */
export interface ScoreOptions {
  /** Steps after which the series repeats itself. Default: that of the windows, else found in the steps before the first window's end. */
  season?: number;
}

/** What was forecast and what came, in the series' own units: [windows, horizon, targets], row-major. */
export interface Predicted {
  readonly model: Float64Array;
  readonly truth: Float64Array;
}

/**
 * Compares a model's forecasts on windows, those of windowSplit().test, with two that need no model: the last known value, and the value one
 * season before. The season is found, or given.
 */
export function scoreForecast(
  model: Pick<Model, "predict">,
  windows: Windows,
  options: ScoreOptions = {},
): ForecastScore {
  demandModel("scoreForecast", model);
  const given = givenOf("scoreForecast", options);
  checkGiven("scoreForecast", given, { season: int({ min: 1 }) });
  return scorePredicted(predicted(model, windows), windows, given.season);
}

/** Runs the model over all windows. */
export function predicted(model: Pick<Model, "predict">, windows: Windows): Predicted {
  const { info, series, source } = checkedWindows(windows);
  const { targets, horizon, length } = info;
  const outputs = (model.predict(windows) as Outputs).data;
  const width = horizon * targets.length;
  const count = source.starts.length;
  if (outputs.length !== count * width)
    throw new NablaError(
      `scoreForecast: the model has ${outputs.length / count} outputs, but windows have ${horizon} steps of ${targets.length} columns to forecast`,
    );
  const scales = targets.map((column) => scaleAt(info, column));
  const columns = targets.map((column) => series.values[series.columns.indexOf(column)]!);
  const all = { model: new Float64Array(count * width), truth: new Float64Array(count * width) };
  for (let w = 0; w < count; w++)
    for (let h = 0; h < horizon; h++)
      for (let t = 0; t < targets.length; t++) {
        const at = w * width + h * targets.length + t;
        all.model[at] = outputs[at]! * scales[t]!.scale + scales[t]!.mean;
        all.truth[at] = columns[t]![source.starts[w]! + length + h]!;
      }
  return all;
}

function checkedWindows(windows: Windows): Windows {
  demandDataset("scoreForecast", windows);
  const { source, info, series, target } = windows;
  const whole = source?.starts && isSeries(series) && isObject(info);
  demand(
    whole,
    "scoreForecast",
    "windows as windows() and windowSplit() give them; a part that splitDataset() took has no series to look at",
    windows,
  );
  checkSeriesInfo(info, "scoreForecast: info");
  const size = info.horizon * info.targets.length;
  demand(
    target.kind === "values" &&
      target.size === size &&
      info.targets.every((column) => series.columns.includes(column)),
    "scoreForecast",
    `windows of ${size} values to forecast`,
    target,
  );
  return windows;
}

/** @param season of all columns; default: that of the windows, else found */
export function scorePredicted(
  { model, truth }: Predicted,
  windows: Windows,
  season?: number,
): ForecastScore {
  const { info, series, source } = windows;
  const { targets, horizon, length } = info;
  const { starts } = source;
  const columns = targets.map((column, t): ColumnScore => {
    const values = series.values[series.columns.indexOf(column)]!;
    // not from the steps to forecast
    const known = starts.length > 0 ? starts[0]! + length : series.length;
    const its = season ?? info.season ?? findSeason(values, known);
    const tally = (say: (window: number, h: number) => number): ForecastError => {
      const perStep = new Array<number>(horizon).fill(0);
      let [sum, squares] = [0, 0];
      starts.forEach((_, w) => {
        for (let h = 0; h < horizon; h++) {
          const off = say(w, h) - truth[(w * horizon + h) * targets.length + t]!;
          perStep[h]! += Math.abs(off) / starts.length;
          sum += Math.abs(off);
          squares += off * off;
        }
      });
      const n = starts.length * horizon;
      return { meanAbsoluteError: sum / n, rootMeanSquaredError: Math.sqrt(squares / n), perStep };
    };
    const end = (w: number) => starts[w]! + length;
    const own = tally((w, h) => model[(w * horizon + h) * targets.length + t]!);
    const lastValue = tally((w) => values[end(w) - 1]!);
    const early = its === undefined || starts.length === 0 || end(0) < its;
    const seasonal = early ? undefined : tally((w, h) => values[end(w) + seasonBack(h, its)]!);
    const best = Math.min(lastValue.meanAbsoluteError, seasonal?.meanAbsoluteError ?? Infinity);
    return {
      column,
      model: own,
      lastValue,
      ...(seasonal && { seasonalNaive: seasonal, season: its! }),
      skill: best > 0 ? 1 - own.meanAbsoluteError / best : own.meanAbsoluteError > 0 ? -Infinity : 0,
    };
  });
  return { windows: starts.length, horizon, columns };
}

/** From the end of the window to the last known step with the same place in its season as step h ahead. */
export const seasonBack = (h: number, season: number): number => h - season * Math.ceil((h + 1) / season);
