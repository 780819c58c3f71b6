// Max pooling. x[rows, height, width, channels] → y[rows, outHeight, outWidth, channels]. Where values are equal, the first in
// reading order is taken; NaN is passed on.

import { ld, shareStart, times } from "../math/simd";
import { apart, cover, Pool } from "./pooling";

/** Builds for size only predict: nobody asks them where the largest was. */
const INDEXED = ASC_SHRINK_LEVEL == 0;

/** Where v is larger, or NaN; once the largest is NaN nothing exceeds it but another. @inline */
function exceeds(v: v128, best: v128): v128 {
  return v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
}

/** y = the largest of each window; index = ky · poolWidth + kx of where it was. Shares are images. */
function maxPoolForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pool>(record);
  const pixel = <usize>ld(a.channels) << 2, row = pixel * a.width;
  const yImage = pixel * a.outHeight * a.outWidth;
  const r1 = <usize>shareStart(rows, part + 1, parts);
  const two = a.poolHeight == 2 && a.poolWidth == 2 && apart(a), pair = a.poolHeight == 1 && a.poolWidth == 2 && apart(a);
  for (let r = <usize>shareStart(rows, part, parts); r < r1; r++) {
    let y = a.y + r * yImage, index = INDEXED && a.index ? a.index + r * yImage : 0;
    const x = a.x + r * a.height * row;
    for (let oy = 0; oy < a.outHeight; oy++) {
      if (two || pair) {
        const from = x + times(oy * a.strideY, row), skip = times(a.strideX - 1, pixel);
        if (two) two2(y, index, from, row, pixel, skip, a.outWidth);
        else one2(y, index, from, pixel, skip, a.outWidth);
        y += pixel * a.outWidth;
        if (INDEXED && index) index += pixel * a.outWidth;
        continue;
      }
      const y0 = max(0, oy * a.strideY - a.top), y1 = min(a.height, oy * a.strideY - a.top + a.poolHeight);
      for (let ox = 0; ox < a.outWidth; ox++) {
        const x0 = max(0, ox * a.strideX - a.left), x1 = min(a.width, ox * a.strideX - a.left + a.poolWidth);
        for (let c: usize = 0; c < pixel; c += 16) {
          const first = (y0 - oy * a.strideY + a.top) * a.poolWidth + x0 - ox * a.strideX + a.left;
          let best = v128.load(x + times(y0, row) + times(x0, pixel) + c), at = i32x4.splat(first);
          for (let iy = y0; iy < y1; iy++) {
            const code = (iy - oy * a.strideY + a.top) * a.poolWidth - ox * a.strideX + a.left;
            for (let ix = x0; ix < x1; ix++) {
              const v = v128.load(x + times(iy, row) + times(ix, pixel) + c);
              const larger = exceeds(v, best);
              best = v128.bitselect(v, best, larger);
              at = v128.bitselect(i32x4.splat(code + ix), at, larger);
            }
          }
          v128.store(y + c, best);
          if (INDEXED && index) v128.store(index + c, at);
        }
        y += pixel;
        if (INDEXED && index) index += pixel;
      }
    }
  }
}

/** One row of outputs of windows of 2 × 2 that do not overlap. */
function two2(y: usize, index: usize, x: usize, row: usize, pixel: usize, skip: usize, n: i32): void {
  const one = i32x4.splat(1), two = i32x4.splat(2), three = i32x4.splat(3);
  do {
    const end = x + pixel;
    do {
      const v0 = v128.load(x), v1 = v128.load(x + pixel), v2 = v128.load(x + row), v3 = v128.load(x + row + pixel);
      const g1 = exceeds(v1, v0);
      let best = v128.bitselect(v1, v0, g1);
      const g2 = exceeds(v2, best);
      best = v128.bitselect(v2, best, g2);
      const g3 = exceeds(v3, best);
      v128.store(y, v128.bitselect(v3, best, g3));
      if (INDEXED && index) {
        v128.store(index, v128.bitselect(three, v128.bitselect(two, v128.and(one, g1), g2), g3));
        index += 16;
      }
      x += 16;
      y += 16;
    } while (x < end);
    x += skip;
  } while (--n);
}

