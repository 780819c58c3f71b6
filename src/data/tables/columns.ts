/** Which columns of a table are meant: by name where the file has names, by position where it has none. */
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Table } from "./csvTable.ts";
import { nameOf, USUAL_LABELS } from "./header.ts";
import { readRecords } from "./records.ts";

/** The columns that are read: inputs in their order, and the target. */
export interface ChosenColumns {
  readonly inputs: readonly number[];
  /** -1 where there is none. */
  readonly labelAt: number;
}

/** What a model remembers of the columns it was trained on. */
export interface KnownColumns {
  readonly columns: readonly string[];
  readonly label: string;
  /** Whether the names were the file's own. */
  readonly named?: boolean;
  /** Where the label stood among the columns that were read; default: behind them. */
  readonly labelAt?: number;
}

/** The same for each table: looking names up costs nothing. */
const places = new WeakMap<Table, ReadonlyMap<string, number>>();

function placesOf(table: Table): ReadonlyMap<string, number> {
  const known = places.get(table) ?? new Map(table.columns.map((column, i) => [column, i]));
  places.set(table, known);
  return known;
}

/** -1 where there is none. */
const placeOf = (table: Table, column: string): number => placesOf(table).get(nameOf(column)) ?? -1;

/**
 * @param taken names that are found already, so that they are not meant
 * @throws NablaError with what is there, and what is nearly like it
 */
export function findColumn(table: Table, column: string, taken: readonly string[] = []): number {
  const at = placeOf(table, column);
  if (at >= 0) return at;
  const few = table.columns.slice(0, 20).join(", ") + (table.columns.length > 20 ? ", …" : "");
  const found = new Set(taken.map(nameOf));
  const free = table.columns.filter((name) => !found.has(name));
  throw new NablaError(
    `${table.name}: there is no column ${show(column)}${hint(column, free) || "."} Columns: ${few}`,
  );
}

/** Longer names are not compared. */
const LONGEST = 100;

/** "height" and "Height" mean "Height (cm)". */
function hint(column: string, all: readonly string[]): string {
  if (column.length > LONGEST) return "";
  const columns = all.filter(({ length }) => length <= LONGEST);
  const bare = (name: string) =>
    nameOf(name)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]/gu, "");
  const wanted = bare(column);
  const like =
    wanted === ""
      ? undefined
      : (columns.find((other) => bare(other) === wanted) ??
        columns.find(
          (other) => bare(other).startsWith(wanted) || (bare(other) !== "" && wanted.startsWith(bare(other))),
        ));
  return like === undefined ? didYouMean(column, columns) : `; did you mean ${show(like)}?`;
}

/**
 * The target's column: by name, else by number from 0, or from -1 at the end; where none is given, the one that is called as
 * targets are, else the last.
 */
export function findLabel(table: Table, label: string | number | undefined): number {
  const { columns, name, repeated } = table;
  if (label === undefined) {
    for (const usual of USUAL_LABELS) {
      const at = columns.findIndex((column) => column.toLowerCase() === usual);
      if (at >= 0) return at;
    }
    return columns.length - 1;
  }
  if (typeof label === "string") {
    const at = placeOf(table, label);
    if (at >= 0 && repeated.has(nameOf(label)))
      throw new NablaError(
        `${name}: several columns are called ${show(label)}; give the number of the one that is meant, from 0: --label ${at} is the first`,
      );
    if (at >= 0 || !/^[+-]?\d+$/.test(label)) return findColumn(table, label);
  }
  const given = Number(label);
  const at = given < 0 ? columns.length + given : given;
  if (Number.isInteger(at) && at >= 0 && at < columns.length) return at;
  throw new NablaError(`${name}: label: expected a column from 0 to ${columns.length - 1}, got ${label}`);
}

/** Of a table that is read for the first time. */
export function chooseColumns(
  table: Table,
  { label, ignore = [] }: { label?: string | number; ignore?: readonly string[] },
): ChosenColumns {
  const labelAt = findLabel(table, label);
  const out = new Set([labelAt, ...ignore.flatMap((names) => ignoredBy(table, names))]);
  if (table.index !== undefined) out.add(table.index);
  const inputs = table.columns.flatMap((_, i) => (out.has(i) ? [] : [i]));
  if (inputs.length === 0)
    throw new NablaError(`${table.name}: expected at least one column besides the label column`);
  return { inputs, labelAt };
}

/** The names of columns that are to be left out. */
export const ignoredColumns = (table: Table, ignore: readonly string[] = []): string[] =>
  ignore.flatMap((names) => ignoredBy(table, names)).map((at) => table.columns[at]!);

/** One name, also one with commas, or several with commas between them, in quotes or not. */
function ignoredBy(table: Table, names: string): number[] {
  const whole = placeOf(table, names);
  if (whole >= 0) return [whole];
  const parts = readRecords(names, ",", "--ignore").rows[0] ?? [];
  if (parts.length === 0 || parts.includes(""))
    throw new NablaError(`--ignore: expected names separated by commas, got ${show(names)}`);
  const found: number[] = [];
  for (let i = 0; i < parts.length; ) {
    // the longest that is a name: commas in it have cut it
    let end = Math.min(parts.length, i + MOST_COMMAS);
    const joined = (to: number) => parts.slice(i, to).join(", ");
    const tight = (to: number) => parts.slice(i, to).join(",");
    while (end > i + 1 && placeOf(table, joined(end)) < 0 && placeOf(table, tight(end)) < 0) end--;
    const at = placeOf(table, joined(end));
    found.push(at >= 0 || end === i + 1 ? findColumn(table, joined(end)) : placeOf(table, tight(end)));
    i = end;
  }
  return found;
}

/** No name of a column has more. */
const MOST_COMMAS = 10;

/** Whether columns are called what they are called in tables without a header. */
export const unnamed = (columns: readonly string[]): boolean =>
  columns.every((column) => /^column \d+$/.test(column));

/**
 * The columns of a table that were read before, in another one: by their names. By position only where the file, or the one
 * before, has no names; then it holds these columns, with the target or without.
 */
export function matchColumns(table: Table, known: KnownColumns): ChosenColumns & { byPosition: boolean } {
  const { columns, label } = known;
  const had = known.named ?? !unnamed(columns);
  if (table.named && had) {
    const inputs = columns.map((column) => findColumn(table, column, columns));
    return { inputs, labelAt: placeOf(table, label), byPosition: false };
  }
  const there = table.columns.flatMap((_, i) => (i === table.index ? [] : [i]));
  if (there.length === columns.length) return { inputs: there, labelAt: -1, byPosition: true };
  const same = columns.map((column) => placeOf(table, column));
  if (!table.named && !had && same.every((at) => at >= 0))
    return { inputs: same, labelAt: placeOf(table, label), byPosition: true };
  if (there.length === columns.length + 1) {
    const at = known.labelAt ?? columns.length;
    return { inputs: there.filter((_, i) => i !== at), labelAt: there[at]!, byPosition: true };
  }
  const few = columns.slice(0, 12).join(", ") + (columns.length > 12 ? ", …" : "");
  const why = table.named ? "the model was trained on a table without names" : "there is no header";
  throw new NablaError(
    `${table.name}: ${why}, so columns are taken by position: expected ${columns.length} (${few}), or one more for ${label}, got ${there.length}`,
  );
}
