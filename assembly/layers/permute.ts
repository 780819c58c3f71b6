// The axes of a value in another order.

import { ld, shareStart, times } from "../math/simd";

@unmanaged
export class Permute {
  y: usize;
  x: usize;
  // the shape of y, with ones before its first axis, and how many floats of x lie between neighbours along each
  n0: i32;
  n1: i32;
  n2: i32;
  n3: i32;
  n4: i32;
  n5: i32;
  s0: i32;
  s1: i32;
  s2: i32;
  s3: i32;
  s4: i32;
  s5: i32;
  xRow: i32; // floats of x from one row of the batch to the next
}

/** y[rows, n0, …, n5] = x with its axes in another order, padding 0. Shares are rows. */
function permute(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Permute>(record);
  const pixel = <usize>ld(a.n5) << 2, step = <usize>a.s5 << 2;
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  let y = a.y + times(r0 * a.n0 * a.n1 * a.n2 * a.n3 * a.n4, pixel);
  for (let r = r0; r < r1; r++) {
    const x0 = a.x + (times(r, <usize>a.xRow) << 2);
    for (let i0 = 0; i0 < a.n0; i0++) {
      for (let i1 = 0; i1 < a.n1; i1++) {
        for (let i2 = 0; i2 < a.n2; i2++) {
          for (let i3 = 0; i3 < a.n3; i3++) {
            let x = x0 + (<usize>(i0 * a.s0 + i1 * a.s1 + i2 * a.s2 + i3 * a.s3) << 2);
            for (let i4 = 0; i4 < a.n4; i4++, x += <usize>a.s4 << 2, y += pixel) copyEvery(y, x, step, a.n5);
          }
        }
      }
    }
  }
}

/** to[n] = floats of `from` that lie `step` bytes apart, then zeros up to a multiple of 4. */
function copyEvery(to: usize, from: usize, step: usize, n: i32): void {
  let left = n;
  for (; left >= 4; left -= 4, to += 16, from += step << 2) {
    v128.store(to, f32x4(load<f32>(from), load<f32>(from + step), load<f32>(from + 2 * step), load<f32>(from + 3 * step)));
  }
  if (!left) return;
  v128.store(to, f32x4.splat(0));
  for (; left; left--, to += 4, from += step) store<f32>(to, load<f32>(from));
}

/** @forward */
export const PERMUTE: i32 = permute.index;
