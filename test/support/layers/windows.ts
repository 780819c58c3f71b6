/** Where a window that glides over an image touches it. */
import { type Padding, type Pair, pair, type Shape } from "./types.ts";

interface Axis {
  output: number;
  before: number;
  after: number;
}

/** [before, after] of each direction. */
export function sidesOf(padding: number | readonly (number | Shape)[]): readonly Shape[] {
  const [vertical, horizontal] = typeof padding === "number" ? [padding, padding] : padding;
  return [vertical, horizontal].map((n) => (typeof n === "number" ? [n, n] : n));
}

/**
 * TensorFlow's rules: "same" gives ⌈input / stride⌉ outputs, and an odd pixel of padding goes to the end; "causal" has all of it at the
 * beginning. PyTorch's for `ceil`: a last window that is not whole counts if it begins before the image ends.
 */
function axis(
  input: number,
  extent: number,
  stride: number,
  padding: "valid" | "same" | "causal" | Shape,
  ceil: boolean,
): Axis {
  if (padding === "same") {
    const output = Math.ceil(input / stride);
    const total = Math.max((output - 1) * stride + extent - input, 0);
    return { output, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
  }
  const [before, after] = padding === "valid" ? [0, 0] : padding === "causal" ? [extent - 1, 0] : padding;
  let output = 0;
  for (let from = -before; ceil ? from < input : from + extent <= input + after; from += stride) {
    output++;
    // the first window that reaches the end is the last
    if (ceil && from + extent >= input + after) break;
  }
  return { output, before, after };
}

export interface Windows {
  height: number;
  width: number;
  /** Calls `visit` for every pixel of window (oy, ox) inside the image, row by row; (ky, kx) is where it lies in the window. */
  pixels(oy: number, ox: number, visit: (iy: number, ix: number, ky: number, kx: number) => void): void;
  /** How many pixels of window (oy, ox) are in the image or in its padding. */
  area(oy: number, ox: number): number;
}

export function windows(
  [height, width]: readonly number[],
  kernel: Pair,
  strides: Pair,
  padding: Padding,
  dilation: Pair = 1,
  ceil = false,
): Windows {
  const [kh, kw] = pair(kernel);
  const [sh, sw] = pair(strides);
  const [dh, dw] = pair(dilation);
  const [y, x] = typeof padding === "string" ? [padding, padding] : sidesOf(padding);
  const vertical = axis(height, (kh - 1) * dh + 1, sh, y, ceil);
  const horizontal = axis(width, (kw - 1) * dw + 1, sw, x, ceil);
  return {
    height: vertical.output,
    width: horizontal.output,
    pixels(oy, ox, visit) {
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          const iy = oy * sh - vertical.before + ky * dh;
          const ix = ox * sw - horizontal.before + kx * dw;
          if (iy >= 0 && iy < height && ix >= 0 && ix < width) visit(iy, ix, ky, kx);
        }
      }
    },
    area(oy, ox) {
      const rows = Math.min(kh, height + vertical.after + vertical.before - oy * sh);
      const columns = Math.min(kw, width + horizontal.after + horizontal.before - ox * sw);
      return rows * columns;
    },
  };
}
