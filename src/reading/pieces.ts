/** What lies between two cuts: its shape in figures, and its picture as a classifier of MNIST expects it. */
import { components } from "./components.ts";
import type { Cut } from "./cuts.ts";
import { type Plane, resample } from "./resample.ts";

export const SIDE = 28;
const BOX = 20;

export interface Piece {
  /** Columns of the plane: `from` to `to` - 1. */
  readonly from: number;
  readonly to: number;
  readonly ink: Plane;
  /** See FEATURES. */
  readonly shape: readonly number[];
}

/** What the figures of a piece mean; heights and widths are of the piece's own box. */
export const FEATURES = [
  "one more piece",
  "width / height above 0.9",
  "width / height below 0.5",
  "height below 0.75 of the line's",
  "width above 0.8 of the line's height",
  "strokes in a row, on average, above 1.5",
  "ink beside a quarter of the line's height squared",
  "share of ink in its second largest part",
  "cuts that cross ink",
  "ink they cross",
] as const;

/** A cut that crosses no more ink than this share of the height crosses none. */
const TOUCH = 0.015;

const above = (value: number, limit: number): number => Math.max(0, value - limit);

/** The ink between cut `i` and cut `j`; undefined where there is none. */
export function pieceBetween(plane: Plane, cuts: readonly Cut[], i: number, j: number): Piece | undefined {
  const [left, right] = [cuts[i].path, cuts[j].path];
  let [from, to, top, bottom] = [plane.width, 0, plane.height, 0];
  for (let y = 0; y < plane.height; y++) {
    for (let x = left[y]; x < right[y]; x++) {
      if (plane.data[y * plane.width + x] === 0) continue;
      from = Math.min(from, x);
      to = Math.max(to, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  if (to <= from) return undefined;
  const [width, height] = [to - from, bottom - top];
  const data = new Float32Array(width * height);
  for (let y = top; y < bottom; y++) {
    const first = Math.max(from, left[y]);
    if (right[y] > first)
      data.set(
        plane.data.subarray(y * plane.width + first, y * plane.width + Math.min(to, right[y])),
        (y - top) * width + first - from,
      );
  }
  const ink = { data, width, height };
  const ratio = width / height;
  const parts = components(ink)
    .boxes.map(({ mass }) => mass)
    .sort((a, b) => b - a);
  const mass = parts.reduce((sum, part) => sum + part, 0);
  const shape = [
    1,
    above(ratio, 0.9),
    above(0.5, ratio),
    above(0.75, height / plane.height),
    above(width / plane.height, 0.8),
    above(strokes(ink), 1.5),
    Math.abs(mass / (plane.height * plane.height) - 0.25),
    (parts[1] ?? 0) / mass,
    Number(cuts[i].ink > TOUCH) + Number(cuts[j].ink > TOUCH),
    cuts[i].ink + cuts[j].ink,
  ];
  return { from, to, ink, shape };
}

/** How many strokes a horizontal line crosses, the mean over the rows. */
function strokes({ data, width, height }: Plane): number {
  let starts = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (data[y * width + x] >= 0.5 && !(x > 0 && data[y * width + x - 1] >= 0.5)) starts++;
  return starts / height;
}

/**
 * Writes the piece as MNIST has its digits into out[offset .. offset + 784): the longer side of its box becomes 20 pixels
 * and its centre of mass lies at pixel (14, 14) of 28 × 28, moved by whole pixels.
 */
export function drawPiece({ ink }: Piece, out: Uint8Array, offset: number): void {
  const scale = BOX / Math.max(ink.width, ink.height);
  const { data, width, height } = resample(
    ink,
    Math.max(1, Math.round(ink.width * scale)),
    Math.max(1, Math.round(ink.height * scale)),
  );
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      mass += data[y * width + x];
      sumX += data[y * width + x] * x;
      sumY += data[y * width + x] * y;
    }
  }
  const left = SIDE / 2 - Math.round(sumX / mass);
  const top = SIDE / 2 - Math.round(sumY / mass);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [left + x, top + y];
      if (u >= 0 && u < SIDE && v >= 0 && v < SIDE)
        out[offset + v * SIDE + u] = Math.round(255 * data[y * width + x]);
    }
  }
}
