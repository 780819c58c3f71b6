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

  /** Every product of the layer: indices of y, x and kernel. */
  function products(rows: number, visit: (yi: number, xi: number, ki: number) => void): void {
    for (let r = 0; r < rows; r++)
      for (let oy = 0; oy < glide.height; oy++)
        for (let ox = 0; ox < glide.width; ox++)
          for (let o = 0; o < filters; o++) {
            const yi = ((r * glide.height + oy) * glide.width + ox) * filters + o;
            const first = Math.floor(o / filtersPerGroup) * perGroup;
            glide.pixels(oy, ox, (iy, ix, ky, kx) => {
              for (let c = 0; c < perGroup; c++) {
                const xi = ((r * h + iy) * w + ix) * channels + first + c;
                visit(yi, xi, ((ky * kw + kx) * perGroup + c) * filters + o);
              }
            });
          }
  }

  return {
    outputShape,
    parameters: { kernel: [kh, kw, perGroup, filters], ...(useBias && { bias: [filters] }) },
    moving: {},
    forward({ kernel, bias }, x) {
      const rows = x.length / (h * w * channels);
      const y = new Float64Array(rows * size(outputShape));
      if (useBias) for (let i = 0; i < y.length; i++) y[i] = bias[i % filters];
      products(rows, (yi, xi, ki) => {
        y[yi] += x[xi] * kernel[ki];
      });
      return {
        y,
        moving: {},
        backward(dy) {
          const dx = new Float64Array(x.length);
          const dw = new Float64Array(kernel.length);
          products(rows, (yi, xi, ki) => {
            dx[xi] += dy[yi] * kernel[ki];
            dw[ki] += dy[yi] * x[xi];
          });
          const db = new Float64Array(filters);
          for (let i = 0; i < dy.length; i++) db[i % filters] += dy[i];
          return { dx, gradients: { kernel: dw, ...(useBias && { bias: db }) } };
        },
      };
    },
  };
}
