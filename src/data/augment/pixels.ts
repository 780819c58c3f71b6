/** What is done to values where they are. */
import type { Stream } from "../../math/random.ts";
import type { Inputs } from "../dataset.ts";
import type { ImageShape } from "./shape.ts";

/** Adds gaussian noise to n values; bytes are rounded to the nearest and stay within 0 to 255. */
export function addNoise(x: Inputs, at: number, n: number, deviation: number, random: Stream): void {
  const bytes = x instanceof Uint8Array;
  for (let i = at; i < at + n; i++) {
    const value = x[i]! + deviation * random.gaussian();
    x[i] = bytes ? Math.min(255, Math.max(0, Math.floor(value + 0.5))) : value;
  }
}

/** Fills a square whose corner is at (top, left), or what of it is on the image. */
export function blot(
  x: Inputs,
  at: number,
  { height, width, channels }: ImageShape,
  top: number,
  left: number,
  side: number,
  fill: number,
): void {
  const first = Math.max(0, left) * channels;
  const last = Math.min(width, left + side) * channels;
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
    const from = at + row * width * channels;
    for (let i = first; i < last; i++) x[from + i] = fill;
  }
}
