/**
 * The safetensors format, in and out:
 *
 *     8 bytes   length of the header, little-endian
 *     header    JSON: { "__metadata__": { key: text, … }, "<name>": { dtype, shape, data_offsets: [begin, end] }, … }
 *     payload   the tensors one after the other, little-endian, row-major; offsets count from here
 *
 * Files written here carry `nabla.sha256` in their metadata: the digest of the whole file with those 64 digits as
 * zeros, so that a flipped bit is found wherever it is. Files without it, from other tools, are read as they are.
 */
import { NablaError } from "../errors.ts";
import { showShape, sizeOf } from "../shape.ts";
import { tagOf } from "../tags.ts";
import { DTYPES, dtypeOf, type TensorData } from "./dtypes.ts";
import { parseHeader, type TensorPlace } from "./header.ts";
import { Sha256 } from "./sha256.ts";

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface StoredTensor {
  /** As in the file. F16 and BF16 are widened to a Float32Array, BOOL is a Uint8Array of 0 and 1. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the payload. */
  readonly tensors: Map<string, StoredTensor>;
}

const CHECKSUM = "nabla.sha256";
const ZEROS = "0".repeat(64);
const ALIGNMENT = 64;

/**
 * The bytes of a safetensors file. Wider element types come first, so that every tensor is aligned in the file;
 * otherwise the order is kept. Throws on a duplicate or reserved name, or a shape that does not fit its data.
 */
export function writeSafetensors(
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries = new Map<string, unknown>([["__metadata__", { ...metadata, [CHECKSUM]: ZEROS }]]);
  let end = 0;
  for (const { name, shape, data } of sorted) {
    if (entries.has(name)) throw new NablaError(`tensor "${name}": the name is used twice or reserved`);
    const length = sizeOf(shape);
    const dtype = dtypeOf(data);
    if (!dtype) throw new NablaError(`tensor "${name}": cannot be stored as ${data[Symbol.toStringTag]}`);
    if (length !== data.length) {
      throw new NablaError(
        `tensor "${name}": expected ${length} values for shape ${showShape(shape)}, got ${data.length}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    entries.set(name, { dtype, shape, data_offsets: [begin, end] });
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const start = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + end);
  bytes.fill(0x20, 8, start);
  bytes.set(json, 8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  let at = start;
  for (const { data } of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const header = bytes.subarray(0, start);
  const digits = checksumAt(header);
  bytes.set(new TextEncoder().encode(new Sha256().update(bytes).hex()), digits);
  return bytes;
}

/** Advice for values that are not bytes. */
const HELP: Readonly<Record<string, string>> = {
  ArrayBuffer: "; pass new Uint8Array(buffer)",
  Promise: "; await it first",
  String: "; read the file first: loadModel() of nabla/node or nabla/browser does",
};

/**
 * Reads a safetensors file; `name` stands in its errors. Throws a NablaError when it is not one, is cut short, has a
 * header that does not fit its payload exactly, or does not match its checksum. The tensors are copies.
 */
export function readSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const got = tagOf(bytes);
  if (got !== "Uint8Array")
    throw new NablaError(`${name}: expected the file's bytes as a Uint8Array, got ${got}${HELP[got] ?? ""}`);
  const { start, metadata, ranges } = parseHeader(bytes, name);
  checkDigest(bytes, start, metadata, name);
  const tensors = new Map<string, StoredTensor>();
  for (const range of ranges) tensors.set(range.name, readTensor(bytes, start, range));
  const { [CHECKSUM]: _, ...rest } = metadata;
  return { metadata: rest, tensors };
}

function readTensor(
  bytes: Uint8Array,
  start: number,
  { dtype, shape, begin, end }: TensorPlace,
): StoredTensor {
  // A copy begins at offset 0 of its own buffer, so it is aligned whatever the file does.
  const own = new Uint8Array(end - begin);
  own.set(bytes.subarray(start + begin, start + end));
  return { dtype, shape, data: DTYPES.get(dtype)!.read(own.buffer) };
}

function checkDigest(
  bytes: Uint8Array,
  start: number,
  metadata: Readonly<Record<string, string>>,
  name: string,
): void {
  const stored = metadata[CHECKSUM];
  if (stored === undefined) {
    if (!Object.keys(metadata).some((key) => key.startsWith("nabla."))) return;
    throw new NablaError(
      `${name}: damaged: it was written by Nabla but has no ${CHECKSUM}; use an earlier copy`,
    );
  }
  // not slice(): on a Buffer of Node's that is a view, and the caller's bytes would change
  const head = new Uint8Array(bytes.subarray(0, start));
  const digits = checksumAt(head);
  if (digits >= 0) head.fill(0x30, digits, digits + 64);
  const found = new Sha256().update(head).update(bytes.subarray(start)).hex();
  if (found === stored) return;
  throw new NablaError(
    `${name}: damaged or changed since it was saved: its checksum is ${stored.slice(0, 12)}…, its bytes give ${found.slice(0, 12)}…; use an earlier copy`,
    { details: { stored, found } },
  );
}

/** Where the digits of the checksum begin; -1 when they are not written as they are here. */
function checksumAt(header: Uint8Array): number {
  // A quote inside a JSON string has a backslash before it, so this text is found only as a key with its value.
  const key = new TextEncoder().encode(`"${CHECKSUM}":"`);
  for (let at = header.indexOf(key[0]!); at >= 0; at = header.indexOf(key[0]!, at + 1)) {
    if (key.every((byte, i) => header[at + i] === byte)) return at + key.length;
  }
  return -1;
}
