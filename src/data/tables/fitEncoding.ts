/** How the columns of a table become inputs: found out from all rows, measured on those that are trained on. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { type AskedColumn, askedOf } from "./asked.ts";
import { isMissing } from "./cells.ts";
import type { TableColumn } from "./column.ts";
import type { Table } from "./csvTable.ts";
import { type ColumnEncoding, type ColumnKindName, kindOf, type TableEncoding } from "./encoding.ts";
import { freeText } from "./kinds/category.ts";
import { kinds } from "./kinds/index.ts";
import { type ColumnCells, some, word } from "./kinds/kind.ts";
import { type Decimal, decimalOfTable } from "./numbers.ts";

/** Inputs that a column of text becomes, if nobody says how many. */
const MAX_CATEGORIES = 30;

/** What a table's columns turned out to be. */
export interface FittedEncoding {
  /** The columns that are inputs: their places in the table. */
  readonly inputs: number[];
  /** By these columns. */
  readonly encoding: TableEncoding;
  /** Names of columns without a single value, which are left out. */
  readonly empty: string[];
  readonly readings: ColumnReading[];
}

/** How a column was read, for people. */
export interface ColumnReading {
  readonly column: string;
  /** "4 categories: …", "number; 3 missing, filled with 29.7" */
  readonly as: string;
}

export interface EncodingOptions {
  readonly maxCategories?: number;
  /** Kinds that were asked for. */
  readonly columns?: Readonly<Record<string, AskedColumn>>;
  /** The decimal sign that was asked for. */
  readonly decimal?: Decimal;
}

/** The decimal sign that the columns of a table show. */
export const decimalShown = (columns: readonly TableColumn[]): Decimal | undefined =>
  decimalOfTable(columns.map(({ numbers }) => numbers));

/**
 * @param rows the rows that are trained on; means and frequencies are theirs
 * @throws NablaError naming line and column where a reading would lose something, and columns that are free text
 */
export function fitEncoding(
  columns: readonly TableColumn[],
  rows: Uint32Array,
  options: EncodingOptions = {},
): FittedEncoding {
  const { maxCategories = MAX_CATEGORIES } = options;
  const shown = options.decimal ?? decimalShown(columns);
  const fitted: FittedEncoding & { encoding: ColumnEncoding[] } = {
    inputs: [],
    encoding: [],
    empty: [],
    readings: [],
  };
  const texts: { name: string; different: number }[] = [];
  for (const each of columns) {
    const { name, at } = each;
    const asked = askedOf(options, name);
    const column: ColumnCells = {
      name,
      cells: each.cells,
      lines: each.table.lines,
      numbers: () => each.numbers,
      isMissing: missingAs(asked),
      maxCategories,
      rows,
      ...(shown && { shown }),
      ...(options.decimal && { decimal: options.decimal }),
      refuse(row, problem) {
        throw each.problem(row, problem);
      },
    };
    const missing = column.cells.filter(column.isMissing).length;
    if (missing === column.cells.length) {
      fitted.empty.push(name);
      fitted.readings.push({ column: name, as: "left out: all values are missing" });
      continue;
    }
    const entry = entryOf(column, asked);
    const different = entry.kind === "category" && !asked ? freeText(column) : undefined;
    if (different !== undefined) {
      texts.push({ name, different });
      continue;
    }
    const filled = missing > 0 ? withFill(entry, column) : entry;
    fitted.inputs.push(at);
    fitted.encoding.push(filled);
    fitted.readings.push({ column: name, as: titleOf(filled, missing) + (isId(each) ? idHint(name) : "") });
  }
  if (texts.length > 0) throw refuseTexts(columns[0]!.table, texts);
  return fitted;
}

/** What is missing in a column that is to be read so: where words are asked for, every word is one. */
export const missingAs = (asked: AskedColumn | undefined): ((cell: string) => boolean) =>
  asked?.kind === "category" || asked?.kind === "ordered" ? (cell) => cell === "" : isMissing;

/** Whether a column is called as numbers of rows are, and no number comes twice. */
function isId({ name, cells }: TableColumn): boolean {
  if (!/(?:^|[\s_.-])(?:id|index|idx|nr|no)$|[a-z]I[dD]$/i.test(name) || cells.length < 10) return false;
  return cells.every((cell) => /^\d+$/.test(cell)) && new Set(cells).size === cells.length;
}

const idHint = (name: string): string =>
  `, different in each row: is it an id? --ignore ${word(name)} leaves it out`;

/** Whether every column is a number as programs write it, and there: then nothing has to be known about them. */
export const isPlain = (encoding: TableEncoding): boolean =>
  encoding.every((entry) => entry.kind === "number" && Object.keys(entry).length === 1);

