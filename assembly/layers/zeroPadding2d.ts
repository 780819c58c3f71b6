// Zeros around an image, and the part of a gradient that belongs to what was inside.

import { gather } from "../math/pixels";
import { ld, shareStart } from "../math/simd";

@unmanaged
export class ZeroPad {
  y: usize;
  x: usize;
  height: i32; // of x
  width: i32;
  channels: i32;
  outHeight: i32; // of y
  outWidth: i32;
  top: i32; // how far x is moved down in y; negative: rows of x that are cut off
  left: i32;
}

/** y[rows, outHeight, outWidth, channels] = x moved down and right, zeros elsewhere. Shares are images. */
function zeroPad(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ZeroPad>(record);
  const pixel = ld(a.channels);
  const yImage = <usize>(a.outHeight * a.outWidth * pixel) << 2, xImage = <usize>(a.height * a.width * pixel) << 2;
  const r1 = <usize>shareStart(rows, part + 1, parts);
  for (let r = <usize>shareStart(rows, part, parts); r < r1; r++) {
    memory.fill(a.y + r * yImage, 0, yImage);
    gather(a.y + r * yImage, a.outHeight, a.outWidth, pixel, a.x + r * xImage, a.height, a.width, pixel, 0, a.top, a.left);
  }
}

/** @forward */
export const ZERO_PAD: i32 = zeroPad.index;
