import { gzipSync, zipSync } from "fflate";
import { shaped } from "../../src/data/flat.ts";
import { gunzip } from "../../src/data/gzip.ts";
import { idxDataset, parseIdx } from "../../src/data/idx.ts";
import { openNpz, parseNpz } from "../../src/data/numpy/archive.ts";
import { parseNpyArray } from "../../src/data/numpy/npy.ts";
import { npzSplit } from "../../src/data/numpy/split.ts";
import { idxBytes, npyBytes } from "../data/helpers.ts";
import { joined, latin, list, type Reader, type Row, repeated } from "./row.ts";
import { deep } from "./tables.ts";

/** What an option allows in these rows. */
const LIMIT = 2 ** 18;

export const packed: Reader = {
  reader: "gzip",
  most: 8,
  rows: [
    { shape: "noise", make: (n) => gzipSync(noise(n)), run: (bytes: Uint8Array) => gunzip(bytes) },
    {
      shape: "zeros, which unpack to a thousand times as much",
      make: (n) => gzipSync(new Uint8Array(n * 1000)),
      size: (n) => n * 1000,
      run: (bytes: Uint8Array) => gunzip(bytes),
    },
    {
      shape: "the same, beyond the limit",
      make: (n) => gzipSync(new Uint8Array(n * 1000)),
      size: (n) => n + LIMIT,
      run: (bytes: Uint8Array) => gunzip(bytes, "a", LIMIT),
    },
    {
      shape: "a size that is not true",
      make: (n) => {
        const bytes = gzipSync(noise(n));
        bytes.set([255, 255, 255, 127], bytes.length - 4);
        return bytes;
      },
      run: (bytes: Uint8Array) => gunzip(bytes),
    },
    {
      shape: "cut short",
      make: (n) => gzipSync(noise(n)).subarray(0, -n / 2),
      run: (bytes: Uint8Array) => gunzip(bytes),
    },
    {
      shape: "a long name within",
      make: (n) => joined(Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3), "x".repeat(n)),
      run: (bytes: Uint8Array) => gunzip(bytes),
    },
  ],
};

const idx = (shape: string, make: (n: number) => Uint8Array): Row => ({
  shape,
  make,
  run: (bytes: Uint8Array) => parseIdx(bytes, "a"),
});

export const idxFiles: Reader = {
  reader: "IDX",
  most: 20,
  rows: [
    idx("bytes", (n) => idxBytes(8, [n], noise(n))),
    idx("doubles", (n) => idxBytes(14, [Math.floor(n / 8)], noise(Math.floor(n / 8) * 8))),
    idx("sizes that are not true", (n) => idxBytes(8, [2 ** 32 - 1, 2 ** 32 - 1, n], noise(n))),
    idx("255 dimensions", (n) => idxBytes(8, new Array(255).fill(2 ** 32 - 1), noise(n))),
    {
      shape: "labels beyond all classes",
      make: (n) =>
        idxBytes(
          12,
          [n / 4],
          list(n, 1, (i) => [0, 0, 255, 255][i % 4]!),
        ),
      run: (bytes: Uint8Array) => {
        const labels = parseIdx(bytes, "l");
        return idxDataset(
          parseIdx(idxBytes(8, [labels.data.length, 1], new Uint8Array(labels.data.length)), "x"),
          labels,
        );
      },
    },
  ],
};

const npy = (shape: string, make: (n: number) => Uint8Array): Row => ({
  shape,
  make,
  run: (bytes: Uint8Array) => parseNpyArray(bytes, "a"),
});
/** A file of version 2 with any text as its header. */
const headed = (header: string): Uint8Array =>
  joined("\x93NUMPY\x02\x00", new Uint8Array(Uint32Array.of(header.length).buffer), header);
const body = (n: number): ArrayBuffer => noise(n).buffer;

export const npyFiles: Reader = {
  reader: "npy",
  most: 450,
  rows: [
    npy("floats", (n) => npyBytes("<f4", [Math.floor(n / 4)], body(Math.floor(n / 4) * 4))),
    npy("floats by columns", (n) =>
      npyBytes("<f4", [2, 2, Math.floor(n / 16)], body(Math.floor(n / 16) * 16), true),
    ),
    npy("64 dimensions by columns", (n) => npyBytes("|u1", [...new Array(63).fill(1), n], body(n), true)),
    npy("halves", (n) => npyBytes("<f2", [Math.floor(n / 2)], new ArrayBuffer(Math.floor(n / 2) * 2))),
    npy("integers of 64 bits", (n) =>
      npyBytes(">i8", [Math.floor(n / 8)], new ArrayBuffer(Math.floor(n / 8) * 8)),
    ),
    npy("texts of one byte", (n) => npyBytes("|S1", [n], new Uint8Array(n).fill(97).buffer)),
    npy("texts of a byte that is no UTF-8", (n) => npyBytes("|S1", [n], new Uint8Array(n).fill(0xff).buffer)),
    npy("texts of no characters", (n) => npyBytes("|S1", [n], new ArrayBuffer(n))),
    npy("one long text", (n) =>
      npyBytes("<U".concat(String(Math.floor(n / 4))), [1], new Uint32Array(n / 4).fill(0x1d11e).buffer),
    ),
    npy("sizes that are not true", (n) => npyBytes("<f8", [2 ** 52, 2 ** 52, 2 ** 52], body(n))),
    npy("a header of brackets", (n) => headed("(".repeat(n))),
    npy("a header of quotes", (n) => headed("'".repeat(n + 1))),
    npy("a header of backslashes", (n) => headed(`'${"\\".repeat(n)}`)),
    npy("a header of blanks", (n) => headed(`${" ".repeat(n)}x`)),
    npy("a header of digits", (n) => headed(`{'shape': (${repeated("1,", n)})}`)),
    npy("a header of letters", (n) => headed("u".repeat(n))),
    npy("a header of fields", (n) =>
      headed(`{'descr': [${repeated("('a', '<f4'), ", n)}], 'fortran_order': False, 'shape': (1,)}`),
    ),
    npy("a header of many axes", (n) =>
      headed(`{'descr': '<f4', 'fortran_order': False, 'shape': (${repeated("0,", n)})}`),
    ),
  ],
};

