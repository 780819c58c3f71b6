// Convolution of each channel by a filter of its own (groups = channels = filters): nothing is added up over channels, so vectors
// run over them. Records are those of conv2d.ts; w[kernelHeight · kernelWidth, channels] has padded rows like an image.

import { SUM_BLOCK } from "../math/blocks";
import { columnSums } from "../math/matmul";
import { gather } from "../math/pixels";
import { ld, madd, shareStart, times } from "../math/simd";
import { Step } from "../tape";
import { Conv2d } from "./conv2d";
import { covered, room } from "./scratch";

// what prepare() finds out, for the kernel that runs: globals belong to an instance, so threads do not share them
let copy: bool = false;
let sourceHeight: i32 = 0;
let sourceWidth: i32 = 0;

/** Prepares scratch: offsets of the window's pixels | room for a padded image. Returns where the room begins. */
function prepare(a: Conv2d, offsets: usize): usize {
  const pixel = ld(a.channels) << 2;
  sourceHeight = covered(a.outHeight, a.strideY, a.kernelHeight, a.dilationY);
  sourceWidth = covered(a.outWidth, a.strideX, a.kernelWidth, a.dilationX);
  copy = a.top > 0 || a.left > 0 || sourceHeight > a.height || sourceWidth > a.width;
  if (!copy) {
    sourceHeight = a.height;
    sourceWidth = a.width;
  }
  let p = offsets;
  for (let ky = 0; ky < a.kernelHeight; ky++) {
    for (let kx = 0; kx < a.kernelWidth; kx++, p += 4) {
      store<i32>(p, (ky * a.dilationY * sourceWidth + kx * a.dilationX) * pixel);
    }
  }
  const image = offsets + room(a.kernelHeight * a.kernelWidth);
  if (copy) memory.fill(image, 0, times(sourceHeight * sourceWidth, pixel));
  return image;
}

/** The image that windows walk over: x itself, or a copy with zeros around it. */
function sourceOf(a: Conv2d, x: usize, image: usize): usize {
  if (!copy) return x;
  const pixel = ld(a.channels);
  gather(image, sourceHeight, sourceWidth, pixel, x, a.height, a.width, pixel, 0, a.top, a.left);
  return image;
}

/** y = x * w + b, channel by channel. Shares are images. */
function depthwiseForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  const offsets = a.scratch + times(part, a.scratchBytes);
  const image = prepare(a, offsets);
  const pixel = <usize>ld(a.channels) << 2, taps = a.kernelHeight * a.kernelWidth;
  const yRow = times(a.outWidth, pixel), xDown = times(a.strideY * sourceWidth, pixel);
  const three = ASC_SHRINK_LEVEL == 0 && a.kernelHeight == 3 && a.kernelWidth == 3;
  const down = times(a.dilationY * sourceWidth, pixel), across = times(a.dilationX, pixel);
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    const x = sourceOf(a, a.x + times(r * a.height * a.width, pixel), image);
    const y = a.y + times(r * a.outHeight, yRow);
    for (let oy = 0; oy < a.outHeight; oy++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        if (three) row3x3(y + times(oy, yRow) + c, x + times(oy, xDown) + c, a.w + c, v128.load(a.b ? a.b + c : 0), pixel, down, across, times(a.strideX, pixel), a.outWidth);
        else row(y + times(oy, yRow) + c, x + times(oy, xDown) + c, a.w + c, a.b ? a.b + c : 0, offsets, taps, pixel, times(a.strideX, pixel), a.outWidth);
      }
    }
  }
}

