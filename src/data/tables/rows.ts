/**
 * Rows of a table as inputs of the model that was trained on it: by the names of its columns, or in their order. The same for rows of files,
 * of JSON and of programs. `nabla/predict` has this as well, so nothing here fits or parses.
 */

import { didYouMean, NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { list, number, show, string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { isA } from "../../tags.ts";
import type { Standardisation } from "../dataset.ts";
import { type Cell, checkEncoding, encoderOf, missingIn, PLAIN, type TableEncoding } from "./encoding.ts";
import { some } from "./kinds/kind.ts";

/** A row by the names of its columns, or its cells in their order, without the target. Numbers may be text; null is a missing value. */
export type Row = Readonly<Record<string, unknown>> | readonly unknown[];

/** How rows of a table become inputs. */
export interface RowFormat {
  /** The input columns, in order. */
  readonly columns: readonly string[];
  /** How each becomes inputs; without it all are numbers. */
  readonly encoding?: TableEncoding | undefined;
  readonly standardisation?: Standardisation | undefined;
  /** Whether a missing number is the mean of the rows that were trained on, also where none was missing there. */
  readonly fills?: boolean;
  /** Names that rows may have besides: of the target, and of columns that were left out. */
  readonly besides?: readonly string[];
}

/** A model that was trained on a table, or what its export exports: `metadata` says what its columns are. */
export interface TableModel {
  readonly metadata: {
    readonly standardisation?: unknown;
    readonly extra?: Record<string, unknown>;
    /** In exports. */
    readonly columns?: unknown;
  };
}

/** Options of encodeRows(). */
export interface RowOptions {
  /** What errors call the rows; default "row". */
  readonly name?: string;
  /** Told of keys that are no columns of the table. Default: they are refused. */
  readonly onExtra?: (keys: readonly string[], row: number) => void;
}

/** Rows that a model takes. */
export interface EncodedRows {
  readonly data: Float32Array;
  /** [rows, inputs] */
  readonly shape: readonly [number, number];
}

/**
 * Rows of a table as inputs of a model that was trained on one:
 *
 *     model.predict(encodeRows(model, { age: 31, city: "Paris" }))
 *     model.predict(encodeRows(model, [[31, "Paris"], [null, "Rome"]]))
 *
 * @param model one that was loaded, or what an exported module exports
 * @param rows one row, or several: objects by the names of columns, or cells in their order
 * @throws NablaError naming the row and the column for what is missing, is no value of its column, or is no column
 */
export function encodeRows(
  model: TableModel,
  rows: Row | readonly Row[],
  options: RowOptions = {},
): EncodedRows {
  demand(isObject(options), "encodeRows", "its options as an object", options);
  const { name = "row", onExtra } = options;
  demand(
    isObject(model) && isObject(model.metadata),
    "encodeRows",
    "a model that was loaded, with its metadata",
    model,
  );
  demand(
    isObject(rows),
    "encodeRows",
    "a row or several, objects by the names of columns or lists of cells",
    rows,
  );
  const format = formatOf(model);
  if (!format)
    throw new NablaError(
      "encodeRows: the model does not say which columns it was trained on; expected one that was trained on a table",
    );
  const encode = rowEncoder(format);
  const several = Array.isArray(rows) && typeof rows[0] === "object" && rows[0] !== null;
  const all = (several ? rows : [rows]) as readonly Row[];
  const { width } = encode;
  const data = new Float32Array(all.length * width);
  all.forEach((row, r) => {
    const where = several ? `${name} ${r}` : name;
    data.set(encode(row, where, onExtra && ((keys) => onExtra(keys, r))), r * width);
  });
  return { data, shape: [all.length, width] };
}

/** What gives the names of the columns of a row whose values are missing, so that those of the training stand for them. */
export function filledIn({ columns, encoding }: RowFormat): (row: Row) => string[] {
  const missing = columns.map((_, i) => missingIn(encoding?.[i] ?? PLAIN));
  return (row) => {
    const cells = Array.isArray(row)
      ? row
      : columns.map((column) => (row as Record<string, unknown>)[column]);
    return columns.filter((_, i) => cells[i] !== undefined && missing[i]!(cells[i] as Cell));
  };
}

/** What a model's file says about the columns of its table; undefined where it was trained on something else. */
export function formatOf({ metadata }: TableModel): RowFormat | undefined {
  const standardisation =
    metadata.standardisation === undefined
      ? undefined
      : object({ mean: list(number()), scale: list(number()), columns: optional(list(string())) }).check(
          metadata.standardisation,
          "standardisation",
        );
  const csv = (metadata.extra?.csv ?? metadata) as Partial<
    Record<"columns" | "encoding" | "label" | "ignored" | "named" | "missing", unknown>
  >;
  const names = csv.columns ?? standardisation?.columns;
  if (names === undefined) return undefined;
  const columns = list(string()).check(names, "csv.columns");
  const encoding =
    csv.encoding === undefined ? undefined : checkEncoding(csv.encoding, columns, "csv.encoding");
  const ignored = csv.ignored === undefined ? [] : list(string()).check(csv.ignored, "csv.ignored");
  const besides = [...(typeof csv.label === "string" ? [csv.label] : []), ...ignored];
  return { columns, encoding, standardisation, besides, fills: fillsGaps(csv) };
}

/** Models of earlier versions, and those that were asked to, refuse what was never missing in training. */
export const fillsGaps = ({ named, missing }: { named?: unknown; missing?: unknown }): boolean =>
  named !== undefined && missing === undefined;

/** Encodes one row after the other. */
export interface RowEncoder {
  /** @param where what errors call the row @param onExtra told of keys that are no columns; default: they are refused */
  (row: Row, where: string, onExtra?: (keys: readonly string[]) => void): Float32Array;
  /** Inputs of a row. */
  readonly width: number;
}

/** @throws NablaError where the parts of the format do not belong together */
export function rowEncoder(format: RowFormat): RowEncoder {
  const { columns, encoding, standardisation: by, fills } = format;
  const encoder = encoderOf(columns, encoding, fills ? by?.mean : undefined);
  const width = encoder.features.length;
  if (by && (by.mean.length !== width || by.scale.length !== width))
    throw new NablaError(
      `standardisation of ${by.mean.length} values does not fit ${width} inputs of ${columns.length} columns; the file is malformed`,
    );
  const features = new Float64Array(width);
  const encode = (row: Row, where: string, onExtra?: (keys: readonly string[]) => void): Float32Array => {
    const cells = Array.isArray(row)
      ? inOrder(row, columns, where)
      : byName(row as object, format, where, onExtra);
    encoder.encode(
      (i) => cellOf(cells[i], columns[i]!, where),
      features,
      0,
      () => where,
    );
    return Float32Array.from(features, (value, i) => (by ? (value - by.mean[i]!) / by.scale[i]! : value));
  };
  return Object.assign(encode, { width });
}

/** Blanks around a cell are no part of it, as in files. */
function cellOf(value: unknown, column: string, where: string): Cell {
  if (typeof value === "string") return value.trim();
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  // a Date is for columns of dates to read
  if (isA("Date", value)) return value as never;
  throw new NablaError(
    `${where}: column ${show(column)}: expected a text, a number, true, false or null, got ${show(value)}`,
  );
}

function inOrder(row: readonly unknown[], columns: readonly string[], where: string): readonly unknown[] {
  if (row.length === columns.length) return row;
  throw new NablaError(
    `${where}: expected ${columns.length} values (${some(columns, 12)}), got ${row.length}` +
      (row.length === columns.length + 1 ? "; leave the label out" : ""),
  );
}

/** Accents may be written in two ways; a name is the same in both. */
const plain = (name: string): string => name.normalize("NFC");

function byName(
  row: object,
  { columns, besides = [] }: RowFormat,
  where: string,
  onExtra?: (keys: readonly string[]) => void,
): readonly unknown[] {
  if (typeof row !== "object" || row === null)
    throw new NablaError(
      `${where}: expected an object by the names of columns, or an array of cells, got ${show(row)}`,
    );
  const given = new Map(Object.entries(row).map(([key, value]) => [plain(key), value as unknown]));
  const wanted = columns.map(plain);
  const known = new Set([...wanted, ...besides.map(plain)]);
  const strange = [...given.keys()].filter((key) => !known.has(key));
  const cells = wanted.map((column, i) => {
    const value = given.get(column);
    if (value !== undefined) return value;
    const hint = didYouMean(column, strange) || `; expected ${some(columns, 12)}`;
    throw new NablaError(`${where}: there is no ${show(columns[i])}${hint}`, {
      details: { column: columns[i]! },
    });
  });
  if (strange.length === 0) return cells;
  if (onExtra) onExtra(strange);
  else
    throw new NablaError(
      `${where}: ${some(strange.map((key) => show(key)))} ${strange.length === 1 ? "is no column" : "are no columns"} of the table the model was trained on; leave ${strange.length === 1 ? "it" : "them"} out`,
    );
  return cells;
}
