/** From a picture to its ink: what is background, which way ink differs from it, and where it is. */

import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { isBytes } from "../tags.ts";
import { components } from "./components.ts";
import { type Plane, resample } from "./resample.ts";

/** A picture of a line of digits, as pixels. */
export interface LinePicture {
  /** Row-major bytes, channels interleaved. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. Default: data.length / (width · height). */
  readonly channels?: number;
}

export interface Ink extends Plane {
  /** Where column 0 of the plane lies in the picture. */
  readonly left: number;
  /** Columns of the picture per column of the plane. */
  readonly scale: number;
}

/** Larger pictures are refused before anything is allocated. */
const MOST_PIXELS = 1 << 24;
/** Ink higher than this is made smaller: no digit needs more rows, and the work grows with their square. */
const WORKING_HEIGHT = 64;
/** Grey levels out of 255 by which ink differs from its background at least. */
const LEAST_CONTRAST = 24;
/** So many pixels must be as dark (light) as what counts as full ink; fewer may be defects. */
const FULL_PIXELS = 12;
/** Spots smaller than this share of the tallest piece of ink are dirt. */
const DIRT = 0.15;

/**
 * The ink of a picture, cropped to where it is. Background is the median of the outermost pixels; ink is whatever
 * differs from it in the direction (darker or lighter) in which the picture differs more. How grainy the background is
 * is measured there too, and only what stands out of the grain is ink.
 * @throws NablaError for a picture that is not one, is too large, or has no ink
 */
export function findInk(picture: LinePicture, name: string): Ink {
  const grey = greyOf(picture, name);
  const { width, height } = picture;
  const { background, grain } = borderOf(grey, width, height);
  const [darkest, lightest] = extremes(grey);
  const dark = background - darkest >= lightest - background;
  const contrast = dark ? background - darkest : lightest - background;
  const floor = 4 * grain;
  if (contrast < Math.max(LEAST_CONTRAST, 1.5 * floor)) {
    throw new NablaError(
      `${name}: found no ink: the background is ${Math.round(background)} of 255 and nothing stands out by ${Math.ceil(Math.max(LEAST_CONTRAST, 1.5 * floor))} or more; expected dark digits on a light ground or light ones on a dark ground`,
    );
  }
  const apart = grey.map((value) => (dark ? background - value : value - background));
  const sure = { data: apart.map((value) => (value > floor ? value : 0)), width, height };
  const data = withoutDirt(sure).data;
  // strokes have soft rims: half as much is ink where it is next to ink
  const rims = data.map((value, i) =>
    value === 0 && apart[i] > floor / 2 && besideInk(data, width, i) ? apart[i] : value,
  );
  const clean = { data: rims.map((value) => Math.min(1, value / contrast)), width, height };
  const { plane, left } = cropped(clean);
  const scale = Math.max(1, plane.height / WORKING_HEIGHT);
  if (scale === 1) return { ...plane, left, scale };
  const smaller = resample(
    plane,
    Math.max(1, Math.round(plane.width / scale)),
    Math.round(plane.height / scale),
  );
  return { ...smaller, left, scale: plane.width / smaller.width };
}

/** Transparent is white. */
function greyOf(picture: LinePicture, name: string): Float32Array {
  demand(
    isObject(picture) && isObject(picture.data),
    name,
    "a picture { data, width, height, channels }",
    picture,
  );
  const { data, width, height, channels } = picture;
  const whole = (n: number) => Number.isInteger(n) && n > 0;
  if (!whole(width) || !whole(height))
    throw new NablaError(
      `${name}: width and height: expected whole numbers above 0, got ${width} × ${height}`,
    );
  const pixels = width * height;
  if (pixels > MOST_PIXELS)
    throw new NablaError(
      `${name}: ${width} × ${height} is too large: expected at most ${MOST_PIXELS.toLocaleString("en")} pixels, got ${pixels.toLocaleString("en")}; make it smaller, digits 30 pixels high are enough`,
    );
  if (!isBytes(data)) throw new NablaError(`${name}: data: expected a Uint8Array of values from 0 to 255`);
  const per = channels ?? data.length / pixels;
  if (![1, 2, 3, 4].includes(per) || data.length !== pixels * per)
    throw new NablaError(
      `${name}: data: expected ${width} · ${height} pixels of 1, 2, 3 or 4 channels, got ${data.length} values${channels === undefined ? "" : ` and channels: ${channels}`}`,
    );
  const grey = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const at = i * per;
    const value = per < 3 ? data[at] : 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
    const opacity = per % 2 ? 1 : data[at + per - 1] / 255;
    grey[i] = 255 + opacity * (value - 255);
  }
  return grey;
}

/** Median of the outermost pixels, and their spread as a standard deviation (from the median deviation). */
function borderOf(grey: Float32Array, width: number, height: number): { background: number; grain: number } {
  const border: number[] = [];
  for (let x = 0; x < width; x++) border.push(grey[x], grey[(height - 1) * width + x]);
  for (let y = 1; y < height - 1; y++) border.push(grey[y * width], grey[y * width + width - 1]);
  const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1];
  const background = median(border);
  return { background, grain: 1.4826 * median(border.map((value) => Math.abs(value - background))) };
}

function extremes(grey: Float32Array): [darkest: number, lightest: number] {
  const counts = new Uint32Array(256);
  for (const value of grey) counts[Math.round(value)]++;
  const need = Math.min(FULL_PIXELS, grey.length);
  let [darkest, lightest, seen] = [0, 255, counts[0]];
  while (seen < need) seen += counts[++darkest];
  seen = counts[255];
  while (seen < need) seen += counts[--lightest];
  return [darkest, lightest];
}

function besideInk(data: Float32Array, width: number, i: number): boolean {
  const x = i % width;
  for (const row of [i - width, i, i + width])
    for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++)
      if (data[row - x + u] > 0) return true;
  return false;
}

function withoutDirt(plane: Plane): Plane {
  const { labels, boxes } = components(plane);
  const tallest = boxes.reduce((most, { top, bottom }) => Math.max(most, bottom - top), 0);
  const keep = boxes.map(
    ({ left, right, top, bottom }) => Math.max(right - left, bottom - top) >= DIRT * tallest,
  );
  return { ...plane, data: plane.data.map((ink, i) => (ink > 0 && keep[labels[i] - 1] ? ink : 0)) };
}

function cropped({ data, width, height }: Plane): { plane: Plane; left: number } {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  const out = new Float32Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++)
    out.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return { plane: { data: out, width: right - left, height: bottom - top }, left };
}