/** Four channels of one row of outputs, four pixels at a time; the last is done again where fewer are left. */
function row(y: usize, x: usize, w: usize, b: usize, offsets: usize, taps: i32, pixel: usize, step: usize, n: i32): void {
  const end = offsets + (<usize>taps << 2), bias = v128.load(b);
  let left = n - 1;
  while (true) {
    const x0 = x, y0 = y;
    if (left) { left--; x += step; y += pixel; }
    const x1 = x, y1 = y;
    if (left) { left--; x += step; y += pixel; }
    const x2 = x, y2 = y;
    if (left) { left--; x += step; y += pixel; }
    const x3 = x, y3 = y;
    let a0 = bias, a1 = bias, a2 = bias, a3 = bias;
    let p = w, o = offsets;
    do {
      const at = load<usize>(o), v = v128.load(p);
      a0 = madd(a0, v128.load(x0 + at), v);
      a1 = madd(a1, v128.load(x1 + at), v);
      a2 = madd(a2, v128.load(x2 + at), v);
      a3 = madd(a3, v128.load(x3 + at), v);
      p += pixel;
      o += 4;
    } while (o != end);
    v128.store(y0, a0);
    v128.store(y1, a1);
    v128.store(y2, a2);
    v128.store(y3, a3);
    if (!left) break;
    left--;
    x += step;
    y += pixel;
  }
}

/**
 * The same with a window of 3 × 3, whose weights stay in registers; its pixels are `down` and `across` bytes apart. In three blocks, as
 * engines load all of a block's values before they use them.
 */
function row3x3(y: usize, x: usize, w: usize, bias: v128, pixel: usize, down: usize, across: usize, step: usize, n: i32): void {
  const w0 = v128.load(w), w1 = v128.load(w + pixel), w2 = v128.load(w + 2 * pixel);
  w += 3 * pixel;
  const w3 = v128.load(w), w4 = v128.load(w + pixel), w5 = v128.load(w + 2 * pixel);
  w += 3 * pixel;
  const w6 = v128.load(w), w7 = v128.load(w + pixel), w8 = v128.load(w + 2 * pixel);
  const x1 = across, x2 = across * 2;
  while (true) {
    let p = x, a = madd(madd(madd(bias, v128.load(p), w0), v128.load(p + x1), w1), v128.load(p + x2), w2);
    if (n < 0) break; // never
    p += down;
    a = madd(madd(madd(a, v128.load(p), w3), v128.load(p + x1), w4), v128.load(p + x2), w5);
    if (n == 0) break; // never
    p += down;
    v128.store(y, madd(madd(madd(a, v128.load(p), w6), v128.load(p + x1), w7), v128.load(p + x2), w8));
    if (--n == 0) break;
    x += step;
    y += pixel;
  }
}

/** dw = xᵀ * dy, channel by channel;  db = Σ over rows and pixels of dy.  += in later pieces of a batch. Shares are channels. */
function depthwiseWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  const again = changetype<Step>(a.step).first > 0;
  const offsets = a.scratch + times(part, a.scratchBytes);
  const image = prepare(a, offsets);
  const pixel = <usize>ld(a.channels) << 2, taps = a.kernelHeight * a.kernelWidth;
  const quads = <i32>(pixel >> 4);
  const c0 = <usize>shareStart(quads, part, parts) << 4, c1 = <usize>shareStart(quads, part + 1, parts) << 4;
  const xStep = times(a.strideX, pixel), xTurn = times(a.strideY * sourceWidth - a.outWidth * a.strideX, pixel);
  // each image by itself, one of many pixels in stretches: lines of it, or parts of a line
  const columns = min(a.outWidth, SUM_BLOCK), lines = max(1, SUM_BLOCK / a.outWidth);
  for (let r = 0; r < rows && c0 < c1; r++) {
    const x = sourceOf(a, a.x + times(r * a.height * a.width, pixel), image);
    const dy = a.y + times(r * a.outHeight * a.outWidth, pixel);
    let add = again || r > 0;
    for (let oy = 0; oy < a.outHeight; oy += lines) {
      for (let ox = 0; ox < a.outWidth; ox += columns, add = true) {
        const xs = x + times(oy * a.strideY * sourceWidth, pixel) + times(ox, xStep), dys = dy + times(oy * a.outWidth + ox, pixel);
        const height = min(lines, a.outHeight - oy), width = min(columns, a.outWidth - ox);
        for (let c = c0; c < c1; c += 16) {
          for (let t = 0; t < taps; t += 4) {
            fourTaps(a.w + times(t, pixel) + c, pixel, xs + c, offsets + (t << 2), min(4, taps - t), xStep, xTurn, dys + c, pixel, height, width, add);
          }
        }
      }
    }
  }
  if (a.b) columnSums(a.b, a.y, rows * a.outHeight * a.outWidth, a.outHeight * a.outWidth, a.channels, again, part, parts);
}

