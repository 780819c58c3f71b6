// Two-dimensional convolution, channels last. x[rows, height, width, channels], w[kernelHeight, kernelWidth, channels / groups,
// filters], y[rows, outHeight, outWidth, filters]. Pixels are rows of ld(channels) floats; those of the model's own input may lie
// without padding (`pixel` floats each).
//
//   y[oy, ox, f] = b[f] + Σ ky, kx, c  x[oy·strideY + ky·dilationY − top, ox·strideX + kx·dilationX − left, c] · w[ky, kx, c, f]
//
// with zeros outside the image. With groups, filter f sees only the channels of its group; w is then one packed matrix for
// each group, one after the other.
//
// Planned, a convolution with ReLU and max pooling is  CONV2D_FORWARD · MAX_POOL_FORWARD · RELU_FORWARD  and backwards
// RELU_BACKWARD · MAX_POOL_BACKWARD · CONV2D_WEIGHTS · CONV2D_TURN · CONV2D_INPUT, the last two where the input needs a gradient. Padding
// and groups copy one image at a time into scratch. scripts/tiles/parts.mjs has what was tried and measured.

import { SUM_BLOCK } from "../math/blocks";
import { columnSums, transpose4 } from "../math/matmul";
import { convolve, convolveImages, reachesAll } from "../math/convolve";
import { correlate } from "../math/correlate";
import { panelStart, panelWidth, withinPanel } from "../math/packed";
import { fillPixels, gather, scatter } from "../math/pixels";
import { ld, shareStart, times } from "../math/simd";
import { Step } from "../tape";
import { covered, firstReached, lastReached, room } from "./scratch";

@unmanaged
export class Conv2d {
  y: usize; // in CONV2D_WEIGHTS and CONV2D_INPUT: dy
  x: usize; // in CONV2D_INPUT: dx
  w: usize; // in CONV2D_WEIGHTS: dw; in CONV2D_INPUT: turned weights
  b: usize; // in CONV2D_WEIGHTS: db. In CONV2D_INPUT: where it is the forward pass of a transposed convolution. 0: no bias
  step: usize;
  scratch: usize;
  scratchBytes: i32; // for each part
  height: i32;
  width: i32;
  channels: i32;
  pixel: i32; // floats from one pixel of x to the next
  filters: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  top: i32;
  left: i32;
  outHeight: i32;
  outWidth: i32;
  groups: i32;
}

/** Whether patches have to be read from a copy: beyond the image's edges there is nothing to read, and runs must be contiguous. */
function needsCopy(a: Conv2d): bool {
  return a.groups > 1 || a.top > 0 || a.left > 0
    || covered(a.outHeight, a.strideY, a.kernelHeight, a.dilationY) > a.height
    || covered(a.outWidth, a.strideX, a.kernelWidth, a.dilationX) > a.width
    || (a.pixel != a.channels && a.kernelWidth > 1 && a.dilationX == 1);
}

/**
 * Byte offsets of a patch's runs from its first pixel, where pixels are `pixel` bytes and rows `row` bytes apart. Returns how many
 * there are: one for each kernel row where its pixels are neighbours, else one for each of its pixels.
 */
function patchRuns(a: Conv2d, runs: usize, pixel: i32, row: i32): i32 {
  const each = a.dilationX == 1 ? 1 : a.kernelWidth;
  for (let ky = 0; ky < a.kernelHeight; ky++) {
    for (let kx = 0; kx < each; kx++, runs += 4) store<i32>(runs, ky * a.dilationY * row + kx * a.dilationX * pixel);
  }
  return a.kernelHeight * each;
}

