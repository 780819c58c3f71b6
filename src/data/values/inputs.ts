/**
 * Arrays of numbers as inputs: pixels, numbers that are standardised as tables are, or values as they are. What values mean is decided by the
 * values, so that the same ones give the same training whatever type a file holds them in.
 */

import { NablaError } from "../../errors.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { isA } from "../../tags.ts";
import type { Inputs, Standardisation } from "../dataset.ts";
import { measure } from "../standardise.ts";
import {
  type Arranged,
  channelsLast,
  joined,
  notFinite,
  type Range,
  rangeOf,
  rounded,
  titleOf,
  type Values,
} from "./arranged.ts";

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

function asBytes({ values: { data }, inputShape }: Arranged): ReadInputs {
  const values = isA("Uint8Array", data) ? data : Uint8Array.from(data);
  return { values, inputType: "uint8", inputScale: 1 / 255, inputShape };
}

/** @param by where values are moved and scaled: in float64, and rounded then */
function asFloats({ values: array, inputShape }: Arranged, by?: Standardisation): ReadInputs {
  const { data } = array;
  const read = { inputType: "float32", inputScale: 1, inputShape } as const;
  if (isA("Float32Array", data) && !by) return { ...read, values: data };
  const values = new Float32Array(data.length);
  const width = sizeOf(inputShape);
  for (let row = 0; row < data.length; row += width)
    for (let c = 0; c < width; c++) {
      const value = data[row + c]!;
      values[row + c] = by ? (value - by.mean[c]!) / by.scale[c]! : value;
    }
  // what float64 holds may be beyond float32
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) throw notFinite(array, i);
  return { ...read, values };
}

/** Which columns share a mean: the channels of pictures, the columns of tables and of series; all of a picture that has no channels. */
function groupsOf({ values, inputShape }: Arranged): number {
  const last = inputShape.at(-1)!;
  if (values.shape.length !== 3) return last;
  const [height, width] = inputShape as [number, number];
  return height === width ? 1 : width;
}

/** Mean and deviation of each column over rows, before anything is rounded to float32. */
function fitColumns(part: Arranged): Standardisation {
  const { name, type, shape, data } = part.values;
  const groups = groupsOf(part);
  const { mean, scale } = measure(groups, data.length / groups, (visit) => {
    for (let at = 0; at < data.length; at += groups) visit(data, at);
  });
  const huge = scale.findIndex((deviation) => !Number.isFinite(deviation));
  if (huge >= 0)
    throw new NablaError(
      `${name}: ${type} ${showShape(shape)}: column ${huge} has numbers too large to be standardised`,
    );
  const width = sizeOf(part.inputShape);
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
