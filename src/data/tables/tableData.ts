/** From a table to numbers: which columns are inputs, which rows are used, what the target is. */

import { NablaError } from "../../errors.ts";
import { list, show, string } from "../../fields/fields.ts";
import { isA } from "../../tags.ts";
import { range } from "../dataset.ts";
import { type AskedColumn, askedOf } from "./asked.ts";
import { isMissing } from "./cells.ts";
import { TableColumn } from "./column.ts";
import { chooseColumns, findColumn, ignoredColumns, matchColumns } from "./columns.ts";
import { rowIn, type Table } from "./csvTable.ts";
import { checkEncoding, encoderOf, missingIn, PLAIN, type TableEncoding } from "./encoding.ts";
import { decimalShown, fitEncoding, isPlain, missingAs, refill } from "./fitEncoding.ts";
import { fillsGaps } from "./rows.ts";
import type { CsvInfo, CsvOptions, EncodedTable, Missing, ReadTable } from "./tableInfo.ts";
import { isMissingLabel, readTarget } from "./target.ts";

/** @throws NablaError naming line and column for what cannot be read, or in two ways of which one loses something */
export function prepareTable(given: Table, options: CsvOptions): ReadTable {
  const { like, task = "auto" } = options;
  const chosen = like ? matchColumns(given, like) : chooseColumns(given, options);
  const { inputs, labelAt } = chosen;
  if (labelAt < 0) findColumn(given, like!.label);
  const there = new Set(inputs);
  for (const column of Object.keys(options.columns ?? {})) {
    if (there.has(findColumn(given, column))) continue;
    throw new NablaError(`${given.name}: column ${show(column)} is no input, so nothing reads it`);
  }
  const kind = like ? (like.classes ? "classification" : "regression") : task;
  const notes = [...given.notes];
  if ("byPosition" in chosen && chosen.byPosition && given.named) notes.push("columns are taken by position");
  const table = withoutMissing(given, labelAt, inputs, { ...options, task: kind }, notes);
  const columns = inputs.map((at) => new TableColumn(table, at));
  const shown = decimalShown(columns);
  const decimal = options.decimal ?? like?.decimal;
  const target = readTarget(table, labelAt, {
    task: like && !like.classes ? "regression" : task,
    ...(decimal && { decimal }),
    ...(shown && { shown }),
    ...(like?.classes && { known: like.classes, loose: like.named === undefined }),
  });
  const { classes } = target;
  const y = isA("Int32Array", target.y) ? target.y : Float32Array.from(target.y);
  const label = like?.label ?? table.columns[labelAt]!;
  return {
    table,
    y,
    ...(classes && { classes }),
    ...(target.decimal && { decimal: target.decimal }),
    label,
    labelAt,
    columns,
    options,
    notes: [...notes, ...target.notes],
  };
}

/**
 * @param rows the rows that are trained on: means and frequencies are theirs
 * @param before how the same table was encoded with other rows: the inputs stay the same ones
 * @param means of the model's features, for a table that is read like that of a model
 */
export function encodeTable(
  read: ReadTable,
  rows: Uint32Array = range(read.table.rows.length),
  before?: CsvInfo,
  means?: readonly number[],
): EncodedTable {
  const { table, classes, decimal, label } = read;
  // kinds that were asked for have been checked
  const options = read.options as CsvOptions & { columns?: Readonly<Record<string, AskedColumn>> };
  const { missing } = options;
  const like = options.like ?? sameInputs(read);
  if (before) {
    const had = new Set(before.columns);
    const columns = read.columns.filter(({ name }) => had.has(name));
    const encoding = before.encoding && (like ? before.encoding : refill(before.encoding, columns, rows));
    return {
      csv: { ...before, ...(encoding && { encoding }) },
      ...featuresOf(columns, encoding),
      readings: [],
    };
  }
  const fitted = like ? undefined : fitEncoding(read.columns, rows, options);
  const inputs = new Set(fitted?.inputs);
  const columns = fitted ? read.columns.filter(({ at }) => inputs.has(at)) : read.columns;
  const names = like ? [...like.columns] : columns.map(({ name }) => name);
  const encoding = fitted?.encoding ?? (like?.encoding && checkEncoding(like.encoding, names));
  if (columns.length === 0)
    throw new NablaError(`${table.name}: all columns besides the label are empty; expected one with values`);
  const ignored = like ? like.ignored : [...ignoredColumns(table, options.ignore), ...(fitted?.empty ?? [])];
  const csv: CsvInfo = {
    columns: names,
    label,
    ...(like ? like.named !== undefined && { named: like.named } : { named: table.named }),
    ...labelPlace(read, columns),
    ...(decimal && { decimal }),
    ...(classes && { classes }),
    ...(encoding && !isPlain(encoding) && { encoding: [...encoding] }),
    ...(ignored?.length && { ignored: [...ignored] }),
    ...kept(like ? like.missing : missing),
  };
  const fills = like !== undefined && fillsGaps(like) ? means : undefined;
  return {
    csv,
    ...featuresOf(columns, encoding, fills),
    readings: fitted?.readings ?? [],
    filled: fills ? filledNotes(columns, encoding) : [],
  };
}

/** What a model has to know of what was done about missing values. */
const kept = (missing: Missing | undefined): Pick<CsvInfo, "missing"> =>
  missing === "drop" || missing === "error" ? { missing } : {};