/** y = x * w + b. Shares are images. */
function conv2dForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  const channels = a.channels / a.groups, filters = a.filters / a.groups;
  const pixels = a.outHeight * a.outWidth;
  const copy = needsCopy(a);
  const copiedHeight = covered(a.outHeight, a.strideY, a.kernelHeight, a.dilationY);
  const copiedWidth = covered(a.outWidth, a.strideX, a.kernelWidth, a.dilationX);
  // the scratch of a part: runs | copy of the image | outputs of one group
  const runs = a.scratch + <usize>part * a.scratchBytes;
  const image = runs + room(a.kernelHeight * a.kernelWidth);
  const copied = <usize>(copiedHeight * copiedWidth * channels) << 2;
  const outputs = image + room(copiedHeight * copiedWidth * channels);
  const xImage = <usize>ld(a.height * a.width * a.pixel) << 2, yImage = <usize>(pixels * ld(a.filters)) << 2;
  const r0 = shareStart(rows, part, parts), r1 = <usize>shareStart(rows, part + 1, parts), images = <i32>r1 - r0;
  // not in builds for size. Of few channels a copy is small, and runs that a border cuts are short
  if (ASC_SHRINK_LEVEL == 0 && copy && channels >= 8 && a.groups == 1 && a.dilationX == 1 && a.pixel == channels && reachesAll(images, a.outHeight, a.outWidth, a.height, a.width,
    a.kernelHeight, a.kernelWidth, a.strideY, a.strideX, a.dilationY, a.top, a.left)) {
    convolveImages(a.y + <usize>r0 * yImage, <usize>ld(filters) << 2, a.x + <usize>r0 * xImage, times(a.width, <usize>channels << 2), images,
      a.outHeight, a.outWidth, a.height, a.width, channels, runs, a.kernelHeight, a.kernelWidth, a.strideY, a.strideX, a.dilationY,
      a.top, a.left, a.w, a.b, filters, xImage);
    return;
  }
  if (copy) memory.fill(image, 0, copied);
  const pixel = (copy ? channels : a.pixel) << 2, row = (copy ? copiedWidth : a.width) * pixel;
  const each = patchRuns(a, runs, pixel, row) / a.kernelHeight;
  const k = a.kernelHeight * a.kernelWidth * channels, length = k / (a.kernelHeight * each);
  const weights = <usize>(k * ld(filters)) << 2;
  const yPixel = <usize>ld(filters) << 2;
  for (let r = <usize>r0; r < r1; r++) {
    const y = a.y + r * yImage;
    let from = a.x + r * xImage;
    for (let g = 0; g < a.groups; g++) {
      if (copy) {
        gather(image, copiedHeight, copiedWidth, channels, from, a.height, a.width, a.pixel, g * channels, a.top, a.left);
        from = image;
      }
      const to = a.groups > 1 ? outputs : y;
      const b: usize = a.b ? a.b + (<usize>(g * filters) << 2) : 0;
      convolve(to, yPixel, times(a.outWidth, yPixel), from, a.strideX * pixel, row, a.outHeight, a.outWidth,
        runs, a.kernelHeight, each, length, a.w + <usize>g * weights, b, filters, a.strideY, a.dilationY, a.top, a.height);
      if (a.groups > 1) {
        scatter(y, ld(a.filters), g * filters, a.filters, outputs, pixels, filters);
        from = a.x + r * xImage;
      }
    }
  }
}

/** dw = xᵀ * dy;  db = Σ over rows and pixels of dy.  += in later pieces of a batch. Shares are rows of dw. */
function conv2dWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  addWeights(a, a.b, rows, part, parts);
}

