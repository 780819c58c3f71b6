/** Tables as series: what `--forecast` makes of a file. */

import { sha256Hex } from "../../checkpoint/sha256.ts";
import { publicly } from "../../data/readers/remote.ts";
import type { Series } from "../../data/sequences/rawSeries.ts";
import type { SeriesInfo } from "../../data/sequences/seriesInfo.ts";
import { type WindowSplit, type Windows, windowSplit } from "../../data/sequences/windows.ts";
import { readRecords } from "../../data/tables/records.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { type OpenSeriesOptions, openSeries } from "../../node/series.ts";
import { findSeason } from "../../sequences/season.ts";
import type { SeriesFlags, WindowFlags } from "../options/series.ts";
import { type ReadingFlags, readingOptions, type TableFlags } from "../options/tables.ts";
import { type Extra, extraOf } from "../training/resume.ts";
import { trainedOn } from "./trainedOn.ts";

/** Windows of a file, opened as data sets are. */
export interface OpenedSeries extends OpenedData {
  readonly train: Windows;
  readonly validation?: Windows;
  readonly test?: Windows;
  readonly series: SeriesInfo;
}

interface TrainFlags extends TableFlags, WindowFlags {
  testSplit?: number;
  folds?: number;
}

/** What is said of a series that was read before: its model's file. That of a program says no more of its data. */
export const seriesOf = (model: Model): SeriesInfo | undefined =>
  (model.metadata.extra as Partial<Extra> | undefined)?.series;

export const isSeries = (data: OpenedData): data is OpenedSeries => data.kind === "series";

/** Flags of tables that mean nothing for a series. */
const OTHERS = [
  ["--task", "task"],
  ["--column", "column"],
  ["--max-categories", "maxCategories"],
  ["--split", "split"],
  ["--folds", "folds"],
] as const;

/** How the columns of a file are read. */
export function readingOf(
  flags: TableFlags & SeriesFlags,
  known?: SeriesInfo,
): Omit<OpenSeriesOptions, "name" | "only"> & { only?: string[] } {
  const { decimal, ignore, missing, time, gaps } = flags;
  return {
    ...readingOptions(flags),
    ...(decimal && { decimal }),
    ...(time !== undefined && { time }),
    ...(gaps && { gaps }),
    ...(missing && { missing }),
    ...(ignore && { ignore }),
    ...(known && { only: [...new Set([...known.features, ...known.targets])] }),
  };
}

/** Whether the rows of a file are to be read as a series. */
export const wantsSeries = (flags: WindowFlags, known?: SeriesInfo): boolean =>
  flags.forecast !== undefined || known !== undefined;

/**
 * The windows of a table to train on and to test with.
 *
 * @param known of a model that training goes on from: windows are cut and standardised as its own
 */
export async function openWindows(
  source: string,
  flags: TrainFlags,
  known?: SeriesInfo,
): Promise<OpenedSeries> {
  for (const [option, key] of OTHERS)
    if (flags[key] !== undefined && !(key === "split" && flags.split === "time"))
      throw new NablaError(
        `${option}: a series is numbers in the order of time, of which the last steps are tested with; leave ${option} out`,
      );
  checkLike(flags, known);
  const read = await openSeries(source, readingOf(flags, known));
  const horizon = flags.forecast ?? known!.horizon;
  const testFraction = flags.testSplit ?? 0.2;
  const targets = flags.label === undefined ? undefined : namesIn(flags.label, read);
  const season =
    flags.season ??
    (known ? known.season : seasonOf(read, targets?.[0] ?? read.columns.at(-1)!, testFraction));
  const length = flags.window ?? known?.length ?? windowFor(read, horizon, season, testFraction);
  const split = windowSplit(read, {
    length,
    horizon,
    ...(flags.windowStep !== undefined && { step: flags.windowStep }),
    ...(targets && { targets }),
    ...(season !== undefined && { season }),
    testFraction,
    ...(known && { like: known }),
  });
  return opened(publicly(source), split, testFraction, [
    ...read.notes,
    ...(flags.window === undefined && !known ? [`looks at ${length} steps (--window)`] : []),
    ...(season === undefined
      ? ["no season found (--season)"]
      : [
          `a season is ${season} steps${flags.season === undefined && !known ? ", found in the steps to train on (--season)" : ""}`,
        ]),
  ]);
}

