/** Pooling of [height, width, channels], each channel alone. Pixels outside the image count for nothing, unless countIncludePad says so. */
import { type ConfigOf, plain, type ReferenceLayer, type Shape, size } from "./types.ts";
import { windows } from "./windows.ts";

export function pooling2d(
  config: ConfigOf<"maxPooling2d"> | ConfigOf<"averagePooling2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const { poolSize = 2, strides = poolSize, padding = "valid", ceilMode = false } = config;
  const glide = windows([h, w], poolSize, strides, padding, 1, ceilMode);
  const largest = config.type === "maxPooling2d";
  const counts = "countIncludePad" in config && config.countIncludePad;
  const outputShape = [glide.height, glide.width, channels];

  /** For every output, the inputs in its window, row by row. */
  function each(rows: number, visit: (output: number, inputs: number[], of: number) => void): void {
    for (let r = 0; r < rows; r++)
      for (let oy = 0; oy < glide.height; oy++)
        for (let ox = 0; ox < glide.width; ox++)
          for (let c = 0; c < channels; c++) {
            const inputs: number[] = [];
            glide.pixels(oy, ox, (iy, ix) => inputs.push(((r * h + iy) * w + ix) * channels + c));
            const of = counts ? glide.area(oy, ox) : inputs.length;
            visit(((r * glide.height + oy) * glide.width + ox) * channels + c, inputs, of);
          }
  }

  return plain(outputShape, (x) => {
    const rows = x.length / (h * w * channels);
    const y = new Float64Array(rows * size(outputShape));
    /** The first of the largest. */
    const winner = (inputs: number[]) => inputs.reduce((best, i) => (x[i] > x[best] ? i : best));
    each(rows, (o, inputs, of) => {
      y[o] = largest ? x[winner(inputs)] : inputs.reduce((sum, i) => sum + x[i], 0) / of;
    });
    return {
      y,
      dx(dy) {
        const dx = new Float64Array(x.length);
        each(rows, (o, inputs, of) => {
          if (largest) dx[winner(inputs)] += dy[o];
          else for (const i of inputs) dx[i] += dy[o] / of;
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

/** [h, w, c] → [c]: the largest value of the image. */
export function globalMaxPooling2d([h, w, channels]: Shape): ReferenceLayer {
  const all = pooling2d({ type: "maxPooling2d", poolSize: [h, w] }, [h, w, channels]);
  return { ...all, outputShape: [channels] };
}
