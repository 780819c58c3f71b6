/** The text of a table to named columns of cells. */

import { NablaError } from "../../errors.ts";
import { demandText } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { isMissing, isNumber } from "./cells.ts";
import { delimiterName, guessDelimiter } from "./delimiter.ts";
import { findHeader, isIndex, nameOf } from "./header.ts";
import { type Decimal, readNumber } from "./numbers.ts";
import { MOST_CELLS, type Records, readRecords } from "./records.ts";

/** A table: what every command and every reader gets of a file. Memory: some 30 bytes a cell besides its text. */
export interface Table {
  /** What errors call it. */
  readonly name: string;
  /** In the order of the file, no two alike. */
  readonly columns: readonly string[];
  /** Whether the names are the file's own: there is a header. */
  readonly named: boolean;
  /** Every cell still a string, without blanks around numbers. */
  readonly rows: readonly (readonly string[])[];
  /** The line on which each row begins, counted from 1 as editors do; without lines, the row's number from 1. */
  readonly lines: readonly number[];
  /** What these count; default "line". */
  readonly unit?: "line" | "row" | "record";
  /** What errors call a row, where it has more than a number. */
  readonly place?: (row: number) => string;
  /** The column that only numbers the rows, as pandas and R write it: no input. */
  readonly index?: number;
  /** Names that stand over several columns; all but the first of these have got a number. */
  readonly repeated: ReadonlySet<string>;
  /** The decimal sign that was asked for. */
  readonly decimal?: Decimal;
  readonly delimiter: string;
  /** Bytes that rows and cells may take; what is made of them may take twice as many. */
  readonly maxBytes: number;
  /** What was read and how, in plain sentences. */
  readonly notes: readonly string[];
}

export interface CsvTableOptions {
  /** Whether the first row holds names; default: found out, and asked about where both are plausible. */
  header?: boolean;
  /** Default: found out. " " stands for runs of blanks. */
  delimiter?: string;
  /** What stands before the fraction: "." or ","; default: what the cells show. */
  decimal?: Decimal;
  /** Bytes that rows, cells and columns may take in memory; default 1 GiB. A table that takes more is refused, on the way. */
  maxBytes?: number;
}

/** Where a row stands, as errors say it: "line 3". */
export const rowIn = ({ lines, unit = "line", place }: Table, row: number): string =>
  place?.(row) ?? `${unit} ${lines[row]}`;

/** The line that tells Excel the delimiter. */
const SEP = /^\uFEFF?"?sep=(.)"?(?:\r\n|\n|\r)/i;

/**
 * @param known names that are looked for, of a table that was read before
 * @throws NablaError with `name` and the line for quotes that do not close, rows of different lengths, no rows, no rows but
 * a header, and for a first row that may be names or values
 */
export function parseCsvTable(
  text: string,
  name: string,
  options: CsvTableOptions = {},
  known: readonly string[] = [],
): Table {
  demandText(name, "the text of a table", text);
  const { maxBytes = MOST_CELLS } = options;
  const notes: string[] = [];
  const { body, line, delimiter } = withoutComments(beginning(text), options.delimiter, notes);
  if (delimiter !== ",") notes.push(`delimiter: ${delimiterName(delimiter)}`);
  const records = withoutEmpty(readRecords(body, delimiter, name, { line, maxBytes }), notes);
  const { rows } = records;
  if (rows.length === 0)
    throw new NablaError(`${name}: the file is empty; expected rows of comma-separated values`);
  const shortHeader = squared(records, name);
  const header = options.header ?? (shortHeader ? true : headerOf(rows, name, known));
  if (header && rows.length === 1) throw new NablaError(`${name}: only a header, no rows of data`);
  if (!header) notes.push("no header: the first row holds values");
  const names = header ? rows[0]! : [];
  const data = header ? { rows: rows.slice(1), lines: records.lines.slice(1) } : records;
  const width = withoutEmptyColumns(rows, data.rows, notes);
  const numbered = shortHeader || (header && isUnnamed(names[0]!) && width > 1 && isIndex(data.rows, 0));
  if (numbered) notes.push("the first column numbers the rows, and is left out");
  const { decimal } = options;
  return {
    ...tableOf(names, width, data, notes),
    name,
    named: header,
    ...(numbered && { index: 0 }),
    ...(decimal && { decimal }),
    delimiter,
    maxBytes,
  };
}

