/**
 * Weights in fewer bytes: half-precision floats, or signed bytes with a factor for each output channel (the last axis). What they
 * are worth again is exact and said here, so that a model with such weights can be looked at before it is exported.
 */
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";

export const WEIGHT_TYPES = ["float32", "float16", "int8"] as const;
/** How an exported model holds its kernels. */
export type WeightType = (typeof WEIGHT_TYPES)[number];

/** @throws NablaError for what is not a WeightType; programs in JavaScript may ask for anything */
export function checkWeightType(where: string, type: WeightType): void {
  if (WEIGHT_TYPES.includes(type)) return;
  throw new NablaError(
    `${where}: expected ${WEIGHT_TYPES.join(", ")}, got ${show(type)}${didYouMean(String(type), WEIGHT_TYPES)}`,
  );
}

/** Bits of the nearest half-precision float, of two equally near ones the even. Infinite from 65520 on. */
export function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(Math.fround(value));
  if (size >= 65520) return sign | 0x7c00;
  // below 2^-14 halves are multiples of 2^-24
  if (size < 1 / 16384) return sign | roundEven(size * 16777216);
  // a carry out of the fraction raises the exponent, as it should
  return sign | roundEven(((bits & 0x7fffffff) - (112 << 23)) / 8192);
}

function roundEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

export interface Quantised {
  /** Row-major, in the type asked for. */
  readonly values: Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>;
  /** int8: what the bytes of each column are multiplied by. */
  readonly scales?: Float32Array<ArrayBuffer>;
}

/**
 * @param values row-major, `columns` to a row
 * @param name what errors call them
 * @throws NablaError for weights beyond what half-precision floats reach
 */
export function quantise(
  values: Float32Array,
  columns: number,
  type: "float16" | "int8",
  name: string,
): Quantised {
  if (type === "float16") {
    const halves = Uint16Array.from(values, toHalf);
    const far = halves.findIndex((half) => (half & 0x7fff) === 0x7c00);
    if (far >= 0)
      throw new NablaError(
        `export: ${name} has a weight of ${values[far]}, beyond what float16 reaches (65,504); use int8 or float32`,
      );
    return { values: halves };
  }
  const scales = new Float32Array(columns);
  values.forEach((value, i) => {
    scales[i % columns] = Math.max(scales[i % columns]!, Math.abs(value));
  });
  // of a column of zeros, or of weights too small for a factor of their own, nothing is left
  for (let c = 0; c < columns; c++) scales[c]! /= 127;
  const bytes = Int8Array.from(values, (value, i) => {
    const scale = scales[i % columns]!;
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(value / scale)));
  });
  return { values: bytes, scales };
}

/** The weights an exported model computes with: the same multiplications as in assembly/standalone. */
export function dequantise({ values, scales }: Quantised): Float32Array<ArrayBuffer> {
  if (scales) return Float32Array.from(values, (q, i) => scales[i % scales.length]! * q);
  return Float32Array.from(values, (half) => {
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    // times 2^(exponent − 25), or 2^-24 for halves below 2^-14
    const unit = exponent > 25 ? 1 << (exponent - 25) : 1 / (1 << Math.min(24, 25 - exponent));
    const size = (exponent === 0 ? fraction : 1024 + fraction) * unit;
    return half & 0x8000 ? -size : size;
  });
}