/** @param b 0: no bias */
export function addWeights(a: Conv2d, b: usize, rows: i32, part: i32, parts: i32): void {
  const again = changetype<Step>(a.step).first > 0;
  const channels = a.channels / a.groups, filters = a.filters / a.groups;
  const pixels = a.outHeight * a.outWidth;
  const copy = needsCopy(a);
  const copiedHeight = covered(a.outHeight, a.strideY, a.kernelHeight, a.dilationY);
  const copiedWidth = covered(a.outWidth, a.strideX, a.kernelWidth, a.dilationX);
  const k = a.kernelHeight * a.kernelWidth * channels;
  // the scratch of a part: offsets of the k elements of a patch | copy of the image | dy of one group
  const offsets = a.scratch + <usize>part * a.scratchBytes;
  const image = offsets + room(k);
  const copied = <usize>(copiedHeight * copiedWidth * channels) << 2;
  const gradients = image + room(copiedHeight * copiedWidth * channels);
  if (copy) memory.fill(image, 0, copied);
  const pixel = (copy ? channels : a.pixel) << 2, row = (copy ? copiedWidth : a.width) * pixel;
  let p = offsets;
  for (let ky = 0; ky < a.kernelHeight; ky++) {
    for (let kx = 0; kx < a.kernelWidth; kx++) {
      const at = ky * a.dilationY * row + kx * a.dilationX * pixel;
      for (let c = 0; c < channels; c++, p += 4) store<i32>(p, at + (c << 2));
    }
  }
  const weights = <usize>(k * ld(filters)) << 2;
  const dyPixel = <usize>ld(filters) << 2, xPixel = a.strideX * pixel, xTurn = a.strideY * row - a.outWidth * xPixel;
  const xImage = <usize>ld(a.height * a.width * a.pixel) << 2, yImage = <usize>(pixels * ld(a.filters)) << 2;
  const k0 = shareStart(k, part, parts), k1 = shareStart(k, part + 1, parts);
  // a sum over many pixels goes in stretches: lines of the image, or parts of a line
  const columns = min(a.outWidth, SUM_BLOCK), lines = max(1, SUM_BLOCK / a.outWidth);
  for (let r: usize = 0; r < <usize>rows && k0 < k1; r++) {
    let x = a.x + r * xImage, dy = a.y + r * yImage;
    for (let g = 0; g < a.groups; g++) {
      if (copy) {
        gather(image, copiedHeight, copiedWidth, channels, a.x + r * xImage, a.height, a.width, a.pixel, g * channels, a.top, a.left);
        x = image;
      }
      if (a.groups > 1) {
        dy = a.y + r * yImage;
        gather(gradients, a.outHeight, a.outWidth, filters, dy, a.outHeight, a.outWidth, ld(a.filters), g * filters, 0, 0, ld(filters));
        dy = gradients;
      }
      let add = again || r > 0;
      for (let oy = 0; oy < a.outHeight; oy += lines) {
        for (let ox = 0; ox < a.outWidth; ox += columns, add = true) {
          const n = min(columns, a.outWidth - ox), from = oy * a.outWidth + ox;
          correlate(a.w + <usize>g * weights, a.groups > 1 ? 0 : b, x + times(oy * a.strideY, row) + times(ox, xPixel), xPixel, xTurn,
            dy + times(from, dyPixel), dyPixel, min(lines, a.outHeight - oy), n, offsets, k, filters, k0, k1, add);
        }
      }
    }
  }
  if (b && a.groups > 1) columnSums(b, a.y, rows * pixels, pixels, a.filters, again, part, parts);
}

// The gradient of the input is a convolution too: dy walked by the weights turned around, packed [taps · filters, channels].
// With strides, input pixels fall into strideY · strideX classes; each is reached by some of the kernel's taps only, so it
// is a convolution of its own with a stride of one, so no product with an inserted zero is computed. The phases below say which taps.

/** Whether tap `k` reaches input positions whose distance from the padded edge is `phase` modulo the stride. @inline */
function reaches(k: i32, dilation: i32, phase: i32, stride: i32): bool {
  return (k * dilation - phase) % stride == 0;
}

function taps(kernel: i32, dilation: i32, phase: i32, stride: i32): i32 {
  let n = 0;
  for (let k = 0; k < kernel; k++) n += i32(reaches(k, dilation, phase, stride));
  return n;
}

@unmanaged
export class Conv2dTurn {
  wt: usize;
  w: usize;
  channels: i32;
  filters: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  groups: i32;
}

