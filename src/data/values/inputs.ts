/**
 * Arrays of numbers as inputs: pixels, numbers that are standardised as tables are, or values as they are. What values mean is decided by the
 * values, so that the same ones give the same training whatever type a file holds them in.
 */
import { NablaError } from "../../errors.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { TypedArray } from "../arrays.ts";
import type { Inputs, Standardisation } from "../dataset.ts";

/** An array as a file holds it, rows first. */
export interface Values {
  /** What errors call it: file and array. */
  readonly name: string;
  /** Of an element: "int64". */
  readonly type: string;
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/**
 * How inputs are read:
 *
 * - "pixels": 0 to 255 are scaled by 1/255, whole ones as bytes
 * - "standardise": each column (the last axis) is brought to mean 0 and deviation 1, by the training rows, in float64
 * - "none": as they are
 */
export const SCALINGS = ["auto", "pixels", "standardise", "none"] as const;
export type Scaling = Exclude<(typeof SCALINGS)[number], "auto">;

export interface ReadInputs {
  readonly values: Inputs;
  readonly inputType: "uint8" | "float32";
  /** 1/255 for bytes, 1 for float32. */
  readonly inputScale: number;
  /** Of a row. */
  readonly inputShape: readonly number[];
}

export interface ReadTogether {
  readonly parts: readonly ReadInputs[];
  readonly scaling: Scaling;
  readonly standardisation?: Standardisation;
  readonly notes: readonly string[];
}

/** What a type is called: by its reader, or after the array that holds it. */
export const typeOf = (array: { data: TypedArray; type?: string }): string =>
  array.type ?? array.data.constructor.name.replace("Array", "").replace("Clamped", "").toLowerCase();

interface Range {
  min: number;
  max: number;
  whole: boolean;
}

/**
 * Reads inputs, the training part first: what is fitted is fitted to that alone.
 *
 * @param how what is known of the reading; default: the values decide
 * @throws NablaError naming array, type and element, for what is not finite or does not fit
 */
export function readInputs(
  parts: readonly Values[],
  how: { scaling?: (typeof SCALINGS)[number]; standardisation?: Standardisation } = {},
): ReadTogether {
  const arranged = parts.map(channelsLast);
  const [train] = arranged as [Arranged, ...Arranged[]];
  for (const { values, inputShape } of arranged)
    if (inputShape.join() !== train.inputShape.join())
      throw new NablaError(
        `${values.name}: rows of shape ${showShape(values.shape.slice(1))}, but ${train.values.name} has ${showShape(train.values.shape.slice(1))}`,
      );
  const range = arranged.map(({ values }) => rangeOf(values)).reduce(joined);
  const given = how.scaling === "auto" ? undefined : how.scaling;
  const scaling = given ?? (how.standardisation ? "standardise" : scalingOf(train.values, range));
  const notes = train.moved
    ? [`${titleOf(train.values)}: channels first, read as ${showShape(train.inputShape)}`]
    : [];
  const said = (what: string) => [
    ...notes,
    `${titleOf(train.values)}, from ${figure(range.min)} to ${figure(range.max)}: ${what}`,
  ];
  if (scaling === "pixels") return { scaling, ...asPixels(arranged, range, how, said) };
  if (scaling === "none")
    return {
      scaling,
      notes: [...said("used as they are"), ...parts.flatMap(rounded)],
      parts: arranged.map((part) => asFloats(part)),
    };
  const standardisation = how.standardisation ?? fitColumns(train);
  checkWidth(train, standardisation);
  const kind = how.standardisation ? "as the model's training rows were" : "to mean 0 and deviation 1";
  return {
    scaling,
    standardisation,
    notes: said(`standardised, ${kind}`),
    parts: arranged.map((part) => asFloats(part, standardisation)),
  };
}

/** 0 to 255 as bytes; as floats, with a standardisation by 255, where they are not whole or were not in training. */
function asPixels(
  arranged: readonly Arranged[],
  { min, max, whole }: Range,
  { scaling, standardisation }: Parameters<typeof readInputs>[1] & object,
  said: (what: string) => string[],
): Omit<ReadTogether, "scaling"> {
  const [{ values }] = arranged as [Arranged];
  const counted = /int/.test(values.type);
  // what a network for bytes takes may come ready scaled
  if (scaling === "pixels" && min >= 0 && max <= 1 && !counted && !standardisation)
    return { notes: said("pixels that are scaled already"), parts: arranged.map((part) => asFloats(part)) };
  if (min < 0 || max > 255)
    throw new NablaError(
      `${values.name}: ${values.type} ${showShape(values.shape)}: expected pixels from 0 to 255, got ${figure(min < 0 ? min : max)}`,
    );
  const notes = said("pixels, scaled by 1/255");
  if (whole && !standardisation) return { notes, parts: arranged.map(asBytes) };
  const by = standardisation ?? by255(arranged[0]!);
  checkWidth(arranged[0]!, by);
  return { standardisation: by, notes, parts: arranged.map((part) => asFloats(part, by)) };
}

/** "x: float32 [40, 5]", without the file. */
export const titleOf = ({ name, type, shape }: Pick<Values, "name" | "type" | "shape">): string =>
  `${name
    .slice(name.lastIndexOf(": ") + 1)
    .trim()
    .replace(/\.npy$/, "")}: ${type} ${showShape(shape)}`;

/** Float32 holds whole numbers up to 2^24; beyond, neighbours become one, which is said. */
export function rounded(part: Values): string[] {
  const { data } = part;
  let n = 0;
  for (let i = 0; i < data.length; i++)
    if (Math.fround(data[i]!) !== data[i] && Number.isInteger(data[i])) n++;
  return n === 0 ? [] : [`${titleOf(part)}: ${n} whole numbers beyond 2^24 are rounded to float32`];
}

const figure = (value: number): string => String(Number(value.toPrecision(6)));

/** Fewer columns than the smallest pictures have values are a table's. */
const PICTURE = 64;

function scalingOf({ type, shape }: Values, { min, max, whole }: Range): Scaling {
  if (min >= -1 && max <= 1) return "none";
  if (min < 0 || max > 255) return "standardise";
  const [rows = 0, width = 1, next, channels = 0] = shape;
  const ranked = shape.length > 2;
  const picture = shape.length === 4 ? [1, 3, 4].includes(channels) : shape.length === 3 && width === next;
  const shaped = whole ? ranked || width >= PICTURE : picture;
  // dark pictures are bytes, or they are no pixels
  const bright = max > 127 || (type === "uint8" && ranked);
  return rows > 0 && shaped && bright ? "pixels" : "standardise";
}

interface Arranged {
  readonly values: Values;
  readonly inputShape: readonly number[];
  /** Values of a channel of a picture stand together in the file. */
  readonly moved: boolean;
}

/** The shape of a row: pictures [h, w] get a channel, channels that come first go last. */
function channelsLast(values: Values): Arranged {
  const [, ...row] = values.shape;
  if (values.shape.length === 0)
    throw new NablaError(`${values.name}: a single number; expected rows of inputs`);
  if (row.length === 0) return { values, inputShape: [1], moved: false };
  if (row.length === 2) return { values, inputShape: [...row, 1], moved: false };
  const [channels, height, width] = row as [number, number, number];
  const pictures = row.length === 3 && height >= 8 && width >= 8;
  const first = pictures && (channels === 3 || channels === 4 || (channels === 1 && height === width));
  return { values, inputShape: first ? [height, width, channels] : row, moved: first };
}

/** The elements of a row in the order of its shape: where they are in the file's row. */
function placesOf({ inputShape, moved }: Arranged): Uint32Array | undefined {
  if (!moved || inputShape[2] === 1) return undefined;
  const [height, width, channels] = inputShape as [number, number, number];
  return Uint32Array.from(
    { length: height * width * channels },
    (_, i) => (i % channels) * height * width + Math.floor(i / channels),
  );
}

function rangeOf(values: Values): Range {
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

const joined = (a: Range, b: Range): Range => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  whole: a.whole && b.whole,
});

