/**
 * What a model's file says about the columns of its table, and how a row becomes inputs by it. This is all that predicting
 * needs: fitEncoding.ts finds it out from the rows that are trained on.
 *
 *     columns    age, city, member                        encoding    number, category (London, Paris), boolean
 *     features   age, city=London, city=Paris, member     one float64 each; then standardised, then rounded to float32
 *
 * The document is `metadata.extra.csv.encoding`, an entry for each of `columns`. A table of numbers needs none and has none: files of earlier
 * versions are that case. Which kind a column is, all rows decide; means, frequencies and lists of values are of the rows trained on.
 *
 * What loses nothing is done, and said: a missing input is filled, with a mark beside it. Where one of two readings would lose something, none
 * is chosen: the error names both, and the option for each.
 */
import { NablaError } from "../../errors.ts";
import { list, show } from "../../fields/fields.ts";
import { type OneOf, variant } from "../../fields/objects.ts";
import type { BooleanColumn } from "./kinds/boolean.ts";
import type { CategoryColumn } from "./kinds/category.ts";
import type { DateColumn } from "./kinds/date.ts";
import { kinds } from "./kinds/index.ts";
import { type Cell, type ColumnKind, type Feature, isAbsent } from "./kinds/kind.ts";
import type { NumberColumn } from "./kinds/number.ts";
import type { OrderedColumn } from "./kinds/ordered.ts";

export type { Cell, Feature };

/** How one column becomes inputs; plain JSON. */
export type ColumnEncoding =
  | ({ readonly kind: "number" } & NumberColumn)
  | ({ readonly kind: "boolean" } & BooleanColumn)
  | ({ readonly kind: "date" } & DateColumn)
  | ({ readonly kind: "ordered" } & OrderedColumn)
  | ({ readonly kind: "category" } & CategoryColumn);

export type ColumnKindName = ColumnEncoding["kind"];

/** By the columns of a table, in their order. */
export type TableEncoding = readonly ColumnEncoding[];

/** The kind of a column, for what it says of itself. */
export const kindOf = (name: ColumnKindName): ColumnKind => kinds[name] as ColumnKind;

/** A column as it is without an encoding: a number, as programs write numbers. */
export const PLAIN: ColumnEncoding = { kind: "number" };

/** @throws NablaError for a document that is none; files come from strangers */
export function checkEncoding(value: unknown, columns: readonly string[], path = "encoding"): TableEncoding {
  const encoding = list(variant("kind", kinds as Record<ColumnKindName, ColumnKind>), {
    min: columns.length,
    max: columns.length,
  }).check(value, path) as OneOf<"kind", Record<ColumnKindName, ColumnKind>>[] as unknown as ColumnEncoding[];
  encoding.forEach((entry, i) => {
    const at = `${path}[${i}]`;
    if ("values" in entry && new Set(entry.values).size < entry.values.length)
      throw new NablaError(`${at}.values: expected different values`);
    if (entry.fill !== undefined && valueOfFill(entry) === undefined)
      throw new NablaError(`${at}.fill: expected ${kindOf(entry.kind).expected(entry, "")}`);
    if (entry.indicator && entry.fill === undefined)
      throw new NablaError(`${at}: an indicator of missing values needs a fill`);
  });
  return encoding;
}

/** A mean is a value, the name of the most frequent one is read as a cell is. */
function valueOfFill(entry: ColumnEncoding): number | undefined {
  const kind = kindOf(entry.kind);
  return kind.averaged ? (entry.fill as number) : kind.reader(entry)(entry.fill as Cell);
}

/** What is missing in a column: what says so, unless it is one of the column's values. Where words were asked for, NA may be one. */
export function missingIn(entry: ColumnEncoding): (cell: Cell) => boolean {
  const read = kindOf(entry.kind).reader(entry);
  return (cell) => isAbsent(cell) && read(cell) === undefined;
}

/** The inputs that a column becomes, the mark of missing values last. */
export const featuresOf = (column: string, entry: ColumnEncoding): Feature[] => [
  ...kindOf(entry.kind).features(column, entry),
  ...(entry.indicator ? [{ name: `${column} missing`, scaled: false }] : []),
];

/** Turns rows of cells into features. */
export interface Encoder {
  readonly features: readonly Feature[];
  /**
   * Writes the features of a row.
   *
   * @param cell the cell in the i-th of the columns
   * @param where what errors call the row
   * @throws NablaError for a cell that is no value of its column
   */
  encode(cell: (i: number) => Cell, out: Float64Array, at: number, where: () => string): void;
}

/**
 * @param encoding of these columns; without it all are numbers, as programs write them
 * @param means of the features in the rows that were trained on: they stand for values that were never missing there
 */
export function encoderOf(
  columns: readonly string[],
  encoding?: TableEncoding,
  means?: readonly number[],
): Encoder {
  let first = 0;
  const writers = columns.map((column, i) => {
    const entry = encoding?.[i] ?? PLAIN;
    const { length: width } = featuresOf(column, entry);
    const fill = entry.kind === "number" ? (entry.fill ?? means?.[first]) : undefined;
    first += width;
    return {
      column,
      width,
      write: writerOf(fill === undefined ? entry : ({ ...entry, fill } as ColumnEncoding)),
    };
  });
  return {
    features: columns.flatMap((column, i) => featuresOf(column, encoding?.[i] ?? PLAIN)),
    encode(cell, out, at, where) {
      let to = at;
      for (let i = 0; i < writers.length; i++) {
        const { column, width, write } = writers[i]!;
        const problem = write(cell(i), out, to);
        if (problem !== undefined)
          throw new NablaError(`${where()}: column ${show(column)}: ${problem}`, {
            details: { column },
          });
        to += width;
      }
    },
  };
}

/** Writes the features of one cell; returns what is wrong with it. */
function writerOf(entry: ColumnEncoding): (cell: Cell, out: Float64Array, at: number) => string | undefined {
  const kind = kindOf(entry.kind);
  const read = kind.reader(entry);
  const write = kind.writer(entry);
  const width = kind.features("", entry).length;
  const fill = entry.fill === undefined ? undefined : valueOfFill(entry);
  const otherwise = kind.otherwise?.(entry);
  return (cell, out, at) => {
    let value = read(cell);
    let missing = 0;
    if (value === undefined) {
      if (isAbsent(cell)) {
        if (fill === undefined) return expected(kind.expected(entry, cell), cell);
        value = fill;
        missing = 1;
      } else value = otherwise;
    }
    if (value === undefined) return expected(kind.expected(entry, cell), cell);
    write(value, out, at);
    if (entry.indicator) out[at + width] = missing;
    return undefined;
  };
}

function expected(what: string, cell: Cell): string {
  const got = cell === "" || cell === null ? "nothing" : show(cell);
  return `expected ${what}, got ${got}${isAbsent(cell) ? ": the value is missing" : ""}`;
}
