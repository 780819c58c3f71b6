/** y[r, oy, ox, o] = b[o] + Σ x[r, iy, ix, c] · w[ky, kx, c within the group of o, o] */
import { type ConfigOf, pair, type ReferenceLayer, type Shape, size } from "./types.ts";
import { windows } from "./windows.ts";

export function conv2d(config: ConfigOf<"conv2d">, [h, w, channels]: Shape): ReferenceLayer {
  const { filters, strides = 1, padding = "valid", dilationRate = 1, groups = 1, useBias = true } = config;
  const [kh, kw] = pair(config.kernelSize);
  const glide = windows([h, w], config.kernelSize, strides, padding, dilationRate);
  const perGroup = channels / groups;
  const filtersPerGroup = filters / groups;
  const outputShape = [glide.height, glide.width, filters];

  /** Every product of the layer, in threes: indices of y, x and kernel. Found once: central differences take thousands of passes. */
  function found(rows: number): Int32Array {
    const threes: number[] = [];
    for (let r = 0; r < rows; r++)
      for (let oy = 0; oy < glide.height; oy++)
        for (let ox = 0; ox < glide.width; ox++)
          for (let o = 0; o < filters; o++) {
            const yi = ((r * glide.height + oy) * glide.width + ox) * filters + o;
            const first = Math.floor(o / filtersPerGroup) * perGroup;
            glide.pixels(oy, ox, (iy, ix, ky, kx) => {
              for (let c = 0; c < perGroup; c++) {
                const xi = ((r * h + iy) * w + ix) * channels + first + c;
                threes.push(yi, xi, ((ky * kw + kx) * perGroup + c) * filters + o);
              }
            });
          }
    return Int32Array.from(threes);
  }
  let known: { rows: number; threes: Int32Array } | undefined;
  function products(rows: number): Int32Array {
    if (known?.rows !== rows) known = { rows, threes: found(rows) };
    return known.threes;
  }

  return {
    outputShape,
    parameters: { kernel: [kh, kw, perGroup, filters], ...(useBias && { bias: [filters] }) },
    moving: {},
    forward({ kernel, bias }, x) {
      const rows = x.length / (h * w * channels);
      const y = new Float64Array(rows * size(outputShape));
      if (useBias) for (let i = 0; i < y.length; i++) y[i] = bias[i % filters];
      const threes = products(rows);
      for (let i = 0; i < threes.length; i += 3) y[threes[i]] += x[threes[i + 1]] * kernel[threes[i + 2]];
      return {
        y,
        moving: {},
        backward(dy) {
          const dx = new Float64Array(x.length);
          const dw = new Float64Array(kernel.length);
          for (let i = 0; i < threes.length; i += 3) {
            const [yi, xi, ki] = [threes[i], threes[i + 1], threes[i + 2]];
            dx[xi] += dy[yi] * kernel[ki];
            dw[ki] += dy[yi] * x[xi];
          }
          const db = new Float64Array(filters);
          for (let i = 0; i < dy.length; i++) db[i % filters] += dy[i];
          return { dx, gradients: { kernel: dw, ...(useBias && { bias: db }) } };
        },
      };
    },
  };
}
