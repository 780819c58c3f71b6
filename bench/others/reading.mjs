// What peers written in JavaScript read of a network's files, see spec.mjs. Imports nothing of Nabla.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Finds what bench/peers installs. */
export const peers = createRequire(new URL("../peers/package.json", import.meta.url));

const floats = (path) => {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return buffer.slice(byteOffset, byteOffset + byteLength);
};

/** Batches: x as float32 [batch, …input], y as classes. */
export function batchesOf({ data, batch, batches, input }) {
  const bytes = floats(data);
  const inputs = input.reduce((a, b) => a * b);
  const y = batches * batch * inputs * 4;
  return Array.from({ length: batches }, (_, b) => ({
    x: new Float32Array(bytes, b * batch * inputs * 4, batch * inputs),
    y: new Int32Array(bytes, y + b * batch * 4, batch),
  }));
}

/** Kernel and bias of each layer that has them, kernels as [inputs, units] or [height, width, channels, filters]; `recurrent` of an LSTM. */
export function weightsOf({ weights, layers }) {
  const bytes = floats(weights);
  let at = 0;
  const take = (n) => {
    const values = new Float32Array(bytes, at, n);
    at += 4 * n;
    return values;
  };
  const size = (shape) => shape.reduce((a, b) => a * b);
  return layers.map(
    ({ kernel, recurrent }) =>
      kernel && {
        kernel: take(size(kernel)),
        ...(recurrent && { recurrent: take(size(recurrent)) }),
        bias: take(kernel.at(-1)),
      },
  );
}

/**
 * The same weights for a library whose images are [channels, height, width]: kernels of convolutions as [filters, channels, height, width], rows
 * of a dense layer behind them in the order of such a flat image.
 */
export function channelsFirst(spec) {
  let map;
  let shape = spec.input;
  return weightsOf(spec).map((pair, l) => {
    const { type, kernel, output } = spec.layers[l];
    if (type === "flatten") map = shape;
    shape = output;
    if (!pair) return undefined;
    if (type === "conv2d") return { ...pair, kernel: turned(pair.kernel, kernel) };
    if (type !== "dense" || map?.length !== 3) return pair;
    const from = map;
    map = undefined;
    return { ...pair, kernel: reordered(pair.kernel, from, kernel[1]) };
  });
}

function turned(values, [h, w, c, f]) {
  const out = new Float32Array(values.length);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let i = 0; i < c; i++)
        for (let o = 0; o < f; o++)
          out[((o * c + i) * h + y) * w + x] = values[((y * w + x) * c + i) * f + o];
  return out;
}

function reordered(values, [height, width, channels], units) {
  const out = new Float32Array(values.length);
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < height * width; p++)
      out.set(
        values.subarray((p * channels + c) * units, (p * channels + c + 1) * units),
        (c * height * width + p) * units,
      );
  return out;
}
