/** NumPy's array files: a header in Python's notation, then the raw values. */
import { NablaError } from "../../errors.ts";
import { byLetters, fromUtf8 } from "../../host.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { Shaped, TypedArray } from "../arrays.ts";
import { MAX_UNPACKED } from "../gzip.ts";
import {
  elementOf,
  NUMBER_CODES,
  type NumberElement,
  type NumberType,
  ownOrder,
  type TextElement,
} from "./elements.ts";
import { parseNpyHeader, showDescr } from "./header.ts";

export type { NumberType } from "./elements.ts";

/** An array of numbers. */
export interface Npy extends Shaped {
  readonly name: string;
  /** As NumPy calls it. */
  readonly type: NumberType;
  /**
   * In C order (row-major). bool is 0 and 1 in bytes, float16 is in float32, integers of 64 bits are in float64; anything else is in an array
   * of its own type.
   */
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** An array of text. */
export interface NpyText {
  readonly name: string;
  readonly type: "text";
  readonly texts: readonly string[];
  readonly shape: readonly number[];
}

/**
 * Reads a `.npy` file of numbers, format 1 to 3: floats and integers of any width to 64 bits, and bool, in either byte order, in C or Fortran
 * order.
 *
 * @throws NablaError naming `name`: for other types, for integers beyond ±2^53 (naming the element), and where anything differs from what the
 * header declares
 */
export function parseNpy(bytes: Uint8Array, name: string): Npy {
  const array = parseNpyArray(bytes, name);
  if (array.type !== "text") return array;
  throw new NablaError(
    `${name}: text ${showShape(array.shape)}, and not numbers; expected element type ${NUMBER_CODES.join(", ")}`,
  );
}

/** Bytes that a text takes, however short it is. */
const TEXT = 40;

/** As parseNpy(), and text as well. @param limit bytes that texts may take; default 2 GiB */
export function parseNpyArray(bytes: Uint8Array, name: string, limit = MAX_UNPACKED): Npy | NpyText {
  const { descr, fortran, shape, from } = parseNpyHeader(bytes, name);
  const found = elementOf(descr);
  if ("refused" in found)
    throw new NablaError(
      `${name}: element type ${showDescr(descr)} of ${showShape(shape)} is not supported: ${found.refused}`,
    );
  const { element, big } = found;
  const n = sizeOf(shape);
  const present = bytes.length - from;
  // Compared before anything is allocated: the sizes are only a claim of the file.
  if (n * element.bytes !== present) {
    throw new NablaError(
      `${name}: ${n * element.bytes > present ? "truncated" : "too long"}: shape ${showShape(shape)} of ${showDescr(descr)} needs ${n * element.bytes} bytes after the header, got ${present}`,
    );
  }
  if (element.bytes === 0 && n > 0)
    throw new NablaError(`${name}: ${showDescr(descr)} ${showShape(shape)}: text without a single character`);
  const values = bytes.subarray(from);
  const stored = (flat: number) => (fortran ? rowMajorIndex(flat, shape) : flat);
  if (element.type === "text") {
    if (n * TEXT > limit)
      throw new NablaError(
        `${name}: ${n} texts take ${n * TEXT} bytes, more than ${limit}; take a part of them, or allow more with maxBytes`,
      );
    const texts = readTexts(values, element, big, n, name);
    return { name, type: "text", shape, texts: fortran ? toRowMajor(texts, new Array(n), shape) : texts };
  }
  const { data, bad } = element.read(ownOrder(values, element.bytes, big), n);
  if (bad !== undefined) throw beyond(values, element, big, bad, stored(bad), shape, name);
  const make = data.constructor as new (n: number) => TypedArray;
  return {
    name,
    type: element.type,
    shape,
    data: fortran && shape.length > 1 ? toRowMajor(data, new make(n), shape) : data,
  };
}

/** Where an element of C order is, by its axes. */
function positionOf(flat: number, shape: readonly number[]): number[] {
  let rest = flat;
  const at = new Array<number>(shape.length);
  for (let d = shape.length - 1; d >= 0; d--) {
    at[d] = rest % shape[d]!;
    rest = Math.floor(rest / shape[d]!);
  }
  return at;
}

/** The place in C order of the element that is `flat` in Fortran order. */
function rowMajorIndex(flat: number, shape: readonly number[]): number {
  const at = positionOf(flat, [...shape].reverse()).reverse();
  return at.reduce((index, i, d) => index * shape[d]! + i, 0);
}

function beyond(
  values: Uint8Array,
  { type, bytes }: NumberElement,
  big: boolean,
  at: number,
  index: number,
  shape: readonly number[],
  name: string,
): NablaError {
  const view = new DataView(values.buffer, values.byteOffset + at * bytes, bytes);
  const value = type === "uint64" ? view.getBigUint64(0, !big) : view.getBigInt64(0, !big);
  return new NablaError(
    `${name}: ${type} ${showShape(shape)}: element ${showShape(positionOf(index, shape))} is ${value}, beyond ±2^53, and cannot be read exactly; store numbers that large as text, with .astype(str), or less an offset`,
    { details: { element: positionOf(index, shape) } },
  );
}

function toRowMajor<T extends TypedArray | string[]>(data: T, out: T, shape: readonly number[]): T {
  const index = new Array<number>(shape.length).fill(0);
  const steps: number[] = [];
  for (let d = 0, step = 1; d < shape.length; step *= shape[d++]!) steps.push(step);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      from += steps[d]!;
      if (++index[d]! < shape[d]!) break;
      from -= steps[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return out;
}

/** NumPy fills the end of a text with zeros, which are not part of it. */
function readTexts(
  values: Uint8Array,
  { bytes, unicode }: TextElement,
  big: boolean,
  n: number,
  name: string,
): string[] {
  if (unicode) {
    const points = new Uint32Array(ownOrder(values, 4, big));
    const size = bytes / 4;
    return Array.from({ length: n }, (_, i) => {
      let end = (i + 1) * size;
      while (end > i * size && points[end - 1] === 0) end--;
      let text = "";
      for (let at = i * size; at < end; at++) {
        if (points[at]! > 0x10ffff)
          throw new NablaError(`${name}: text ${i}: ${points[at]} is no character of Unicode`);
        text += String.fromCodePoint(points[at]!);
      }
      return text;
    });
  }
  const parts = Array.from({ length: n }, (_, i) => {
    let end = (i + 1) * bytes;
    while (end > i * bytes && values[end - 1] === 0) end--;
    return values.subarray(i * bytes, end);
  });
  try {
    return parts.map(fromUtf8);
  } catch {
    // no known encoding
    return parts.map(byLetters);
  }
}
