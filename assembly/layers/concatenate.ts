// Stretches of rows between matrices: values put side by side, and taken apart again.

import { shareStart } from "../math/simd";

@unmanaged
export class Columns {
  y: usize;
  yAt: i32; // floats before the first stretch
  x: usize;
  xAt: i32;
  each: i32; // stretches in a row of the batch
  n: i32; // floats in a stretch
  yStride: i32; // floats from one stretch to the next
  xStride: i32;
  clear: i32; // floats behind each stretch of y that become 0
}

/** y[rows · each][… n] = x[rows · each][… n], then zeros. Shares are rows. */
function copyColumns(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Columns>(record);
  const first = shareStart(rows, part, parts) * a.each, end = shareStart(rows, part + 1, parts) * a.each;
  const n = a.n, clear = a.clear, yStep = <usize>a.yStride << 2, xStep = <usize>a.xStride << 2;
  let y = a.y + (<usize>a.yAt << 2) + <usize>first * yStep, x = a.x + (<usize>a.xAt << 2) + <usize>first * xStep;
  for (let r = first; r < end; r++, y += yStep, x += xStep) {
    let p = y, q = x;
    let i = n;
    for (; i >= 4; i -= 4, p += 16, q += 16) v128.store(p, v128.load(q));
    for (; i > 0; i--, p += 4, q += 4) store<f32>(p, load<f32>(q));
    for (i = clear; i > 0; i--, p += 4) store<f32>(p, 0);
  }
}

/** @forward */
export const COPY_COLUMNS: i32 = copyColumns.index;
