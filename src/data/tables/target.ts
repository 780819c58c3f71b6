/**
 * The target column of a table: classes or quantities. What can be either, and would lose something as one of them, is refused
 * with both readings and the option for each.
 */
import { didYouMean, type NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { areFew, areTooMany, byCodeUnit } from "../labels.ts";
import { isCode, isExact, isMissing, isNumber, labelOf } from "./cells.ts";
import { TableColumn } from "./column.ts";
import type { Table } from "./csvTable.ts";
import {
  type ColumnNumbers,
  type Decimal,
  decimalOfColumn,
  decimalProblem,
  mostlyNumbers,
  readNumber,
  unitProblem,
} from "./numbers.ts";
import { different } from "./rounding.ts";

export type Task = "auto" | "classification" | "regression";

export interface TargetOptions {
  /** Default "auto". */
  task?: Task;
  /** The decimal sign that was asked for. */
  decimal?: Decimal;
  /** The one that the other columns of the table show: decimalOfTable(). */
  shown?: Decimal;
  /** Classes in the order of their numbers, from a table that was read before. */
  known?: readonly string[];
  /** Whether `known` are of a model of an earlier version, which took 007 and 7 for one class. */
  loose?: boolean;
}

export interface TableTarget {
  /** Class numbers, or values. */
  y: Int32Array | Float64Array;
  /** Names in the order of their numbers; absent for quantities. */
  classes?: string[];
  /** How the numbers are written, where it has to be known: decimal commas, or separators that may be taken for them. */
  decimal?: Decimal;
  /** What was read and how. */
  notes: string[];
}

/** @throws NablaError with line and column, for missing and unknown labels, and for what may be classes or quantities */
export function readTarget(table: Table, at: number, options: TargetOptions = {}): TableTarget {
  const column = new TableColumn(table, at);
  const { task = "auto", known } = options;
  if (known) return knownClasses(column, known, options.loose === true);
  const missing = column.cells.findIndex(isMissingLabel(column.cells, task));
  if (missing >= 0) throw column.problem(missing, missingLabel(column.cells[missing]!, task));
  if (task === "classification") return classesOf(column);
  if (task === "regression") return quantities(column, options);
  const { numbers } = column;
  if (!mostlyNumbers(numbers)) return textClasses(column);
  if (numbers.odd >= 0) return mixed(column, numbers);
  const { decimal, shown } = options;
  if (numbers.plain < numbers.numbers && decimal === undefined) {
    const bare = numbers.units.size === 1 && numbers.units.has("");
    if (!(bare && shown !== undefined && decimalOfColumn(numbers, shown) === shown))
      throw written(column, numbers);
  }
  const code = column.cells.findIndex(isCode);
  if (code >= 0) return codes(column, code);
  const read = quantities(column, options);
  return fewWholeNumbers(read.y as Float64Array)
    ? classesOf(column, "whole numbers, few of them different")
    : read;
}

/**
 * What is no label among these cells. Where + is a class, - is one as well; and where classes are asked for, only an empty cell
 * is none.
 */
export function isMissingLabel(cells: readonly string[], task: Task): (cell: string) => boolean {
  if (task === "classification") return (cell) => cell === "";
  const signs = cells.includes("+");
  return (cell) => isMissing(cell) && !(signs && (cell === "-" || cell === "−"));
}

const EACH = "--task classification takes each different cell as a class";

const missingLabel = (cell: string, task: Task): string =>
  `the label is missing${cell === "" ? "" : ` (${show(cell)})`}; --missing drop leaves such rows out${cell !== "" && task === "auto" ? `, ${EACH}` : ""}`;

function codes(column: TableColumn, at: number): TableTarget {
  const read = classesOf(column, "codes, kept as they are written");
  if (areTooMany(read.classes!.length, column.cells.length))
    throw column.problem(
      at,
      `${show(column.cells[at])} is a code, not a quantity, and ${read.classes!.length} of ${column.cells.length} are different: --task regression reads them as numbers, ${EACH}`,
    );
  return read;
}

function textClasses(column: TableColumn): TableTarget {
  const read = classesOf(column);
  const distinct = read.classes!.length;
  if (areTooMany(distinct, column.cells.length))
    throw column.problem(
      0,
      `${distinct} of ${column.cells.length} cells are different texts (${show(column.cells[0])}, …), too many for classes: --label names another column, ${EACH}`,
    );
  return read;
}

/** Mostly numbers, and some cells that are none. */
function mixed(column: TableColumn, numbers: ColumnNumbers): TableTarget {
  const counts = new Map<string, number>();
  const values: number[] = [];
  for (const cell of column.cells) {
    const number = readNumber(cell);
    if (number) values.push(number.value);
    else counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const often = [...counts.values()].every((count) => count > 1);
  if (numbers.plain === numbers.numbers && often && fewWholeNumbers(Float64Array.from(values)))
    return classesOf(column, "whole numbers and texts, few of them different");
  const cell = show(column.cells[numbers.odd]);
  throw column.problem(
    numbers.odd,
    `expected a number as in ${numbers.numbers} of ${column.cells.length} cells, got ${cell}; mend the cell, or ${EACH}`,
  );
}

/** Numbers, once something is taken off. */
function written(column: TableColumn, numbers: ColumnNumbers): NablaError {
  const { units, comma, either } = numbers;
  const plainly = (at: number) => show(column.cells[at]);
  const [unit, at] = [...units].find(([name]) => name !== "") ?? [undefined, -1];
  if (unit !== undefined)
    return column.problem(
      at,
      `${plainly(at)} is a number with ${show(unit)}, or a text: --task regression reads the numbers, ${EACH}`,
    );
  if (comma >= 0)
    return column.problem(
      comma,
      `${plainly(comma)} is a number with a decimal comma, or a text: --decimal , reads the numbers, ${EACH}`,
    );
  const first = either >= 0 ? either : column.cells.findIndex((cell) => !isExact(cell));
  const as = (decimal: Decimal) => {
    const read = readNumber(column.cells[first]!, decimal);
    return read ? `--decimal ${decimal} reads ${read.value}, ` : "";
  };
  return column.problem(
    first,
    `${plainly(first)} is a number with separators, or a text: ${as(".")}${as(",")}${EACH}`,
  );
}

function quantities(column: TableColumn, { decimal: asked, shown }: TargetOptions): TableTarget {
  const { numbers } = column;
  const decimal = asked ?? decimalOfColumn(numbers, shown);
  const names = [...numbers.units.keys()];
  const wrong =
    decimal === undefined
      ? decimalProblem({ ...column.table, cells: column.cells }, numbers)
      : unitProblem(column, [...numbers.units.values()]);
  if (wrong) throw column.problem(wrong.row, wrong.problem);
  const y = Float64Array.from(column.cells, (cell, row) => {
    const value = readNumber(cell, decimal)?.value;
    // float32 is what a network is given
    if (value !== undefined && Number.isFinite(Math.fround(value))) return value;
    throw column.problem(row, `expected a number, got ${show(cell)}`);
  });
  const how = [
    names[0] && `${show(names[0])} taken off`,
    decimal === "," && "decimal commas",
    numbers.either >= 0 && decimal === "." && "commas between thousands",
  ].filter(Boolean);
  const [before, after] = [different(y), different(Float32Array.from(y))];
  const lost =
    after < before
      ? `target ${column.name}: ${before} different values become ${after}, being rounded to float32; subtract a number near them`
      : undefined;
  return {
    y,
    ...((decimal === "," || numbers.either >= 0) && { decimal }),
    notes: [
      `target ${column.name}: quantities${how.length > 0 ? `, ${how.join(", ")}` : ""}`,
      ...(lost === undefined ? [] : [lost]),
    ],
  };
}

function classesOf(column: TableColumn, why?: string): TableTarget {
  const keys = column.cells.map(labelOf);
  const classes = [...new Set(keys)];
  // as numbers where all are, so that +1 is after -1; else, and where these are equal, by code unit, which is the same everywhere
  const value = classes.every(isNumber) ? Number : () => 0;
  classes.sort((a, b) => value(a) - value(b) || byCodeUnit(a, b));
  const numbers = new Map(classes.map((key, i) => [key, i]));
  const notes = [
    `target ${column.name}: ${classes.length} class${classes.length === 1 ? "" : "es"}${why ? ` (${why})` : ""}`,
  ];
  const written = new Set(column.cells);
  const merged = column.cells.find((cell, row) => cell !== keys[row] && written.has(keys[row]!));
  if (merged !== undefined) notes.push(`${merged} and ${labelOf(merged)} are one class`);
  return { y: Int32Array.from(keys, (key) => numbers.get(key)!), classes, notes };
}

/**
 * Finds the number of a class by a cell; undefined for what is none of them.
 *
 * @param loose for models of earlier versions, which took 007 and 7 for one class
 */
export function classFinder(known: readonly string[], loose: boolean): (cell: string) => number | undefined {
  const numbers = new Map(known.map((key, i) => [key, i]));
  return (cell) =>
    numbers.get(cell) ??
    numbers.get(labelOf(cell)) ??
    (loose && cell !== "" ? numbers.get(String(Number(cell))) : undefined);
}

function knownClasses(column: TableColumn, known: readonly string[], loose: boolean): TableTarget {
  const find = classFinder(known, loose);
  const y = Int32Array.from(column.cells, (cell, row) => {
    const found = find(cell);
    if (found !== undefined) return found;
    if (cell === "") throw column.problem(row, "the label is missing");
    const hint = didYouMean(cell, known) || ".";
    throw column.problem(
      row,
      `${show(cell)} is none of the known classes${hint} Classes: ${known.join(", ")}`,
    );
  });
  return { y, classes: [...known], notes: [] };
}

/** Whether numbers look like labels: −1, 0 and 1; or whole, not negative, few different ones, most of them more than once. */
function fewWholeNumbers(values: Float64Array): boolean {
  const distinct = new Set(values);
  if (distinct.size > 1 && distinct.has(1) && [...distinct].every((v) => v === 1 || v === 0 || v === -1))
    return true;
  if (!values.every((value) => Number.isInteger(value) && value >= 0)) return false;
  return areFew(distinct.size, values.length);
}
