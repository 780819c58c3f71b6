/** IDX, the format of MNIST: a magic number, the sizes of the dimensions, the values, all big-endian. */

import { NablaError } from "../errors.ts";
import { demand, demandBytes, isObject } from "../fields/expected.ts";
import { checkOptions } from "../fields/options.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { DataSplit, Dataset } from "./dataset.ts";
import { rowsDataset } from "./rows.ts";
import { type ReadTogether, readInputs, type Scaling } from "./values/inputs.ts";

export type IdxType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An IDX file: an array of numbers with a shape. */
export interface Idx {
  readonly name: string;
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly data: IdxData;
}

const TYPES: Record<number, { type: IdxType; bytes: number }> = {
  8: { type: "uint8", bytes: 1 },
  9: { type: "int8", bytes: 1 },
  11: { type: "int16", bytes: 2 },
  12: { type: "int32", bytes: 4 },
  13: { type: "float32", bytes: 4 },
  14: { type: "float64", bytes: 8 },
};

/** Whether bytes begin as an IDX file does: 00 00, a type, and from 1 to 8 dimensions. */
export const isIdx = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 &&
  bytes[0] === 0 &&
  bytes[1] === 0 &&
  TYPES[bytes[2]!] !== undefined &&
  bytes[3]! >= 1 &&
  bytes[3]! <= 8;

/**
 * Reads an IDX file of any of the six element types. uint8 data is a view of `bytes`, not a copy.
 * Throws a NablaError naming `name` when the magic is wrong, or the bytes are not exactly as many as declared.
 */
