import * as fc from "fast-check";
import { parseNpz } from "../../../src/data/numpy/archive.ts";
import { npzSplit } from "../../../src/data/numpy/split.ts";
import { unzip, zipEntries } from "../../../src/data/numpy/zip.ts";
import { writeNpy, writeZip, type ZipForm } from "../../support/data/npy.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";
import { contentOf } from "./rows.ts";

/** Bytes that arrays may unpack to here: a caller's option. */
const LIMIT = 1 << 22;

const form: fc.Arbitrary<ZipForm> = fc.record({
  deflate: fc.boolean(),
  descriptor: fc.boolean(),
  wide: fc.boolean(),
  before: fc.constantFrom(0, 0, 5),
  comment: fc.constantFrom("", "x", "PK\x05\x06"),
});
const name = fc.oneof(
  fc.constantFrom(
    "x",
    "y",
    "x_train",
    "y_train",
    "x_test",
    "y_test",
    "arr_0",
    "arr_1",
    "data",
    "labels",
    "__proto__",
    "../up",
    "a/b",
    "",
    "\u001b[31m",
    "allow_pickle",
  ),
  fc.string({ maxLength: 8, unit: "grapheme" }),
);
const array = fc
  .tuple(
    fc.constantFrom("f4", "u1", "i4", "f8", "b1", "i8") as fc.Arbitrary<"f4" | "i8">,
    fc.array(fc.nat(4), { maxLength: 3 }),
    fc.nat(9),
  )
  .map(([code, shape, first]) => {
    const length = shape.reduce((product, n) => product * n, 1);
    const values = Array.from({ length }, (_, i) => (first + i) % 2);
    return writeNpy(code, shape, code === "i8" ? values.map(BigInt) : values);
  });
const lies = fc.option(
  fc.record(
    {
      method: fc.constantFrom(0, 8, 9, 12, 99),
      size: fc.oneof(fc.nat(500), fc.constantFrom(2 ** 31, 2 ** 32 - 1, 10 ** 9)),
      packed: fc.oneof(fc.nat(500), fc.constantFrom(2 ** 31, 2 ** 32 - 1)),
      crc: fc.nat(),
      offset: fc.oneof(fc.nat(500), fc.constantFrom(2 ** 32 - 1)),
      flags: fc.nat(0xffff),
    },
    { requiredKeys: [] },
  ),
  { freq: 4 },
);
const entries = fc.array(
  fc.record({
    name: name.map((one) => `${one}.npy`),
    content: fc.oneof(
      { weight: 5, arbitrary: array },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    ),
    lies,
  }),
  { maxLength: 6 },
);
const archive: fc.Arbitrary<Sample> = fc.tuple(entries, form).map(([all, form]) => ({
  bytes: writeZip(
    all.map(({ lies, ...entry }) => ({ ...entry, ...(lies && { lies }) })),
    form,
  ),
}));

/** Entries that all point at the same bytes, and say what they unpack to, or not. */
const overlapping: fc.Arbitrary<Sample> = fc
  .tuple(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), fc.boolean())
  .map(([count, size, deflate, same]) => ({
    bytes: writeZip(
      Array.from({ length: count }, (_, i) => ({
        name: same ? "a.npy" : `${i}.npy`,
        content: i === 0 ? new Uint8Array(2 ** size) : new Uint8Array(0),
        lies: { offset: 0, size: 2 ** size, packed: 2 ** (size >> 1) },
      })),
      { deflate },
    ).slice(0, 1 << 16),
  }));

/** Content of the n-th entry; the archive is written anew. */
const entryLayer = (n: number): Layer => ({
  open(bytes) {
    try {
      const all = zipEntries(bytes, "a.npz");
      const contents = all.map((entry) => ({ name: entry.name, content: unzip(bytes, entry, entry.name) }));
      if (!contents[n]) return undefined;
      const deflate = all[n]!.method === 8;
      return {
        inner: contents[n].content,
        close: (inner) =>
          writeZip(
            contents.map((entry, i) => (i === n ? { ...entry, content: inner } : entry)),
            { deflate },
          ),
      };
    } catch {
      return undefined;
    }
  },
});

const rows = [
  { name: "x.npy", content: writeNpy("f4", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
  { name: "y.npy", content: writeNpy("i4", [4], [0, 1, 0, 1]) },
];
const seeds = (): Sample[] => [
  { bytes: writeZip(rows) },
  { bytes: writeZip(rows, { deflate: true, wide: true }) },
  { bytes: writeZip(rows, { deflate: true, descriptor: true, before: 3, comment: "c" }) },
  {
    bytes: writeZip([{ name: "x.npy", content: new Uint8Array(1000), lies: { size: 10 ** 9 } }], {
      deflate: true,
    }),
  },
];
const words = [
  "PK\x01\x02",
  "PK\x03\x04",
  "PK\x05\x06",
  "PK\x06\x06",
  "PK\x06\x07",
  ".npy",
  "x_train",
  "y_train",
  "arr_0",
];

export const npz: Target = {
  name: "npz",
  seeds,
  arbitrary: fc.oneof({ weight: 9, arbitrary: archive }, { weight: 1, arbitrary: overlapping }),
  layers: [entryLayer(0), entryLayer(1)],
  words,
  async run(bytes) {
    const arrays = parseNpz(bytes, "a.npz", LIMIT);
    const { train, test, validation, notes, arrays: info } = npzSplit(bytes, "a.npz", LIMIT);
    return {
      arrays,
      notes,
      info,
      parts: await Promise.all([train, test, validation].map((part) => part && contentOf(part))),
    };
  },
  memory: (bytes) => 16 * LIMIT + 64 * bytes,
};

/** Archives of anything: every entry is unpacked. */
export const zip: Target = {
  name: "zip",
  seeds,
  arbitrary: fc.oneof({ weight: 9, arbitrary: archive }, { weight: 1, arbitrary: overlapping }),
  layers: [entryLayer(0)],
  words,
  run(bytes) {
    const entries = zipEntries(bytes, "a.zip");
    let left = LIMIT;
    for (const { size } of entries) left -= size;
    return entries.map((entry) => ({
      ...entry,
      content: left < 0 ? undefined : unzip(bytes, entry, "a.zip").slice(),
    }));
  },
  memory: (bytes) => 4 * LIMIT + 64 * bytes,
};
