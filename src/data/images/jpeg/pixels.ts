/**
 * From planes of samples to pixels. Planes that have fewer samples are interpolated as libjpeg does ("fancy upsampling": three
 * quarters of the nearer sample and one of the farther), and colours are converted with its tables.
 */
import type { Picture } from "../picture.ts";
import type { Component, Frame } from "./frame.ts";

/** A component's samples; its rows are 8 · stride apart. */
export interface Plane {
  readonly component: Component;
  /** Clamped: the transform may go beyond 0 and 255. */
  readonly samples: Uint8ClampedArray;
}

/** What the components of a file are. */
export interface Colours {
  readonly rgb: boolean;
  readonly ycck: boolean;
}

/** Rows converted in a step of some milliseconds. */
const STEP = 2 ** 18;

export function* pixelsOf(
  { width, height, h, v }: Frame,
  planes: readonly Plane[],
  { rgb, ycck }: Colours,
): Generator<undefined, Picture> {
  const channels = planes.length === 1 ? 1 : 3;
  const out = new Uint8ClampedArray(width * height * channels);
  const readers = planes.map((plane) => rowsOf(plane, h, v));
  const rows = planes.map(() => new Uint8ClampedArray(width + 4 * h));
  const convert = planes.length === 1 ? copied : planes.length === 4 ? inks(ycck) : rgb ? joined : colours;
  const step = Math.max(1, Math.floor(STEP / width));
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < rows.length; i++) readers[i]!(y, rows[i]!);
    convert(rows, width, out, y * width * channels);
    if (y % step === step - 1) yield;
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

/** Writes one row of the picture's size. */
type RowReader = (y: number, into: Uint8ClampedArray) => void;

function rowsOf({ component, samples }: Plane, h: number, v: number): RowReader {
  const stride = 8 * component.stride;
  const { width, height } = component;
  const [across, down] = [h / component.h, v / component.v];
  const row = (y: number) => samples.subarray(y * stride, y * stride + width);
  /** The next row on the side on which row y of the picture lies. */
  const beside = (y: number) => row(Math.max(0, Math.min(height - 1, (y >> 1) + (y & 1 ? 1 : -1))));
  if (across === 1 && down === 1) return (y, into) => into.set(row(y));
  if (across === 2 && down === 1 && width > 2) return (y, into) => twiceAcross(row(y), into);
  if (across === 1 && down === 2) return (y, into) => twiceDown(row(y >> 1), beside(y), y & 1, into);
  if (across === 2 && down === 2 && width > 2) return (y, into) => twiceBoth(row(y >> 1), beside(y), into);
  return (y, into) => {
    const from = row(Math.floor(y / down));
    for (let x = 0, to = 0; x < from.length; x++, to += across) into.fill(from[x]!, to, to + across);
  };
}

function twiceAcross(from: Uint8ClampedArray, into: Uint8ClampedArray): void {
  const end = from.length - 1;
  into[0] = from[0]!;
  into[1] = (from[0]! * 3 + from[1]! + 2) >> 2;
  for (let x = 1; x < end; x++) {
    const value = from[x]! * 3;
    into[2 * x] = (value + from[x - 1]! + 1) >> 2;
    into[2 * x + 1] = (value + from[x + 1]! + 2) >> 2;
  }
  into[2 * end] = (from[end]! * 3 + from[end - 1]! + 1) >> 2;
  into[2 * end + 1] = from[end]!;
}

function twiceDown(
  near: Uint8ClampedArray,
  far: Uint8ClampedArray,
  odd: number,
  into: Uint8ClampedArray,
): void {
  for (let x = 0; x < near.length; x++) into[x] = (near[x]! * 3 + far[x]! + 1 + odd) >> 2;
}

function twiceBoth(near: Uint8ClampedArray, far: Uint8ClampedArray, into: Uint8ClampedArray): void {
  const end = near.length - 1;
  let value = near[0]! * 3 + far[0]!;
  let next = near[1]! * 3 + far[1]!;
  let before = value;
  into[0] = (value * 4 + 8) >> 4;
  into[1] = (value * 3 + next + 7) >> 4;
  for (let x = 1; x < end; x++) {
    before = value;
    value = next;
    next = near[x + 1]! * 3 + far[x + 1]!;
    into[2 * x] = (value * 3 + before + 8) >> 4;
    into[2 * x + 1] = (value * 3 + next + 7) >> 4;
  }
  into[2 * end] = (next * 3 + value + 8) >> 4;
  into[2 * end + 1] = (next * 4 + 7) >> 4;
}

/** Writes a row of pixels, made of the rows of all components, to `out[at]` and behind. */
type Convert = (
  rows: readonly Uint8ClampedArray[],
  width: number,
  out: Uint8ClampedArray,
  at: number,
) => void;

const copied: Convert = ([grey], width, out, at) => out.set(grey!.subarray(0, width), at);

const joined: Convert = ([red, green, blue], width, out, at) => {
  for (let x = 0; x < width; x++, at += 3) {
    out[at] = red![x]!;
    out[at + 1] = green![x]!;
    out[at + 2] = blue![x]!;
  }
};

// ITU-R BT.601 for the whole range, as JFIF says, in 1/65536
const CR_RED = 91881;
const CB_BLUE = 116130;
const CR_GREEN = 46802;
const CB_GREEN = 22554;
const HALF = 32768;

const colours: Convert = ([luminance, blueness, redness], width, out, at) => {
  for (let x = 0; x < width; x++, at += 3) {
    const y = luminance![x]!;
    const cb = blueness![x]! - 128;
    const cr = redness![x]! - 128;
    out[at] = y + ((Math.imul(cr, CR_RED) + HALF) >> 16);
    out[at + 1] = y + ((HALF - Math.imul(cb, CB_GREEN) - Math.imul(cr, CR_GREEN)) >> 16);
    out[at + 2] = y + ((Math.imul(cb, CB_BLUE) + HALF) >> 16);
  }
};

/** Four inks, stored inverted as Adobe does: 255 is none. Where the fourth is black, it darkens the others. */
const inks =
  (ycck: boolean): Convert =>
  (rows, width, out, at) => {
    if (ycck) colours(rows, width, out, at);
    else joined(rows, width, out, at);
    const black = rows[3]!;
    for (let x = 0; x < width; x++) {
      const light = black[x]!;
      for (let c = 0; c < 3; c++, at++) {
        // as the fourth component of YCCK is, its three others are inks: 255 minus colours
        const ink = ycck ? out[at]! : 255 - out[at]!;
        const product = ink * light + 128;
        out[at] = light - (((product >> 8) + product) >> 8);
      }
    }
  };