function entryOf(column: ColumnCells, asked: AskedColumn | undefined): ColumnEncoding {
  for (const kind of asked ? [asked.kind] : (Object.keys(kinds) as ColumnKindName[])) {
    const fitted = kindOf(kind).fit(column, asked);
    if (fitted) return { kind, ...fitted } as ColumnEncoding;
  }
  throw new NablaError(`column ${show(column.name)}: no kind of column takes it`); // categories take every text
}

/** With the mean or the most frequent value of the training rows, and a mark where they have missing values. */
function withFill(entry: ColumnEncoding, { cells, rows, isMissing: missing }: ColumnCells): ColumnEncoding {
  const gaps = rows.some((row) => missing(cells[row]!)) && rows.some((row) => !missing(cells[row]!));
  return { ...entry, fill: fillOf(entry, cells, rows), ...(gaps && { indicator: true }) } as ColumnEncoding;
}

/** Of rows without a value, what the others are like. */
function fillOf(
  entry: ColumnEncoding,
  cells: readonly string[],
  rows: Iterable<number>,
): ColumnEncoding["fill"] {
  const kind = kindOf(entry.kind);
  const read = kind.reader(entry);
  const values: number[] = [];
  for (const row of rows) {
    const value = read(cells[row]!) ?? (isMissing(cells[row]!) ? undefined : kind.otherwise?.(entry));
    if (value !== undefined) values.push(value);
  }
  if (values.length === 0)
    return entry.fill ?? fillOf({ ...entry, fill: 0 } as ColumnEncoding, cells, cells.keys());
  if (kind.averaged) return meanOf(values);
  const named = values.filter((value) => kind.nameOf!(entry, value) !== undefined);
  return named.length > 0 ? kind.nameOf!(entry, mostFrequent(named)) : (entry.fill ?? kind.nameOf!(entry, 0));
}

/** The same inputs, with missing values filled by what these rows are like. */
export const refill = (
  encoding: TableEncoding,
  columns: readonly TableColumn[],
  rows: Uint32Array,
): ColumnEncoding[] =>
  encoding.map((entry, i) =>
    entry.fill === undefined
      ? entry
      : ({ ...entry, fill: fillOf(entry, columns[i]!.cells, rows) } as ColumnEncoding),
  );

/** From the first value on, so that a large one costs no digits. */
function meanOf(values: readonly number[]): number {
  const [first = 0] = values;
  let sum = 0;
  for (const value of values) sum += value - first;
  return first + sum / Math.max(1, values.length);
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  // of equals the first of the list
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]![0];
}

function titleOf(entry: ColumnEncoding, missing: number): string {
  const title = kindOf(entry.kind).title(entry);
  return missing === 0 ? title : `${title}; ${missing} missing, ${filledText(entry)}`;
}

/** How missing values are filled, for people. */
export function filledText({ kind, fill, indicator }: ColumnEncoding): string {
  const value =
    kind === "date"
      ? new Date((fill as number) * 86_400_000)
          .toISOString()
          .replace(/T00:00.*|:\d\d\.\d*Z$/, "")
          .replace("T", " ")
      : typeof fill === "number"
        ? String(Number(fill.toPrecision(6)))
        : typeof fill === "boolean"
          ? fill
            ? "yes"
            : "no"
          : show(fill);
  return `filled with ${value}${indicator ? " and marked" : ""}`;
}

function refuseTexts(table: Table, texts: readonly { name: string; different: number }[]): NablaError {
  const names = texts.map(({ name }) => show(name));
  const [first] = texts;
  const figures = some(texts.map(({ different }) => String(different)));
  const several = texts.length > 1;
  const ignore = texts.map(({ name }) => `--ignore ${word(name)}`).join(" ");
  return new NablaError(
    `${table.name}: column${several ? "s" : ""} ${some(names)}: free text or ids (${figures} different values in ${table.rows.length} rows), from which nothing can be learned; ${ignore} leaves ${several ? "them" : "it"} out, --column ${word(`${first!.name}=category`)} reads ${several ? "one" : "it"} as categories${meantBy(table, first!.name)}`,
    { details: { columns: texts.map(({ name }) => name) } },
  );
}

/** What texts may be that are not read, by the first of them. */
function meantBy({ columns, rows }: Table, name: string): string {
  const at = columns.indexOf(name);
  const cell = rows.map((row) => row[at]!).find((each) => !isMissing(each)) ?? "";
  if (/^\d{1,2}([./-])\d{1,2}\1\d{2}(?!\d)/.test(cell))
    return `. Is ${show(cell)} a date? Years need four digits`;
  const [, unit] = /^[+-]?\d[\d.,]* ?(\D{1,6})$/.exec(cell) ?? [];
  return unit === undefined ? "" : `. Are these numbers? Then leave ${show(unit)} out`;
}
