/** What a way to keep a table in a file is, besides text in rows. */
import type { DataFile, DataHost, FileParts, FormatTable } from "../../readers/reader.ts";
import type { CsvSplitOptions } from "../csv.ts";

/** A file, what errors call it, and the place it is read in. */
export interface TableFile {
  readonly of: DataFile;
  readonly where: string;
  readonly host: DataHost;
}

/** What is wanted of it. */
export interface TableWish {
  /** Which rows, where a file holds several tables. */
  readonly query?: string | undefined;
  /** Columns that nobody looks at may hold anything. */
  used(column: string): boolean;
  /** The others need not be read, and may be left empty. */
  readonly only?: boolean;
}

/** The columns that a split looks at: those of the model that it is `like`, or all but the ignored ones. */
export const usedBy =
  ({ like, ignore }: Pick<CsvSplitOptions, "like" | "ignore">) =>
  (column: string): boolean =>
    like ? like.columns.includes(column) : !ignore?.includes(column);

/**
 * A format whose values have types: numbers are numbers, whatever a locale makes of their text. One file in this folder, and one line
 * in index.ts.
 */
export interface TableFormat {
  /** What it is called in a sentence: "SQLite database". */
  readonly title: string;
  /** The usual end of its names. */
  readonly ending: string;
  /** By the first bytes. */
  is(head: Uint8Array): boolean;
  /** Whether it is asked for rows, with a query. */
  readonly asked?: boolean;
  /**
   * @throws NablaError naming the file and what is wrong in it
   */
  read(file: TableFile, wish: TableWish): Promise<FormatTable>;
}

/** A file that is larger than memory. */
export interface BlockFile extends Pick<TableFile, "where"> {
  readonly parts: FileParts;
  readonly host: Pick<DataHost, "package" | "limits">;
}

/** A table whose rows come some at a time. */
export interface TableBlocks {
  readonly columns: readonly string[];
  readonly notes?: readonly string[];
  /** One after the other: of each, the values of its rows. About as many rows as were wished for, or as the file has together. */
  blocks(): AsyncIterable<Iterable<readonly unknown[]>> | Iterable<Iterable<readonly unknown[]>>;
}

/**
 * Reads a file in a format some rows at a time. In a file beside the format's own, as pages do without.
 *
 * @throws NablaError as the format's `read` does, and for a block that is too large
 */
export type ReadBlocks = (
  file: BlockFile,
  wish: TableWish & { rows(columns: number): number },
) => Promise<TableBlocks>;
