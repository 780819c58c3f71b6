/** Where an exported model's weights lie in the file, and what brings them to where kernels look for them. */
import { NablaError } from "../errors.ts";
import { footprint, matricesOf, type Tensor } from "../network/inference.ts";
import type { Network } from "../network/network.ts";
import type { Range } from "../plan/builder.ts";
import { sizeOf } from "../shape.ts";
import { quantise, type WeightType } from "./quantise.ts";

/** A stretch of linear memory and what it holds at the start. */
export interface Segment {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The fields of assembly/standalone's Unpack. */
export interface UnpackFields {
  readonly to: number;
  readonly from: number;
  readonly scales: number;
  readonly bits: number;
  readonly k: number;
  readonly out: number;
  readonly groups: number;
  readonly packed: number;
}

export interface PackedWeights {
  readonly data: readonly Segment[];
  readonly records: readonly UnpackFields[];
  /** Where one tensor is unpacked as float32 before it is put in place. */
  readonly scratch: number;
  /** First byte behind what unpacking needs. */
  readonly end: number;
}

const BITS = { float32: 32, float16: 16, int8: 8 } as const;

/** Bytes of padding worth less than a record that puts a tensor in place. */
const WORTH_PACKING = 32;

const valuesIn = (tensor: Tensor): number => sizeOf(tensor.spec.shape);

/** Whether a parameter is unpacked at the start. Others lie in the file as in linear memory: biases, and all without much padding. */
export function isPacked({ spec, ...tensor }: Tensor, type: WeightType): boolean {
  if (spec.layout === "vector") return false;
  return type !== "float32" || footprint(spec) - 4 * valuesIn({ spec, ...tensor }) > WORTH_PACKING;
}

/**
 * @param tensors those of the network that are stored @param places where kernels look for parameters
 * @param staging where packed weights may lie until they are unpacked
 * @throws NablaError for weights that are not finite, or beyond float16
 */
export function packWeights(
  network: Network,
  tensors: readonly Tensor[],
  type: WeightType,
  places: ReadonlyMap<Tensor, Range>,
  staging: number,
): PackedWeights {
  const data: Segment[] = [];
  const records: UnpackFields[] = [];
  let at = staging;
  let largest = 0;
  const put = (values: ArrayBufferView<ArrayBuffer>): number => {
    const offset = at;
    data.push({ offset, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) });
    at = Math.ceil((at + values.byteLength) / 16) * 16;
    return offset;
  };
  for (const tensor of tensors) {
    const { spec, value, name } = tensor;
    const to = places.get(tensor)!.offset;
    if (!network.finite(tensor))
      throw new NablaError(
        `export: ${name} holds NaN or infinite weights; a model is exported once its weights are numbers`,
      );
    if (!isPacked(tensor, type)) {
      const bytes = spec.layout === "vector" ? valuesIn(tensor) * 4 : footprint(spec);
      data.push({ offset: to, bytes: network.core.u8(value.offset, bytes).slice() });
      continue;
    }
    const { k, out, groups } = matricesOf(spec);
    const values = network.read(tensor);
    const small = type === "float32" ? { values } : quantise(values, out * groups, type, name);
    const from = put(small.values);
    const scales = "scales" in small && small.scales ? put(small.scales) : 0;
    const packed = spec.layout === "packed" ? 1 : 0;
    records.push({ to, from, scales, bits: BITS[type], k, out, groups, packed });
    if (type !== "float32") largest = Math.max(largest, values.byteLength);
  }
  return { data, records, scratch: at, end: at + largest };
}
