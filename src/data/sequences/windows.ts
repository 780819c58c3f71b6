/** Series to data sets: so many steps go in, the next ones are to be predicted. Split by time, standardised by the training part. */
import { NablaError } from "../../errors.ts";
import { bool, int, list, number, show, string } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import type { Dataset, WithTest } from "../dataset.ts";
import type { WindowSource } from "../portable.ts";
import { givenOf } from "./given.ts";
import type { Series, SeriesOptions } from "./rawSeries.ts";
import { type Scale, scaleOf } from "./scale.ts";
import { SERIES_OPTIONS, type SeriesInput, series } from "./series.ts";
import { checkSeriesInfo, type SeriesInfo } from "./seriesInfo.ts";
import { apartOf, windowRows } from "./windowRows.ts";

/** How windows are cut out of a series. */
export interface WindowOptions extends SeriesOptions {
  /** Steps that go in. */
  length: number;
  /** Steps ahead to forecast, those right behind the window; default 1. */
  horizon?: number;
  /** Steps from the beginning of a window to that of the next; default 1. */
  step?: number;
  /** Columns that go in, by name; default: all. */
  features?: readonly string[];
  /** The columns to forecast, by name; default: the last one. */
  targets?: string | readonly string[];
  /** Steps after which the series repeats itself: what scores are compared with. Default: found where it is needed. */
  season?: number;
  /** Default true: columns get mean 0 and variance 1. Fitted on the steps that are trained on alone. */
  standardise?: boolean;
  /** How a model's windows were cut and standardised, for cutting these the same way: metadata.extra.series. */
  like?: SeriesInfo;
}

/** How windows are split by time. */
export interface WindowSplitOptions extends WindowOptions {
  /** The share of the steps, the last ones, that are tested with; default 0.2; 0 for none. */
  testFraction?: number;
  /** The share of the steps before those that are validated on; default 0. */
  validationFraction?: number;
}

/** A data set whose rows are windows. Inputs [length, features], targets [horizon · targets], step after step. */
export interface Windows extends Dataset {
  readonly series: Series;
  readonly source: WindowSource;
  readonly info: SeriesInfo;
}

/** Windows in the order of time. */
export interface WindowSplit {
  train: Windows;
  validation?: Windows;
  test?: Windows;
  info: SeriesInfo;
  series: Series;
  /** What was read and how, in plain sentences. */
  notes: string[];
}

const windowFields = () => ({
  length: int({ min: 1 }),
  horizon: int({ min: 1 }),
  step: int({ min: 1 }),
  features: list(string(), { min: 1 }),
  standardise: bool(),
  season: int({ min: 1 }),
});
const OTHERS = [...SERIES_OPTIONS, "targets", "like"] as const;

/**
 * All windows of a series as a data set: `fit(windows(load, { length: 96, horizon: 24 }), …)`. It is in the order of time: wherever it is
 * split, the last windows are kept out, and as many before them are left out as share a target with them. Standardised by all of its
 * steps: windowSplit() takes those that are trained on alone.
 *
 * @throws NablaError for a window longer than the series, a horizon of 0, missing values, gaps and unequal spacing in time
 */
export function windows(given: SeriesInput, asked: WindowOptions): Windows {
  const options = givenOf("windows", asked);
  const { read, cut } = cutter("windows", given, options, {});
  const all = cut(0, read.length, scaleFor(read, options, read.length));
  if (all.length === 0) throw tooShort("windows", read, options);
  return all;
}

/**
 * Windows to train on, to validate on and to test with, split by time: the last steps are tested with. Targets of one part are never
 * targets of another, nor inputs of an earlier one; a window that is tested with may begin in the steps before, which are known by then.
 * Columns are standardised by the steps that are trained on.
 *
 * @throws NablaError as windows() does, and where a part has no window
 */
export function windowSplit<F extends number = 0.2>(
  given: SeriesInput,
  asked: WindowSplitOptions & { testFraction?: F },
): WithTest<WindowSplit, F> {
  const options = givenOf("windowSplit", asked);
  const share = () => number({ min: 0, exclusiveMax: 1 });
  const { read, cut } = cutter("windowSplit", given, options, {
    testFraction: share(),
    validationFraction: share(),
  });
  const { testFraction = 0.2, validationFraction = 0, horizon = options.like?.horizon ?? 1 } = options;
  const n = read.length;
  const test = n - Math.round(n * testFraction);
  const trained = test - Math.round(n * validationFraction);
  const scale = scaleFor(read, options, trained);
  const [length] = [options.length ?? options.like?.length];
  const train = cut(0, trained, scale);
  if (train.length === 0)
    throw new NablaError(
      `windowSplit: ${read.name}: ${trained} of ${n} steps are trained on, but a window of ${length} and ${horizon} steps to forecast take ${length! + horizon}${read.breaks.length > 0 ? " without a gap" : ""}; expected a shorter length or horizon, smaller fractions, or a longer series`,
    );
  const part = (share: number, from: number, to: number, what: string) => {
    if (share === 0) return undefined;
    const some = cut(from, to, scale);
    if (some.length === 0)
      throw new NablaError(
        `windowSplit: ${read.name}: ${to - from} of ${n} steps are ${what}, fewer than the horizon of ${horizon}${read.breaks.length > 0 ? " without a gap" : ""}; expected a larger fraction, a shorter horizon, or 0`,
      );
    return some;
  };
  const validation = part(validationFraction, trained, test, "validated on");
  const tested = part(testFraction, test, n, "tested with");
  return {
    train,
    ...(validation && { validation }),
    ...(tested && { test: tested }),
    info: train.info,
    series: read,
    notes: [...read.notes],
  } as WithTest<WindowSplit, F>;
}

type Fields = Parameters<typeof checkGiven>[2];