export function parseIdx(bytes: Uint8Array, name: string): Idx {
  demandBytes(name ?? "parseIdx", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length >= 4 && view.getUint16(0) === 0 ? TYPES[bytes[2]!] : undefined;
  const rank = bytes[3] ?? 0;
  if (!found || rank === 0) {
    const got =
      Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, "0")).join(" ") || "nothing";
    throw new NablaError(
      `${name}: not an IDX file: expected the bytes 00 00, a type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions, got ${got}`,
    );
  }
  const header = 4 + 4 * rank;
  if (bytes.length < header) {
    throw new NablaError(
      `${name}: truncated: ${rank} dimensions need a header of ${header} bytes, got ${bytes.length}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  if (shape.includes(0))
    throw new NablaError(`${name}: shape ${showShape(shape)}: expected no dimension of size 0`);
  // Compared before anything is allocated: the sizes are only a claim of the file.
  const declared = sizeOf(shape) * found.bytes;
  const present = bytes.length - header;
  if (declared !== present) {
    const what = declared > present ? "truncated" : `${present - declared} bytes too many at the end`;
    throw new NablaError(
      `${name}: ${what}: shape ${showShape(shape)} of ${found.type} needs ${declared} bytes after the header, got ${present}`,
    );
  }
  return { name, type: found.type, shape, data: readValues(view, header, sizeOf(shape), found.type) };
}

function readValues(view: DataView, from: number, n: number, type: IdxType): IdxData {
  const fill = <T extends IdxData>(out: T, bytes: number, get: (at: number) => number): T => {
    for (let i = 0; i < n; i++) out[i] = get(from + i * bytes);
    return out;
  };
  switch (type) {
    case "uint8":
      return new Uint8Array(view.buffer, view.byteOffset + from, n);
    case "int8":
      return new Int8Array(view.buffer, view.byteOffset + from, n);
    case "int16":
      return fill(new Int16Array(n), 2, (at) => view.getInt16(at));
    case "int32":
      return fill(new Int32Array(n), 4, (at) => view.getInt32(at));
    case "float32":
      return fill(new Float32Array(n), 4, (at) => view.getFloat32(at));
    case "float64":
      return fill(new Float64Array(n), 8, (at) => view.getFloat64(at));
  }
}

/** How images and labels in IDX files become a data set. */
export interface IdxOptions {
  /** Default: the name of the images. */
  name?: string;
  /** Default: the largest label + 1. For a train and a test part, pass the larger of both (`idxSplit` does). */
  classes?: number;
  /** Default 1/255 for uint8. */
  inputScale?: number;
}

const MAX_CLASSES = 65_536;

/** Images and their labels, as two IDX files hold them. */
interface Pair {
  images: Idx;
  labels: Idx;
}

/**
 * A dataset of images and their labels. Images of shape [n, h, w] get a channel, [h, w, 1]; other shapes stay. uint8 stays uint8; numbers of
 * other types are read as pixels, standardised, or as they are: see `npzSplit()`.
 * Throws when the counts disagree, or a label is not a whole number from 0 to classes - 1.
 */
export function idxDataset(images: Idx, labels: Idx, options: IdxOptions = {}): Dataset {
  checkOptions("idxDataset", options, ["name", "classes", "inputScale"]);
  demandPair("idxDataset", { images, labels });
  const { name = images.name, classes = countClasses(labels), inputScale } = options;
  return datasetsOf([{ images, labels }], [name], classes, {}, inputScale).datasets[0]!;
}

/** How images that are not bytes were read before: see `readInputs()`. */
export type IdxReading = NonNullable<Parameters<typeof readInputs>[1]>;

/**
 * The train and test part of one data set, with the same number of classes: the largest label in either + 1.
 *
 * @param how images that are not bytes are read; default: the values decide
 */
export function idxSplit(
  train: Pair,
  test: Pair | undefined,
  name: string,
  how: IdxReading = {},
): DataSplit & { scaling: Scaling; notes: readonly string[] } {
  const parts = [train, ...(test ? [test] : [])];
  demand(isObject(how), "idxSplit", "how images are read, as an object", how);
  for (const part of parts) demandPair("idxSplit", part);
  const classes = Math.max(...parts.map(({ labels }) => countClasses(labels)));
  const { datasets, standardisation, scaling, notes } = datasetsOf(
    parts,
    [name, `${name} (test)`],
    classes,
    how,
  );
  const [first, held] = datasets as [Dataset, Dataset?];
  return {
    train: first,
    ...(held && { test: held }),
    ...(standardisation && { standardisation }),
    scaling,
    notes,
  };
}

function datasetsOf(
  parts: readonly Pair[],
  names: readonly string[],
  classes: number,
  how: IdxReading,
  inputScale?: number,
): Omit<ReadTogether, "parts"> & { datasets: Dataset[] } {
  for (const pair of parts) checkPair(pair, classes);
  const read = readInputs(
    parts.map(({ images }) => images),
    // bytes in this format are pixels, however dark
    parts.every(({ images }) => images.type === "uint8") ? { scaling: "pixels" } : how,
  );
  const { standardisation } = read;
  const datasets = read.parts.map(({ values, ...types }, p) =>
    rowsDataset(
      {
        name: names[p]!,
        length: parts[p]!.images.shape[0]!,
        ...types,
        ...(types.inputType === "uint8" && inputScale !== undefined && { inputScale }),
        target: { kind: "class", classes },
        ...(standardisation && { standardisation }),
      },
      values,
      Int32Array.from(parts[p]!.labels.data),
    ),
  );
  return { ...read, datasets };
}

/** @throws NablaError unless both are what parseIdx() gives */
function demandPair(who: string, pair: Pair): void {
  for (const part of ["images", "labels"] as const) {
    const given: unknown = isObject(pair) ? pair[part] : pair;
    demand(
      isObject(given) &&
        ArrayBuffer.isView(given.data) &&
        Array.isArray(given.shape) &&
        typeof given.name === "string",
      `${who}: ${part}`,
      "what parseIdx() gives, { data, shape, name, … }",
      given,
    );
  }
}

function checkPair({ images, labels }: Pair, classes: number): void {
  const [length, ...rest] = labels.shape;
  if (sizeOf(rest) !== 1) {
    throw new NablaError(
      `${labels.name}: expected labels of one dimension, got shape ${showShape(labels.shape)}; are images and labels swapped?`,
    );
  }
  if (images.shape[0] !== length) {
    throw new NablaError(
      `${images.name} has ${images.shape[0]} images, ${labels.name} has ${length} labels; expected equally many`,
    );
  }
  for (let i = 0; i < length!; i++) checkLabel(labels, i, classes);
}

function countClasses(labels: Idx): number {
  let most = 0;
  for (let i = 0; i < labels.data.length; i++) {
    checkLabel(labels, i, MAX_CLASSES);
    most = Math.max(most, labels.data[i]!);
  }
  return most + 1;
}

function checkLabel(labels: Idx, i: number, classes: number): void {
  const label = labels.data[i]!;
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  throw new NablaError(
    `${labels.name}: label ${i}: expected a whole number from 0 to ${classes - 1}, got ${label}`,
    {
      details: { index: i, label },
    },
  );
}