const npz = (
  shape: string,
  make: (n: number) => Uint8Array,
  options: { size?(n: number): number; limit?: number } = {},
): Row => ({
  shape,
  make,
  ...(options.size && { size: options.size }),
  run: (bytes: Uint8Array) => parseNpz(bytes, "a", options.limit),
});
const array = npyBytes("|u1", [4], Uint8Array.of(1, 2, 3, 4).buffer);

export const npzFiles: Reader = {
  reader: "npz, zip",
  most: 200,
  rows: [
    npz("many arrays", (n) =>
      zipSync(Object.fromEntries(list(n, 300, (i) => [`${i}.npy`, array])), { level: 0 }),
    ),
    npz(
      "zeros, which unpack to a thousand times as much",
      (n) => zipSync({ "x.npy": npyBytes("|u1", [n * 1000], new ArrayBuffer(n * 1000)) }),
      {
        size: (n) => n * 1000,
      },
    ),
    npz(
      "the same, beyond the limit",
      (n) => zipSync({ "x.npy": npyBytes("|u1", [n * 1000], new ArrayBuffer(n * 1000)) }),
      { limit: LIMIT },
    ),
    npz("entries that overlap", (n) => overlapping(n)),
    npz("a long name", (n) => zipSync({ [`${"x".repeat(n)}.npy`]: array })),
    npz("no archive", (n) => joined("PK\x03\x04", noise(n))),
    npz("ends everywhere", (n) => latin(repeated("PK\x05\x06", n))),
    {
      shape: "many arrays, by their headers",
      make: (n) => zipSync(Object.fromEntries(list(n, 300, (i) => [`${i}.npy`, array]))),
      run: (bytes: Uint8Array) => {
        const archive = openNpz(bytes, "a");
        return archive.names.map((name) => archive.header(name));
      },
    },
    {
      shape: "a data set of many arrays",
      make: (n) => zipSync(Object.fromEntries(list(n, 300, (i) => [`train_${i}.npy`, array]))),
      run: (bytes: Uint8Array) => npzSplit(bytes, "a"),
    },
  ],
};

/** Entries of which each begins where the first one does. */
function overlapping(n: number): Uint8Array {
  const whole = zipSync({ "a.npy": array }, { level: 0 });
  const view = new DataView(whole.buffer, whole.byteOffset);
  const directory = view.getUint32(whole.length - 6, true);
  const entry = whole.subarray(directory, whole.length - 22);
  const count = Math.min(65_535, Math.ceil(n / entry.length));
  const end = whole.slice(whole.length - 22);
  const record = new DataView(end.buffer);
  record.setUint16(8, count, true);
  record.setUint16(10, count, true);
  record.setUint32(12, count * entry.length, true);
  return joined(whole.subarray(0, directory), ...new Array<Uint8Array>(count).fill(entry), end);
}

const nested = (shape: string, make: (n: number) => unknown): Row => ({
  shape,
  make,
  size: (n) => n,
  run: (value: never) => shaped(value, "x"),
});

export const nestedArrays: Reader = {
  reader: "nested arrays",
  most: 40,
  rows: [
    nested("rows", (n) => list(n, 16, (i) => [i, i])),
    nested("a long first row, and empty ones", (n) => [list(n, 16, (i) => i), ...list(n, 16, () => [])]),
    nested("lists within lists", (n) => deep(n)),
    nested("texts", (n) => [["x".repeat(n)]]),
    nested("a shape that is not true", (n) => ({ data: new Uint8Array(n), shape: [2 ** 40, 2 ** 40] })),
  ],
};

/** Bytes that deflate makes nothing less of. */
export function noise(n: number): Uint8Array<ArrayBuffer> {
  let seed = 1;
  return new Uint8Array(n).map(() => (seed = (seed * 48271) % 2147483647) & 255);
}