/** wt[group, phase][taps from last to first, filters, channels] = w[group][taps, channels, filters]. Shares are taps' fours of channels. */
function conv2dTurn(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2dTurn>(record);
  const channels = a.channels / a.groups, filters = a.filters / a.groups;
  const k = a.kernelHeight * a.kernelWidth * channels, quads = ld(channels) >> 2;
  const all = a.groups * a.kernelHeight * a.kernelWidth * quads;
  // the share's first and last four, counted from the tap that is next
  let first = shareStart(all, part, parts), last = shareStart(all, part + 1, parts);
  let to = a.wt, from = a.w;
  for (let g = 0; g < a.groups; g++, from += <usize>(k * ld(filters)) << 2) {
    for (let py = 0; py < a.strideY; py++) {
      for (let px = 0; px < a.strideX; px++) {
        const n = taps(a.kernelHeight, a.dilationY, py, a.strideY) * taps(a.kernelWidth, a.dilationX, px, a.strideX) * filters;
        let row = 0;
        for (let ky = a.kernelHeight - 1; ky >= 0; ky--) {
          if (!reaches(ky, a.dilationY, py, a.strideY)) continue;
          for (let kx = a.kernelWidth - 1; kx >= 0; kx--) {
            if (!reaches(kx, a.dilationX, px, a.strideX)) continue;
            turnTap(to, n, row, from, k, (ky * a.kernelWidth + kx) * channels, channels, filters, max(0, first) << 2, min(quads, last) << 2);
            row += filters;
            first -= quads;
            last -= quads;
          }
        }
        to += <usize>(n * ld(channels)) << 2;
      }
    }
  }
}

/** Rows row … of wt[n, channels] from rows k0 … of w[k, filters]: columns c … c1 of one block, transposed, packed like w. */
function turnTap(wt: usize, n: i32, row: i32, w: usize, k: i32, k0: i32, channels: i32, filters: i32, c: i32, c1: i32): void {
  for (; c < c1; c += 4) {
    const cWidth = panelWidth(channels, c);
    let to = wt + (<usize>(panelStart(c) * n + row * cWidth + withinPanel(c)) << 2);
    for (let o = 0; o < filters; o += 4, to += cWidth << 4) {
      const width = panelWidth(filters, o);
      const from = w + (<usize>(panelStart(o) * k + (k0 + c) * width + withinPanel(o)) << 2);
      transpose4(to, cWidth << 2, min(4, filters - o), from, width << 2, channels - c);
    }
  }
}

