/** What a model makes of a series: the steps behind its end, in the series' own units. */
import { givenOf } from "../data/sequences/given.ts";
import type { Series, SeriesOptions } from "../data/sequences/rawSeries.ts";
import { type SeriesInput, series } from "../data/sequences/series.ts";
import { checkSeriesInfo, type SeriesInfo, scaleAt } from "../data/sequences/seriesInfo.ts";
import { timesAfter, timeText } from "../data/sequences/spacing.ts";
import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { show } from "../fields/fields.ts";
import { checkGiven, plain } from "../fields/programs.ts";
import type { Metadata } from "../model/metadata.ts";
import type { Model } from "../model/model.ts";
import type { Outputs } from "../network/predict.ts";

/** Options of forecast() besides the series. */
export interface ForecastOptions extends SeriesOptions {
  /**
   * Values of the coming steps, by column: of inputs that the model does not forecast itself and that are known, a price list or the hours of a
   * shop. Needed where more steps are asked for than the model forecasts at once.
   */
  future?: Readonly<Record<string, ArrayLike<number>>>;
}

/** Steps that have not happened yet. */
export class Forecast {
  /**
   * @param columns what is forecast
   * @param data row-major, in the series' own units
   * @param shape [steps, columns]
   * @param times of each step as text, where the series has times at equal distances
   */
  constructor(
    readonly columns: readonly string[],
    readonly data: Float64Array,
    readonly shape: readonly [steps: number, columns: number],
    readonly times?: readonly string[],
  ) {}

  get length(): number {
    return this.shape[0];
  }

  /** The values of one column; the only one needs no name. @throws NablaError for a column that is not forecast */
  column(name: string = this.columns[0]!): Float64Array {
    const at = this.columns.indexOf(name);
    if (at < 0)
      throw new NablaError(
        `forecast: ${show(name)} is not forecast by the model; there are ${this.columns.join(", ")}`,
      );
    const [steps, width] = this.shape;
    return Float64Array.from({ length: steps }, (_, i) => this.data[i * width + at]!);
  }

  /** A step after the other, each with the values of its columns. */
  toArray(): number[][] {
    const [steps, width] = this.shape;
    return Array.from({ length: steps }, (_, i) => [...this.data.subarray(i * width, (i + 1) * width)]);
  }
}

/** A model of any entry: all that is asked of it. */
export type Forecasting = Pick<Model, "inputShape" | "predict"> & { readonly metadata: Metadata };

/** @throws NablaError unless it is a model */
export function demandModel(who: string, given: unknown): void {
  const { predict, metadata } = isObject(given) ? given : {};
  demand(typeof predict === "function" && isObject(metadata), who, "a model", given);
}

/** What a model's file says of its series. @throws NablaError for a model that was trained on something else */
export function seriesInfoOf(who: string, { metadata }: Pick<Forecasting, "metadata">): SeriesInfo {
  const info = (metadata.extra as { series?: unknown } | undefined)?.series;
  if (info === undefined)
    throw new NablaError(
      `${who}: the model was not trained on windows of a series: its metadata has no extra.series; train it on what windows() or windowSplit() gives`,
    );
  return checkSeriesInfo(info, `${who}: metadata.extra.series`);
}

/**
 * The next `n` steps behind the end of a series: `forecast(model, load, 24).column()`. The model's last window is cut out of the end, and
 * standardised as it was in training. Where it forecasts fewer steps at once, its forecasts go in again (recursively), as often as needed.
 *
 * @param given the series so far, in its own units; its columns are found by name
 * @param n default: as many steps as the model forecasts at once
 * @throws NablaError for a series shorter than a window, a missing column, and inputs of coming steps that nobody knows
 */
