/** What is known of a table: how it was asked for, how it is read, how it is encoded. */
import type { Targets } from "../dataset.ts";
import type { TargetScale } from "../targetScale.ts";
import type { AskedColumns } from "./asked.ts";
import type { TableColumn } from "./column.ts";
import type { CsvTableOptions, Table } from "./csvTable.ts";
import type { ColumnEncoding, Feature } from "./encoding.ts";
import type { ColumnReading } from "./fitEncoding.ts";
import type { Decimal } from "./numbers.ts";

/** What to do with missing values. */
export const MISSING_WAYS = ["error", "drop", "fill"] as const;
export type Missing = (typeof MISSING_WAYS)[number];

/** A table whose target is read, and whose columns are to be inputs. */
export interface ReadTable {
  readonly table: Table;
  /** Label numbers, or values. */
  readonly y: Targets;
  readonly classes?: string[];
  /** How `y` was scaled, where it is not in its own unit. */
  readonly targetScale?: TargetScale;
  /** How its numbers are written, where it has to be known. */
  readonly decimal?: Decimal;
  readonly label: string;
  readonly labelAt: number;
  /** The columns that are inputs, unless they have no values. */
  readonly columns: readonly TableColumn[];
  readonly options: CsvOptions;
  readonly notes: readonly string[];
}

/** The features of all rows. */
export interface EncodedTable {
  readonly csv: CsvInfo;
  readonly features: readonly Feature[];
  /** [rows, features], row after row, not rounded. */
  readonly x: Float64Array;
  readonly readings: readonly ColumnReading[];
  /** Sentences about numbers that were never missing before. */
  readonly filled?: readonly string[];
}

/** What a table turned out to hold; goes into checkpoints, so that rows can be encoded for prediction. */
export interface CsvInfo {
  /** The input columns, in order. */
  columns: string[];
  label: string;
  /** Whether the names are the file's own; absent in files of earlier versions. */
  named?: boolean;
  /** Where the label stood among the columns that were read; absent where it was the last. */
  labelAt?: number;
  /** What stands before the fraction of the targets, where not every cell tells. */
  decimal?: "." | ",";
  /** Class names in the order of their numbers; absent for regression. */
  classes?: string[];
  /** How each input column becomes inputs; absent where all are numbers and none is missing. */
  encoding?: ColumnEncoding[];
  /** Columns that were left out. */
  ignored?: string[];
  /** Whether rows with missing values were left out, or refused. */
  missing?: "drop" | "error";
}

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
   * How columns are to be read, by name: "number", "boolean", "category", "date", or { kind: "ordered", values: ["S", "M", "L"] },
   * { kind: "date", order: "dmy", cyclic: ["year", "week", "day"] }, { kind: "category", maxCategories: 5 }. Default: found out.
   */
  columns?: AskedColumns;
  /**
   * How many inputs a column of text becomes at most: one for each of its most frequent values, and one that all others share.
   * Default 30.
   */
  maxCategories?: number;
  /**
   * What is done about missing values ("", NA, N/A, null, NaN, ?, -, …). "fill": inputs get the mean or the most frequent value of
   * the training rows, and an input of its own says so; rows without a target are left out. "drop": such rows are left out.
   * "error": they are refused. Default: inputs are filled, a missing target is refused.
   */
  missing?: Missing;
  /**
   * What another table turned out to hold, for reading this one the same way: the same columns by name, the same numbers
   * for the same classes. `label`, `ignore`, `task` and what is said about columns do not matter then.
   */
  like?: CsvInfo;
  /** The same for the inputs alone, where their columns are these: the target is read anew. */
  inputsLike?: CsvInfo;
}