/** dx = dy * turned w + b. Shares are images. */
function conv2dInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  const channels = a.channels / a.groups, filters = a.filters / a.groups;
  const minY = firstReached(a.top, a.kernelHeight, a.strideY, a.dilationY), maxY = lastReached(a.height, a.top, a.strideY);
  const minX = firstReached(a.left, a.kernelWidth, a.strideX, a.dilationX), maxX = lastReached(a.width, a.left, a.strideX);
  const copiedHeight = maxY - minY + 1, copiedWidth = maxX - minX + 1;
  const each = a.strideX == 1 && a.dilationX == 1 ? a.kernelWidth : 1; // taps in a run
  const turned = <usize>(a.kernelHeight * a.kernelWidth * filters * ld(channels)) << 2;
  // the scratch of a part: runs | padded dy | dx of one group
  const runs = a.scratch + <usize>part * a.scratchBytes;
  const image = runs + room(a.kernelHeight * a.kernelWidth);
  const copied = <usize>(copiedHeight * copiedWidth * filters) << 2;
  const outputs = image + room(copiedHeight * copiedWidth * filters);
  const pixel = filters << 2, row = copiedWidth * pixel;
  const dxPixel = <usize>ld(channels) << 2, dxRow = dxPixel * a.width;
  const xImage = <usize>(a.height * a.width * ld(a.channels)) << 2, yImage = <usize>(a.outHeight * a.outWidth * ld(a.filters)) << 2;
  const sparse = a.strideY > 1 || a.strideX > 1; // some pixels may be reached by no tap
  const r0 = shareStart(rows, part, parts), r1 = <usize>shareStart(rows, part + 1, parts), images = <i32>r1 - r0;
  const above = (a.kernelHeight - 1) * a.dilationY - a.top, before = a.kernelWidth - 1 - a.left;
  if (ASC_SHRINK_LEVEL == 0 && a.groups == 1 && !sparse && a.dilationX == 1 && (filters & 3) == 0 && above >= 0 && before >= 0
    && reachesAll(images, a.height, a.width, a.outHeight, a.outWidth, a.kernelHeight, a.kernelWidth, 1, 1, a.dilationY, above, before)) {
    convolveImages(a.x + <usize>r0 * xImage, dxPixel, a.y + <usize>r0 * yImage, times(a.outWidth, pixel), images, a.height, a.width,
      a.outHeight, a.outWidth, filters, runs, a.kernelHeight, a.kernelWidth, 1, 1, a.dilationY, above, before, a.w, a.b, channels, yImage);
    return;
  }
  memory.fill(image, 0, copied);
  for (let r = <usize>r0; r < r1; r++) {
    const dx = a.x + r * xImage;
    for (let g = 0; g < a.groups; g++) {
      gather(image, copiedHeight, copiedWidth, filters, a.y + r * yImage, a.outHeight, a.outWidth, ld(a.filters), g * filters, -minY, -minX);
      const to = a.groups > 1 ? outputs : dx;
      const b: usize = a.b ? a.b + (<usize>(g * channels) << 2) : 0;
      if (sparse) fillPixels(to, a.height * a.width, channels, b);
      let w = a.w + <usize>g * turned;
      for (let py = 0; py < a.strideY; py++) {
        const y0 = (py - a.top % a.strideY + a.strideY) % a.strideY;
        for (let px = 0; px < a.strideX; px++) {
          const x0 = (px - a.left % a.strideX + a.strideX) % a.strideX;
          let count = 0;
          for (let ky = a.kernelHeight - 1; ky >= 0; ky--) {
            if (!reaches(ky, a.dilationY, py, a.strideY)) continue;
            const dY = (py - ky * a.dilationY) / a.strideY;
            for (let kx = a.kernelWidth - 1; kx >= 0; kx -= each) {
              if (!reaches(kx, a.dilationX, px, a.strideX)) continue;
              store<i32>(runs + (<usize>count << 2), dY * row + (px - kx * a.dilationX) / a.strideX * pixel);
              count++;
            }
          }
          const height = (a.height - y0 + a.strideY - 1) / a.strideY, width = (a.width - x0 + a.strideX - 1) / a.strideX;
          if (count && height > 0 && width > 0) {
            const from = image + ((a.top + y0 - py) / a.strideY - minY) * row + ((a.left + x0 - px) / a.strideX - minX) * pixel;
            const tapsY = taps(a.kernelHeight, a.dilationY, py, a.strideY);
            // where taps follow each other row by row, those that meet only padding can be left out
            const dense = a.strideY == 1 ? a.dilationY : 0;
            convolve(to + times(y0, dxRow) + times(x0, dxPixel), dxPixel * a.strideX, times(a.strideY, dxRow), from, pixel, row,
              height, width, runs, tapsY, count / tapsY, each * filters, w, b, channels,
              1, max(1, dense), dense ? -minY : 0, dense ? a.outHeight : i32.MAX_VALUE);
          }
          w += <usize>(count * each * filters * ld(channels)) << 2;
        }
      }
      if (a.groups > 1) scatter(dx, ld(a.channels), g * channels, a.channels, outputs, a.height * a.width, channels);
    }
  }
}

export const CONV2D_FORWARD: i32 = conv2dForward.index;
export const CONV2D_WEIGHTS: i32 = conv2dWeights.index;
/** @forward */
export const CONV2D_TURN: i32 = conv2dTurn.index;
/** @forward */
export const CONV2D_INPUT: i32 = conv2dInput.index;