/** Cells under names, whatever file they come from. @param rows cells become as they are compared, in place */
export function tableOf(
  names: readonly string[],
  width: number,
  { rows, lines }: Records,
  notes: string[],
): Pick<Table, "columns" | "repeated" | "rows" | "lines" | "notes"> {
  const named = namesOf(names, width, notes);
  tidy(rows);
  return { ...named, rows, lines, notes };
}

/** The cells of a single line, by a delimiter, or the one it shows. */
export function parseCsvLine(text: string, name: string, delimiter?: string): string[] {
  demandText(name, "a line of a table", text);
  const { rows } = readRecords(text, delimiterFor(delimiter ?? guessDelimiter(text)), name);
  if (rows.length !== 1) throw new NablaError(`${name}: expected one row of values, got ${rows.length}`);
  tidy(rows);
  return rows[0]!;
}

/** Without what comes before the first row. */
function beginning(text: string): Beginning {
  const sep = SEP.exec(text);
  if (sep) return { body: text.slice(sep[0].length), line: 2, said: sep[1]! };
  return { body: text.startsWith("\uFEFF") ? text.slice(1) : text, line: 1 };
}

interface Beginning {
  body: string;
  line: number;
  said?: string;
}

/** So many lines are looked at. */
const MOST_COMMENTS = 10_000;

