/** Pictures of other sizes. Only sums, products and quotients: the same bits on every engine. */

import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { checkPicture, type Picture } from "./picture.ts";

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
  checkPicture(picture, "resize");
  for (const n of [width, height])
    if (!Number.isInteger(n) || n < 1)
      throw new NablaError(`resize: expected whole numbers ≥ 1, got ${show(width)}×${show(height)}`);
  if (width === picture.width && height === picture.height) return picture;
  const resizing = new Resizing(picture, picture.channels, width, height);
  resizing.add(picture.data);
  return resizing.picture();
}

/** resize() of a picture that comes in bands of whole rows, from top to bottom; it need never be there as a whole. */
export class Resizing {
  readonly #across: Filter[];
  readonly #down: Filter[];
  readonly #row: Float32Array;
  readonly #sums: Float64Array;
  /** Of the rows so far, and of those that are done in the result. */
  #y = 0;
  #first = 0;

  /** @param source what comes in all; `width` and `height` what it becomes */
  constructor(
    readonly source: Size,
    readonly channels: 1 | 3,
    readonly width: number,
    readonly height: number,
  ) {
    this.#across = filters(source.width, width);
    this.#down = filters(source.height, height);
    this.#row = new Float32Array(width * channels);
    this.#sums = new Float64Array(height * width * channels);
  }

  /** The next rows: any number of them. */
  add(data: Uint8Array): void {
    const { source, channels, width, height } = this;
    const [across, down, row, sums] = [this.#across, this.#down, this.#row, this.#sums];
    const stride = width * channels;
    // row by row into the rows they are part of: a picture a pixel wide and millions high needs no room of that height
    for (let start = 0; start < data.length; start += source.width * channels, this.#y++) {
      const y = this.#y;
      for (let x = 0; x < width; x++) {
        const { from, weights } = across[x]!;
        for (let c = 0; c < channels; c++) {
          let sum = 0;
          let at = start + from * channels + c;
          for (let k = 0; k < weights.length; k++, at += channels) sum += weights[k]! * data[at]!;
          row[x * channels + c] = sum;
        }
      }
      while (this.#first < height && down[this.#first]!.from + down[this.#first]!.weights.length <= y)
        this.#first++;
      for (let to = this.#first; to < height && down[to]!.from <= y; to++) {
        const weight = down[to]!.weights[y - down[to]!.from]!;
        for (let i = 0; i < stride; i++) sums[to * stride + i]! += weight * row[i]!;
      }
    }
  }

  /** When all rows have come. */
  picture(): Picture {
    const { width, height, channels } = this;
    const data = Uint8Array.from(this.#sums, (sum) => Math.min(255, Math.floor(sum + 0.5)));
    return { data, width, height, channels };
  }
}

interface Filter {
  from: number;
  weights: Float64Array;
}

/** For each of `to` pixels: which of `from` it is made of, and how much of each. Weights add up to 1. */
function filters(from: number, to: number): Filter[] {
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
  checkPicture(picture, "crop");
  const { channels } = picture;
  if (
    ![left, top, width, height].every(Number.isInteger) ||
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
export function fitPicture(picture: Picture, size: Size, fit: Fit): Picture {
  checkPicture(picture, "fitPicture");
  demand(isObject(size), "fitPicture: size", "{ width, height }", size);
  demand(FITS.includes(fit), "fitPicture: fit", `one of ${FITS.join(", ")}`, fit);
  const { part, inner } = fitting(picture, size, fit);
  const whole = part.width === picture.width && part.height === picture.height;
  const wanted = whole ? picture : crop(picture, part.left, part.top, part.width, part.height);
  const fitted = resize(wanted, inner.width, inner.height);
  return inner.width === size.width && inner.height === size.height
    ? fitted
    : framed(fitted, size, borderColour(picture));
}

/** Which part of a picture is wanted for a size, and what size that part gets; what is missing is a frame. */
export function fitting(
  { width: w, height: h }: Size,
  { width, height }: Size,
  fit: Fit,
): { part: Size & { left: number; top: number }; inner: Size } {
  const whole = { left: 0, top: 0, width: w, height: h };
  if (fit === "stretch" || w * height === h * width) return { part: whole, inner: { width, height } };
  const wide = w * height > h * width;
  const share = (part: number, all: number, of: number) => Math.max(1, Math.floor((part / all) * of + 0.5));
  if (fit === "crop") {
    const [cw, ch] = wide ? [share(width, height, h), h] : [w, share(height, width, w)];
    const part = { left: Math.floor((w - cw) / 2), top: Math.floor((h - ch) / 2), width: cw, height: ch };
    return { part, inner: { width, height } };
  }
  const inner = wide ? { width, height: share(h, w, width) } : { width: share(w, h, height), height };
  return { part: whole, inner };
}

/** A picture in the middle of a frame. */
export function framed(picture: Picture, size: Size, colour: readonly number[]): Picture {
  const left = Math.floor((size.width - picture.width) / 2);
  return paste(filled(size, colour), picture, left, Math.floor((size.height - picture.height) / 2));
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

/** The mean of the pixels at the edge. */
function borderColour(picture: Picture): number[] {
  const border = new Border(picture, picture.channels);
  border.add(picture.data);
  return border.colour();
}

/** The mean of the pixels at the edge of a picture that comes in bands of whole rows. */
export class Border {
  readonly #sums: number[];
  #y = 0;
  #n = 0;

  constructor(
    readonly source: Size,
    readonly channels: 1 | 3,
  ) {
    this.#sums = new Array<number>(channels).fill(0);
  }

  add(data: Uint8Array): void {
    const { width, height } = this.source;
    for (let start = 0; start < data.length; start += width * this.channels, this.#y++) {
      const step = this.#y === 0 || this.#y === height - 1 ? 1 : Math.max(1, width - 1);
      for (let x = 0; x < width; x += step, this.#n++)
        for (let c = 0; c < this.channels; c++) this.#sums[c]! += data[start + x * this.channels + c]!;
    }
  }

  colour(): number[] {
    return this.#sums.map((sum) => Math.floor(sum / this.#n + 0.5));
  }
}
