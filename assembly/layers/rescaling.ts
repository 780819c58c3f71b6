// One line for all values: y = scale · x + offset.

import { madd, rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Rescale {
  y: usize; // may be x
  x: usize;
  units: i32;
  scale: f32;
  offset: f32;
}

/** y[rows, units] = scale · x + offset, padding too: with offset 0, zeros stay. Shares are rows. */
function rescale(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Rescale>(record);
  const scale = f32x4.splat(a.scale), offset = f32x4.splat(a.offset);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = a.x + rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let y = a.y + from, x = a.x + from; x < end; y += 16, x += 16) v128.store(y, madd(offset, scale, v128.load(x)));
}

/** @forward */
export const RESCALE: i32 = rescale.index;
