/** How a table that is larger than memory is read, and what becomes of it. */
import type { DataSplit } from "../../data/dataset.ts";
import type { CsvData, CsvSplitOptions } from "../../data/tables/csv.ts";

/** How a large table is read. */
export interface LargeTableOptions
  extends Pick<
    CsvSplitOptions,
    | "label"
    | "ignore"
    | "task"
    | "columns"
    | "maxCategories"
    | "testFraction"
    | "seed"
    | "standardise"
    | "targetScale"
    | "header"
    | "delimiter"
    | "decimal"
    | "like"
    | "inputsLike"
    | "standardisation"
  > {
  /** Which rows are kept out of training: any, or the last ones. Default "random". */
  split?: "random" | "time";
  /** Which rows of a database, in SQL; default: all, where there is one table. The same rows in the same order each time it is asked. */
  query?: string;
  /** Bytes of text, or 8 for each cell, that are looked at together; the first so many say what columns are. Default 4 MiB. */
  pieceBytes?: number;
  /** Bytes of rows, 4 for each number, that are kept in memory; others come from the file. Default: half of what is free. */
  memoryBytes?: number;
  /** Where the numbers are kept, 4 bytes each, and 8 while the table is opened. Default: the system's folder for temporary files. */
  folder?: string;
}

/** A large table as data sets. */
export interface LargeTable extends DataSplit, Omit<CsvData, "dataset"> {
  /** SHA-256 of the file, hexadecimal. */
  fingerprint: string;
  /** Removes the file that the numbers are in. Nothing can be read then. */
  close(): void;
}

/** All of them. */
export const LARGE_OPTIONS: readonly (keyof LargeTableOptions)[] = [
  ...([
    "label",
    "ignore",
    "task",
    "columns",
    "maxCategories",
    "testFraction",
    "seed",
    "standardise",
  ] as const),
  ...(["targetScale", "header", "delimiter", "decimal", "split", "pieceBytes", "folder"] as const),
  ...(["like", "inputsLike", "standardisation", "query", "memoryBytes"] as const),
];
