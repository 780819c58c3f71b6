/** Pooling of [height, width, channels], each channel alone. Pixels outside the image count for nothing. */
import { type ConfigOf, plain, type ReferenceLayer, type Shape, size } from "./types.ts";
import { windows } from "./windows.ts";

export function pooling2d(
  config: ConfigOf<"maxPooling2d" | "averagePooling2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const { poolSize = 2, strides = poolSize, padding = "valid" } = config;
  const glide = windows([h, w], poolSize, strides, padding);
  const outputShape = [glide.height, glide.width, channels];

  /** For every output, the inputs in its window, row by row. */
  function each(rows: number, visit: (output: number, inputs: number[]) => void): void {
    for (let r = 0; r < rows; r++)
      for (let oy = 0; oy < glide.height; oy++)
        for (let ox = 0; ox < glide.width; ox++)
          for (let c = 0; c < channels; c++) {
            const inputs: number[] = [];
            glide.pixels(oy, ox, (iy, ix) => inputs.push(((r * h + iy) * w + ix) * channels + c));
            visit(((r * glide.height + oy) * glide.width + ox) * channels + c, inputs);
          }
  }

  return plain(outputShape, (x) => {
    const rows = x.length / (h * w * channels);
    const y = new Float64Array(rows * size(outputShape));
    /** The first of the largest. */
    const winner = (inputs: number[]) => inputs.reduce((best, i) => (x[i] > x[best] ? i : best));
    each(rows, (o, inputs) => {
      y[o] =
        config.type === "maxPooling2d"
          ? x[winner(inputs)]
          : inputs.reduce((sum, i) => sum + x[i], 0) / inputs.length;
    });
    return {
      y,
      dx(dy) {
        const dx = new Float64Array(x.length);
        each(rows, (o, inputs) => {
          if (config.type === "maxPooling2d") dx[winner(inputs)] += dy[o];
          else for (const i of inputs) dx[i] += dy[o] / inputs.length;
        });
        return dx;
      },
    };
  });
}

/** [h, w, c] → [c]: the mean over the image. */
export function globalAveragePooling2d([h, w, channels]: Shape): ReferenceLayer {
  return plain([channels], (x) => {
    const pixels = h * w;
    const rows = x.length / (pixels * channels);
    const y = new Float64Array(rows * channels);
    const outputOf = (i: number) => Math.floor(i / (pixels * channels)) * channels + (i % channels);
    for (let i = 0; i < x.length; i++) y[outputOf(i)] += x[i] / pixels;
    return { y, dx: (dy) => x.map((_, i) => dy[outputOf(i)] / pixels) };
  });
}
