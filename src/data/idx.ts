/** IDX, the format of MNIST: a magic number, the sizes of the dimensions, the values, all big-endian. */
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Dataset } from "./dataset.ts";
import { rowsDataset } from "./rows.ts";

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

/**
 * A dataset of images and their labels. Images of shape [n, h, w] get a channel, [h, w, 1]; other shapes stay.
 * Throws when the counts disagree, or a label is not a whole number from 0 to classes - 1.
 */
export function idxDataset(images: Idx, labels: Idx, options: IdxOptions = {}): Dataset {
  checkOptions("idxDataset", options, ["name", "classes", "inputScale"]);
  const length = images.shape[0]!;
  if (labels.shape.length !== 1) {
    throw new NablaError(
      `${labels.name}: expected labels of one dimension, got shape ${showShape(labels.shape)}; are images and labels swapped?`,
    );
  }
  if (labels.shape[0] !== length) {
    throw new NablaError(
      `${images.name} has ${length} images, ${labels.name} has ${labels.shape[0]} labels; expected equally many`,
    );
  }
  const most = options.classes ?? countClasses(labels);
  for (let i = 0; i < length; i++) checkLabel(labels, i, most);
  const classLabels = Int32Array.from(labels.data);
  const inputShape = images.shape.length === 3 ? [...images.shape.slice(1), 1] : images.shape.slice(1);
  if (inputShape.length === 0) inputShape.push(1);
  const width = sizeOf(inputShape);
  const bytes = images.type === "uint8";
  const values = bytes ? (images.data as Uint8Array) : Float32Array.from(images.data);
  if (!bytes) {
    const bad = (values as Float32Array).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new NablaError(
        `${images.name}: row ${Math.floor(bad / width)}, value ${bad % width}: expected a finite float32 number, got ${images.data[bad]}`,
      );
    }
  }
  const header = {
    name: options.name ?? images.name,
    length,
    inputShape,
    inputType: bytes ? ("uint8" as const) : ("float32" as const),
    inputScale: bytes ? (options.inputScale ?? 1 / 255) : 1,
    target: { kind: "class" as const, classes: most },
  };
  return rowsDataset(header, values, classLabels);
}

/** The train and test part of one data set, with the same number of classes: the largest label in either + 1. */
export function idxSplit(
  train: { images: Idx; labels: Idx },
  test: { images: Idx; labels: Idx } | undefined,
  name: string,
): { train: Dataset; test?: Dataset } {
  const classes = Math.max(countClasses(train.labels), test ? countClasses(test.labels) : 0);
  const made = idxDataset(train.images, train.labels, { name, classes });
  if (!test) return { train: made };
  const other = idxDataset(test.images, test.labels, { name: `${name} (test)`, classes });
  if (String(other.inputShape) !== String(made.inputShape)) {
    throw new NablaError(
      `${test.images.name}: rows of shape ${showShape(other.inputShape)}, but ${train.images.name} has ${showShape(made.inputShape)}`,
    );
  }
  return { train: made, test: other };
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