/** A line of which all is a comment, or nothing. */
const NO_ROW = /(?:#[^\r\n]*)?(?:\r\n|\n|\r)/y;

/**
 * Lines above the table that begin with # and have another number of cells say something about it. The last of them may hold
 * names, as numpy.savetxt() writes: one of as many cells as the rows is a row.
 */
function withoutComments(
  { body, line, said }: Beginning,
  asked: string | undefined,
  notes: string[],
): Beginning & { delimiter: string } {
  const given = asked ?? said;
  NO_ROW.lastIndex = 0;
  let end = 0;
  let lineCount = 0;
  while (lineCount++ < MOST_COMMENTS && NO_ROW.test(body)) end = NO_ROW.lastIndex;
  const above = body.slice(0, end);
  const all = () => ({ body, line, delimiter: delimiterFor(given ?? guessDelimiter(body)) });
  if (!above.includes("#") || end === body.length) return all();
  const rest = body.slice(end);
  const delimiter = delimiterFor(given ?? guessDelimiter(rest));
  const widthOf = (text: string) => readRecords(text, delimiter, "", { sample: 1 }).rows[0]?.length;
  const lines = above.split(/\r\n|\n|\r/).slice(0, -1);
  const like = lines.map((each) => each.startsWith("#") && widthOf(`${each}\n`) === widthOf(rest));
  const names = like.at(-1) === true;
  if (widthOf(rest) === 1 || like.indexOf(true) !== (names ? lines.length - 1 : -1)) return all();
  const left = lines.filter((each, i) => each.startsWith("#") && !like[i]).length;
  if (left > 0) notes.push(`${left} line${left === 1 ? "" : "s"} beginning with # left out`);
  return names
    ? { body: `${lines.at(-1)}\n${rest}`, line: line + lines.length - 1, delimiter }
    : { body: rest, line: line + lines.length, delimiter };
}

/** "tab" and "\\t" can be typed. */
export function delimiterFor(given: string): string {
  const delimiter = given === "tab" || given === "\\t" ? "\t" : given === "blanks" ? " " : given;
  if (delimiter === "" || /["\r\n]/.test(delimiter))
    throw new NablaError(
      `delimiter: expected what separates cells, as , ; | tab or blanks, got ${show(given)}`,
    );
  return delimiter;
}

/** Rows of which every cell is empty, as spreadsheets leave them behind, say nothing. */
function withoutEmpty({ rows, lines }: Records, notes: string[]): Records {
  const full = rows.map((row) => row.some((cell) => cell !== ""));
  const left = full.filter((is) => !is).length;
  if (left === 0) return { rows, lines };
  notes.push(`${left} empty row${left === 1 ? "" : "s"} left out`);
  return { rows: rows.filter((_, i) => full[i]), lines: lines.filter((_, i) => full[i]) };
}

/** @returns whether the header has a name too few: then all other rows begin with a name or number of their own, as R writes */
function squared({ rows, lines }: Records, name: string): boolean {
  const [first, ...rest] = rows as [string[], ...string[][]];
  // and one behind the names alone is no name
  if (rest.length > 0 && first.at(-1) === "" && rest.every((row) => row.length === first.length - 1))
    first.pop();
  const width = first.length;
  const short = rest.length > 0 && rest.every((row) => row.length === width + 1);
  if (short) {
    // a delimiter at the end of each row is no cell
    if (rest.every((row) => row[width] === "")) for (const row of rest) row.pop();
    else first.unshift("");
    return first.length > width;
  }
  const at = rows.findIndex((row) => row.length !== width);
  if (at < 0) return false;
  const line = lines[at]!;
  throw new NablaError(
    `${name}: line ${line}: expected ${width} values as in the first row, got ${rows[at]!.length}`,
    { details: { line } },
  );
}

function headerOf(rows: Records["rows"], name: string, known: readonly string[]): boolean {
  const found = findHeader(rows, known);
  if (typeof found === "boolean") return found;
  throw new NablaError(`${name}: ${found.doubt}: --header yes takes it for names, --header no for values`);
}

/** Columns at the end without a name and without any cell are left behind by spreadsheets. */
function withoutEmptyColumns(all: string[][], data: readonly string[][], notes: string[]): number {
  const width = all[0]!.length;
  let last = width;
  while (last > 1 && all[0]![last - 1] === "" && data.every((row) => row[last - 1] === "")) last--;
  if (last < width) {
    for (const row of all) row.length = last;
    notes.push(`${width - last} empty column${width - last === 1 ? "" : "s"} left out`);
  }
  return last;
}

function namesOf(
  header: readonly string[],
  width: number,
  notes: string[],
): Pick<Table, "columns" | "repeated"> {
  const own = Array.from({ length: width }, (_, i) => nameOf(header[i] ?? "") || `column ${i + 1}`);
  const taken = new Set(own);
  const seen = new Map<string, number>();
  const repeated = new Set<string>();
  const columns = own.map((column) => {
    const count = seen.get(column);
    seen.set(column, (count ?? 0) + 1);
    if (count === undefined) return column;
    // as pandas does: a, a.1, a.2
    let number = count;
    while (taken.has(`${column}.${number}`)) number++;
    seen.set(column, number + 1);
    const unlike = `${column}.${number}`;
    taken.add(unlike);
    repeated.add(column);
    if (repeated.size <= MOST_NAMED && count === 1)
      notes.push(`several columns are called ${column}: the second is read as ${unlike}`);
    return unlike;
  });
  if (repeated.size > MOST_NAMED) notes.push(`and so are ${repeated.size - MOST_NAMED} more`);
  return { columns, repeated };
}

/** So many names that come again are said. */
const MOST_NAMED = 5;

const isUnnamed = (name: string): boolean => name === "" || name === "Unnamed: 0";

/** Quotes keep blanks, but around a number they mean nothing. In place. */
function tidy(rows: readonly string[][]): void {
  for (const row of rows)
    for (let i = 0; i < row.length; i++) {
      const cell = row[i]!;
      if (cell.length > 0 && cell.charCodeAt(0) > 32 && cell.charCodeAt(cell.length - 1) > 32) continue;
      const bare = cell.trim();
      if (isNumber(bare) || isMissing(bare) || readNumber(bare)) row[i] = bare;
    }
}
