/** Types of values in HDF5 files. */

export type Datatype =
  /** As safetensors files call them. */
  | { readonly kind: "number"; readonly size: number; readonly dtype: string }
  /** Of a fixed length; of any, held elsewhere. */
  | { readonly kind: "text"; readonly size: number }
  | { readonly kind: "longText"; readonly size: number }
  | { readonly kind: "other"; readonly size: number };

const [INTEGER, FLOAT, TEXT, ANY_LENGTH] = [0, 1, 3, 9];

/** @param bytes of the message that describes it */
export function datatypeOf(bytes: Uint8Array): Datatype {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) return { kind: "other", size: 0 };
  const kind = bytes[0]! & 15;
  const size = view.getUint32(4, true);
  const big = bytes[1]! & 1;
  if (kind === TEXT) return { kind: "text", size };
  if (kind === ANY_LENGTH && (bytes[1]! & 15) === 1) return { kind: "longText", size: 16 };
  if (big) return { kind: "other", size };
  // the exponent's length tells float16 from bfloat16
  if (kind === FLOAT && size === 2) return { kind: "number", size, dtype: bytes[13] === 8 ? "BF16" : "F16" };
  if (kind === FLOAT && (size === 4 || size === 8)) return { kind: "number", size, dtype: `F${8 * size}` };
  if (kind === INTEGER && [1, 2, 4, 8].includes(size))
    return { kind: "number", size, dtype: `${bytes[1]! & 8 ? "I" : "U"}${8 * size}` };
  return { kind: "other", size };
}
