// Convolutions of one image without a copy of its patches: in NHWC a row of a patch lies in one stretch, so the register tiles
// of the matrix product walk the image itself.
//
// A patch is a list of *runs*: byte offsets from the patch's first pixel, each followed by `length` floats. A 3 × 3 kernel over
// 8 channels is three runs of 24 floats. w[k, out] is packed, k counting through the runs in order.

import { NARROW, NARROW_ROW, PANEL, PANEL_ROW } from "./packed";
import { times } from "./simd";
import { convolve4, convolve8 } from "./convolveTiles";

/**
 * All panels of w[k, out] for one image: y[pixels, out]. Patches may leave out the first rows of w: `skip` of them. b = 0: no bias.
 */
function allPanels(
  y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,
  rows: i32, columns: i32, runs: usize, count: i32, length: i32, w: usize, k: i32, skip: i32, b: usize, out: i32,
): void {
  for (let o = 0; o < out; o += PANEL) {
    const init: usize = b ? b + (<usize>o << 2) : 0;
    const to = y + (<usize>o << 2), panel = w + (<usize>(o * k) << 2);
    if (out - o > NARROW) convolve8(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, panel + <usize>skip * PANEL_ROW, init);
    else convolve4(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, panel + <usize>skip * NARROW_ROW, init);
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
