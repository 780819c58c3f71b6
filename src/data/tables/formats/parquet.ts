/** Apache Parquet, read with the package hyparquet. */
import { sha256Hex } from "../../../checkpoint/sha256.ts";
import { messageOf, NablaError } from "../../../errors.ts";
import { show } from "../../../fields/fields.ts";
import { contentOf, latin } from "../../readers/content.ts";
import type { DataHost, FileParts } from "../../readers/reader.ts";
import type { Table } from "../csvTable.ts";
import type { TableFormat } from "./format.ts";
import { packageOf } from "./packages.ts";
import { asStored, cellOf, type Element } from "./parquetCells.ts";
import { checkMemory, digestOfCells, tableOfValues } from "./values.ts";

const MAGIC = "PAR1";

export const parquet: TableFormat = {
  title: "Parquet file",
  ending: ".parquet",
  is: (head) => latin(head.subarray(0, 4)) === MAGIC,
  async read({ of, where, host }, { used, only = false }) {
    const { table: limit, cells } = host.limits;
    const parts = await of.parts?.();
    if (parts) {
      const table = await parquetTable(inParts(parts, where, host), where, host, used, cells, only);
      // columns that nobody looks at have not come
      return {
        table,
        fingerprint: digestOfCells(table),
      };
    }
    const bytes = await contentOf(of, limit, host.more);
    const table = await parquetTable(inMemory(bytes), where, host, used, cells);
    return { table, fingerprint: sha256Hex(bytes) };
  },
};

