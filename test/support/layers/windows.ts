/** Where a window that glides over an image touches it. */
import { type Padding, type Pair, pair } from "./types.ts";

interface Axis {
  output: number;
  before: number;
}

/** TensorFlow's rule: "same" gives ⌈input / stride⌉ outputs, and an odd pixel of padding goes to the end. */
function axis(input: number, extent: number, stride: number, padding: Padding): Axis {
  if (padding === "valid") return { output: Math.floor((input - extent) / stride) + 1, before: 0 };
  const output = Math.ceil(input / stride);
  const total = Math.max((output - 1) * stride + extent - input, 0);
  return { output, before: Math.floor(total / 2) };
}

export interface Windows {
  height: number;
  width: number;
  /** Calls `visit` for every pixel of window (oy, ox) inside the image, row by row; (ky, kx) is where it lies in the window. */
  pixels(oy: number, ox: number, visit: (iy: number, ix: number, ky: number, kx: number) => void): void;
}

export function windows(
  [height, width]: readonly number[],
  kernel: Pair,
  strides: Pair,
  padding: Padding,
  dilation: Pair = 1,
): Windows {
  const [kh, kw] = pair(kernel);
  const [sh, sw] = pair(strides);
  const [dh, dw] = pair(dilation);
  const vertical = axis(height, (kh - 1) * dh + 1, sh, padding);
  const horizontal = axis(width, (kw - 1) * dw + 1, sw, padding);
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
  };
}