/** The same of windows of 1 × 2, as sequences have them. */
function one2(y: usize, index: usize, x: usize, pixel: usize, skip: usize, n: i32): void {
  const one = i32x4.splat(1);
  do {
    const end = x + pixel;
    do {
      const v0 = v128.load(x), v1 = v128.load(x + pixel);
      const larger = exceeds(v1, v0);
      v128.store(y, v128.bitselect(v1, v0, larger));
      if (index) {
        v128.store(index, v128.and(one, larger));
        index += 16;
      }
      x += 16;
      y += 16;
    } while (x < end);
    x += skip;
  } while (--n);
}

/** dx = dy where the maximum came from, else 0; where windows overlap, the sum. Shares are images. */
function maxPoolBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pool>(record);
  const pixel = <usize>ld(a.channels) << 2, row = pixel * a.width;
  const yImage = pixel * a.outHeight * a.outWidth, xImage = row * a.height;
  const two = a.poolHeight == 2 && a.poolWidth == 2 && apart(a), pair = a.poolHeight == 1 && a.poolWidth == 2 && apart(a);
  const r1 = <usize>shareStart(rows, part + 1, parts);
  for (let r = <usize>shareStart(rows, part, parts); r < r1; r++) {
    let dy = a.y + r * yImage, index = a.index + r * yImage;
    const dx = a.x + r * xImage;
    // windows of two columns that lie apart are stored, everything else adds up
    if (!(two || pair) || !cover(a)) memory.fill(dx, 0, xImage);
    for (let oy = 0; oy < a.outHeight; oy++) {
      if (two || pair) {
        const to = dx + times(oy * a.strideY, row), skip = times(a.strideX - 1, pixel);
        if (two) spread2(to, row, dy, index, pixel, skip, a.outWidth);
        else spread1(to, dy, index, pixel, skip, a.outWidth);
        dy += pixel * a.outWidth;
        index += pixel * a.outWidth;
        continue;
      }
      const y0 = max(0, oy * a.strideY - a.top), y1 = min(a.height, oy * a.strideY - a.top + a.poolHeight);
      for (let ox = 0; ox < a.outWidth; ox++) {
        const x0 = max(0, ox * a.strideX - a.left), x1 = min(a.width, ox * a.strideX - a.left + a.poolWidth);
        for (let c: usize = 0; c < pixel; c += 16) {
          const d = v128.load(dy + c), at = v128.load(index + c);
          for (let iy = y0; iy < y1; iy++) {
            const code = (iy - oy * a.strideY + a.top) * a.poolWidth - ox * a.strideX + a.left;
            for (let ix = x0; ix < x1; ix++) {
              const to = dx + times(iy, row) + times(ix, pixel) + c;
              v128.store(to, f32x4.add(v128.load(to), v128.and(d, i32x4.eq(at, i32x4.splat(code + ix)))));
            }
          }
        }
        dy += pixel;
        index += pixel;
      }
    }
  }
}

/** One row of outputs of windows of 2 × 2 that do not overlap. */
function spread2(dx: usize, row: usize, dy: usize, index: usize, pixel: usize, skip: usize, n: i32): void {
  const zero = i32x4.splat(0), one = i32x4.splat(1), two = i32x4.splat(2), three = i32x4.splat(3);
  do {
    const end = dx + pixel;
    do {
      const d = v128.load(dy), at = v128.load(index);
      v128.store(dx, v128.and(d, i32x4.eq(at, zero)));
      v128.store(dx + pixel, v128.and(d, i32x4.eq(at, one)));
      v128.store(dx + row, v128.and(d, i32x4.eq(at, two)));
      v128.store(dx + row + pixel, v128.and(d, i32x4.eq(at, three)));
      dx += 16;
      dy += 16;
      index += 16;
    } while (dx < end);
    dx += skip;
  } while (--n);
}

/** The same of windows of 1 × 2. What is stored is a sum with zero, as for other windows: −0 becomes 0. */
function spread1(dx: usize, dy: usize, index: usize, pixel: usize, skip: usize, n: i32): void {
  const zero = i32x4.splat(0), one = i32x4.splat(1), nothing = f32x4.splat(0);
  do {
    const end = dx + pixel;
    do {
      const d = v128.load(dy), at = v128.load(index);
      v128.store(dx, f32x4.add(nothing, v128.and(d, i32x4.eq(at, zero))));
      v128.store(dx + pixel, f32x4.add(nothing, v128.and(d, i32x4.eq(at, one))));
      dx += 16;
      dy += 16;
      index += 16;
    } while (dx < end);
    dx += skip;
  } while (--n);
}

export const MAX_POOL_FORWARD: i32 = maxPoolForward.index;
export const MAX_POOL_BACKWARD: i32 = maxPoolBackward.index;
