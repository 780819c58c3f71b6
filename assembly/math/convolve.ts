// Convolutions of one image without a copy of its patches: in NHWC a row of a patch lies in one stretch, so the register tiles
// of the matrix product walk the image itself.
//
// A patch is a list of *runs*: byte offsets from the patch's first pixel, each followed by `length` floats. A 3 × 3 kernel over
// 8 channels is three runs of 24 floats. Weights are the panels of w[k, out], k counting through the runs in order.

import { madd, times } from "./simd";

/**
 * y[pixels, 8 columns] = init + patches · panel, for the pixels of one image: `rows` × `columns` of them, x and y pointing to the
 * first patch and the first output. Four pixels at a time; where fewer are left the last one is computed again, which gives
 * the same bits and needs no code of its own. Sums run in the order of k.
 *
 * init: eight floats that every sum starts from (the bias, or zeros).
 */
export function convolve8(
  y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,
  rows: i32, columns: i32, runs: usize, count: i32, length: i32, panel: usize, init: usize,
): void {
  const runsEnd = runs + (<usize>count << 2), bytes = <usize>length * 32;
  let left = rows * columns - 1, c = columns;
  while (true) {
    const x0 = x, y0 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x1 = x, y1 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x2 = x, y2 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x3 = x, y3 = y;
    let a00 = v128.load(init), a01 = v128.load(init, 16);
    let a10 = a00, a11 = a01, a20 = a00, a21 = a01, a30 = a00, a31 = a01;
    let w = panel, end = panel, run = runs;
    do {
      const offset = load<usize>(run);
      let p0 = x0 + offset, p1 = x1 + offset, p2 = x2 + offset, p3 = x3 + offset;
      end += bytes;
      // a break after every step keeps the blocks small: see tiles.ts
      while (true) {
        {
          const v0 = v128.load(w), v1 = v128.load(w, 16);
          let s = v128.load32_splat(p0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
          s = v128.load32_splat(p1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
          s = v128.load32_splat(p2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
          s = v128.load32_splat(p3); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
        }
        if (w == end - 32) break;
        {
          const v0 = v128.load(w, 32), v1 = v128.load(w, 48);
          let s = v128.load32_splat(p0, 4); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
          s = v128.load32_splat(p1, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
          s = v128.load32_splat(p2, 4); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
          s = v128.load32_splat(p3, 4); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
        }
        if (ASC_SHRINK_LEVEL > 0) {
          p0 += 8; p1 += 8; p2 += 8; p3 += 8; w += 64;
          if (w == end) break;
          continue;
        }
        if (w == end - 64) break;
        {
          const v0 = v128.load(w, 64), v1 = v128.load(w, 80);
          let s = v128.load32_splat(p0, 8); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
          s = v128.load32_splat(p1, 8); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
          s = v128.load32_splat(p2, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
          s = v128.load32_splat(p3, 8); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
        }
        if (w == end - 96) break;
        {
          const v0 = v128.load(w, 96), v1 = v128.load(w, 112);
          let s = v128.load32_splat(p0, 12); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
          s = v128.load32_splat(p1, 12); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
          s = v128.load32_splat(p2, 12); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
          s = v128.load32_splat(p3, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
        }
        p0 += 16; p1 += 16; p2 += 16; p3 += 16; w += 128;
        if (w == end) break;
      }
      w = end;
      run += 4;
    } while (run != runsEnd);
    v128.store(y0, a00); v128.store(y0, a01, 16);
    v128.store(y1, a10); v128.store(y1, a11, 16);
    v128.store(y2, a20); v128.store(y2, a21, 16);
    v128.store(y3, a30); v128.store(y3, a31, 16);
    if (!left) break;
    left--;
    if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; }
  }
}

/** The same for a last panel of four columns. */
export function convolve4(
  y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,
  rows: i32, columns: i32, runs: usize, count: i32, length: i32, panel: usize, init: usize,
): void {
  const runsEnd = runs + (<usize>count << 2), bytes = <usize>length * 16;
  let left = rows * columns - 1, c = columns;
  while (true) {
    const x0 = x, y0 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x1 = x, y1 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x2 = x, y2 = y;
    if (left) { left--; if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; } }
    const x3 = x, y3 = y;
    let a00 = v128.load(init), a10 = a00, a20 = a00, a30 = a00;
    let w = panel, end = panel, run = runs;
    do {
      const offset = load<usize>(run);
      let p0 = x0 + offset, p1 = x1 + offset, p2 = x2 + offset, p3 = x3 + offset;
      end += bytes;
      while (true) {
        {
          const v0 = v128.load(w);
          a00 = madd(a00, v128.load32_splat(p0), v0); a10 = madd(a10, v128.load32_splat(p1), v0);
          a20 = madd(a20, v128.load32_splat(p2), v0); a30 = madd(a30, v128.load32_splat(p3), v0);
        }
        if (w == end - 16) break;
        {
          const v0 = v128.load(w, 16);
          a00 = madd(a00, v128.load32_splat(p0, 4), v0); a10 = madd(a10, v128.load32_splat(p1, 4), v0);
          a20 = madd(a20, v128.load32_splat(p2, 4), v0); a30 = madd(a30, v128.load32_splat(p3, 4), v0);
        }
        p0 += 8; p1 += 8; p2 += 8; p3 += 8; w += 32;
        if (w == end) break;
      }
      w = end;
      run += 4;
    } while (run != runsEnd);
    v128.store(y0, a00);
    v128.store(y1, a10);
    v128.store(y2, a20);
    v128.store(y3, a30);
    if (!left) break;
    left--;
    if (--c) { x += xPixel; y += yPixel; } else { c = columns; x += xTurn; y += yTurn; }
  }
}

/**
 * All panels of w[k, out] for one image: y[pixels, out]. Patches may leave out the first rows of w: `skip` of them. b = 0: no bias.
 */
function allPanels(
  y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,
  rows: i32, columns: i32, runs: usize, count: i32, length: i32, w: usize, k: i32, skip: i32, b: usize, out: i32,
): void {
  for (let o = 0; o < out; o += 8) {
    const init: usize = b ? b + (<usize>o << 2) : 0;
    const to = y + (<usize>o << 2), panel = w + (<usize>(o * k) << 2);
    if (out - o > 4) convolve8(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, panel + (skip << 5), init);
    else convolve4(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, panel + (skip << 4), init);
  }
}

/**
 * y[rows, columns, out] for one image: `rows` × `columns` windows of `kernel` rows, each of `each` runs of `length` floats. Of the source
 * only the rows before … before + height hold an image, the others zeros; kernel rows that meet nothing else are left out.
 */
export function convolve(
  y: usize, yPixel: usize, yRow: usize, x: usize, xPixel: usize, xRow: usize,
  rows: i32, columns: i32, runs: usize, kernel: i32, each: i32, length: i32, w: usize, b: usize, out: i32,
  stride: i32, dilation: i32, before: i32, height: i32,
): void {
  const k = kernel * each * length;
  const xDown = times(stride, xRow);
  const yTurn: usize = yRow - times(columns - 1, yPixel), xTurn: usize = xDown - times(columns - 1, xPixel);
  for (let r = 0; r < rows; ) {
    const k0 = firstAt(r * stride, dilation, before, kernel), k1 = firstAt(r * stride, dilation, before + height, kernel);
    let n = 1;
    // rows that meet the image with all of the kernel are done together
    if (k1 - k0 == kernel) {
      while (r + n < rows && firstAt((r + n) * stride, dilation, before, kernel) == 0
        && firstAt((r + n) * stride, dilation, before + height, kernel) == kernel) n++;
    }
    const first = min(k0, kernel - 1), count = max(1, k1 - first) * each;
    allPanels(y + times(r, yRow), yPixel, yTurn, x + times(r, xDown), xPixel, xTurn, n, columns,
      runs + (<usize>(first * each) << 2), count, length, w, k, first * each * length, b, out);
    r += n;
  }
}

/** The first row of a kernel that begins at row `at` which lies at `edge` or past it; `kernel` where none does. */
function firstAt(at: i32, dilation: i32, edge: i32, kernel: i32): i32 {
  return at >= edge ? 0 : min(kernel, (edge - at + dilation - 1) / dilation);
}