/** Four channels of up to four taps; those beyond `n` repeat the last and are not stored. */
function fourTaps(
  dw: usize, ldw: usize, x: usize, offsets: usize, n: i32, xStep: usize, xTurn: usize,
  dy: usize, pixel: usize, rows: i32, columns: i32, add: bool,
): void {
  const w1 = n > 1 ? ldw : <usize>0, w2 = n > 2 ? times(2, ldw) : w1, w3 = n > 3 ? times(3, ldw) : w2;
  let x0 = x + load<usize>(offsets), x1 = x + load<usize>(offsets + (n > 1 ? 4 : 0));
  let x2 = x + load<usize>(offsets + (<usize>min(n - 1, 2) << 2)), x3 = x + load<usize>(offsets + (<usize>(n - 1) << 2));
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  do {
    let c = columns;
    do {
      const d = v128.load(dy);
      a0 = madd(a0, v128.load(x0), d);
      a1 = madd(a1, v128.load(x1), d);
      a2 = madd(a2, v128.load(x2), d);
      a3 = madd(a3, v128.load(x3), d);
      x0 += xStep; x1 += xStep; x2 += xStep; x3 += xStep; dy += pixel;
    } while (--c);
    x0 += xTurn; x1 += xTurn; x2 += xTurn; x3 += xTurn;
  } while (--rows);
  if (add) {
    a0 = f32x4.add(v128.load(dw), a0);
    a1 = f32x4.add(v128.load(dw + w1), a1);
    a2 = f32x4.add(v128.load(dw + w2), a2);
    a3 = f32x4.add(v128.load(dw + w3), a3);
  }
  v128.store(dw, a0);
  v128.store(dw + w1, a1);
  v128.store(dw + w2, a2);
  v128.store(dw + w3, a3);
}

/** The first window, of those `stride` apart and reaching `at` pixels further, that does not begin before the image. @inline */
function firstInside(before: i32, at: i32, stride: i32): i32 {
  return at >= before ? 0 : (before - at + stride - 1) / stride;
}

/**
 * Four channels of n neighbours in a row of dx, four pixels at a time: each is a sum over tapsY × tapsX of the window's pixels, which the taps
 * walk backwards, by `up` and `back` bytes.
 */
function backRow(dx: usize, dy: usize, w: usize, pixel: usize, n: i32, tapsY: i32, tapsX: i32, up: usize, back: usize, wTurn: usize): void {
  const turn = up - times(tapsX, back);
  let left = n - 1;
  while (true) {
    let p0 = dy; const to0 = dx;
    if (left) { left--; dy += pixel; dx += pixel; }
    let p1 = dy; const to1 = dx;
    if (left) { left--; dy += pixel; dx += pixel; }
    let p2 = dy; const to2 = dx;
    if (left) { left--; dy += pixel; dx += pixel; }
    let p3 = dy; const to3 = dx;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    let at = w, ky = tapsY;
    do {
      let kx = tapsX;
      do {
        const v = v128.load(at);
        a0 = madd(a0, v128.load(p0), v);
        a1 = madd(a1, v128.load(p1), v);
        a2 = madd(a2, v128.load(p2), v);
        a3 = madd(a3, v128.load(p3), v);
        p0 -= back; p1 -= back; p2 -= back; p3 -= back; at += pixel;
      } while (--kx);
      p0 -= turn; p1 -= turn; p2 -= turn; p3 -= turn; at += wTurn;
    } while (--ky);
    v128.store(to0, a0);
    v128.store(to1, a1);
    v128.store(to2, a2);
    v128.store(to3, a3);
    if (!left) break;
    left--;
    dx += pixel;
    dy += pixel;
  }
}

