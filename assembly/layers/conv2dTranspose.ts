// Transposed convolution: a convolution the other way round. Its outputs y[rows, height, width, channels] lie where a convolution has its
// input, its inputs x[rows, outHeight, outWidth, filters] where that has its output. So forwards it is CONV2D_TURN · CONV2D_INPUT,
// and backwards CONV2D_TRANSPOSE_WEIGHTS · CONV2D_FORWARD, with w[kernelHeight, kernelWidth, channels / groups, filters].
//
//   y[iy, ix, c] = b[c] + Σ over oy, ky with oy·strideY + ky·dilationY − top = iy, the same of x, over f  x[oy, ox, f] · w[ky, kx, c, f]

import { columnSums } from "../math/matmul";
import { panelAt, panelWidth, withinPanel } from "../math/packed";
import { ld, shareStart } from "../math/simd";
import { Step } from "../tape";
import { addWeights, Conv2d } from "./conv2d";

/**
 * dw = dyᵀ * x;  db = Σ over rows and pixels of dy.  += in later pieces of a batch. Shares are rows of dw. In the record x is dy and y is x.
 */
function conv2dTransposeWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Conv2d>(record);
  addWeights(a, 0, rows, part, parts);
  const k = a.kernelHeight * a.kernelWidth * (a.channels / a.groups);
  // what has taken the place of dy is no gradient: its padding may hold anything. Groups are copies with zeros
  if (a.groups == 1) clearPadding(a.w, k, a.filters, shareStart(k, part, parts), shareStart(k, part + 1, parts));
  if (a.b) columnSums(a.b, a.x, rows * a.height * a.width, a.height * a.width, a.channels, changetype<Step>(a.step).first > 0, part, parts);
}

/** Zeros in the padding columns of rows k0 … k1 of packed w[k, out]. */
function clearPadding(w: usize, k: i32, out: i32, k0: i32, k1: i32): void {
  for (let c = out; c < ld(out); c++) {
    const width = panelWidth(out, c);
    let to = w + panelAt(c, k) + (<usize>(k0 * width + withinPanel(c)) << 2);
    for (let i = k0; i < k1; i++, to += <usize>width << 2) store<f32>(to, 0);
  }
}

export const CONV2D_TRANSPOSE_WEIGHTS: i32 = conv2dTransposeWeights.index;
