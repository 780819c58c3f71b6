/** The element types of safetensors files, and the typed arrays that hold them. */

export type TensorData =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | BigInt64Array
  | BigUint64Array;

interface DType {
  /** Bytes per element in the file. */
  readonly bytes: number;
  /** The values in `buffer`, which holds this tensor and nothing else. */
  read(buffer: ArrayBuffer): TensorData;
}

export const DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["F64", { bytes: 8, read: (buffer) => new Float64Array(buffer) }],
  ["F32", { bytes: 4, read: (buffer) => new Float32Array(buffer) }],
  ["F16", { bytes: 2, read: (buffer) => Float32Array.from(new Uint16Array(buffer), fromHalf) }],
  [
    "BF16",
    {
      bytes: 2,
      read: (buffer) =>
        new Float32Array(Uint32Array.from(new Uint16Array(buffer), (word) => word << 16).buffer),
    },
  ],
  ["I64", { bytes: 8, read: (buffer) => new BigInt64Array(buffer) }],
  ["U64", { bytes: 8, read: (buffer) => new BigUint64Array(buffer) }],
  ["I32", { bytes: 4, read: (buffer) => new Int32Array(buffer) }],
  ["U32", { bytes: 4, read: (buffer) => new Uint32Array(buffer) }],
  ["I16", { bytes: 2, read: (buffer) => new Int16Array(buffer) }],
  ["U16", { bytes: 2, read: (buffer) => new Uint16Array(buffer) }],
  ["I8", { bytes: 1, read: (buffer) => new Int8Array(buffer) }],
  ["U8", { bytes: 1, read: (buffer) => new Uint8Array(buffer) }],
  ["BOOL", { bytes: 1, read: (buffer) => new Uint8Array(buffer) }],
]);

/** The dtype under which these values are written: "F32" of a Float32Array, "U64" of a BigUint64Array. Undefined when there is none. */
export function dtypeOf(data: TensorData): string | undefined {
  const [, kind, bits] = /^(?:Big)?([FIU])\D+(\d+)Array$/.exec(data[Symbol.toStringTag]) ?? [];
  return kind && kind + bits;
}

/** A 16-bit float: sign, five bits of exponent, ten of fraction. Every one is exact as f32. */
function fromHalf(word: number): number {
  const sign = word & 0x8000 ? -1 : 1;
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  // 2^-24 = 1 / (1 << 24); divisions by powers of two are exact, `**` need not be.
  if (exponent === 0) return (sign * fraction) / (1 << 24);
  return (sign * (1024 + fraction) * (1 << exponent)) / (1 << 25);
}