/** Of numbers that are missing here and never were in the rows that were trained on. */
function filledNotes(columns: readonly TableColumn[], encoding: TableEncoding | undefined): string[] {
  return columns.flatMap(({ name, cells }, i) => {
    const { kind, fill } = encoding?.[i] ?? PLAIN;
    const missing = kind === "number" && fill === undefined ? cells.filter(isMissing).length : 0;
    return missing > 0
      ? [`${name}: ${missing} missing, filled with the mean of the rows that were trained on`]
      : [];
  });
}

/** What a model's file says of its table comes from strangers; its encoding is checked where it is used. */
export function checkInfo(info: CsvInfo, path: string): void {
  list(string(), { min: 1 }).check(info.columns, `${path}.columns`);
  string().check(info.label, `${path}.label`);
  if (info.classes !== undefined) list(string()).check(info.classes, `${path}.classes`);
  if (info.ignored !== undefined) list(string()).check(info.ignored, `${path}.ignored`);
}

/** The earlier table, where the columns to be inputs are the same. */
function sameInputs({ columns, options }: ReadTable): CsvInfo | undefined {
  const before = options.inputsLike;
  const same =
    before?.columns.length === columns.length && columns.every(({ name }, i) => name === before.columns[i]);
  return same ? before : undefined;
}

/** Where the label stood, if not behind the inputs. */
function labelPlace(
  { options: { like }, labelAt }: ReadTable,
  columns: readonly TableColumn[],
): Pick<CsvInfo, "labelAt"> {
  const place = like ? like.labelAt : columns.filter(({ at }) => at < labelAt).length;
  return place === undefined || place === columns.length ? {} : { labelAt: place };
}

function featuresOf(
  columns: readonly TableColumn[],
  encoding: TableEncoding | undefined,
  means?: readonly number[],
): Pick<EncodedTable, "features" | "x"> {
  const { table } = columns[0]!;
  const { features, encode } = encoderOf(
    columns.map(({ name }) => name),
    encoding,
    means,
  );
  const width = features.length;
  const bytes = 8 * table.rows.length * width;
  if (bytes > 2 * table.maxBytes)
    throw new NablaError(
      `${table.name}: ${table.rows.length} rows of ${width} inputs take ${bytes} bytes, more than ${2 * table.maxBytes}; make fewer of texts with maxCategories, leave columns out, or allow more with maxBytes`,
    );
  const x = new Float64Array(table.rows.length * width);
  table.rows.forEach((_, row) => {
    encode(
      (i) => columns[i]!.cells[row]!,
      x,
      row * width,
      () => `${table.name}: ${rowIn(table, row)}`,
    );
  });
  return { features, x };
}

/**
 * The table without the rows that are left out, because a value is missing. Columns without a single value do not count.
 *
 * @param notes gets a sentence about them
 */
function withoutMissing(
  table: Table,
  labelAt: number,
  inputs: readonly number[],
  options: CsvOptions,
  notes: string[],
): Table {
  const { like, task = "auto" } = options;
  const missing = like ? like.missing : options.missing;
  if (missing === undefined) return table;
  const noLabel = isMissingLabel(
    table.rows.map((row) => row[labelAt]!),
    task,
  );
  const known = like?.encoding && checkEncoding(like.encoding, like.columns);
  const looked = inputs
    .map((at, i) => ({
      at,
      isMissing: like ? missingIn(known?.[i] ?? PLAIN) : missingAs(askedOf(options, table.columns[at]!)),
    }))
    .filter(({ at, isMissing: is }) => !table.rows.every((row) => is(row[at]!)));
  const gap = (row: readonly string[]): number =>
    looked.find(({ at, isMissing: is }) => is(row[at]!))?.at ?? (noLabel(row[labelAt]!) ? labelAt : -1);
  if (missing === "error") {
    const row = table.rows.findIndex((cells) => gap(cells) >= 0);
    if (row < 0) return table;
    const at = gap(table.rows[row]!);
    const cell = table.rows[row]![at]!;
    throw new NablaError(
      `${table.name}: ${rowIn(table, row)}: column ${show(table.columns[at])}: the value is missing${cell ? ` (${show(cell)})` : ""}; --missing fill puts the mean or the most frequent value there${at === labelAt ? ", but not for a label" : ""}, --missing drop leaves such rows out`,
      { details: { line: table.lines[row], column: table.columns[at] } },
    );
  }
  const out = (row: readonly string[]): boolean =>
    missing === "drop" ? gap(row) >= 0 : noLabel(row[labelAt]!);
  const kept = [...table.rows.keys()].filter((row) => !out(table.rows[row]!));
  const dropped = table.rows.length - kept.length;
  if (dropped === 0) return table;
  if (kept.length === 0)
    throw new NablaError(
      `${table.name}: every row has a missing value, so none is left; --missing fill keeps them, --ignore leaves out the columns with most of them`,
    );
  const lines = [...table.rows.keys()].filter((row) => out(table.rows[row]!)).map((row) => table.lines[row]!);
  notes.push(
    `${dropped} row${dropped === 1 ? "" : "s"} left out: ${missing === "drop" ? "a value" : "the label"} is missing (${table.unit ?? "line"}${dropped === 1 ? "" : "s"} ${lines.slice(0, 8).join(", ")}${dropped > 8 ? ", …" : ""})`,
  );
  return {
    ...table,
    rows: kept.map((row) => table.rows[row]!),
    lines: kept.map((row) => table.lines[row]!),
  };
}
