/**
 * In which order others keep their weights: the one table that all importers and exporters read. A letter is an axis; "hwio" is
 * [height, width, in, out]. What is kept in one order here and in another there is moved by `turned()`, gates of recurrent layers by
 * `regated()`.
 */
import { type Shape, sizeOf } from "../shape.ts";

/** Who keeps weights in an order of its own. TensorFlow.js and Keras have ours. */
export type World = "nabla" | "onnx" | "pytorch";

/** Axes of the kernels of layers. Channels of a transposed convolution's input are i, of its output o, as everywhere. */
export const AXES = {
  dense: { nabla: "io", onnx: "oi", pytorch: "oi" },
  conv1d: { nabla: "wio", onnx: "oiw", pytorch: "oiw" },
  // depthwise convolutions are those with as many groups as channels: i is 1
  conv2d: { nabla: "hwio", onnx: "oihw", pytorch: "oihw" },
  conv2dTranspose: { nabla: "hwoi", onnx: "iohw", pytorch: "iohw" },
  // recurrent layers: of inputs and of states
  recurrent: { nabla: "io", onnx: "oi", pytorch: "oi" },
} as const satisfies Record<string, Record<World, string>>;

/** Values of one row: an image, and a sequence. */
export const VALUES = {
  image: { nabla: "hwc", onnx: "chw", pytorch: "chw" },
  sequence: { nabla: "wc", onnx: "cw", pytorch: "cw" },
} as const satisfies Record<string, Record<World, string>>;

/** Gates: i input, f forget, c candidate of the cell (PyTorch's g), o output; z update, r reset, h candidate (PyTorch's n). */
export const GATES = {
  simpleRnn: { nabla: "h", onnx: "h", pytorch: "h" },
  lstm: { nabla: "ifco", onnx: "iofc", pytorch: "ifco" },
  gru: { nabla: "zrh", onnx: "zrh", pytorch: "rzh" },
} as const satisfies Record<string, Record<World, string>>;

/** What normalisation is, where a file or a program does not say it. PyTorch's momentum is the share of the new: 0.1 is 0.9 here. */
export const NORMALISATION = {
  nabla: { epsilon: 1e-3, momentum: 0.99 },
  onnx: { epsilon: 1e-5, momentum: 0.9 },
  pytorch: { epsilon: 1e-5, momentum: 0.9 },
} as const satisfies Record<World, { epsilon: number; momentum: number }>;

/** Which axis of `from` each axis of `to` is. */
export const orderOf = (from: string, to: string): number[] => Array.from(to, (axis) => from.indexOf(axis));

/** The same values with their axes in another order: axis i of the result is axis order[i] of what is given. Row-major both. */
export function permuted<T extends Float32Array | Float64Array>(data: T, shape: Shape, order: Shape): T {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  if (data.length === 0 || order.every((axis, i) => axis === i)) return data;
  const out = new (data.constructor as new (n: number) => T)(data.length);
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const last = sizes.length - 1;
  const [width, step] = [sizes[last]!, steps[last]!];
  // where each value of the innermost axis is far from the one before, the axis whose values are neighbours comes along: eight by eight
  const beside = step > 1 ? steps.indexOf(1) : -1;
  const [length, stride] = beside < 0 ? [1, 0] : [sizes[beside]!, sizeOf(sizes.slice(beside + 1))];
  const outer = sizes.map((size, axis) => (axis === beside || axis === last ? 1 : size));
  const index = new Array<number>(last).fill(0);
  const whole = width - (width % 8);
  for (let from = 0, to = 0, left = sizeOf(outer); left > 0; left--) {
    for (let j = 0; j < whole; j += 8)
      for (let i = 0; i < length; i++) {
        let f = from + i + j * step;
        const t = to + i * stride + j;
        out[t] = data[f]!;
        out[t + 1] = data[(f += step)]!;
        out[t + 2] = data[(f += step)]!;
        out[t + 3] = data[(f += step)]!;
        out[t + 4] = data[(f += step)]!;
        out[t + 5] = data[(f += step)]!;
        out[t + 6] = data[(f += step)]!;
        out[t + 7] = data[(f += step)]!;
      }
    for (let i = 0; i < length; i++)
      for (let j = whole; j < width; j++) out[to + i * stride + j] = data[from + i + j * step]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      const jump = sizeOf(sizes.slice(axis + 1));
      from += steps[axis]!;
      to += jump;
      if (++index[axis]! < outer[axis]!) break;
      from -= steps[axis]! * outer[axis]!;
      to -= jump * outer[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Weights and their shape in another world's order. */
export function turned(
  kind: keyof typeof AXES,
  from: World,
  to: World,
  weights: { readonly shape: Shape; readonly data: Float32Array },
): { shape: number[]; data: Float32Array } {
  const order = orderOf(AXES[kind][from], AXES[kind][to]);
  const { shape, data } = weights;
  return { shape: order.map((axis) => shape[axis]!), data: permuted(data, shape, order) };
}

/** Rows of `gates · units` values with their gates in another world's order. */
export function regated(
  kind: keyof typeof GATES,
  from: World,
  to: World,
  data: Float32Array,
  units: number,
): Float32Array {
  const order = orderOf(GATES[kind][from], GATES[kind][to]);
  return order.every((gate, i) => gate === i) ? data : moved(data, order, units);
}

function moved(data: Float32Array, order: readonly number[], units: number): Float32Array {
  const out = new Float32Array(data.length);
  const row = order.length * units;
  for (let at = 0; at < data.length; at += row)
    for (const [i, gate] of order.entries())
      out.set(data.subarray(at + gate * units, at + (gate + 1) * units), at + i * units);
  return out;
}
