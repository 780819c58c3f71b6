/** Values of a language's own types as the cells of a table. */
import { Sha256 } from "../../../checkpoint/sha256.ts";
import { NablaError } from "../../../errors.ts";
import { show } from "../../../fields/fields.ts";
import { toUtf8, wellFormed } from "../../../host.ts";
import { isA } from "../../../tags.ts";
import { type Table, tableOf } from "../csvTable.ts";
import { MOST_CELLS, memoryOf } from "../records.ts";

/** How rows of values become a table. */
interface Values {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that nobody looks at may hold anything. */
  used(column: string): boolean;
  /** Values of a row, in the order of the columns. */
  readonly rows: Iterable<ArrayLike<unknown>>;
  /** Lines that rows stand on; default: their numbers from 1. */
  readonly lines?: readonly number[];
  readonly unit?: Table["unit"];
  readonly maxBytes?: number | undefined;
}

/** @throws NablaError with row and column, for a value that is no single one, and for more cells than may be held */
export function tableOfValues({
  name,
  columns,
  used,
  rows,
  lines,
  unit,
  maxBytes = MOST_CELLS,
}: Values): Table {
  const cells: string[][] = [];
  const looked = columns.map(used);
  for (const row of rows) {
    checkMemory(name, cells.length + 1, columns.length, maxBytes);
    const at = `${unit ?? "line"} ${lines?.[cells.length] ?? cells.length + 1}`;
    cells.push(
      columns.map((column, c) => {
        const cell = cellOf(row[c]);
        if (cell !== undefined) return cell;
        if (!looked[c]) return "";
        throw new NablaError(
          `${name}: ${at}: column ${show(column)}: expected a number, a text, true, false, a time or nothing, got ${show(row[c])}; a table has one value in each cell: leave the column out (--ignore), or make columns of its parts`,
        );
      }),
    );
  }
  if (cells.length === 0) throw new NablaError(`${name}: there are no rows`);
  const notes: string[] = [];
  const numbers = lines ?? cells.map((_, i) => i + 1);
  return {
    ...tableOf(columns, columns.length, { rows: cells, lines: [...numbers] }, notes),
    name,
    named: true,
    ...(unit && { unit }),
    // its numbers are written as programs write them, not as a country does
    decimal: ".",
    delimiter: ",",
    maxBytes,
  };
}

/** @throws NablaError for more cells than may be held, before they are made */
export function checkMemory(name: string, rows: number, columns: number, maxBytes = MOST_CELLS): void {
  const bytes = memoryOf(rows, columns);
  if (bytes > maxBytes)
    throw new NablaError(
      `${name}: rows of ${columns} columns take more than ${maxBytes} bytes; take a part of it, or allow more with maxBytes (--max-bytes)`,
    );
}

/** undefined for what is no single value. */
function cellOf(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isNaN(value) ? "" : String(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "undefined":
      return "";
  }
  if (value === null) return "";
  if (isA("Date", value)) return Number.isNaN(value.getTime()) ? "" : timeOf(value.toISOString());
  return undefined;
}

/** Without a time of day where there is none. */
const timeOf = (iso: string): string => iso.replace(/T00:00:00\.000Z$/, "").replace(/\.000Z$/, "Z");

/** Seconds of a day as 13:05:07.25 */
export function clock(seconds: number): string {
  // to the microsecond, but not to the next day
  const micros = Math.min(Math.round(seconds * 1e6), seconds < DAY ? DAY * 1e6 - 1 : Infinity);
  const whole = Math.floor(micros / 1e6);
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  // without zeros at the end
  const rest = String(Number((micros / 1e6 - whole).toFixed(6))).slice(1);
  return `${two(whole / 3600)}:${two((whole / 60) % 60)}:${two(whole % 60)}${rest}`;
}

const DAY = 86_400;

/** No format has decimals with more digits than 76. */
const MOST_DIGITS = 100;

/** Digits of a whole number with the point before the last `scale` of them. What is beyond any format comes as what is no single value. */
export function decimal(value: bigint, scale: number): unknown {
  if (!(Math.abs(scale) <= MOST_DIGITS)) return { decimal: String(value), scale };
  const digits = String(value < 0n ? -value : value);
  const sign = value < 0n ? "-" : "";
  if (scale <= 0) return `${sign}${digits}${value === 0n ? "" : "0".repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, "0");
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

/** The shortest number that is the same float32: 0.1, not 0.10000000149011612. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Rows whose text is digested at once. */
const ROWS = 1000;

/** SHA-256 of what the cells are, hexadecimal: of [columns, rows] in JSON, whose text is never there as a whole. */
export function digestOfCells({ columns, rows }: Pick<Table, "columns" | "rows">): string {
  const digest = new CellDigest(columns);
  for (let from = 0; from < rows.length; from += ROWS) digest.add(rows.slice(from, from + ROWS));
  return digest.hex();
}

/** The same of rows that come some at a time. */
export class CellDigest {
  private readonly digest = new Sha256();
  private begun = false;

  constructor(columns: Table["columns"]) {
    this.text(`[${JSON.stringify(columns)},[`);
  }

  private text(text: string): void {
    this.digest.update(toUtf8(wellFormed(text)));
  }

  add(rows: Table["rows"]): void {
    if (rows.length === 0) return;
    this.text((this.begun ? "," : "") + JSON.stringify(rows).slice(1, -1));
    this.begun = true;
  }

  hex(): string {
    this.text("]]");
    return this.digest.hex();
  }
}
