/** Apache Arrow, as a file (Feather version 2 is one) or as a stream, read with the package apache-arrow. */
import { sha256Hex } from "../../../checkpoint/sha256.ts";
import { messageOf, NablaError } from "../../../errors.ts";
import { show } from "../../../fields/fields.ts";
import { contentOf, latin } from "../../readers/content.ts";
import type { DataHost } from "../../readers/reader.ts";
import type { Table } from "../csvTable.ts";
import { type ArrowType, arrowCell, BOOL, DECIMAL } from "./arrowCells.ts";
import { checkArrow } from "./arrowChecked.ts";
import { beginsStream, FILE } from "./arrowMessages.ts";
import type { TableFormat } from "./format.ts";
import { unpackLz4 } from "./lz4.ts";
import { packageOf } from "./packages.ts";
import { checkMemory, tableOfValues } from "./values.ts";

const OLD = "FEA1";

export const arrow: TableFormat = {
  title: "Arrow file",
  ending: ".arrow",
  is: (head) =>
    latin(head.subarray(0, 6)) === FILE || latin(head.subarray(0, 4)) === OLD || beginsStream(head),
  async read({ of, where, host }, { used }) {
    const { table: limit, cells } = host.limits;
    const bytes = await contentOf(of, limit, host.more);
    return { table: await arrowTable(bytes, where, host, used, cells, limit), fingerprint: sha256Hex(bytes) };
  },
};

/** What is used of apache-arrow. */
interface ApacheArrow {
  tableFromIPC(bytes: Uint8Array): ArrowTable;
  compressionRegistry: { get(type: number): unknown; set(type: number, codec: Codec): void };
}
interface Codec {
  decode(data: Uint8Array): Uint8Array;
}
interface ArrowTable {
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: ArrowType }[] };
  readonly numRows: number;
  getChildAt(column: number): Vector | null;
}
interface Vector {
  readonly length: number;
  readonly data: readonly Chunk[];
  get(row: number): unknown;
}
/** Some rows of a column. */
interface Chunk {
  readonly length: number;
  readonly offset?: number;
  readonly nullCount: number;
  readonly nullBitmap?: { readonly length: number };
  readonly valueOffsets?: ArrayLike<number | bigint>;
  readonly values?: { readonly length: number };
}

/** What is used of fzstd. */
interface Fzstd {
  Decompress: new (take: (part: Uint8Array) => void) => { push(part: Uint8Array, last: boolean): void };
}

/** As the format numbers them. */
const [LZ4, ZSTD] = [0, 1];

/**
 * The columns of an Arrow file or stream as a table.
 *
 * @param used whether anybody looks at a column
 * @param maxBytes that rows and cells may take
 * @param most bytes that what is packed in the file may unpack to
 * @throws NablaError for a damaged file, for columns of lists or records, and where apache-arrow is not installed
 */
export async function arrowTable(
  bytes: Uint8Array,
  where: string,
  host: Pick<DataHost, "package">,
  used: (column: string) => boolean,
  maxBytes?: number,
  most = 2 ** 31,
): Promise<Table> {
  const { opened, ended } = await openerOf(bytes, where, host)(bytes, most);
  const { numRows: rows } = opened;
  if (rows === 0) throw new NablaError(`${where}: there are no rows`);
  const columns = namesOf(opened);
  checkMemory(where, rows, columns.length, maxBytes);
  const read = { name: where, columns, used, rows: rowsOf(opened, where, used), maxBytes };
  const table = tableOfValues({ ...read, unit: "row" });
  return ended ? table : { ...table, notes: [...table.notes, notEnded(rows)] };
}

/**
 * Opens files, or parts of one, and says whether they say that they are at their end.
 *
 * @param start its first bytes
 * @throws NablaError for a file that no package reads
 */
export function openerOf(start: Uint8Array, where: string, host: Pick<DataHost, "package">) {
  if (latin(start.subarray(0, 4)) === OLD)
    throw new NablaError(
      `${where}: a Feather file of version 1, which nothing here reads; write it anew as version 2: pyarrow.feather.write_feather(pyarrow.feather.read_table(path), path)`,
    );
  const from = <Package>(name: string) =>
    packageOf<Package>(name, host, `${where}: an Arrow file`, "nabla/arrow");
  return async (bytes: Uint8Array, most: number) => {
    const library = await from<ApacheArrow>("apache-arrow");
    const ended = within(where, () => checkArrow(bytes));
    return { opened: await tableIn(bytes, where, library, () => from<Fzstd>("fzstd"), most), ended };
  };
}

