/** Tables as sequences: rows of a table with the same id are the steps of one. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { isMissing } from "../tables/cells.ts";
import { chooseColumns, findColumn } from "../tables/columns.ts";
import type { Table } from "../tables/csvTable.ts";
import { USUAL_LABELS } from "../tables/header.ts";
import { columnNumbers, decimalOfTable } from "../tables/numbers.ts";
import { numbersOf } from "./csvSeries.ts";
import type { RawSequences } from "./rawSequences.ts";
import { usualTime } from "./series.ts";
import { readTimes } from "./times.ts";

/** Which columns are what. */
export interface TableReading {
  /** The column that tells which rows are one sequence. */
  readonly sequence: string;
  /** The column that orders the rows of a sequence. Default: one that is called as times are; else the order of the table. */
  readonly time?: string;
  readonly label?: string | number;
  readonly ignore?: readonly string[];
  readonly ids?: boolean;
  /** Whether every step has a label of its own. */
  readonly each?: boolean;
  /** Features of sequences that were read before. */
  readonly known?: readonly string[];
  /** Whether a table without the label will do. */
  readonly unlabelled?: boolean;
}

/** @throws NablaError with the line, for what is no number, a sequence with two labels, and a time that comes twice */
export function tableSequences(table: Table, reading: TableReading): RawSequences {
  const { name, columns, rows, lines } = table;
  const { known, ids = false, each = false, unlabelled = false } = reading;
  const idAt = findColumn(table, reading.sequence);
  const steps = new Map<string, number[]>();
  rows.forEach((row, r) => {
    const id = row[idAt]!;
    if (isMissing(id))
      throw new NablaError(
        `${name}: line ${lines[r]}: column ${show(columns[idAt])}: the id of the sequence is missing`,
      );
    const its = steps.get(id);
    if (its) its.push(r);
    else steps.set(id, [r]);
  });
  const groups = [...steps.values()];
  const notes = [...table.notes];
  const timeAt = timeOf(table, reading.time, groups[0]!, idAt);
  if (timeAt >= 0) {
    notes.push(`time: ${columns[timeAt]}`);
    if (inTime(table, timeAt, groups)) notes.push("steps are put in the order of time");
  } else notes.push("no column of times: steps follow each other as the rows do");
  const labelAt = unlabelled ? labelIn(table, reading.label) : chosen(table, reading, [idAt, timeAt]);
  const out = [idAt, timeAt, labelAt];
  const inputs = known
    ? known.map((column) => findColumn(table, column, known))
    : chooseColumns(table, {
        label: columns[labelAt]!,
        ...(reading.ignore && { ignore: reading.ignore }),
      }).inputs.filter((at) => !out.includes(at));
  if (inputs.length === 0)
    throw new NablaError(
      `${name}: expected at least one column of numbers besides ${out.flatMap((at) => (at < 0 ? [] : [show(columns[at])])).join(", ")}`,
    );
  if (ids && inputs.length > 1)
    throw new NablaError(
      `${name}: ids: expected one column of ids, got ${inputs.map((at) => columns[at]).join(", ")}; leave others out with ignore (--ignore)`,
    );
  const numbers = inputs.map((at) => columnNumbers(rows.map((row) => row[at]!)));
  const shown = table.decimal ?? decimalOfTable(numbers);
  const values = inputs.map((at, i) => numbersOf(table, at, numbers[i]!, shown));
  const width = inputs.length;
  const keys = [...steps.keys()];
  return {
    name,
    kind: ids ? "ids" : "vectors",
    features: ids ? [] : inputs.map((at) => columns[at]!),
    rows: groups.map((group) =>
      Float64Array.from(
        { length: group.length * width },
        (_, i) => values[i % width]![group[Math.floor(i / width)]!]!,
      ),
    ),
    ...(labelAt >= 0 && {
      labels: each
        ? groups.map((group) => group.map((row) => rows[row]![labelAt]!))
        : labelsOf(table, labelAt, groups, idAt),
      label: columns[labelAt]!,
    }),
    sequence: columns[idAt]!,
    ...(timeAt >= 0 && { time: columns[timeAt]! }),
    place: (row) => `sequence ${show(keys[row])} (line ${lines[groups[row]![0]!]})`,
    placeOf: (row, step) => `line ${lines[groups[row]![step]!]}: sequence ${show(keys[row])}`,
    notes: [...notes, `${groups.length} sequences by ${show(columns[idAt])}`],
  };
}

/** The target's column: neither the id nor the time, which may stand at the end. */
function chosen(table: Table, { label, ignore = [] }: TableReading, out: readonly number[]): number {
  const at = chooseColumns(table, { ...(label !== undefined && { label }), ignore }).labelAt;
  if (!out.includes(at)) return at;
  throw new NablaError(
    `${table.name}: no column is called as targets are; name the one to tell with label (--label). Columns: ${table.columns.join(", ")}`,
  );
}

function labelIn(table: Table, label: string | number | undefined): number {
  const wanted = label === undefined ? USUAL_LABELS : [String(label).toLowerCase()];
  return table.columns.findIndex((column) => wanted.includes(column.toLowerCase()));
}

/** -1 where there is none. */
function timeOf(table: Table, asked: string | undefined, first: readonly number[], idAt: number): number {
  if (asked !== undefined) return findColumn(table, asked);
  const others = table.columns.map((column, i) => (i === idAt ? "" : column));
  return usualTime(others, (at) => first.map((row) => table.rows[row]![at]!));
}

/** Puts the rows of each sequence in order. @returns whether any was not */
function inTime(table: Table, timeAt: number, groups: number[][]): boolean {
  const { name, columns, rows, lines } = table;
  const { at } = readTimes(
    rows.map((row) => row[timeAt]!),
    name,
    (row) => `line ${lines[row]}`,
  );
  let moved = false;
  for (const group of groups) {
    moved ||= group.some((row, i) => i > 0 && at[row]! < at[group[i - 1]!]!);
    group.sort((a, b) => at[a]! - at[b]! || a - b);
    const twice = group.findIndex((row, i) => i > 0 && at[row] === at[group[i - 1]!]);
    if (twice > 0)
      throw new NablaError(
        `${name}: line ${lines[group[twice]!]}: column ${show(columns[timeAt])}: ${show(rows[group[twice]!]![timeAt])} is the time of line ${lines[group[twice - 1]!]} of the same sequence already`,
      );
  }
  return moved;
}

function labelsOf(table: Table, labelAt: number, groups: readonly number[][], idAt: number): string[] {
  const { name, columns, rows, lines } = table;
  return groups.map((group) => {
    const label = rows[group[0]!]![labelAt]!;
    const odd = group.find((row) => rows[row]![labelAt] !== label);
    if (odd === undefined) return label;
    throw new NablaError(
      `${name}: line ${lines[odd]}: column ${show(columns[labelAt])}: ${show(rows[odd]![labelAt])}, but ${show(label)} in line ${lines[group[0]!]} of the same sequence (${show(rows[odd]![idAt])}); expected one label for a sequence; targets: "each" (--targets each) takes one for every step`,
    );
  });
}
