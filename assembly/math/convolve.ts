// Convolutions of one image without a copy of its patches: in NHWC a row of a patch lies in one stretch, so the register tiles
// of the matrix product walk the image itself.
//
// A patch is a list of *runs*: byte offsets from the patch's first pixel, each followed by `length` floats. A 3 × 3 kernel over
// 8 channels is three runs of 24 floats. w[k, out] is packed, k counting through the runs in order.

import { NARROW, NARROW_ROW, PANEL, PANEL_ROW } from "./packed";
import { shareStart, times } from "./simd";
import { convolve4, convolve8 } from "./convolveTiles";

/**
 * All panels of w[k, out] for one image: y[pixels, out]. Patches may leave out rows of w: the first `skip`, and `gap` after each run.
 * b = 0: no bias.
 */
function allPanels(
  y: usize, yPixel: usize, yTurn: usize, x: usize, xPixel: usize, xTurn: usize,
  rows: i32, columns: i32, runs: usize, count: i32, length: i32, w: usize, k: i32, skip: i32, gap: i32, b: usize, out: i32,
): void {
  for (let o = 0; o < out; o += PANEL) {
    const init: usize = b ? b + (<usize>o << 2) : 0;
    const to = y + (<usize>o << 2), panel = w + (<usize>(o * k) << 2);
    if (out - o > NARROW) convolve8(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, gap, panel + <usize>skip * PANEL_ROW, init);
    else convolve4(to, yPixel, yTurn, x, xPixel, xTurn, rows, columns, runs, count, length, gap, panel + <usize>skip * NARROW_ROW, init);
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
      runs + (<usize>(first * each) << 2), count, length, w, k, first * each * length, 0, b, out);
    r += n;
  }
}

/** The first row of a kernel that begins at row `at` which lies at `edge` or past it; `kernel` where none does. */
function firstAt(at: i32, dilation: i32, edge: i32, kernel: i32): i32 {
  return at >= edge ? 0 : min(kernel, (edge - at + dilation - 1) / dilation);
}

/** So few images are copied with a border, one by one: at its corners there would be too few pixels for a tile. */
const FEW_IMAGES: i32 = 4;

/** Bytes of images that are done together, so that they stay in the second-level cache while panels and edges pass by. */
const TOGETHER: i32 = 262144;

/** Whether convolveImages() can do it: enough images, and each window meets its image. */
export function reachesAll(
  images: i32, rows: i32, columns: i32, height: i32, width: i32, kernelHeight: i32, kernelWidth: i32,
  strideY: i32, strideX: i32, dilationY: i32, top: i32, left: i32,
): bool {
  return images >= FEW_IMAGES && meets(rows, height, kernelHeight, strideY, dilationY, top) && meets(columns, width, kernelWidth, strideX, 1, left);
}

function meets(n: i32, size: i32, kernel: i32, stride: i32, dilation: i32, before: i32): bool {
  for (let i = 0; i < n; i++) {
    if (firstAt(i * stride, dilation, before, kernel) >= firstAt(i * stride, dilation, before + size, kernel)) return false;
  }
  return true;
}

/**
 * y[images, rows, columns, out] = windows of x[images, height, width, channels] · w + b, where windows that reach beyond an image's edges, by
 * `top` and `left` before its first pixel, leave out what is not there: nothing is multiplied by zeros, and no image is copied. Neighbours in
 * a row or column of the image with the same part of the window are done together; those of one edge together with those of all images.
 * Pixels of x lie without padding, xRow bytes from row to row.
 */
export function convolveImages(
  y: usize, yPixel: usize, x: usize, xRow: usize, images: i32, rows: i32, columns: i32, height: i32, width: i32, channels: i32,
  runs: usize, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, dilationY: i32, top: i32, left: i32,
  w: usize, b: usize, out: i32, xImage: usize,
): void {
  const most = max(FEW_IMAGES, TOGETHER / max(1, <i32>xImage)), groups = (images + most - 1) / most;
  for (let g = 0; g < groups; g++) {
    const first = shareStart(images, g, groups);
    someImages(y + times(first, times(rows * columns, yPixel)), yPixel, x + times(first, xImage), xRow, shareStart(images, g + 1, groups) - first,
      rows, columns, height, width, channels, runs, kernelHeight, kernelWidth, strideY, strideX, dilationY, top, left, w, b, out, xImage);
  }
}

function someImages(
  y: usize, yPixel: usize, x: usize, xRow: usize, images: i32, rows: i32, columns: i32, height: i32, width: i32, channels: i32,
  runs: usize, kernelHeight: i32, kernelWidth: i32, strideY: i32, strideX: i32, dilationY: i32, top: i32, left: i32,
  w: usize, b: usize, out: i32, xImage: usize,
): void {
  const yRow = times(columns, yPixel), yImage = times(rows, yRow);
  const pixel = <usize>channels << 2, k = kernelHeight * kernelWidth * channels;
  const xDown = times(strideY, xRow), xRight = times(strideX, pixel);
  for (let r = 0, rn = 0; r < rows; r += rn) {
    const j0 = firstAt(r * strideY, dilationY, top, kernelHeight), j1 = firstAt(r * strideY, dilationY, top + height, kernelHeight);
    for (rn = 1; r + rn < rows && firstAt((r + rn) * strideY, dilationY, top, kernelHeight) == j0
      && firstAt((r + rn) * strideY, dilationY, top + height, kernelHeight) == j1; ) rn++;
    for (let j = j0; j < j1; j++) store<usize>(runs + (<usize>(j - j0) << 2), times((j - j0) * dilationY, xRow));
    for (let c = 0, cn = 0; c < columns; c += cn) {
      const i0 = firstAt(c * strideX, 1, left, kernelWidth), i1 = firstAt(c * strideX, 1, left + width, kernelWidth);
      for (cn = 1; c + cn < columns && firstAt((c + cn) * strideX, 1, left, kernelWidth) == i0
        && firstAt((c + cn) * strideX, 1, left + width, kernelWidth) == i1; ) cn++;
      let to = y + times(r, yRow) + times(c, yPixel);
      let from = x + times(r * strideY + j0 * dilationY - top, xRow) + times(c * strideX + i0 - left, pixel);
      const length = (i1 - i0) * channels, gap = (kernelWidth - i1 + i0) * channels, skip = (j0 * kernelWidth + i0) * channels;
      if (rn > 1 && cn > 1) {
        for (let n = images; n; n--, to += yImage, from += xImage) {
          allPanels(to, yPixel, yRow - times(cn - 1, yPixel), from, xRight, xDown - times(cn - 1, xRight), rn, cn,
            runs, j1 - j0, length, w, k, skip, gap, b, out);
        }
      } else {
        // a line of pixels, in each of the images
        const n = max(rn, cn), yStep = rn > 1 ? yRow : yPixel, xStep = rn > 1 ? xDown : xRight;
        allPanels(to, yStep, yImage - times(n - 1, yStep), from, xStep, xImage - times(n - 1, xStep), images, n,
          runs, j1 - j0, length, w, k, skip, gap, b, out);
      }
    }
  }
}
