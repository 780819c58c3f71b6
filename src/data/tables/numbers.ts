/** How the numbers of a table are written: decimal commas, thousands separators, currencies, percent. */
import { show } from "../../fields/fields.ts";
import { isMissing, isNumber } from "./cells.ts";

/** What stands before the fraction. */
export type Decimal = "." | ",";

/** A number, and what was taken off to read it. */
export interface Reading {
  readonly value: number;
  /** A currency as it stands there, or "%". */
  readonly unit?: string;
}

const WORDS =
  "USD|EUR|GBP|JPY|CHF|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|TRY|KRW|R\\$|US\\$|A\\$|C\\$|kr\\.?|zł|Kč|Ft|Rs\\.?";
/** Made in one go, so that bundlers leave it out of programs that read no tables. */
const unitForms = /* @__PURE__ */ (() => {
  const before = new RegExp(`^(?:\\p{Sc}|${WORDS})`, "iu");
  const after = new RegExp(`(?:\\p{Sc}|%|${WORDS})$`, "iu");
  return { before, after };
})();
const SIGN = /^[+\-−]/;
/** No unit is longer; what is looked for at either end is looked for in so many characters. */
const UNIT = 4;
/** No number is written with more characters than this together with separators, signs and units. */
const LONGEST = 400;

/** Groups of three digits, of two and three as in India, or none; a fraction; an exponent. */
const BODY: Readonly<Record<Decimal, RegExp>> = {
  ".": /^(?:[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}|[1-9]\d{0,2}([ '’\u00a0\u2009\u202f])\d{3}(?:\1\d{3})*|\d+|(?=\.\d))(?:\.\d*)?(?:e[+-]?\d+)?$/i,
  ",": /^(?:[1-9]\d{0,2}([. '’\u00a0\u2009\u202f])\d{3}(?:\1\d{3})*|\d+|(?=,\d))(?:,\d+)?(?:e[+-]?\d+)?$/i,
};

/** A cell as a number; undefined for what is none. Parentheses around it are a minus, as accountants write. */
export function readNumber(cell: string, decimal: Decimal = "."): Reading | undefined {
  if (decimal === "." && isNumber(cell)) return { value: Number(cell) };
  if (cell.length > LONGEST) return undefined;
  let text = cell.trim();
  let sign = 1;
  const bare = () => {
    const [found] = SIGN.exec(text) ?? [""];
    if (found !== "" && found !== "+") sign = -sign;
    text = text.slice(found.length).trimStart();
    return found !== "";
  };
  if (text.startsWith("(") && text.endsWith(")")) {
    sign = -1;
    text = text.slice(1, -1).trim();
  } else bare();
  const before = unitForms.before.exec(text.slice(0, UNIT))?.[0];
  if (before !== undefined) {
    text = text.slice(before.length).trimStart();
    if (sign > 0) bare();
  }
  const after = before === undefined ? unitForms.after.exec(text.slice(-UNIT))?.[0] : undefined;
  if (after !== undefined) text = text.slice(0, -after.length).trimEnd();
  if (!BODY[decimal].test(text)) return undefined;
  const plain =
    decimal === "."
      ? text.replace(/[, '’\u00a0\u2009\u202f]/g, "")
      : text.replace(/[. '’\u00a0\u2009\u202f]/g, "").replace(",", ".");
  const unit = before ?? after;
  return { value: sign * Number(plain), ...(unit !== undefined && { unit }) };
}

/**
 * Which decimal sign a cell shows: "." or "," where it is a number with that one alone, "?" where both are numbers and
 * differ (1,234), "" where it makes no difference; undefined for what is no number.
 */
export function decimalOf(cell: string): Decimal | "?" | "" | undefined {
  const separated = cell.includes(",") || cell.includes(".");
  const point = readNumber(cell, ".");
  if (!separated) return point && "";
  const comma = readNumber(cell, ",");
  if (point && comma) return Object.is(point.value, comma.value) ? "" : "?";
  return point ? "." : comma && ",";
}

/** What the cells of a column are, taken as numbers. Indices are of cells; -1 where there is none. */
export interface ColumnNumbers {
  /** Cells that are there, that are missing, that are numbers, and numbers written as programs write them. */
  readonly present: number;
  readonly missing: number;
  readonly numbers: number;
  readonly plain: number;
  /** The first cell that is no number whichever way it is read, that is one only with a point, only with a comma, with either. */
  readonly odd: number;
  readonly point: number;
  readonly comma: number;
  readonly either: number;
  /** Currencies and "%", each with its first cell; "" for cells without. */
  readonly units: ReadonlyMap<string, number>;
}

/** Looks at every cell once. */
export function columnNumbers(cells: Iterable<string>): ColumnNumbers {
  let [present, missing, numbers, plain] = [0, 0, 0, 0];
  let [odd, point, comma, either] = [-1, -1, -1, -1];
  const units = new Map<string, number>();
  let at = -1;
  for (const cell of cells) {
    at++;
    if (isMissing(cell)) {
      missing++;
      continue;
    }
    present++;
    const decimal = decimalOf(cell);
    if (decimal === undefined) {
      if (odd < 0) odd = at;
      continue;
    }
    numbers++;
    const isPlain = isNumber(cell);
    if (isPlain) plain++;
    if (decimal === "." && point < 0) point = at;
    if (decimal === "," && comma < 0) comma = at;
    // 1.234 is written as programs write it: only beside decimal commas is it anything else
    if (decimal === "?" && !isPlain && either < 0) either = at;
    const unit = isPlain ? "" : (readNumber(cell, decimal === "," ? "," : ".")?.unit ?? "");
    if (!units.has(unit)) units.set(unit, at);
  }
  return { present, missing, numbers, plain, odd, point, comma, either, units };
}

/** A column is one of numbers if most of what is there is. */
export const mostlyNumbers = ({ present, numbers }: ColumnNumbers): boolean =>
  numbers > 0 && numbers * 2 >= present;

/**
 * The decimal sign of a column of numbers: what its own cells show, else what the others of the table show (`table`),
 * else a point. undefined where nothing tells how 1,234 is meant, or where cells contradict each other.
 */
export function decimalOfColumn(
  { point, comma, either }: ColumnNumbers,
  table?: Decimal,
): Decimal | undefined {
  if (point >= 0 && comma >= 0) return undefined;
  if (comma >= 0) return ",";
  if (point >= 0) return ".";
  return either >= 0 ? table : (table ?? ".");
}

/** The decimal sign that columns of numbers show together; undefined where none does, or where they disagree. */
export function decimalOfTable(columns: Iterable<ColumnNumbers>): Decimal | undefined {
  let [points, commas] = [0, 0];
  for (const column of columns) {
    if (!mostlyNumbers(column)) continue;
    if (column.point >= 0) points++;
    if (column.comma >= 0) commas++;
  }
  return points > 0 === commas > 0 ? undefined : points > 0 ? "." : ",";
}

/** A cell that cannot be read with the others, by its row. */
export interface CellProblem {
  readonly row: number;
  readonly problem: string;
}

interface Cells {
  readonly cells: readonly string[];
  readonly lines: readonly number[];
  readonly unit?: "line" | "row" | "record";
}

/** Why decimalOfColumn() cannot tell: cells contradict each other, or nothing says how 1,234 is meant. */
export function decimalProblem(
  { cells, lines, unit = "line" }: Cells,
  { point, comma, either }: ColumnNumbers,
): CellProblem {
  const quoted = (row: number) => show(cells[row]);
  if (point >= 0 && comma >= 0) {
    const [first, row] = [Math.min(point, comma), Math.max(point, comma)];
    return {
      row,
      problem: `${quoted(row)} beside ${quoted(first)} in ${unit} ${lines[first]}: expected one decimal sign in a column; mend the cells`,
    };
  }
  const read = (decimal: Decimal) => readNumber(cells[either]!, decimal)!.value;
  return {
    row: either,
    problem: `${quoted(either)} is ${read(".")} with --decimal ., ${read(",")} with --decimal ,; give one of them`,
  };
}

/** Of units that are different; undefined where there is one, or none. */
export function unitProblem(
  { cells }: Pick<Cells, "cells">,
  rows: readonly number[],
): CellProblem | undefined {
  const [first, row] = rows;
  if (first === undefined || row === undefined) return undefined;
  return {
    row,
    problem: `${show(cells[row])} beside ${show(cells[first])}: expected one unit in a column; convert them, or leave the signs out`,
  };
}
/** The first number without a % in a column that has some with it: 5 may be 5 %, or 500. 0 is the same. -1 where there is none. */
export function bareAmongPercents(cells: readonly string[], { units }: ColumnNumbers): number {
  if (!units.has("%") || !units.has("")) return -1;
  return cells.findIndex((cell) => {
    const read = readNumber(cell) ?? readNumber(cell, ",");
    return read !== undefined && read.unit === undefined && read.value !== 0;
  });
}

/** What is said about it. */
export const shareOrPercent = (cells: readonly string[], at: number, { units }: ColumnNumbers): string =>
  `${show(cells[at])} beside ${show(cells[units.get("%")!])} may be percent or a share of 1; write % behind all numbers of a column, or behind none`;
