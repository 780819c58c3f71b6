/** NumPy's array files: a header in Python's notation, then the raw values. */
import { NablaError } from "../errors.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Shaped, TypedArray } from "./arrays.ts";

export interface Npy extends Shaped {
  readonly name: string;
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

type Getter = (view: DataView, at: number, little: boolean) => number;
interface ElementType {
  bytes: number;
  make: (n: number) => TypedArray;
  get: Getter;
}

const ELEMENT_TYPES: Record<string, ElementType> = {
  b1: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => (v.getUint8(at) ? 1 : 0) },
  u1: { bytes: 1, make: (n) => new Uint8Array(n), get: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, make: (n) => new Int8Array(n), get: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, make: (n) => new Uint16Array(n), get: (v, at, little) => v.getUint16(at, little) },
  i2: { bytes: 2, make: (n) => new Int16Array(n), get: (v, at, little) => v.getInt16(at, little) },
  u4: { bytes: 4, make: (n) => new Uint32Array(n), get: (v, at, little) => v.getUint32(at, little) },
  i4: { bytes: 4, make: (n) => new Int32Array(n), get: (v, at, little) => v.getInt32(at, little) },
  // Float64Array holds 64-bit integers up to 2^53; beyond that the reader refuses.
  i8: {
    bytes: 8,
    make: (n) => new Float64Array(n),
    get: (v, at, little) => Number(v.getBigInt64(at, little)),
  },
  f4: { bytes: 4, make: (n) => new Float32Array(n), get: (v, at, little) => v.getFloat32(at, little) },
  f8: { bytes: 8, make: (n) => new Float64Array(n), get: (v, at, little) => v.getFloat64(at, little) },
};

/**
 * Reads a `.npy` file, version 1 to 3, of type f4, f8, u1, u2, u4, i1, i2, i4, i8 or b1, either byte order.
 * Arrays in Fortran order come back in C order (row-major). Throws a NablaError naming `name` when anything differs
 * from what the header declares.
 */
export function parseNpy(bytes: Uint8Array, name: string): Npy {
  const { header, from } = readHeader(bytes, name);
  const descr = /'descr'\s*:\s*'([<>|=]?)(\w+)'/.exec(header);
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const shapeText = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header);
  if (!descr || !fortran || !shapeText) {
    throw new NablaError(
      `${name}: expected a header with descr, fortran_order and shape, got ${header.trim()}`,
    );
  }
  const kind = ELEMENT_TYPES[descr[2]!];
  if (!kind) {
    throw new NablaError(
      `${name}: element type ${descr[1]}${descr[2]} is not supported; expected one of ${Object.keys(ELEMENT_TYPES).join(", ")}; convert with .astype("float32")`,
    );
  }
  const shape = shapeText[1]!
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  const n = sizeOf(shape);
  const present = bytes.length - from;
  if (n * kind.bytes !== present) {
    throw new NablaError(
      `${name}: ${n * kind.bytes > present ? "truncated" : "too long"}: shape ${showShape(shape)} of ${descr[2]} needs ${n * kind.bytes} bytes after the header, got ${present}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, present);
  const little = descr[1] !== ">";
  const data = kind.make(n);
  for (let i = 0; i < n; i++) data[i] = kind.get(view, i * kind.bytes, little);
  if (descr[2] === "i8") {
    const bad = (data as Float64Array).findIndex((value) => !Number.isSafeInteger(value));
    if (bad >= 0) throw new NablaError(`${name}: value ${bad} is beyond ±2^53 and cannot be read exactly`);
  }
  return { name, shape, data: fortran[1] === "True" ? toRowMajor(data, shape, kind) : data };
}

function readHeader(bytes: Uint8Array, name: string): { header: string; from: number } {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  const version = bytes[6] ?? 0;
  if (!magic.every((byte, i) => bytes[i] === byte) || version < 1 || version > 3) {
    throw new NablaError(
      `${name}: not a .npy file: expected it to begin with \\x93NUMPY and a version from 1 to 3`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const length =
    bytes.length < start ? Infinity : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length)
    throw new NablaError(`${name}: truncated within its header (${bytes.length} bytes)`);
  return { header: new TextDecoder().decode(bytes.subarray(start, start + length)), from: start + length };
}

function toRowMajor(data: TypedArray, shape: readonly number[], kind: ElementType): TypedArray {
  const out = kind.make(data.length);
  const index = new Array<number>(shape.length).fill(0);
  for (let to = 0; to < data.length; to++) {
    let from = 0;
    for (let d = shape.length - 1; d >= 0; d--) from = from * shape[d]! + index[d]!;
    out[to] = data[from]!;
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]; d--) index[d] = 0;
  }
  return out;
}
