// Between feature maps, whose pixels are padded to multiples of four channels, and flat rows. Where channels are a multiple of
// four both have the same layout and nothing needs to be done.
// @core dense

import { gather } from "../math/pixels";
import { ld, rowBytes, shareStart, times } from "../math/simd";

@unmanaged
export class Reshape {
  y: usize;
  x: usize;
  pixels: i32; // of the feature map
  channels: i32;
}

/** y[rows, pixels · channels] = x[rows, pixels, channels], padding 0. Shares are rows. */
function flattenPixels(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Reshape>(record);
  const units = a.pixels * a.channels, map = <usize>(a.pixels * ld(a.channels)) << 2;
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    const y = a.y + rowBytes(r, units);
    v128.store(y + rowBytes(1, units) - 16, f32x4.splat(0));
    gather(y, 1, a.pixels, a.channels, a.x + times(r, map), 1, a.pixels, ld(a.channels), 0, 0, 0);
  }
}

/** y[rows, pixels, channels] = x[rows, pixels · channels], padding 0. Shares are rows. */
function unflattenPixels(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Reshape>(record);
  const units = a.pixels * a.channels, map = <usize>(a.pixels * ld(a.channels)) << 2;
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    gather(a.y + times(r, map), 1, a.pixels, a.channels, a.x + rowBytes(r, units), 1, a.pixels, a.channels, 0, 0, 0, ld(a.channels));
  }
}

/** @forward */
export const FLATTEN_PIXELS: i32 = flattenPixels.index;
/** @forward */
export const UNFLATTEN_PIXELS: i32 = unflattenPixels.index;
