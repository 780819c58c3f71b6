/** Tables as datasets: every column but one is an input, that one is the target. */
import { NablaError } from "../../errors.ts";
import { checkOptions } from "../../fields/options.ts";
import { arrayDataset } from "../arrays.ts";
import type { DataSplit, Dataset, Standardisation } from "../dataset.ts";
import { withHeader } from "../portable.ts";
import { splitDataset } from "../split.ts";
import { standardise, standardiseSplit } from "../standardise.ts";
import { isNumber } from "./cells.ts";
import { findColumn, findLabel } from "./columns.ts";
import { splitFields, tableFields } from "./csvFields.ts";
import { type CsvTableOptions, parseCsvLine, parseCsvTable } from "./csvTable.ts";
import { readTarget } from "./target.ts";

/** How a table is read. */
export interface CsvOptions extends CsvTableOptions {
  /** What errors call it; default "data.csv". */
  name?: string;
  /** The target's column: a name, or a number from 0 (from -1 at the end); default: label, class, target or y, else the last. */
  label?: string | number;
  /** Columns to leave out. */
  ignore?: readonly string[];
  /** Default "auto": text, or few different whole numbers, are classes; anything else is regression. */
  task?: "auto" | "classification" | "regression";
  /**
   * What another table turned out to hold, for reading this one the same way: the same columns by name, the same numbers
   * for the same classes. `label`, `ignore` and `task` do not matter then.
   */
  like?: CsvInfo;
}

/** What a table turned out to hold; goes into checkpoints, so that rows can be encoded for prediction. */
export interface CsvInfo {
  /** The input columns, in order. */
  columns: string[];
  label: string;
  /** Whether the names are the file's own; absent in files of earlier versions. */
  named?: boolean;
  /** Class names in the order of their numbers; absent for regression. */
  classes?: string[];
}

/** A table as a data set, and what its columns are. */
export interface CsvData {
  /** Inputs as they stand in the file: float32 [columns]. */
  dataset: Dataset;
  csv: CsvInfo;
  /** What was read and how, in plain sentences. */
  notes: string[];
}

/** Reads a table. Throws a NablaError with line and column for anything that is missing or no number. */
export function parseCsvDataset(text: string, options: CsvOptions = {}): CsvData {
  checkOptions("parseCsvDataset", options, ["name", ...Object.keys(tableFields())]);
  const name = options.name ?? "data.csv";
  const table = parseCsvTable(text, name, options);
  const { like } = options;
  const labelAt = findLabel(table, like?.label ?? options.label);
  const ignored = (options.ignore ?? []).map((column) => findColumn(table, column));
  const inputs = like
    ? like.columns.map((column) => findColumn(table, column))
    : table.columns.map((_, i) => i).filter((i) => i !== labelAt && !ignored.includes(i));
  if (inputs.length === 0)
    throw new NablaError(`${name}: expected at least one column besides the label column`);
  const x = new Float32Array(table.rows.length * inputs.length);
  table.rows.forEach((row, r) => {
    inputs.forEach((column, i) => {
      x[r * inputs.length + i] = toNumber(
        row[column]!,
        table.columns[column]!,
        `${name}: line ${table.lines[r]}`,
      );
    });
  });
  const columns = inputs.map((i) => table.columns[i]!);
  const target = readTarget(table, labelAt, {
    task: like && !like.classes ? "regression" : (options.task ?? "auto"),
    ...(like?.classes && { known: like.classes, loose: like.named === undefined }),
  });
  const { classes } = target;
  const y = target.y instanceof Int32Array ? target.y : Float32Array.from(target.y);
  const dataset = arrayDataset(x, y, {
    name,
    inputShape: [columns.length],
    ...(classes ? { target: "class", classes: classes.length, names: classes } : { target: "values" }),
  });
  const csv = { columns, label: table.columns[labelAt]!, named: table.named, ...(classes && { classes }) };
  const data = { name, kind: "csv", inputType: dataset.inputType, inputScale: dataset.inputScale };
  const notes = [...table.notes, ...target.notes];
  return { dataset: withHeader(dataset, { extra: { data, csv } }), csv, notes };
}

/** How a table is read and cut into a training and a test part. */
export interface CsvSplitOptions extends CsvOptions {
  /** The share of rows kept out of training; default 0.2; 0 for none. */
  testFraction?: number;
  /** Chooses those rows; default 0. */
  seed?: number;
  /** Default true. Fitted on the training part alone. */
  standardise?: boolean;
  /** A standardisation fitted earlier, to be used instead. */
  standardisation?: Standardisation;
}

/** Reads a table, splits it in two, and standardises both parts by the mean and deviation of the training part. */
export function csvSplit(text: string, options: CsvSplitOptions = {}): DataSplit & { csv: CsvInfo } {
  checkOptions("csvSplit", options, ["name", ...Object.keys({ ...tableFields(), ...splitFields() })]);
  const { testFraction = 0.2, seed = 0, standardise: scaled, standardisation, ...table } = options;
  const { dataset, csv } = parseCsvDataset(text, table);
  const [train, test] = testFraction > 0 ? splitDataset(dataset, testFraction, { seed }) : [dataset];
  if (scaled === false) return { train, ...(test && { test }), csv };
  if (standardisation) {
    const by = (part: Dataset) => standardise(part, standardisation);
    return { train: by(train), ...(test && { test: by(test) }), standardisation, csv };
  }
  return { ...standardiseSplit(train, test, csv.columns), csv };
}

/**
 * A row for prediction: a line of CSV, or its cells, holding the input columns in order (without the label), to the
 * Float32Array [columns] the model was trained on.
 */
export function encodeCsvRow(
  row: string | readonly (string | number)[],
  meta: { columns: readonly string[]; standardisation?: Standardisation },
  name = "row",
): Float32Array {
  const cells = typeof row === "string" ? parseCsvLine(row, name) : row.map(String);
  const { columns, standardisation } = meta;
  if (cells.length !== columns.length) {
    throw new NablaError(
      `${name}: expected ${columns.length} values (${columns.slice(0, 12).join(", ")}${columns.length > 12 ? ", …" : ""}), got ${cells.length}` +
        (cells.length === columns.length + 1 ? "; leave the label out" : ""),
    );
  }
  return Float32Array.from(cells, (cell, i) => {
    const value = Math.fround(toNumber(cell.trim(), columns[i]!, name));
    return standardisation ? (value - standardisation.mean[i]!) / standardisation.scale[i]! : value;
  });
}

function toNumber(cell: string, column: string, where: string): number {
  const value = isNumber(cell) ? Number(cell) : NaN;
  if (Number.isFinite(Math.fround(value))) return value;
  const what = cell === "" ? "nothing: the value is missing" : JSON.stringify(cell);
  throw new NablaError(`${where}: column ${JSON.stringify(column)}: expected a number, got ${what}`, {
    details: { column },
  });
}