function opened(name: string, split: WindowSplit, testSplit: number, notes: string[]): OpenedSeries {
  const { info, series } = split;
  const fingerprint = fingerprintOf(series);
  const known = (part: Windows): Windows =>
    Object.assign(part, {
      extra: {
        data: { name, kind: "series", inputType: "float32", inputScale: 1, testSplit, fingerprint },
        series: info,
      },
    });
  return {
    name,
    kind: "series",
    train: known(split.train),
    ...(split.test && { test: known(split.test) }),
    series: info,
    fingerprint,
    notes: [
      `forecasts ${info.targets.join(", ")}, ${info.horizon} step${info.horizon === 1 ? "" : "s"} ahead`,
      ...notes,
    ],
  };
}

/** Of the numbers, whatever the file has around them. */
export function fingerprintOf({ values, columns }: Series): string {
  const text = new TextEncoder().encode(columns.join("\n"));
  const parts = values.map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, text.length));
  all.set(text);
  let at = text.length;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return sha256Hex(all);
}

/** One name, also one with commas, or several with commas between them. */
function namesIn(label: string, { columns }: Series): string[] {
  if (columns.includes(label)) return [label];
  return (readRecords(label, ",", "--label").rows[0] ?? [label]).map((name) => name.trim());
}

function seasonOf(read: Series, column: string, testFraction: number): number | undefined {
  const values = read.values[read.columns.indexOf(column)];
  return values && findSeason(values, read.length - Math.round(read.length * testFraction));
}

/** As many steps as show what comes next, and as leave enough windows to train on. */
function windowFor(read: Series, horizon: number, season = 1, testFraction: number): number {
  const trained = read.length - Math.round(read.length * testFraction);
  const wanted = Math.max(2 * horizon, season + 1, 8);
  return Math.max(1, Math.min(wanted, Math.floor((trained - horizon) / 2)));
}

/** @throws NablaError for flags that say something else than the model's file */
function checkLike(flags: TrainFlags, known: SeriesInfo | undefined): void {
  if (!known) return;
  const said = [
    ["--forecast", flags.forecast, known.horizon],
    ["--window", flags.window, known.length],
    ["--window-step", flags.windowStep, known.step],
  ] as const;
  for (const [option, given, was] of said)
    if (given !== undefined && given !== was)
      throw new NablaError(`${option}: the model was trained with ${was}, got ${given}; leave it out`);
}

/** The windows of a file that a model is looked at with: those it was not trained on, or all of another file. */
export async function openModelWindows(
  source: string,
  flags: ReadingFlags & SeriesFlags & { part?: string },
  model: Model,
): Promise<{ windows: Windows; part: "test" | "train" | "all"; notes: readonly string[] }> {
  const data = extraOf(model)?.data;
  const known = seriesOf(model)!;
  const read = await openSeries(source, readingOf(flags, known));
  const same = data?.fingerprint === fingerprintOf(read);
  const part = (flags.part ?? (same && data?.testSplit !== 0 ? "test" : "all")) as "test" | "train" | "all";
  if (!["test", "train", "all"].includes(part) || (part !== "all" && !same))
    throw new NablaError(
      `--part: ${publicly(source)} is not the series the model was trained on, or has no ${flags.part} part; leave --part out`,
    );
  const testFraction = part === "all" ? 0 : (data?.testSplit ?? 0.2);
  const { train, test } = windowSplit(read, { length: known.length, like: known, testFraction });
  const notes = [...read.notes, ...trainedOn(part, same, data?.testSplit)];
  return { windows: part === "test" ? test! : train, part, notes };
}
