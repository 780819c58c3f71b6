/** Arrays of rows: their types, their ranges, and the shape of a row. */
import { NablaError } from "../../errors.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { TypedArray } from "../arrays.ts";

/** An array as a file holds it, rows first. */
export interface Values {
  /** What errors call it: file and array. */
  readonly name: string;
  /** Of an element: "int64". */
  readonly type: string;
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** What a type is called: by its reader, or after the array that holds it. */
export const typeOf = (array: { data: TypedArray; type?: string }): string =>
  array.type ?? array.data.constructor.name.replace("Array", "").replace("Clamped", "").toLowerCase();

/** "x: float32 [40, 5]", without the file. */
export const titleOf = ({ name, type, shape }: Pick<Values, "name" | "type" | "shape">): string =>
  `${name
    .slice(name.lastIndexOf(": ") + 1)
    .trim()
    .replace(/\.npy$/, "")}: ${type} ${showShape(shape)}`;

export interface Range {
  min: number;
  max: number;
  whole: boolean;
}

/** @throws NablaError naming the element that is no finite number */
export function rangeOf(values: Values): Range {
  const { data } = values;
  const range = { min: Infinity, max: -Infinity, whole: true };
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (!(value - value === 0)) throw notFinite(values, i);
    if (value < range.min) range.min = value;
    if (value > range.max) range.max = value;
    if (range.whole && !Number.isInteger(value)) range.whole = false;
  }
  return range;
}

/** Of both. */
export const joined = (a: Range, b: Range): Range => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  whole: a.whole && b.whole,
});

export function notFinite({ name, type, shape, data }: Values, at: number): NablaError {
  const width = sizeOf(shape.slice(1));
  const [row, column] = [Math.floor(at / width), at % width];
  return new NablaError(
    `${name}: ${type} ${showShape(shape)}: row ${row}, column ${column}: expected a finite float32 number, got ${data[at]}`,
    { details: { row, column } },
  );
}

/** Float32 holds whole numbers up to 2^24; beyond, neighbours become one, which is said. */
export function rounded(part: Values): string[] {
  const { data } = part;
  let n = 0;
  for (let i = 0; i < data.length; i++)
    if (Math.fround(data[i]!) !== data[i] && Number.isInteger(data[i])) n++;
  return n === 0 ? [] : [`${titleOf(part)}: ${n} whole numbers beyond 2^24 are rounded to float32`];
}

/** Rows, each of the shape that networks take. */
export interface Arranged {
  /** In the order of `inputShape`; name, type and shape are those of the file. */
  readonly values: Values;
  readonly inputShape: readonly number[];
  /** Whether the channels of pictures came first in the file. */
  readonly moved: boolean;
}

/** The shape of a row: pictures [h, w] get a channel, channels that come first go last. */
export function channelsLast(values: Values): Arranged {
  const [, ...row] = values.shape;
  if (values.shape.length === 0)
    throw new NablaError(`${values.name}: a single number; expected rows of inputs`);
  if (row.length === 0) return { values, inputShape: [1], moved: false };
  if (row.length === 2) return { values, inputShape: [...row, 1], moved: false };
  const [channels, height, width] = row as [number, number, number];
  const pictures = row.length === 3 && height >= 8 && width >= 8;
  const first = pictures && (channels === 3 || channels === 4 || (channels === 1 && height === width));
  if (!first) return { values, inputShape: row, moved: false };
  const data = channels === 1 ? values.data : interleaved(values.data, channels, height * width);
  return { values: { ...values, data }, inputShape: [height, width, channels], moved: true };
}

/** Rows of planes, of a channel each, as rows of pixels. */
function interleaved(data: TypedArray, channels: number, pixels: number): TypedArray {
  const out = new (data.constructor as new (n: number) => TypedArray)(data.length);
  const width = channels * pixels;
  for (let row = 0; row < data.length; row += width)
    for (let channel = 0; channel < channels; channel++)
      for (let pixel = 0; pixel < pixels; pixel++)
        out[row + pixel * channels + channel] = data[row + channel * pixels + pixel]!;
  return out;
}