function notFinite({ name, type, shape, data }: Values, at: number): NablaError {
  const width = sizeOf(shape.slice(1));
  const [row, column] = [Math.floor(at / width), at % width];
  return new NablaError(
    `${name}: ${type} ${showShape(shape)}: row ${row}, column ${column}: expected a finite float32 number, got ${data[at]}`,
    { details: { row, column } },
  );
}

function asBytes(part: Arranged): ReadInputs {
  const { data } = part.values;
  const places = placesOf(part);
  const values = data instanceof Uint8Array && !places ? data : new Uint8Array(data.length);
  if (values !== data) each(data, places, (to, value) => void (values[to] = value));
  return { values, inputType: "uint8", inputScale: 1 / 255, inputShape: part.inputShape };
}

/** @param by where values are moved and scaled: in float64, and rounded then */
function asFloats(part: Arranged, by?: Standardisation): ReadInputs {
  const { data } = part.values;
  const places = placesOf(part);
  const read = { inputType: "float32", inputScale: 1, inputShape: part.inputShape } as const;
  if (data instanceof Float32Array && !places && !by) return { ...read, values: data };
  const values = new Float32Array(data.length);
  const width = sizeOf(part.inputShape);
  each(
    data,
    places,
    (to, value, column) => {
      values[to] = by ? (value - by.mean[column]!) / by.scale[column]! : value;
    },
    width,
  );
  // what float64 holds may be beyond float32
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) throw notFinite(part.values, i);
  return { ...read, values };
}

