/**
 * In which order PyTorch has the values of a row. Images and what convolutions make of sequences have channels first there, so what is
 * flattened lies in another order; a dense layer behind it has its weights in that order.
 */
import type { LayerConfig } from "../../layers/configs.ts";
import { type Shape, sameShape, sizeOf } from "../../shape.ts";
import { orderOf, permuted, VALUES } from "../layouts.ts";

/** What a layer takes or gives, one row. */
export interface Value {
  readonly shape: Shape;
  /** Whether PyTorch has the channels before the pixels. */
  readonly first: boolean;
  /** Of flat values: which one here each of PyTorch's is. Undefined where the order is the same. */
  readonly order?: Int32Array;
}

/** Layers that PyTorch has with channels first. */
const SPATIAL = /^(?:conv|separableConv|maxPooling|averagePooling|upSampling|zeroPadding|cropping)/;
/** Layers that change values where they lie. */
const IN_PLACE =
  /^(?:activation|dropout|gaussianNoise|rescaling|masking|prelu|batchNormalization|layerNormalization|add|subtract|multiply|average|maximum|minimum)$/;

/** What flattened values are, channels first; undefined where that is the same order. */
function flattened(shape: Shape): Int32Array | undefined {
  const kind = shape.length === 3 ? "image" : "sequence";
  const [here, there] = [VALUES[kind].nabla, VALUES[kind].pytorch];
  if (shape.length !== here.length || shape.filter((n) => n > 1).length < 2) return undefined;
  const numbers = Float64Array.from({ length: sizeOf(shape) }, (_, i) => i);
  const order = Int32Array.from(permuted(numbers, shape, orderOf(here, there)));
  return order.every((from, i) => from === i) ? undefined : order;
}

/** A model's own input: images have channels first; two axes are rows, or steps with what each has. */
export const given = (shape: Shape): Value => ({ shape, first: shape.length === 3 });

/** What a layer makes of values. @param wanted the order in which what follows takes a dense layer's values */
export function made(
  { type }: LayerConfig,
  inputs: readonly Value[],
  shape: Shape,
  wanted?: { readonly first: boolean; readonly order?: Int32Array },
): Value {
  const [x] = inputs as [Value];
  if (SPATIAL.test(type)) return { shape, first: true };
  if (type === "flatten" || (type === "reshape" && shape.length === 1))
    return { shape, first: false, order: x.first ? flattened(x.shape) : x.order };
  if (type === "reshape") return { shape, first: shape.length === 3 || wanted?.first === true };
  if (type === "concatenate" && shape.length === 1) return { shape, first: false, order: joined(inputs) };
  if (type === "dense" && shape.length === 1) return { shape, first: false, order: wanted?.order };
  if (IN_PLACE.test(type) || (type === "concatenate" && shape.length === x.shape.length))
    return { ...(inputs.find(({ first, order }) => first || order) ?? x), shape };
  // normalisation of groups, noise of steps and the like
  return { shape, first: x.first && sameShape(shape, x.shape) };
}

/** Values one after the other, each in its own order. */
function joined(inputs: readonly Value[]): Int32Array | undefined {
  if (inputs.every(({ order }) => !order)) return undefined;
  const all: number[] = [];
  for (const { shape, order } of inputs) {
    const at = all.length;
    for (let i = 0; i < shape[0]!; i++) all.push(at + (order?.[i] ?? i));
  }
  return Int32Array.from(all);
}

/**
 * For each layer what those behind it make of its values: an image, if a flat row becomes one, or a sequence that is convolved. PyTorch's
 * view() takes such a row channels first.
 *
 * @param sources the layers that each is applied to
 * @param shapes what each gives
 */
export function wantedOrders(
  configs: readonly LayerConfig[],
  sources: readonly (readonly number[])[],
  shapes: readonly Shape[],
): { readonly first: boolean; readonly order?: Int32Array }[] {
  const wanted: { first: boolean; order?: Int32Array }[] = configs.map(() => ({ first: false }));
  for (let i = configs.length - 1; i >= 0; i--) {
    const { type } = configs[i]!;
    const shape = shapes[i]!;
    for (const source of sources[i]!) {
      const from = wanted[source];
      if (!from) continue;
      if (SPATIAL.test(type)) from.first = true;
      else if (IN_PLACE.test(type)) Object.assign(from, from.order ? {} : wanted[i]);
      else if (type === "reshape" && shapes[source]!.length === 1 && (shape.length === 3 || wanted[i]!.first))
        from.order ??= flattened(shape);
    }
  }
  return wanted;
}

/** Rows of `width` values in our order, of PyTorch's. */
export const toOurs = (data: Float32Array, order: Int32Array | undefined, width = 1): Float32Array =>
  order
    ? placed(data, width, (out, j) => out.set(data.subarray(j * width, (j + 1) * width), order[j]! * width))
    : data;

/** Rows of `width` values in PyTorch's order, of ours. */
export const toTheirs = (data: Float32Array, order: Int32Array | undefined, width = 1): Float32Array =>
  order
    ? placed(data, width, (out, j) =>
        out.set(data.subarray(order[j]! * width, (order[j]! + 1) * width), j * width),
      )
    : data;

function placed(
  data: Float32Array,
  width: number,
  put: (out: Float32Array, row: number) => void,
): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row * width < data.length; row++) put(out, row);
  return out;
}
