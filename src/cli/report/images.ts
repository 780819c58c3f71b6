/** Inputs and weights as PNG images inside URLs. */
import { encode } from "fast-png";
import type { Inputs } from "../../data/dataset.ts";
import type { ImageShape } from "../draw.ts";

const url = (width: number, height: number, data: Uint8Array, channels: 1 | 3 | 4): string =>
  `data:image/png;base64,${Buffer.from(encode({ width, height, data, channels, depth: 8 })).toString("base64")}`;

/** uint8 as it is; float32 stretched from its smallest value to its largest. */
export function inputImage(values: Inputs, { width, height, channels }: ImageShape): string {
  if (values instanceof Uint8Array) return url(width, height, values, channels as 1 | 3);
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
export function weightImage(weights: ArrayLike<number>, { width, height }: ImageShape, top: number): string {
  const bytes = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    bytes.set(weights[i]! < 0 ? NEGATIVE : POSITIVE, i * 4);
    bytes[i * 4 + 3] = Math.round(255 * Math.min(1, Math.abs(weights[i]!) / top));
  }
  return url(width, height, bytes, 4);
}
