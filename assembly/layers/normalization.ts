// Values brought to mean 0 and variance 1 by means and variances that were found before: of each channel, or of each value of a row.
// x[rows, pixels, channels], mean and variance [lines, channels] with one line for all pixels or one for each.

import { rowBytes, shareStart, tailMask, times } from "../math/simd";

@unmanaged
export class Normalize {
  y: usize; // may be x
  x: usize;
  mean: usize; // 0: zeros
  variance: usize;
  pixels: i32;
  lines: i32; // 1 or pixels
  channels: i32;
}

/** The least deviation that is divided by, as in Keras: columns that do not vary become 0. */
const LEAST: f32 = 1e-7;

/** y = (x − mean) / max(√variance, 1e−7), padding 0. With dy as x and no mean this is dx. Shares are rows. */
function normalize(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Normalize>(record);
  const bytes = rowBytes(1, a.channels), last = bytes - 16, mask = tailMask(a.channels), zero = f32x4.splat(0);
  const r1 = shareStart(rows, part + 1, parts) * a.pixels;
  let line = 0;
  for (let r = shareStart(rows, part, parts) * a.pixels; r < r1; r++) {
    const x = a.x + times(r, bytes), y = a.y + times(r, bytes), at = times(line, bytes);
    for (let c: usize = 0; c < bytes; c += 16) {
      const m = a.mean ? v128.load(a.mean + at + c) : zero;
      const d = f32x4.max(f32x4.sqrt(v128.load(a.variance + at + c)), f32x4.splat(LEAST));
      v128.store(y + c, f32x4.div(f32x4.sub(v128.load(x + c), m), d));
    }
    v128.store(y + last, v128.and(v128.load(y + last), mask));
    if (++line == a.lines) line = 0;
  }
}

/** @forward */
export const NORMALIZE: i32 = normalize.index;
