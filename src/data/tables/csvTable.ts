/** CSV text to named columns of cells; every cell still a string, every row with its line number. */
import { parse } from "csv-parse/browser/esm/sync";
import { NablaError } from "../../errors.ts";
import { isNumber } from "./cells.ts";

export interface Table {
  /** What errors call it. */
  readonly name: string;
  readonly columns: readonly string[];
  /** Whether the names are the file's own: there is a header. */
  readonly named: boolean;
  /** Every cell still a string. */
  readonly rows: readonly (readonly string[])[];
  /** The line on which each row begins, counted from 1 as editors do. */
  readonly lines: ArrayLike<number>;
  /** What was read and how, in plain sentences. */
  readonly notes: readonly string[];
}

export interface CsvTableOptions {
  /** Whether the first row holds names; default: found out. */
  header?: boolean;
  /** Default: whichever of `,` `;` and tab is most frequent in the first line. */
  delimiter?: string;
}

/** Throws a NablaError with `name` and the line for bad quoting, ragged rows, no rows, or no rows but a header. */
export function parseCsvTable(text: string, name: string, options: CsvTableOptions = {}): Table {
  const records = read(text, name, options.delimiter ?? guessDelimiter(text));
  if (records.length === 0)
    throw new NablaError(`${name}: the file is empty; expected rows of comma-separated values`);
  const width = records[0]!.cells.length;
  for (const { cells, line } of records) {
    if (cells.length === width) continue;
    throw new NablaError(
      `${name}: line ${line}: expected ${width} values as in the first row, got ${cells.length}`,
      {
        details: { line },
      },
    );
  }
  const header = options.header ?? looksLikeHeader(records.map(({ cells }) => cells));
  if (header && records.length === 1) throw new NablaError(`${name}: only a header, no rows of data`);
  const rows = header ? records.slice(1) : records;
  const columns = Array.from(
    { length: width },
    (_, i) => (header && records[0]!.cells[i]) || `column ${i + 1}`,
  );
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (twice !== undefined) throw new NablaError(`${name}: two columns are called ${JSON.stringify(twice)}`);
  return {
    name,
    columns,
    named: header,
    rows: rows.map(({ cells }) => cells),
    lines: rows.map(({ line }) => line),
    notes: [],
  };
}

/** The cells of a single line. */
export function parseCsvLine(text: string, name: string, delimiter?: string): string[] {
  const records = read(text, name, delimiter ?? guessDelimiter(text));
  if (records.length !== 1)
    throw new NablaError(`${name}: expected one row of values, got ${records.length}`);
  return records[0]!.cells;
}

function read(text: string, name: string, delimiter: string): { cells: string[]; line: number }[] {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true, // so that ragged rows are ours to report
      skip_empty_lines: true,
      trim: true,
    }) as unknown as typeof records;
  } catch (cause) {
    throw new NablaError(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return records.map(({ record, info }) => ({
    cells: record,
    // The parser counts to where a record ends; a quoted cell may hold line breaks.
    line: info.lines - record.reduce((breaks, cell) => breaks + cell.split("\n").length - 1, 0),
  }));
}

function guessDelimiter(text: string): string {
  const first =
    text
      .slice(0, 10_000)
      .split(/\r?\n/)
      .find((line) => line.trim()) ?? "";
  const count = (delimiter: string) => first.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => (count(next) > count(best) ? next : best));
}

/**
 * A first row is a header if, in some column, it is the one that is not a number while most others are, and no number
 * stands on top of such a column: then a value is missing or misspelt, and the row is data like the others.
 */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...others] = rows as [readonly string[], ...(readonly string[])[]];
  if (others.length === 0) return first.every((cell) => !isNumber(cell));
  const numeric = first.map(
    (_, column) => others.filter((row) => isNumber(row[column]!)).length * 2 >= others.length,
  );
  const some = (fits: (cell: string) => boolean) =>
    first.some((cell, column) => numeric[column] && fits(cell));
  return some((cell) => cell !== "" && !isNumber(cell)) && !some(isNumber);
}
