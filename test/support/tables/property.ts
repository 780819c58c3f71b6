/**
 * What every written table has to hold: read back, it gives the values it was written from, or one of the documented refusals; never
 * another value.
 */
import fc from "fast-check";
import { buffersFor, range } from "../../../src/data/dataset.ts";
import { featuresOf, PLAIN } from "../../../src/data/tables/encoding.ts";
import { NablaError } from "../../../src/errors.ts";
import { type KnownTable, knownTable, type Value } from "./known.ts";
import { type Dialect, dialect, grouped, written } from "./written.ts";

/** Reads a file's bytes without standardising. */
export type Read = (bytes: Uint8Array, options: Record<string, unknown>) => Promise<ReadBack>;
type ReadBack = Pick<import("../../../src/data/tables/csv.ts").CsvData, "dataset" | "csv">;

export interface Counts {
  tables: number;
  equal: number;
  refused: number;
  /** How often each refusal was met. */
  refusals: Map<string, number>;
}

/** Options that a person would give, for what a file does not tell by itself. */
function optionsFor(table: KnownTable, how: Dialect): Record<string, unknown> {
  const { kind, name, values } = table.label;
  const texts = table.columns.every((column) => ["category", "boolean", "date"].includes(column.kind));
  const quantity = kind === "quantity" || kind === "float";
  const position = { first: 0, middle: table.columns.length >> 1, last: table.columns.length }[how.label];
  return {
    label: how.header ? name : position,
    // a first row of texts above texts may be either
    ...((texts || !how.header) && { header: how.header }),
    ...(quantity &&
      values.some((value) => !Number.isInteger(value)) &&
      how.decimal === "," && { decimal: "," }),
    // digits in a cell that hold the delimiter: nothing but the number of columns speaks for it
    ...(how.decimal === "," && how.delimiter === "," && { delimiter: "," }),
  };
}

/** Refusals that are right, and when. */
const REFUSALS: readonly { name: string; says: RegExp; when(table: KnownTable, how: Dialect): boolean }[] = [
  {
    name: "either decimal",
    says: /with --decimal \.,|one decimal sign/,
    when: (table, how) =>
      table.columns.some(
        ({ kind, values }) => separated(kind) && values.some((v) => v !== undefined && ambiguous(v, how)),
      ),
  },
];

const separated = (kind: string) => kind === "money" || kind === "thousands";

/** 1,234 and 1.234: one of the two signs, three digits behind it. */
const ambiguous = (value: Value, how: Dialect): boolean =>
  /^\d{1,3}[.,]\d{3}$/.test(grouped(value as number, 0, how)) ||
  /^\d{1,3}[.,]\d{3}$/.test(grouped(value as number, 2, how));

/** @returns what went wrong; undefined where the values are those that were written */
export async function difference(
  table: KnownTable,
  how: Dialect,
  read: Read,
  counts: Counts,
): Promise<string | undefined> {
  const { bytes } = written(table, how);
  counts.tables++;
  let back: ReadBack;
  try {
    back = await read(bytes, optionsFor(table, how));
  } catch (error) {
    if (!(error instanceof NablaError)) return `threw ${(error as Error).stack}`;
    const known = REFUSALS.find(({ says, when }) => says.test(error.message) && when(table, how));
    if (!known) return `refused: ${error.message}`;
    counts.refused++;
    counts.refusals.set(known.name, (counts.refusals.get(known.name) ?? 0) + 1);
    return undefined;
  }
  const wrong = compare(table, how, back);
  if (wrong === undefined) counts.equal++;
  return wrong;
}

function compare(table: KnownTable, how: Dialect, { dataset, csv }: ReadBack): string | undefined {
  if (dataset.length !== table.rows) return `${dataset.length} rows instead of ${table.rows}`;
  const names = how.header ? table.columns.map(({ name }) => name) : undefined;
  if (names && csv.columns.join() !== names.join())
    return `columns ${csv.columns.join()} instead of ${names.join()}`;
  if (csv.columns.length !== table.columns.length)
    return `${csv.columns.length} columns instead of ${table.columns.length}`;
  const { x, y } = buffersFor(dataset, table.rows);
  dataset.read(range(table.rows), x, y);
  const width = x.length / table.rows;
  let at = 0;
  for (const [i, column] of table.columns.entries()) {
    const entry = csv.encoding?.[i] ?? PLAIN;
    const features = featuresOf("", entry);
    for (const [row, value] of column.values.entries()) {
      const got = Array.from(x.subarray(row * width + at, row * width + at + features.length));
      const wanted = featuresFor(
        value,
        column,
        features.map(({ name }) => name),
      );
      const bad = got.findIndex((each, f) => wanted[f] !== undefined && each !== wanted[f]);
      if (bad >= 0 || got.length !== wanted.length)
        return `row ${row}, column ${column.name} (${column.kind}, read as ${JSON.stringify(entry)}): ${JSON.stringify(value)} became ${got.join()} instead of ${wanted.join()}`;
    }
    at += features.length;
  }
  if (at !== width) return `${width} inputs instead of ${at}`;
  return compareLabels(table, y, csv.classes);
}

/** The features of a value, by names such as "", "=red" and " missing"; undefined where a filled value may be anything. */
function featuresFor(
  value: Value,
  { kind, values }: KnownTable["columns"][number],
  names: readonly string[],
): (number | undefined)[] {
  return names.map((name) => {
    if (name === " missing") return value === undefined ? 1 : 0;
    if (name.startsWith("=") || kind === "category") {
      const words = [...new Set(values)];
      if (value === undefined) return undefined;
      const word = words.find((each) => name === `=${each}`);
      return word === undefined ? NaN : word === value ? 1 : 0;
    }
    if (value === undefined) return undefined;
    if (kind === "date") return Math.fround(Date.parse(value as string) / 86_400_000);
    if (kind === "percent") return Math.fround(value as number);
    return Math.fround(Number(value));
  });
}

function compareLabels(
  { label }: KnownTable,
  y: ArrayLike<number>,
  classes: readonly string[] | undefined,
): string | undefined {
  const quantity = label.kind === "quantity" || label.kind === "float";
  if (quantity !== (classes === undefined))
    return `target ${label.kind} read as ${classes ? `classes ${classes.join()}` : "quantities"}`;
  if (classes && classes.length !== new Set(label.values).size)
    return `classes ${classes.join()} for ${[...new Set(label.values)].join()}`;
  for (const [row, value] of label.values.entries()) {
    const got = classes ? classes[y[row]!] : y[row];
    const wanted = typeof value === "number" ? Math.fround(value) : value;
    if (got !== wanted) return `row ${row}: target ${JSON.stringify(value)} became ${JSON.stringify(got)}`;
  }
  return undefined;
}

/** Checks so many random tables; a failure is thrown with the smallest table that shows it, as the file's text. */
export async function checkRandomTables(runs: number, seed: number, read: Read): Promise<Counts> {
  const counts: Counts = { tables: 0, equal: 0, refused: 0, refusals: new Map() };
  await fc.assert(
    fc.asyncProperty(knownTable, dialect, async (table, how) => {
      const wrong = await difference(table, how, read, counts);
      if (wrong !== undefined)
        throw new Error(
          `${wrong}\noptions: ${JSON.stringify(optionsFor(table, how))}\n${JSON.stringify(written(table, how).text)}`,
        );
    }),
    { numRuns: runs, seed, verbose: 0 },
  );
  return counts;
}
