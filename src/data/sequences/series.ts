/**
 * A series: numbers that follow each other in time, in one column or several. Every reader makes one of these, checked once: values are
 * there, steps are equally spaced, or what is not is named.
 */
import { NablaError } from "../../errors.ts";
import { choice, list, show, string } from "../../fields/fields.ts";
import { checkGiven, thing } from "../../fields/programs.ts";
import { isA } from "../../tags.ts";
import { isNumber } from "../tables/cells.ts";
import { dateOf, ordersOf } from "../tables/dates.ts";
import { checked } from "./checked.ts";
import { givenOf } from "./given.ts";
import { MISSING_STEPS, type RawSeries, type Series, type SeriesOptions } from "./rawSeries.ts";
import { GAP_WAYS } from "./spacing.ts";
import { readTimes, type TimeValue } from "./times.ts";

/** Numbers by column, rows of numbers, one column alone, or a series. */
export type SeriesInput =
  | Series
  | ArrayLike<number | null | undefined>
  | ArrayLike<ArrayLike<number | null | undefined>>
  | Readonly<Record<string, ArrayLike<TimeValue>>>
  | ShapedSeries;

const seriesFields = () => ({
  name: string(),
  columns: list(string(), { min: 1 }),
  time: thing("the name of a column, or a point in time for each step"),
  missing: choice(MISSING_STEPS),
  gaps: choice(GAP_WAYS),
});

export const SERIES_OPTIONS = Object.freeze(["name", "columns", "time", "missing", "gaps"] as const);

/** Whether it has been read and checked already. */
export const isSeries = (given: unknown): given is Series =>
  typeof given === "object" &&
  given !== null &&
  Array.isArray((given as Series).values) &&
  typeof (given as Series).breaks === "object";

/**
 * A series from a program's own values: `series({ load, temperature })`, `series(load, { time: dates })`, or rows
 * `series([[1, 20], [2, 21]], { columns: ["load", "temperature"] })`.
 *
 * @throws NablaError for columns of different lengths, values that are missing, and times that are not equally spaced
 */
export function series(given: SeriesInput, asked: SeriesOptions = {}, who = "series"): Series {
  const options = givenOf(who, asked);
  const { time, ...rest } = seriesFields();
  const byName = typeof options.time === "string";
  checkGiven(who, options, byName ? rest : { ...rest, time }, ["time"]);
  if (isSeries(given)) {
    const said = SERIES_OPTIONS.find((option) => options[option] !== undefined && option !== "name");
    if (said !== undefined)
      throw new NablaError(
        `${who}: ${said}: ${given.name} is a series already, read by its own options; leave ${said} out here`,
      );
    return given;
  }
  return checked(rawSeries(given, options, who), options);
}

function rawSeries(given: SeriesInput, options: SeriesOptions, who: string): RawSeries {
  const { name = "series" } = options;
  if (typeof given !== "object" || given === null)
    throw new NablaError(
      `${who}: ${name}: expected numbers, or arrays of them by name, got ${show(given)}${typeof given === "string" ? "; csvSeries(text) reads the text of a table" : ""}`,
    );
  let columns: string[];
  let cells: ArrayLike<unknown>[];
  if (!Array.isArray(given) && !ArrayBuffer.isView(given) && !isShaped(given)) {
    if (options.columns) throw new NablaError(`${who}: ${name}: columns: the values have names already`);
    const record = given as Readonly<Record<string, ArrayLike<unknown>>>;
    columns = Object.keys(record);
    cells = columns.map((column) => listOf(record[column], `${who}: ${name}: column ${show(column)}`));
  } else {
    cells = columnsOf(given, `${who}: ${name}`);
    columns = namesFor(cells.length, options.columns, `${who}: ${name}`);
  }
  const timeAt =
    typeof options.time === "string"
      ? columns.indexOf(options.time)
      : options.time
        ? -1
        : usualTime(columns, (i) => cells[i]!);
  if (typeof options.time === "string" && timeAt < 0)
    throw new NablaError(
      `${who}: ${name}: time: there is no column ${show(options.time)}; there are ${columns.join(", ")}`,
    );
  const given_ = typeof options.time === "object" ? options.time : timeAt >= 0 ? cells[timeAt] : undefined;
  const kept = columns.filter((_, i) => i !== timeAt);
  if (kept.length === 0)
    throw new NablaError(
      `${who}: ${name}: expected at least one column of numbers${timeAt < 0 ? "" : " besides the time"}`,
    );
  const length = cells[0]!.length;
  for (const [i, column] of cells.entries())
    if (column.length !== length)
      throw new NablaError(
        `${who}: ${name}: column ${show(columns[i])} has ${column.length} steps, but ${show(columns[0])} has ${length}; expected as many`,
      );
  if (given_ && given_.length !== length)
    throw new NablaError(
      `${who}: ${name}: time: expected a point in time for each of ${length} steps, got ${given_.length}`,
    );
  const place = (step: number) => `step ${step}`;
  return {
    name,
    columns: kept,
    values: kept.map((column) => numbersIn(cells[columns.indexOf(column)]!, name, column)),
    ...(given_ && { times: readTimes(given_ as ArrayLike<TimeValue>, name, place) }),
  };
}

