/** A file as tables of some of its rows each, so that it is never in memory as a whole: text by lines, other formats by their blocks. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { isGzip } from "../../data/gzip.ts";
import { headOf } from "../../data/readers/content.ts";
import { type CsvReaderOptions, checkPlain, checkQuery, formatOf, neededBy } from "../../data/readers/csv.ts";
import type { DataHost, FileParts } from "../../data/readers/reader.ts";
import type { Table } from "../../data/tables/csvTable.ts";
import { arrowBlocks } from "../../data/tables/formats/arrowBlocks.ts";
import {
  type ReadBlocks,
  type TableBlocks,
  type TableFormat,
  usedBy,
} from "../../data/tables/formats/format.ts";
import { arrow, jsonLines, parquet } from "../../data/tables/formats/index.ts";
import { parquetBlocks } from "../../data/tables/formats/parquetBlocks.ts";
import { CellDigest, tableOfValues } from "../../data/tables/formats/values.ts";
import { NablaError } from "../../errors.ts";
import { hostFor } from "../dataFiles.ts";
import { unreadable } from "../fileSystem.ts";
import { dataAt } from "../paths.ts";
import { ask } from "../sqlite.ts";
import { type PieceOptions, piecesOf } from "./pieces.ts";

export interface SourceOptions
  extends Pick<CsvReaderOptions, "header" | "delimiter" | "decimal" | "query" | "ignore" | "label" | "like"> {
  /** Bytes of cells that are looked at together. */
  readonly pieceBytes: number;
}

/** A table in a file. */
export interface Source {
  /**
   * All rows, in tables with the same columns.
   *
   * @param end is told, behind the last one, SHA-256 of what was read, hexadecimal: what openData() calls its fingerprint
   * @throws NablaError with the line, or the row, for what does not fit the first
   */
  pieces(end: (fingerprint: string) => void): AsyncGenerator<Table>;
}

/** @throws NablaError where there is no file, and for options that are for others */
export async function sourceAt(path: string, options: SourceOptions): Promise<Source> {
  const host = hostFor();
  const found = await dataAt(path);
  if (!found) throw unreadable(path, Object.assign(new Error("no such file"), { code: "ENOENT" }));
  if (found.of.kind === "folder") throw new NablaError(`${path}: expected a file with a table, got a folder`);
  const format = formatOf(await headOf(found.of, host));
  if (format) checkPlain(format, path, options);
  checkQuery(format, path, options.query);
  const used = neededBy(options) ?? usedBy(options);
  if (!format || format === jsonLines) return ofText(path, options, used);
  if (isGzip(await found.of.start(2)))
    throw new NablaError(
      `${path}: ${format.title} in gzip, of which no part can be read alone; unpack it first: gunzip`,
    );
  return ofBlocks(path, format, host, options, used);
}

function ofText(path: string, options: SourceOptions, used: (column: string) => boolean): Source {
  const { header, delimiter, decimal, pieceBytes } = options;
  return {
    async *pieces(end) {
      const hash = createHash("sha256");
      yield* piecesOf(path, {
        ...{ pieceBytes, used },
        ...(header !== undefined && { header }),
        ...(delimiter !== undefined && { delimiter }),
        ...(decimal && { decimal }),
        onBytes: (bytes) => void hash.update(bytes),
      } satisfies PieceOptions);
      end(hash.digest("hex"));
    },
  };
}

/** Bytes that are digested at once. */
const SOME = 1 << 18;

/** Those of which parts can be read; a database is asked. */
const BLOCKS = new Map<TableFormat, ReadBlocks>([
  [parquet, parquetBlocks],
  [arrow, arrowBlocks],
]);

/** Rows that are looked at together, at 8 bytes a cell. */
const rowsFor = (pieceBytes: number, columns: number) => Math.max(1, Math.floor(pieceBytes / (8 * columns)));

function ofBlocks(
  path: string,
  format: TableFormat,
  host: DataHost,
  { pieceBytes, query }: SourceOptions,
  used: (column: string) => boolean,
): Source {
  return {
    async *pieces(end) {
      const read = BLOCKS.get(format);
      if (!read) {
        const { close, columns, rows, query: asked } = ask(path, path, query);
        try {
          const notes = query === undefined ? [`all rows of its only table: ${asked}`] : [];
          const digest = new CellDigest(columns);
          const all = tablesOf(path, { columns, notes, blocks: () => [rows as never] }, used, pieceBytes);
          for await (const table of all) {
            digest.add(table.rows);
            yield table;
          }
          end(digest.hex());
        } finally {
          close();
        }
        return;
      }
      const file = await open(path).catch((cause) => {
        throw unreadable(path, cause);
      });
      try {
        const { size } = await file.stat();
        const parts: FileParts = {
          size,
          async read(from, to) {
            const bytes = new Uint8Array(Math.max(0, Math.min(size, to) - from));
            const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
            return bytes.subarray(0, bytesRead);
          },
        };
        const rows = (columns: number) => rowsFor(pieceBytes, columns);
        const blocks = await read({ parts, where: path, host }, { used, rows });
        yield* tablesOf(path, blocks, used, pieceBytes);
        const hash = createHash("sha256");
        for (let from = 0; from < size; from += SOME) hash.update(await parts.read(from, from + SOME));
        end(hash.digest("hex"));
      } finally {
        await file.close();
      }
    },
  };
}

/** Blocks of any number of rows as tables of about as many each. */
async function* tablesOf(
  name: string,
  { columns, notes = [], blocks }: TableBlocks,
  used: (column: string) => boolean,
  pieceBytes: number,
): AsyncGenerator<Table> {
  const most = rowsFor(pieceBytes, columns.length);
  let rows: (readonly unknown[])[] = [];
  let before = 0;
  const table = (): Table => {
    const lines = rows.map((_, i) => before + i + 1);
    const made = tableOfValues({ name, columns, used, rows, lines, unit: "row" });
    before += rows.length;
    rows = [];
    return { ...made, notes: [...notes, ...made.notes] };
  };
  for await (const block of blocks()) for (const row of block) if (rows.push(row) >= most) yield table();
  if (rows.length > 0 || before === 0) yield table();
}