/** What cuts windows out of a series. */
function cutter(who: string, given: SeriesInput, options: WindowOptions, more: Fields) {
  checkGiven(who, options, { ...windowFields(), ...more }, OTHERS);
  if (options.like != null) checkSeriesInfo(options.like, `${who}: like`);
  const { length: steps, horizon, step, features, targets, like } = options;
  const season = options.season ?? like?.season;
  const read = series(given, seriesPart(options), who);
  if (steps === undefined && !like)
    throw new NablaError(`${who}: length: expected how many steps go in, a whole number ≥ 1, got nothing`);
  const length = steps ?? like!.length;
  const ahead = horizon ?? like?.horizon ?? 1;
  const every = step ?? like?.step ?? 1;
  const inputs = columnsIn(`${who}: features`, read, features ?? like?.features ?? read.columns);
  const told =
    targets === undefined
      ? (like?.targets ?? [read.columns.at(-1)!])
      : typeof targets === "string"
        ? [targets]
        : targets;
  const outputs = columnsIn(
    `${who}: targets`,
    read,
    list(string(), { min: 1 }).check(told, `${who}: targets`),
  );
  if (length + ahead > read.length) throw tooShort(who, read, { length, horizon: ahead });
  const name = read.name;
  const spacing = read.times?.spacing;
  return {
    read,
    /** Windows whose targets are steps from `from` on, and before `to`. */
    cut(from: number, to: number, scale: Scale | undefined): Windows {
      const starts = startsIn(read.breaks, { from, to, length, horizon: ahead, step: every });
      const info: SeriesInfo = {
        features: inputs.map((at) => read.columns[at]!),
        targets: outputs.map((at) => read.columns[at]!),
        length,
        horizon: ahead,
        step: every,
        ...(spacing && { spacing }),
        ...(season !== undefined && { season }),
        ...(scale && { standardisation: scaleIn(scale, read, [...inputs, ...outputs]) }),
      };
      const source: WindowSource = {
        x: packed(read, inputs, scale),
        y: packed(read, outputs, scale),
        starts,
        length,
        horizon: ahead,
      };
      const rows = windowRows(
        {
          name,
          length: starts.length,
          inputShape: [length, inputs.length],
          inputType: "float32",
          inputScale: 1,
          target: { kind: "values", size: ahead * outputs.length },
          apart: apartOf(ahead, every),
        },
        source,
      );
      return Object.assign(rows, { extra: { series: info }, series: read, source, info });
    },
  };
}

const seriesPart = (own: WindowOptions): SeriesOptions =>
  Object.fromEntries(
    Object.entries(own).filter(
      ([key, value]) => value !== undefined && SERIES_OPTIONS.includes(key as never),
    ),
  );

function tooShort(
  who: string,
  read: Series,
  { length, horizon = 1 }: Pick<WindowOptions, "length" | "horizon">,
) {
  const gaps = read.breaks.length > 0 ? " without a gap" : "";
  return new NablaError(
    `${who}: ${read.name} has ${read.length} steps, but a window of ${length} and ${horizon} steps to forecast take ${length + horizon}${gaps}; expected a shorter length or horizon, or a longer series`,
  );
}

function columnsIn(who: string, read: Series, names: readonly string[]): number[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new NablaError(`${who}: ${read.name}: column ${show(twice)} is named twice`);
  return names.map((name) => {
    const at = read.columns.indexOf(name);
    if (at >= 0) return at;
    throw new NablaError(
      `${who}: ${read.name}: there is no column ${show(name)}; there are ${read.columns.join(", ")}`,
    );
  });
}

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly horizon: number;
  readonly step: number;
}

/** The first steps of windows that no break lies in. Windows of later parts go on where the step of the first ones puts them. */
function startsIn(breaks: Uint32Array, { from, to, length, horizon, step }: Cut): Uint32Array {
  const starts: number[] = [];
  const whole = length + horizon;
  let [left, next] = [0, 0];
  for (const end of [...breaks, to]) {
    const last = Math.min(end, to);
    // windows of a stretch begin with it
    let start = left;
    const least = from - length;
    if (start < least) start += Math.ceil((least - start) / step) * step;
    for (start = Math.max(start, next); start + whole <= last; start += step) starts.push(start);
    left = next = end;
  }
  return Uint32Array.from(starts);
}

/** Of the columns of a series, in their order. */
function scaleFor(
  read: Series,
  { standardise = true, like }: WindowOptions,
  steps: number,
): Scale | undefined {
  if (like) {
    const { standardisation: by } = like;
    if (!by) return undefined;
    return Object.fromEntries(
      by.columns.map((column, i) => [column, { mean: by.mean[i]!, scale: by.scale[i]! }]),
    );
  }
  return standardise ? scaleOf(read, steps) : undefined;
}

function scaleIn(scale: Scale, read: Series, wanted: readonly number[]): SeriesInfo["standardisation"] {
  const columns = [...new Set(wanted)].map((at) => read.columns[at]!);
  return {
    columns,
    mean: columns.map((column) => scale[column]!.mean),
    scale: columns.map((column) => scale[column]!.scale),
  };
}

/** Columns side by side, standardised in float64 and rounded once. */
function packed({ values, columns, length }: Series, wanted: readonly number[], scale?: Scale): Float32Array {
  const out = new Float32Array(length * wanted.length);
  wanted.forEach((at, c) => {
    const { mean = 0, scale: by = 1 } = scale?.[columns[at]!] ?? {};
    const column = values[at]!;
    for (let i = 0; i < length; i++) out[i * wanted.length + c] = (column[i]! - mean) / by;
  });
  return out;
}

/** Whether a data set is windows of a series. */
export const isWindows = (dataset: Dataset): dataset is Windows => "source" in dataset && "series" in dataset;
