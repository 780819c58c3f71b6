// Enlarging images by whole factors. x[rows, height, width, channels] → y[rows, height · sizeY, width · sizeX, channels].
//
//   nearest:   y[oy, ox] = x[oy / sizeY, ox / sizeX], rounded down
//   bilinear:  y[oy, ox] = x at ((oy + ½) / sizeY − ½, (ox + ½) / sizeX − ½) between the four pixels around; beyond the edges the pixels there

import { SUM_BLOCK } from "../math/blocks";
import { ld, madd, shareStart, times } from "../math/simd";

@unmanaged
export class UpSample {
  y: usize; // backward: dy
  x: usize; // backward: dx
  height: i32; // of x
  width: i32;
  channels: i32;
  sizeY: i32;
  sizeX: i32;
}

/** Each pixel of x as often as it stands in y. Shares are images. */
function upSampleNearestForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<UpSample>(record);
  const pixel = <usize>ld(a.channels) << 2, yRow = times(a.width * a.sizeX, pixel);
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  // rows of pixels, whichever image they are of
  let x = a.x + times(r0 * a.height * a.width, pixel), y = a.y + times(r0 * a.height * a.sizeY, yRow);
  for (let iy = r0 * a.height; iy < r1 * a.height; iy++) {
    const first = y;
    for (let ix = 0; ix < a.width; ix++, x += pixel) {
      for (let n = a.sizeX; n; n--, y += pixel) {
        for (let c: usize = 0; c < pixel; c += 16) v128.store(y + c, v128.load(x + c));
      }
    }
    for (let n = a.sizeY - 1; n; n--, y += yRow) memory.copy(y, first, yRow);
  }
}

/** dx = Σ of dy wherever the pixel stands, in reading order. Shares are images. */
function upSampleNearestBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<UpSample>(record);
  const pixel = <usize>ld(a.channels) << 2, yRow = times(a.width * a.sizeX, pixel);
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  const long = a.sizeY * a.sizeX > SUM_BLOCK; // then each line by itself
  let dx = a.x + times(r0 * a.height * a.width, pixel);
  for (let iy = r0 * a.height; iy < r1 * a.height; iy++) {
    let dy = a.y + times(iy * a.sizeY, yRow);
    for (let ix = 0; ix < a.width; ix++, dx += pixel, dy += times(a.sizeX, pixel)) {
      for (let c: usize = 0; c < pixel; c += 16) {
        let all = f32x4.splat(0), s = all, line = dy + c;
        for (let ny = a.sizeY; ny; ny--, line += yRow) {
          let p = line;
          for (let nx = a.sizeX; nx; nx--, p += pixel) s = f32x4.add(s, v128.load(p));
          if (long) { all = f32x4.add(all, s); s = f32x4.splat(0); }
        }
        v128.store(dx + c, f32x4.add(all, s));
      }
    }
  }
}

// The centre of pixel 0 of y lies (1 − size) / (2 · size) pixels of x from that of pixel 0 of x: behind pixel −1 by (1 + size) / (2 · size).
// Each pixel of y is 2 / (2 · size) further.

/** The pixel of x before the centre of pixel `o` of y; −1 at the edge. @inline */
function before(o: i32, size: i32): i32 {
  return (2 * o + 1 + size) / (2 * size) - 1;
}

/** How much the pixel after that counts: how far the centre lies behind the one before. @inline */
function share(o: i32, size: i32): f32 {
  const whole = size << 1, behind = (2 * o + 1 + size) % whole;
  return <f32>behind / <f32>whole;
}

/** y = the four pixels around, (1 − u)·((1 − v)·x00 + v·x01) + u·((1 − v)·x10 + v·x11). Shares are images. */
function upSampleBilinearForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<UpSample>(record);
  const pixel = <usize>ld(a.channels) << 2, row = times(a.width, pixel);
  const outHeight = a.height * a.sizeY, outWidth = a.width * a.sizeX;
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  let y = a.y + times(r0 * outHeight * outWidth, pixel);
  for (let r = r0; r < r1; r++) {
    const x = a.x + times(r * a.height, row);
    for (let oy = 0; oy < outHeight; oy++) {
      const iy = before(oy, a.sizeY), u = share(oy, a.sizeY);
      const above = x + times(max(iy, 0), row), below = x + times(min(iy + 1, a.height - 1), row);
      const u1 = f32x4.splat(u), u0 = f32x4.splat(1 - u);
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const ix = before(ox, a.sizeX), v = share(ox, a.sizeX);
        const left = times(max(ix, 0), pixel), right = times(min(ix + 1, a.width - 1), pixel);
        const v1 = f32x4.splat(v), v0 = f32x4.splat(1 - v);
        for (let c: usize = 0; c < pixel; c += 16) {
          const top = madd(f32x4.mul(v0, v128.load(above + left + c)), v1, v128.load(above + right + c));
          const bottom = madd(f32x4.mul(v0, v128.load(below + left + c)), v1, v128.load(below + right + c));
          v128.store(y + c, madd(f32x4.mul(u0, top), u1, bottom));
        }
      }
    }
  }
}

/** dx = Σ over the pixels of dy of their shares, in reading order. Shares are images. */
function upSampleBilinearBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<UpSample>(record);
  const pixel = <usize>ld(a.channels) << 2, row = times(a.width, pixel);
  const outHeight = a.height * a.sizeY, outWidth = a.width * a.sizeX;
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  let dy = a.y + times(r0 * outHeight * outWidth, pixel);
  memory.fill(a.x + times(r0 * a.height, row), 0, times((r1 - r0) * a.height, row));
  for (let r = r0; r < r1; r++) {
    const dx = a.x + times(r * a.height, row);
    for (let oy = 0; oy < outHeight; oy++) {
      const iy = before(oy, a.sizeY), u = share(oy, a.sizeY);
      const above = dx + times(max(iy, 0), row), below = dx + times(min(iy + 1, a.height - 1), row);
      const u1 = f32x4.splat(u), u0 = f32x4.splat(1 - u);
      for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
        const ix = before(ox, a.sizeX), v = share(ox, a.sizeX);
        const left = times(max(ix, 0), pixel), right = times(min(ix + 1, a.width - 1), pixel);
        const v1 = f32x4.splat(v), v0 = f32x4.splat(1 - v);
        for (let c: usize = 0; c < pixel; c += 16) {
          const d = v128.load(dy + c), top = f32x4.mul(u0, d), bottom = f32x4.mul(u1, d);
          // one after the other: at an edge they are the same pixel
          add(above + left + c, v0, top);
          add(above + right + c, v1, top);
          add(below + left + c, v0, bottom);
          add(below + right + c, v1, bottom);
        }
      }
    }
  }
}

/** @inline */
function add(to: usize, s: v128, v: v128): void {
  v128.store(to, madd(v128.load(to), s, v));
}

export const UP_SAMPLE_NEAREST_FORWARD: i32 = upSampleNearestForward.index;
export const UP_SAMPLE_NEAREST_BACKWARD: i32 = upSampleNearestBackward.index;
export const UP_SAMPLE_BILINEAR_FORWARD: i32 = upSampleBilinearForward.index;
export const UP_SAMPLE_BILINEAR_BACKWARD: i32 = upSampleBilinearBackward.index;
