/** The text of a table as a series: a column of times, if there is one, and columns of numbers. */
import { NablaError } from "../../errors.ts";
import { demandText } from "../../fields/expected.ts";
import { choice, type Fields, list, number, show, string } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import { checkGiven } from "../../fields/programs.ts";
import { isMissing } from "../tables/cells.ts";
import { findColumn, ignoredColumns } from "../tables/columns.ts";
import { tableFields } from "../tables/csvFields.ts";
import { type CsvTableOptions, parseCsvTable, type Table } from "../tables/csvTable.ts";
import {
  type ColumnNumbers,
  columnNumbers,
  decimalOfColumn,
  decimalOfTable,
  decimalProblem,
  readNumber,
} from "../tables/numbers.ts";
import { checked } from "./checked.ts";
import { givenOf } from "./given.ts";
import { MISSING_STEPS, type Series, type SeriesOptions } from "./rawSeries.ts";
import { usualTime } from "./series.ts";
import { GAP_WAYS } from "./spacing.ts";
import { readTimes } from "./times.ts";

/** How the text of a table is read as a series. */
export interface CsvSeriesOptions extends CsvTableOptions, Omit<SeriesOptions, "columns" | "time"> {
  /** The column of times, by name. Default: the one that is called as times are, or the first if it has dates. */
  time?: string;
  /** Columns to leave out. */
  ignore?: readonly string[];
  /** Columns to read; default: all that are not left out. */
  only?: readonly string[];
}

/**
 * Reads the text of a table whose rows follow each other in time: csvSeries(text, { time: "hour" }).
 *
 * @throws NablaError with the line for what is no number, missing values, steps that are missing, and unequal spacing
 */
export function csvSeries(text: string, options: CsvSeriesOptions = {}): Series {
  return textSeries("csvSeries", text, checkCsvSeries("csvSeries", options));
}

/** @param more options that are read elsewhere @returns those that were given */
export function checkCsvSeries<T extends CsvSeriesOptions>(who: string, options: T, more: Fields = {}): T {
  const { header, delimiter, decimal, ignore } = tableFields();
  const only = optional(list(string(), { min: 1 }));
  const fields = { name: string(), header, delimiter, decimal, ignore, only, time: string() };
  const ways = { missing: choice(MISSING_STEPS), gaps: choice(GAP_WAYS), maxBytes: number({ min: 1 }) };
  const given = givenOf(who, options);
  checkGiven(who, given, { ...fields, ...ways, ...more });
  return given;
}

function textSeries(who: string, text: string, options: CsvSeriesOptions): Series {
  demandText(who, "the text of a table", text);
  const { name = "series.csv", header, delimiter, decimal, maxBytes, ...rest } = options;
  const reading = {
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
  return seriesOfTable(parseCsvTable(text, name, reading, options.only ?? []), rest);
}

/** The same of a table that is read already. */
export function seriesOfTable(table: Table, options: Omit<CsvSeriesOptions, keyof CsvTableOptions>): Series {
  const { name, columns, rows, lines } = table;
  const cellsOf = (at: number) => rows.map((row) => row[at]!);
  const named = options.time === undefined ? undefined : findColumn(table, options.time);
  const byName = named ?? usualTime(columns, cellsOf);
  const timeAt =
    byName >= 0
      ? byName
      : usualTime(columns, cellsOf, (column) => column === columns[0] && isDate(rows, table));
  const out = new Set([
    timeAt,
    ...(table.index === undefined ? [] : [table.index]),
    ...ignoredColumns(table, options.ignore).map((column) => findColumn(table, column)),
  ]);
  const kept = options.only
    ? options.only.map((column) => findColumn(table, column, options.only))
    : columns.flatMap((_, i) => (out.has(i) ? [] : [i]));
  if (kept.length === 0)
    throw new NablaError(
      `${name}: expected at least one column of numbers${timeAt < 0 ? "" : ` besides the time, ${show(columns[timeAt])}`}`,
    );
  const place = (step: number) => `line ${lines[step]}`;
  const numbers = kept.map((at) => columnNumbers(cellsOf(at)));
  const shown = table.decimal ?? decimalOfTable(numbers);
  return checked(
    {
      name,
      columns: kept.map((at) => columns[at]!),
      values: kept.map((at, i) => numbersOf(table, at, numbers[i]!, shown)),
      ...(timeAt >= 0 && { times: readTimes(cellsOf(timeAt), name, place) }),
      place,
      notes: [
        ...table.notes,
        timeAt >= 0 ? `time: ${columns[timeAt]}` : "no column of times: rows are taken as equally spaced",
      ],
    },
    options,
  );
}

/** Whether the first cell of the first column is no number. */
const isDate = (rows: Table["rows"], { index }: Table): boolean =>
  index !== 0 && rows.length > 0 && !/^[+-]?[\d.,]*(?:e[+-]?\d+)?$/i.test(rows[0]![0]!);

/** NaN for what is missing. */
export function numbersOf(
  table: Table,
  at: number,
  numbers: ColumnNumbers,
  shown: "." | "," | undefined,
): Float64Array {
  const { name, columns, rows, lines } = table;
  const where = (row: number) => `${name}: line ${lines[row]}: column ${show(columns[at])}`;
  const decimal = table.decimal ?? decimalOfColumn(numbers, shown);
  if (decimal === undefined) {
    const cells = rows.map((row) => row[at]!);
    const { row, problem } = decimalProblem({ cells, lines }, numbers);
    throw new NablaError(`${where(row)}: ${problem}`, { details: { line: lines[row], column: columns[at] } });
  }
  return Float64Array.from(rows, (row, r) => {
    const cell = row[at]!;
    if (isMissing(cell)) return NaN;
    const value = readNumber(cell, decimal)?.value;
    if (value !== undefined && Number.isFinite(value)) return value;
    throw new NablaError(
      `${where(r)}: expected a number, got ${show(cell)}; a series has numbers alone: leave the column out with ignore (--ignore)`,
      { details: { line: lines[r], column: columns[at] } },
    );
  });
}
