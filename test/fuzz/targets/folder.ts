import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { openData } from "../../../src/node/dataFiles.ts";
import { joined, utf8 } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";
import { csv } from "./csv.ts";
import { gzip } from "./gzip.ts";
import { idx, idxBytes } from "./idx.ts";
import { jpeg } from "./jpeg.ts";
import { npy } from "./npy.ts";
import { npz } from "./npz.ts";
import { png } from "./png.ts";
import { contentOf } from "./rows.ts";

interface File {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files one after the other: a line with length and path, then the bytes. */
export const packed = (files: readonly File[]): Uint8Array =>
  joined(files.flatMap(({ path, bytes }) => [utf8(`${bytes.length} ${path}\n`), bytes]));

export function unpacked(bytes: Uint8Array): File[] {
  const files: File[] = [];
  for (let at = 0; at < bytes.length && files.length < 60; ) {
    const end = bytes.indexOf(10, at);
    const [, length, path] =
      /^(\d{1,6}) (.*)$/s.exec(new TextDecoder().decode(bytes.subarray(at, end < 0 ? at : end))) ?? [];
    if (path === undefined) break;
    files.push({ path, bytes: bytes.slice(end + 1, end + 1 + Number(length)) });
    at = end + 1 + Number(length);
  }
  return files;
}

/** A path within the folder: names may be anything but a way out of it. */
const inside = (path: string): string =>
  path
    .split("/")
    .filter((name) => name !== "" && name !== "." && name !== "..")
    .map((name) => name.replaceAll("\0", "").slice(0, 60) || "x")
    .slice(0, 6)
    .join("/") || "x";

const fileLayer = (n: number): Layer => ({
  open(bytes) {
    const files = unpacked(bytes);
    if (!files[n]) return undefined;
    return {
      inner: files[n].bytes,
      close: (inner) => packed(files.map((file, i) => (i === n ? { ...file, bytes: inner } : file))),
    };
  },
});

const contents = [idx, gzip, csv, npy, npz, png, jpeg].map(({ arbitrary }) =>
  arbitrary.map(({ bytes }) => bytes.slice(0, 20_000)),
);
const path = fc.oneof(
  fc.constantFrom(
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
    "cat/1.png",
    "cat/2.jpg",
    "dog/1.png",
    "dog/3.PNG",
    "train/cat/1.png",
    "test/cat/1.png",
    "labels.csv",
    "a.csv",
    "a.npz",
    "images/1.png",
    "\u001b[31m/1.png",
    "<b>/1.png",
    "__proto__/1.png",
    "a.csv/1.png",
    ".DS_Store",
    "🙂/x y.png",
  ),
  fc.string({ maxLength: 10, unit: "grapheme" }),
);
const mixed: fc.Arbitrary<Sample> = fc
  .array(fc.record({ path, bytes: fc.oneof(...contents) }), { minLength: 1, maxLength: 6 })
  .map((files) => ({ bytes: packed(files) }));
const single: fc.Arbitrary<Sample> = fc
  .oneof(...contents)
  .map((bytes) => ({ bytes: packed([{ path: "data", bytes }]) }));

const digit = (n: number): Uint8Array => [...(png.seeds() as Sample[])][n]!.bytes;
const MNIST = [
  {
    path: "train-images-idx3-ubyte",
    bytes: idxBytes(
      8,
      [4, 2, 2],
      Uint8Array.from({ length: 16 }, (_, i) => i),
    ),
  },
  { path: "train-labels-idx1-ubyte", bytes: idxBytes(8, [4], Uint8Array.of(0, 1, 1, 0)) },
];

/** Whatever lies in a file or a folder: what it is, its bytes say. */
export const folder: Target = {
  name: "folder",
  seeds: async () => [
    { bytes: packed(MNIST) },
    {
      bytes: packed(
        [1, 2, 3, 4].map((n) => ({ path: `${n % 2 ? "cat" : "dog"}/${n}.png`, bytes: digit(3) })),
      ),
    },
    {
      bytes: packed([
        { path: "labels.csv", bytes: utf8("file,label\n1.png,a\n2.png,b\n3.png,a\n4.png,b\n") },
        ...[1, 2, 3, 4].map((n) => ({ path: `${n}.png`, bytes: digit(3) })),
      ]),
    },
    ...[...(await npz.seeds()), ...(await gzip.seeds())].map(({ bytes }) => ({
      bytes: packed([{ path: "data", bytes }]),
    })),
    { bytes: packed([{ path: "data", bytes: utf8("a,b,y\n1,2,p\n3,4,q\n5,6,p\n7,8,q\n") }]) },
  ],
  arbitrary: fc.oneof(mixed, single),
  layers: [fileLayer(0), fileLayer(0), fileLayer(1)],
  words: [
    "cat/",
    "dog/",
    "train/",
    "test/",
    ".png",
    "labels.csv",
    "-images-idx3-ubyte",
    "-labels-idx1-ubyte",
  ],
  memory: (bytes) => 2000 * bytes + 2 ** 26,
  async run(bytes) {
    rmSync("data", { recursive: true, force: true });
    const files = unpacked(bytes);
    const one = files.length === 1 && files[0]!.path === "data";
    if (!one) mkdirSync("data");
    for (const file of files) {
      const at = one ? "data" : join("data", inside(file.path));
      try {
        mkdirSync(dirname(at), { recursive: true });
        writeFileSync(at, file.bytes);
      } catch {
        // a file where a folder is to be, or a name the system does not take
      }
    }
    const { train, test, validation, ...rest } = await openData("data", {
      images: { maxPixels: 2 ** 18 } as never,
    });
    const { refit, ...said } = rest;
    return {
      said,
      parts: await Promise.all([train, test, validation].map((part) => part && contentOf(part))),
    };
  },
};