export const namesOf = ({ schema: { fields } }: ArrowTable): string[] => fields.map(({ name }) => name);

export const notEnded = (rows: number): string =>
  `the stream ends after ${rows} rows without saying that it is at its end, as one that broke off between two batches does: are these all?`;

/** The values of all rows. @param before how many rows of the file come before them */
export function rowsOf(
  opened: ArrowTable,
  where: string,
  used: (column: string) => boolean,
  before = 0,
): Iterable<unknown[]> {
  const { numRows: rows } = opened;
  const columns = opened.schema.fields.map(({ name, type }, c) => {
    const cell = arrowCell(type);
    if (typeof cell === "string") {
      if (!used(name)) return undefined;
      throw new NablaError(
        `${where}: column ${show(name)}: expected numbers, texts, true and false or times, got ${cell}; a table has one value in each cell: leave the column out (--ignore), or make columns of its parts`,
      );
    }
    const vector = opened.getChildAt(c);
    if (!vector || vector.length !== rows || !vector.data.every((chunk) => isWhole(chunk, type)))
      throw damaged(where, `column ${show(name)} is cut off`);
    return (row: number) => {
      const value = within(where, () => vector.get(row));
      if (value === undefined)
        throw damaged(where, `row ${before + row + 1} of column ${show(name)} is not there`);
      return value === null ? null : cell(value);
    };
  });
  return {
    *[Symbol.iterator]() {
      for (let row = 0; row < rows; row++) yield columns.map((column) => column?.(row));
    },
  };
}

export const damaged = (where: string, why: string, cause?: unknown): NablaError =>
  new NablaError(`${where}: an Arrow file that cannot be read: ${why}`, { cause });

function within<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(where, messageOf(cause), cause);
  }
}

/** Thrown where a file turns out to be packed with Zstandard. */
const WANTED = "Zstandard";

async function tableIn(
  bytes: Uint8Array,
  where: string,
  library: ApacheArrow,
  fzstd: () => Promise<Fzstd>,
  most: number,
): Promise<ArrowTable> {
  let left = most;
  const counted = (unpacked: Uint8Array): Uint8Array => {
    left -= unpacked.length;
    return unpacked;
  };
  const codecs = [
    [LZ4, { decode: (data) => counted(unpackLz4(data, left)) }],
    [
      ZSTD,
      {
        decode(data) {
          if (!zstd) throw WANTED;
          return counted(unpackZstd(data, left, zstd));
        },
      },
    ],
  ] satisfies [number, Codec][];
  let zstd: Fzstd | undefined;
  const read = (): ArrowTable => {
    // the package has one table of them for everybody: what a program has put there comes back
    const { compressionRegistry: registry } = library;
    const before = codecs.map(([type]) => registry.get(type));
    for (const [type, codec] of codecs) registry.set(type, codec);
    try {
      return library.tableFromIPC(bytes);
    } finally {
      codecs.forEach(([type], i) => {
        registry.set(type, before[i] as Codec);
      });
    }
  };
  try {
    return read();
  } catch (cause) {
    if (cause !== WANTED) throw damaged(where, messageOf(cause), cause);
  }
  zstd = await fzstd();
  left = most;
  return within(where, read);
}

function unpackZstd(data: Uint8Array, room: number, { Decompress }: Fzstd): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const unpacks = new Decompress((part) => {
    length += part.length;
    if (length > room) throw new Error(`unpacks to more than ${room} bytes`);
    parts.push(part);
  });
  // piece by piece, so that it ends where there is too much
  for (let at = 0; at < data.length; at += 1 << 16)
    unpacks.push(data.slice(at, at + (1 << 16)), at + (1 << 16) >= data.length);
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether there is as much as the rows need: beyond its end a buffer gives nothing, which would be a missing value. */
function isWhole(
  { length, offset = 0, nullCount, nullBitmap, valueOffsets: offsets, values }: Chunk,
  { typeId, bitWidth = 128 }: ArrowType,
): boolean {
  if (nullCount > 0 && nullBitmap && nullBitmap.length * 8 < length) return false;
  // true and false are bits and decimals words of 32: where one is not there, it would be false, or 0
  if (typeId === BOOL && (values?.length ?? 0) * 8 < (offset % 8) + length) return false;
  if (typeId === DECIMAL && (values?.length ?? 0) * 32 < length * bitWidth) return false;
  if (!offsets || length === 0) return true;
  return offsets.length > length && Number(offsets[length]) <= (values?.length ?? 0);
}