export function forecast(
  model: Forecasting,
  given: SeriesInput,
  n?: number,
  options: ForecastOptions = {},
): Forecast {
  demandModel("forecast", model);
  const info = seriesInfoOf("forecast", model);
  const { future = {}, ...reading } = givenOf("forecast", options);
  checkGiven("forecast", { future }, { future: plain() });
  const steps = n ?? info.horizon;
  if (!Number.isInteger(steps) || steps < 1)
    throw new NablaError(`forecast: expected how many steps to forecast, a whole number ≥ 1, got ${show(n)}`);
  const read = series(given, namesAs(given, info, reading), "forecast");
  const { features, targets, length, horizon } = info;
  const columns = features.map((column) => columnOf(read, column));
  if (read.length < length)
    throw new NablaError(
      `forecast: ${read.name} has ${read.length} steps, but the model looks at the last ${length}; expected at least as many`,
    );
  const last = read.breaks.at(-1) ?? 0;
  if (read.length - last < length)
    throw new NablaError(
      `forecast: ${read.name}: a gap lies within the last ${length} steps, at which the model looks; fill it (gaps: "fill", missing: "fill")`,
    );
  const known = futureOf(info, future, steps);
  // the window, and behind it the forecast
  const rows = columns.map((column, c) => {
    const { mean, scale } = scaleAt(info, features[c]!);
    const all = new Float32Array(length + steps);
    for (let i = 0; i < length; i++) all[i] = (column[read.length - length + i]! - mean) / scale;
    const later = known.get(features[c]!);
    for (let i = 0; later && i < steps; i++) all[length + i] = (later[i]! - mean) / scale;
    return all;
  });
  const scales = targets.map((column) => scaleAt(info, column));
  const data = new Float64Array(steps * targets.length);
  const shape = model.inputShape;
  for (let from = 0; from < steps; from += horizon) {
    const x = new Float32Array(length * features.length);
    for (let i = 0; i < length; i++)
      for (let c = 0; c < features.length; c++) x[i * features.length + c] = rows[c]![from + i]!;
    const { data: y } = model.predict({ data: x, shape: [1, ...shape] }) as Outputs;
    const told = Math.min(horizon, steps - from);
    if (y.length !== horizon * targets.length)
      throw new NablaError(
        `forecast: the model has ${y.length} outputs, but its metadata says ${horizon} steps of ${targets.length} columns`,
      );
    for (let i = 0; i < told; i++)
      targets.forEach((column, t) => {
        const value = y[i * targets.length + t]!;
        data[(from + i) * targets.length + t] = value * scales[t]!.scale + scales[t]!.mean;
        const at = features.indexOf(column);
        if (at >= 0) rows[at]![length + from + i] = value;
      });
  }
  const times = read.times && timesAfter(read.times, steps);
  return new Forecast(
    [...targets],
    data,
    [steps, targets.length],
    times && Array.from(times, (at) => timeText(read.times!, at)),
  );
}

/** Values without names are the model's own columns, in their order. */
function namesAs(given: SeriesInput, { features }: SeriesInfo, options: SeriesOptions): SeriesOptions {
  const unnamed = options.columns === undefined && features.length === 1 && ArrayBuffer.isView(given);
  const list = options.columns === undefined && Array.isArray(given);
  return unnamed || list ? { ...options, columns: features } : options;
}

function columnOf(read: Series, column: string): Float64Array {
  const at = read.columns.indexOf(column);
  if (at >= 0) return read.values[at]!;
  throw new NablaError(
    `forecast: ${read.name}: there is no column ${show(column)}, which the model looks at; there are ${read.columns.join(", ")}`,
  );
}

/** @throws NablaError for inputs that nobody knows: those of steps behind the end, where the model forecasts fewer at once */
function futureOf(
  { features, targets, horizon }: SeriesInfo,
  future: Readonly<Record<string, ArrayLike<number>>>,
  steps: number,
): Map<string, ArrayLike<number>> {
  const known = new Map(Object.entries(future));
  for (const [column, values] of known) {
    if (!features.includes(column) || targets.includes(column))
      throw new NablaError(
        `forecast: future: ${show(column)} ${targets.includes(column) ? "is forecast by the model itself" : "is no input of the model"}`,
      );
    if (values.length < steps - horizon || !Array.from(values).every(Number.isFinite))
      throw new NablaError(
        `forecast: future: ${show(column)}: expected ${Math.max(0, steps - horizon)} finite numbers or more, got ${values.length}`,
      );
  }
  if (steps <= horizon) return known;
  const lost = features.find((column) => !targets.includes(column) && !known.has(column));
  if (lost === undefined) return known;
  throw new NablaError(
    `forecast: the model forecasts ${horizon} steps at once, and beyond them it needs values of ${show(lost)}, which it does not forecast itself; give them as future: { ${show(lost)}: [ … ] }, ask for ${horizon} steps at most, or train it with a longer horizon`,
  );
}