/** dx of one image where windows are a pixel apart: each of its values is added up in a register. */
function gatherBack(a: Conv2d, dx: usize, dy: usize, pixel: usize): void {
  const dyRow = times(a.outWidth, pixel), up = times(a.dilationY, dyRow), back = times(a.dilationX, pixel);
  for (let iy = 0; iy < a.height; iy++) {
    const y = iy + a.top; // taps ky with 0 ≤ y − ky · dilationY < outHeight
    const ky0 = firstTap(y, a.outHeight, a.dilationY), ky1 = min(a.kernelHeight, y / a.dilationY + 1);
    for (let ix = 0, n = 0; ix < a.width; ix += n, dx += times(n, pixel)) {
      const x = ix + a.left;
      const kx0 = firstTap(x, a.outWidth, a.dilationX), kx1 = min(a.kernelWidth, x / a.dilationX + 1);
      // neighbours that all taps reach are done together
      n = kx0 == 0 && kx1 == a.kernelWidth ? min(a.width, a.outWidth - a.left) - ix : 1;
      if (ky0 >= ky1 || kx0 >= kx1) {
        memory.fill(dx, 0, times(n, pixel));
        continue;
      }
      const from = dy + times(y - ky0 * a.dilationY, dyRow) + times(x - kx0 * a.dilationX, pixel);
      const w = a.w + times(ky0 * a.kernelWidth + kx0, pixel), wTurn = times(a.kernelWidth - kx1 + kx0, pixel);
      const three = ky1 - ky0 == 3 && kx1 - kx0 == 3 && a.kernelWidth == 3;
      for (let c: usize = 0; c < pixel; c += 16) {
        if (three) row3x3(dx + c, from + c, w + c, f32x4.splat(0), pixel, -up, -back, pixel, n);
        else backRow(dx + c, from + c, w + c, pixel, n, ky1 - ky0, kx1 - kx0, up, back, wTurn);
      }
    }
  }
}

/** The first tap that reaches one of n windows from so far into the padded image. @inline */
function firstTap(at: i32, n: i32, dilation: i32): i32 {
  return at < n ? 0 : (at - n) / dilation + 1;
}

/** dx = dy * w moved back; where windows are further apart tap by tap. Shares are images. */
function depthwiseInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  const pixel = <usize>ld(a.channels) << 2;
  const r1 = shareStart(rows, part + 1, parts);
  if (a.strideY == 1 && a.strideX == 1) {
    for (let r = shareStart(rows, part, parts); r < r1; r++) {
      gatherBack(a, a.x + times(r * a.height * a.width, pixel), a.y + times(r * a.outHeight * a.outWidth, pixel), pixel);
    }
    return;
  }
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    const dx = a.x + times(r * a.height * a.width, pixel), dy = a.y + times(r * a.outHeight * a.outWidth, pixel);
    memory.fill(dx, 0, times(a.height * a.width, pixel));
    let w = a.w;
    for (let ky = 0; ky < a.kernelHeight; ky++) {
      const atY = ky * a.dilationY;
      const y0 = firstInside(a.top, atY, a.strideY), y1 = min(a.outHeight, firstInside(a.height + a.top, atY, a.strideY));
      for (let kx = 0; kx < a.kernelWidth; kx++, w += pixel) {
        const atX = kx * a.dilationX;
        const x0 = firstInside(a.left, atX, a.strideX), x1 = min(a.outWidth, firstInside(a.width + a.left, atX, a.strideX));
        for (let oy = y0; oy < y1 && x0 < x1; oy++) {
          const iy = oy * a.strideY + atY - a.top, ix = x0 * a.strideX + atX - a.left;
          let to = dx + times(iy * a.width + ix, pixel), from = dy + times(oy * a.outWidth + x0, pixel);
          for (let ox = x0; ox < x1; ox++, to += times(a.strideX, pixel), from += pixel) {
            for (let c: usize = 0; c < pixel; c += 16) {
              v128.store(to + c, madd(v128.load(to + c), v128.load(from + c), v128.load(w + c)));
            }
          }
        }
      }
    }
  }
}

export const DEPTHWISE_FORWARD: i32 = depthwiseForward.index;
export const DEPTHWISE_WEIGHTS: i32 = depthwiseWeights.index;
export const DEPTHWISE_INPUT: i32 = depthwiseInput.index;
