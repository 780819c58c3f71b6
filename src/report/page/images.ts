/** Inputs and weights as PNG images inside URLs. */

import { encode } from "fast-png";
import type { Inputs } from "../../data/dataset.ts";
import { isBytes } from "../../tags.ts";
import type { PixelShape } from "../text/draw.ts";

const url = (width: number, height: number, data: Uint8Array, channels: 1 | 3 | 4): string =>
  `data:image/png;base64,${Buffer.from(encode({ width, height, data, channels, depth: 8 })).toString("base64")}`;

/** uint8 as it is; float32 stretched from its smallest value to its largest. */
export function inputImage(values: Inputs, { width, height, channels }: PixelShape): string {
  if (isBytes(values)) return url(width, height, values, channels as 1 | 3);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  const bytes = Uint8Array.from(values, (value) => Math.round((value - low) * scale));
  return url(width, height, bytes, channels as 1 | 3);
}

const NEGATIVE = [59, 118, 219];
const POSITIVE = [222, 73, 46];

/** Weights by sign, blue and red; the smaller, the more transparent, so that 0 is the page. `top` is the full colour. */
export function weightImage(weights: ArrayLike<number>, { width, height }: PixelShape, top: number): string {
  const bytes = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    bytes.set(weights[i]! < 0 ? NEGATIVE : POSITIVE, i * 4);
    bytes[i * 4 + 3] = Math.round(255 * Math.min(1, Math.abs(weights[i]!) / top));
  }
  return url(width, height, bytes, 4);
}

/** Weights of three channels around grey; `top` is the full colour. */
export function colourImage(weights: ArrayLike<number>, { width, height }: PixelShape, top: number): string {
  const bytes = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    Math.round(127.5 + 127.5 * Math.max(-1, Math.min(1, weights[i]! / top))),
  );
  return url(width, height, bytes, 3);
}

/** The channels of one image side by side, in as square a block as there is, with a pixel between them; grey from the least to the largest. */
export function mapsImage(
  values: Float32Array,
  { width, height, channels }: PixelShape,
  most: number,
): string {
  const shown = Math.min(channels, most);
  const across = Math.ceil(Math.sqrt(shown));
  const [w, h] = [across * (width + 1) - 1, Math.ceil(shown / across) * (height + 1) - 1];
  const bytes = new Uint8Array(w * h * 4);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = high > low ? 255 / (high - low) : 0;
  for (let c = 0; c < shown; c++) {
    const top = Math.floor(c / across) * (height + 1);
    const left = (c % across) * (width + 1);
    for (let p = 0; p < width * height; p++) {
      const grey = Math.round((values[p * channels + c]! - low) * scale);
      const at = (top + Math.floor(p / width)) * w + left + (p % width);
      bytes.set([grey, grey, grey, 255], at * 4);
    }
  }
  return url(w, h, bytes, 4);
}
