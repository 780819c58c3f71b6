/** What the columns of a table hold, as it stands in the file. Nothing is refused: what cannot be read is counted. */
import { areFew } from "../labels.ts";
import { isMissing, truthOf } from "./cells.ts";
import { TableColumn } from "./column.ts";
import type { Table } from "./csvTable.ts";
import { DAY, dateOf, isClock, ordersOf } from "./dates.ts";
import { type Decimal, decimalOfColumn, decimalOfTable, mostlyNumbers, readNumber } from "./numbers.ts";

export type ProfiledKind = "number" | "boolean" | "date" | "category" | "text" | "empty";

/** One column. */
export interface ColumnProfile {
  readonly name: string;
  readonly kind: ProfiledKind;
  /** Cells without a value. */
  readonly missing: number;
  /** How many different values there are, without the missing ones. */
  readonly distinct: number;
  /** Of numbers; of dates as YYYY-MM-DD. */
  readonly min?: number | string;
  readonly mean?: number;
  readonly max?: number | string;
  /** Of numbers and dates: how many lie in each tenth of the way from min to max. */
  readonly histogram?: readonly number[];
  /** Cells that are of another kind than most, and the first of them. */
  readonly odd?: { readonly cells: number; readonly first: string };
  /** The most frequent values, where values come again: the first first. */
  readonly top?: readonly { readonly value: string; readonly share: number }[];
}

const BINS = 10;
const MOST_TOP = 5;

/** @param decimal what stands before the fraction; default: what the cells show */
export function profileTable(table: Table, decimal = table.decimal): ColumnProfile[] {
  const columns = table.columns.map((_, at) => new TableColumn(table, at));
  const shown = decimal ?? decimalOfTable(columns.map(({ numbers }) => numbers));
  return columns.map((column) => profileColumn(column, shown));
}

function profileColumn(column: TableColumn, decimal: Decimal | undefined): ColumnProfile {
  const counts = new Map<string, number>();
  let present = 0;
  for (const cell of column.cells) {
    if (isMissing(cell)) continue;
    present++;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const { name, cells } = column;
  const common = { name, missing: cells.length - present, distinct: counts.size };
  if (present === 0) return { ...common, kind: "empty" };
  const repeats = areFew(counts.size, present);
  const top = repeats ? topOf(counts, present) : undefined;
  if (mostlyNumbers(column.numbers)) {
    const sign = decimalOfColumn(column.numbers, decimal) ?? ".";
    const { odd, ...figures } = spread(counts, (cell) => readNumber(cell, sign)?.value);
    return { ...common, kind: "number", ...figures, ...(odd && { odd }), ...(top && { top }) };
  }
  const values = [...counts.keys()];
  if (values.every((value) => truthOf(value) !== undefined))
    return { ...common, kind: "boolean", top: topOf(counts, present) };
  const order = orderOf(values);
  const { odd, min, max, histogram } = spread(counts, (cell) =>
    isClock(cell) ? undefined : dateOf(cell, order),
  );
  if (min !== undefined && (odd?.cells ?? 0) * 2 < present)
    return {
      ...common,
      kind: "date",
      min: dayOf(min),
      max: dayOf(max!),
      histogram: histogram!,
      ...(odd && { odd }),
    };
  return { ...common, kind: repeats ? "category" : "text", ...(top && { top }) };
}

/** Of dates like 03/04/2021: the order that more of them can have. */
function orderOf(values: readonly string[]) {
  const orders = values.flatMap((value) => ordersOf(value) ?? []);
  const days = orders.filter((order) => order === "dmy").length;
  return days * 2 >= orders.length ? "dmy" : "mdy";
}

/** Days since 1970 as YYYY-MM-DD; of what no calendar has, their number. */
function dayOf(days: number): string {
  const date = new Date(days * DAY);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().replace(/T.*/, "");
}

interface Spread {
  readonly min?: number;
  readonly mean?: number;
  readonly max?: number;
  readonly histogram?: readonly number[];
  readonly odd?: ColumnProfile["odd"];
}

/** @param read a cell's number; undefined where it is none */
function spread(counts: ReadonlyMap<string, number>, read: (cell: string) => number | undefined): Spread {
  const numbers: [value: number, cells: number][] = [];
  let [odd, first] = [0, ""];
  for (const [cell, cells] of counts) {
    const value = read(cell);
    if (value !== undefined && Number.isFinite(value)) numbers.push([value, cells]);
    else {
      if (odd === 0) first = cell;
      odd += cells;
    }
  }
  const others = odd > 0 ? { odd: { cells: odd, first } } : {};
  if (numbers.length === 0) return others;
  let [min, max, mean, seen] = [Infinity, -Infinity, 0, 0];
  for (const [value, cells] of numbers) {
    if (value < min) min = value;
    if (value > max) max = value;
    seen += cells;
    // halves: the difference of two numbers may be larger than numbers are
    mean += (value / 2 - mean) * (cells / seen);
  }
  const histogram = new Array<number>(BINS).fill(0);
  const width = max / 2 - min / 2;
  for (const [value, cells] of numbers)
    histogram[width > 0 ? Math.min(BINS - 1, Math.floor(((value / 2 - min / 2) / width) * BINS)) : 0]! +=
      cells;
  return { min, mean: mean * 2, max, histogram, ...others };
}

function topOf(counts: ReadonlyMap<string, number>, present: number): NonNullable<ColumnProfile["top"]> {
  const ranked = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_TOP);
  return ranked.map(([value, cells]) => ({ value, share: cells / present }));
}