function each(
  data: TypedArray,
  places: Uint32Array | undefined,
  visit: (to: number, value: number, column: number) => void,
  width = places?.length ?? data.length,
): void {
  for (let row = 0; row < data.length; row += width)
    for (let column = 0; column < width; column++)
      visit(row + column, data[row + (places ? places[column]! : column)]!, column);
}

/** Which columns share a mean: the channels of pictures, the columns of tables and of series; all of a picture that has no channels. */
function groupsOf({ values, inputShape }: Arranged): number {
  const last = inputShape.at(-1)!;
  if (values.shape.length !== 3) return last;
  const [height, width] = inputShape as [number, number];
  return height === width ? 1 : width;
}

/** Mean and deviation of each column over rows, as fitStandardisation() computes them, before anything is rounded to float32. */
function fitColumns(part: Arranged): Standardisation {
  const { data } = part.values;
  const [groups, places, width] = [groupsOf(part), placesOf(part), sizeOf(part.inputShape)];
  const n = data.length / groups;
  const [mean, variance] = [new Array<number>(groups).fill(0), new Array<number>(groups).fill(0)];
  each(data, places, (_, value, column) => void (mean[column % groups]! += value / n), width);
  each(
    data,
    places,
    (_, value, column) => {
      const d = value - mean[column % groups]!;
      variance[column % groups]! += (d * d) / n;
    },
    width,
  );
  const huge = variance.findIndex((v) => !Number.isFinite(v));
  if (huge >= 0)
    throw new NablaError(
      `${part.values.name}: ${part.values.type} ${showShape(part.values.shape)}: column ${huge} has numbers too large to be standardised`,
    );
  const scale = variance.map((v, c) => {
    const deviation = Math.sqrt(v);
    // Not exactly 0 in a constant column: the mean is rounded.
    return deviation <= 1e-10 * Math.abs(mean[c]!) ? 1 : deviation;
  });
  const spread = (of: number[]) => Array.from({ length: width }, (_, column) => of[column % groups]!);
  return { mean: spread(mean), scale: spread(scale) };
}

function by255({ inputShape }: Arranged): Standardisation {
  const width = sizeOf(inputShape);
  return { mean: new Array<number>(width).fill(0), scale: new Array<number>(width).fill(255) };
}

function checkWidth({ values, inputShape }: Arranged, { mean, scale }: Standardisation): void {
  const width = sizeOf(inputShape);
  if (mean.length === width && scale.length === width) return;
  throw new NablaError(
    `${values.name}: rows of shape ${showShape(inputShape)}, but the model's standardisation is of ${mean.length} columns`,
  );
}
