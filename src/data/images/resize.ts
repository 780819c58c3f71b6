/** Pictures of other sizes. Only sums, products and quotients: the same bits on every engine. */
import { NablaError } from "../../errors.ts";
import type { Picture } from "./picture.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture of other proportions is brought to a size: see fitPicture(). */
export type Fit = "pad" | "crop" | "stretch";
export const FITS: readonly Fit[] = ["pad", "crop", "stretch"];

/**
 * The picture with other numbers of pixels, its proportions not kept. Smaller, each pixel is a weighted mean of all pixels
 * it covers and some around (a triangle filter, as in Pillow's BILINEAR); larger, the filter is bilinear interpolation.
 */
export function resize(picture: Picture, width: number, height: number): Picture {
  for (const n of [width, height])
    if (!Number.isInteger(n) || n < 1)
      throw new NablaError(`resize: expected whole numbers ≥ 1, got ${width}×${height}`);
  if (width === picture.width && height === picture.height) return picture;
  const { channels } = picture;
  const across = filters(picture.width, width);
  const down = filters(picture.height, height);
  const stride = width * channels;
  // row by row into the rows they are part of: a picture a pixel wide and millions high needs no room of that height
  const row = new Float32Array(stride);
  const sums = new Float64Array(height * stride);
  let first = 0;
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { from, weights } = across[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        let at = (y * picture.width + from) * channels + c;
        for (let k = 0; k < weights.length; k++, at += channels) sum += weights[k]! * picture.data[at]!;
        row[x * channels + c] = sum;
      }
    }
    while (first < height && down[first]!.from + down[first]!.weights.length <= y) first++;
    for (let to = first; to < height && down[to]!.from <= y; to++) {
      const weight = down[to]!.weights[y - down[to]!.from]!;
      for (let i = 0; i < stride; i++) sums[to * stride + i]! += weight * row[i]!;
    }
  }
  const data = Uint8Array.from(sums, (sum) => Math.min(255, Math.floor(sum + 0.5)));
  return { data, width, height, channels };
}

/** For each of `to` pixels: which of `from` it is made of, and how much of each. Weights add up to 1. */
function filters(from: number, to: number): { from: number; weights: Float64Array }[] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = new Float64Array(end - first);
    let sum = 0;
    for (let k = 0; k < weights.length; k++) {
      weights[k] = Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach);
      sum += weights[k]!;
    }
    for (let k = 0; k < weights.length; k++) weights[k]! /= sum;
    return { from: first, weights };
  });
}

/** A part of a picture; all of it must lie inside. */
export function crop(picture: Picture, left: number, top: number, width: number, height: number): Picture {
  const { channels } = picture;
  if (
    left < 0 ||
    top < 0 ||
    width < 1 ||
    height < 1 ||
    left + width > picture.width ||
    top + height > picture.height
  )
    throw new NablaError(
      `crop: expected a part of ${picture.width}×${picture.height} pixels, got ${width}×${height} at (${left}, ${top})`,
    );
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { data, width, height, channels };
}

/**
 * Brings a picture to a size. Where the proportions differ: `"pad"` keeps the whole picture, centred, with its border's mean
 * colour around it; `"crop"` fills the size and cuts off what is too much on both sides; `"stretch"` distorts.
 */
export function fitPicture(picture: Picture, { width, height }: Size, fit: Fit): Picture {
  const { width: w, height: h } = picture;
  if (fit === "stretch" || w * height === h * width) return resize(picture, width, height);
  const wide = w * height > h * width;
  const share = (part: number, whole: number, of: number) =>
    Math.max(1, Math.floor((part / whole) * of + 0.5));
  if (fit === "crop") {
    const [cw, ch] = wide ? [share(width, height, h), h] : [w, share(height, width, w)];
    return resize(crop(picture, Math.floor((w - cw) / 2), Math.floor((h - ch) / 2), cw, ch), width, height);
  }
  const [iw, ih] = wide ? [width, share(h, w, width)] : [share(w, h, height), height];
  const inner = resize(picture, iw, ih);
  const frame = filled({ width, height }, borderColour(picture));
  return paste(frame, inner, Math.floor((width - iw) / 2), Math.floor((height - ih) / 2));
}

function filled({ width, height }: Size, colour: readonly number[]): Picture {
  const channels = colour.length as 1 | 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % channels]!;
  return { data, width, height, channels };
}

/** Lays one picture over another, into the same memory; what lies outside is left out. */
export function paste(onto: Picture, picture: Picture, left: number, top: number): Picture {
  const { channels, width, height } = onto;
  const x0 = Math.max(0, -left);
  const x1 = Math.min(picture.width, width - left);
  for (let y = Math.max(0, -top); y < Math.min(picture.height, height - top) && x1 > x0; y++) {
    const row = picture.data.subarray(
      (y * picture.width + x0) * channels,
      (y * picture.width + x1) * channels,
    );
    onto.data.set(row, ((top + y) * width + left + x0) * channels);
  }
  return onto;
}

function borderColour({ data, width, height, channels }: Picture): number[] {
  const sums = new Array<number>(channels).fill(0);
  let n = 0;
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step, n++)
      for (let c = 0; c < channels; c++) sums[c]! += data[(y * width + x) * channels + c]!;
  }
  return sums.map((sum) => Math.floor(sum / n + 0.5));
}
