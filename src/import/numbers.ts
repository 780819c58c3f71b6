/** Numbers of files of other programs. */
import { DTYPES, type TensorData } from "../checkpoint/dtypes.ts";

/**
 * The values that bytes hold, as safetensors call their type: where they lie, if they may be read there, or a copy. They are read and never
 * written, as the bytes are the file's.
 */
export function valuesIn(bytes: Uint8Array, type: string): TensorData {
  if (type === "F32" && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length / 4);
  // a copy begins at offset 0 of a buffer of its own
  const own = new Uint8Array(bytes.length);
  own.set(bytes);
  return DTYPES.get(type)!.read(own.buffer);
}

/** As float32: the same ones, if they are that already. */
export const asFloats = (values: TensorData | Float64Array): Float32Array =>
  values[Symbol.toStringTag] === "Float32Array"
    ? (values as Float32Array)
    : Float32Array.from(values as Float64Array);

/** The place of the first that is NaN or infinite, or -1. */
export function firstBad(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (values[i]! - values[i]! !== 0) return i;
  return -1;
}