/** What is used of hyparquet. */
interface Hyparquet {
  parquetMetadataAsync(
    file: Bytes,
    options: { initialFetchSize: number; geoparquet: boolean },
  ): Promise<Metadata>;
  parquetRead(options: {
    file: Bytes;
    metadata: Metadata;
    columns: readonly string[];
    rowStart: number;
    rowEnd: number;
    useOffsetIndex: boolean;
    utf8: boolean;
    compressors?: object;
    onChunk(chunk: { columnName: string; columnData: ArrayLike<unknown>; rowStart: number }): void;
  }): Promise<void>;
}
interface Compressors {
  compressors: object;
}
interface Bytes {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** A file's end of so many bytes is read first: in it are the names of columns, and where they lie. */
const END = 1 << 16;

/** All of a file. */
export const inMemory = (bytes: Uint8Array): Bytes => ({
  byteLength: bytes.byteLength,
  slice: (start, end = bytes.byteLength) => bytes.slice(start, end).buffer,
});

/** What is read of a file is limited as a whole file is. */
function inParts(parts: FileParts, where: string, { limits: { table: limit }, tooLarge }: DataHost): Bytes {
  let taken = 0;
  return asBytes(parts, (bytes) => {
    taken += bytes;
    if (taken > limit) throw tooLarge(where, taken, limit);
  });
}

/** @param asked is told how many are asked for, before they come */
export const asBytes = (parts: FileParts, asked?: (bytes: number) => void): Bytes => ({
  byteLength: parts.size,
  async slice(start, end = parts.size) {
    asked?.(end - start);
    const { buffer, byteOffset, byteLength } = await parts.read(start, end);
    return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
  },
});

interface Metadata {
  /** The root, then each node before its children. */
  readonly schema: readonly Element[];
  readonly num_rows: bigint;
  readonly row_groups: readonly RowGroup[];
}
interface RowGroup {
  readonly num_rows: bigint;
  readonly columns: readonly {
    meta_data?: {
      codec: string;
      path_in_schema: readonly string[];
      total_uncompressed_size: bigint;
      total_compressed_size: bigint;
    };
    offset_index_offset?: bigint;
  }[];
}
/** What hyparquet unpacks by itself. */
const OWN = new Set(["UNCOMPRESSED", "SNAPPY"]);

/**
 * The columns of a Parquet file as a table. Columns of lists that nobody looks at are not decoded.
 *
 * @param used whether anybody looks at a column
 * @param only the others are left empty
 * @throws NablaError for a damaged file, for columns of lists or records and several of one name, and where hyparquet is not installed
 */
export async function parquetTable(
  file: Bytes,
  where: string,
  host: Pick<DataHost, "package">,
  used: (column: string) => boolean,
  maxBytes?: number,
  only = false,
): Promise<Table> {
  const { columns, rows, read } = await openParquet(file, where, host, used, only);
  checkMemory(where, rows, columns.length, maxBytes);
  return tableOfValues({ name: where, columns, used, rows: await read(0, rows), unit: "row", maxBytes });
}

/** A file whose columns are known, and whose rows are not read yet. */
export async function openParquet(
  file: Bytes,
  where: string,
  host: Pick<DataHost, "package">,
  used: (column: string) => boolean,
  only = false,
) {
  const from = (name: string) =>
    packageOf<Hyparquet & Compressors>(name, host, `${where}: a Parquet file`, "nabla/parquet");
  const { parquetMetadataAsync, parquetRead } = await from("hyparquet");
  const within = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      if (cause instanceof NablaError) throw cause;
      throw new NablaError(`${where}: a Parquet file that cannot be read: ${messageOf(cause)}`, { cause });
    });
  // looking for shapes of the earth, which are no single values, it goes back without end where a column says it has −1 others in it
  const asked = { initialFetchSize: END, geoparquet: false };
  const found = await within(parquetMetadataAsync(file, asked));
  const metadata = { ...found, schema: found.schema.map(asStored) };
  const columns = topOf(found.schema);
  const rows = Number(metadata.num_rows);
  if (!(rows > 0)) throw new NablaError(`${where}: there are no rows`);
  const last = new Map(columns.map((column) => [column.name, column]));
  const again = new Set(columns.filter((column) => last.get(column.name) !== column).map(({ name }) => name));
  const isTwice = ({ name }: Element) => again.has(name);
  const wanted = columns.filter((column) => used(column.name) || !(only || isOdd(column) || isTwice(column)));
  const nested = wanted.find(isOdd);
  if (nested)
    throw new NablaError(
      `${where}: column ${show(nested.name)}: expected numbers, texts, true and false or times, got lists, records or what is packed; a table has one value in each cell: leave the column out (--ignore), or make columns of its parts`,
    );
  const twice = wanted.find(isTwice);
  if (twice)
    throw new NablaError(
      `${where}: several columns are called ${show(twice.name)}, and values come by the names of columns; give each a name of its own, or leave them out (--ignore)`,
    );
  const codecs = metadata.row_groups.flatMap((group) => group.columns.map((each) => each.meta_data?.codec));
  const packed = codecs.some((codec) => codec !== undefined && !OWN.has(codec));
  const { compressors } = packed ? await from("hyparquet-compressors") : {};
  const names = wanted.map(({ name }) => name);
  return {
    columns: columns.map(({ name }) => name),
    rows,
    groups: metadata.row_groups,
    wanted: new Set(names),
    /** The values of some rows. */
    async read(from: number, to: number): Promise<Iterable<unknown[]>> {
      const values = new Map<string, ArrayLike<unknown>>();
      const there = new Map<string, number>();
      if (names.length > 0)
        await within(
          parquetRead({
            ...{ file, metadata, columns: names, rowStart: from, rowEnd: to, useOffsetIndex: true },
            // what nobody calls a text may be one, and may be any bytes
            utf8: false,
            ...(compressors && { compressors }),
            onChunk({ columnName, columnData, rowStart }) {
              if (rowStart === from && columnData.length >= to - from) {
                there.set(columnName, to - from);
                return void values.set(columnName, columnData);
              }
              // of pages, and of groups, some rows may be others
              const column = (values.get(columnName) ?? new Array<unknown>(to - from)) as unknown[];
              values.set(columnName, column);
              const [first, last] = [Math.max(from, rowStart), Math.min(to, rowStart + columnData.length)];
              there.set(columnName, (there.get(columnName) ?? 0) + Math.max(0, last - first));
              for (let row = first; row < last; row++) column[row - from] = columnData[row - rowStart];
            },
          }),
        );
      // what is not there would be a missing value
      const cut = names.find((name) => (there.get(name) ?? 0) < to - from);
      if (cut !== undefined)
        throw new NablaError(
          `${where}: a Parquet file that cannot be read: column ${show(cut)} has fewer than rows ${from + 1} to ${to}`,
        );
      const read = columns.map((element) => ({ values: values.get(element.name), cell: cellOf(element) }));
      return {
        *[Symbol.iterator]() {
          for (let row = 0; row < to - from; row++)
            yield read.map((column) => column.cell(column.values?.[row]));
        },
      };
    },
  };
}

/** What has no single value in each cell. */
const isOdd = ({ num_children, repetition_type, converted_type }: Element): boolean =>
  Boolean(num_children) ||
  repetition_type === "REPEATED" ||
  converted_type === "BSON" ||
  converted_type === "INTERVAL";

/** The root's children. */
function topOf(schema: readonly Element[]): Element[] {
  const top: Element[] = [];
  let skipped = 0;
  for (const element of schema.slice(1)) {
    if (skipped === 0) top.push(element);
    else skipped--;
    skipped += element.num_children ?? 0;
  }
  return top;
}