/** What a column of times is called. */
const TIMES = /^(?:time|date|datetime|date[_ ]?time|timestamp|time[_ ]?stamp|ds|when|day|month|period)$/i;

/** The first column that is called as times are and has dates, or numbers that rise or fall from step to step; or -1. */
export function usualTime(
  columns: readonly string[],
  cells: (i: number) => ArrayLike<unknown>,
  isTime = (column: string) => TIMES.test(column.trim()),
): number {
  return columns.length < 2
    ? -1
    : columns.findIndex((column, i) => isTime(column) && looksLikeTimes(cells(i)));
}

function looksLikeTimes(cells: ArrayLike<unknown>): boolean {
  const [first, second] = [cells[0], cells[1]];
  if (isA("Date", first)) return true;
  if (typeof first === "string" && !isNumber(first))
    return dateOf(first.trim()) !== undefined || (ordersOf(first.trim())?.length ?? 0) > 0;
  const up = Number(second) > Number(first) ? 1 : -1;
  for (let i = 1; i < cells.length; i++)
    if (!(up * (Number(cells[i]) - Number(cells[i - 1])) > 0)) return false;
  return true;
}

function listOf(given: unknown, where: string): ArrayLike<unknown> {
  if (Array.isArray(given) || (ArrayBuffer.isView(given) && "length" in given))
    return given as ArrayLike<unknown>;
  throw new NablaError(`${where}: expected an array of numbers, got ${show(given)}`);
}

interface ShapedSeries {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

const isShaped = (given: object): given is ShapedSeries =>
  "data" in given && "shape" in given && Array.isArray(given.shape);

/** Of values without names: one column, or the columns of rows. */
function columnsOf(given: object, where: string): ArrayLike<unknown>[] {
  if (isShaped(given)) {
    const { data, shape } = given;
    const width = shape[1] ?? 1;
    if (shape.length > 2 || shape.length === 0 || data.length !== shape[0]! * width)
      throw new NablaError(
        `${where}: expected { data, shape } with the shape [steps] or [steps, columns], got [${shape.join(", ")}] for ${data.length} values`,
      );
    return Array.from({ length: width }, (_, c) =>
      Float64Array.from({ length: shape[0]! }, (_, i) => data[i * width + c]!),
    );
  }
  const rows = listOf(given, where);
  const first = rows[0];
  if (typeof first !== "object" || first === null) return [rows];
  const width = (first as ArrayLike<unknown>).length;
  const list = Array.from(rows, (row, i) => {
    const cells = listOf(row, `${where}: step ${i}`);
    if (cells.length !== width)
      throw new NablaError(`${where}: step ${i}: expected ${width} values as in step 0, got ${cells.length}`);
    return cells;
  });
  return Array.from({ length: width }, (_, c) => list.map((row) => row[c]));
}

function namesFor(width: number, given: readonly string[] | undefined, where: string): string[] {
  if (!given) return width === 1 ? ["value"] : Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  if (given.length !== width)
    throw new NablaError(`${where}: columns: expected ${width} names, got ${given.length}`);
  if (new Set(given).size < width) throw new NablaError(`${where}: columns: expected different names`);
  return [...given];
}

function numbersIn(cells: ArrayLike<unknown>, name: string, column: string): Float64Array {
  const values = new Float64Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const isNone = cell === null || cell === undefined;
    if (!isNone && typeof cell !== "number" && typeof cell !== "bigint")
      throw new NablaError(
        `${name}: step ${i}: column ${show(column)}: expected a number, got ${show(cell)}`,
      );
    values[i] = isNone ? NaN : Number(cell);
    if (values[i] === Infinity || values[i] === -Infinity)
      throw new NablaError(
        `${name}: step ${i}: column ${show(column)}: expected a finite number, got ${cell}`,
      );
  }
  return values;
}
