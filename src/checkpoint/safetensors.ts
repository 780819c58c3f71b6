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
import { toUtf8 } from "../host.ts";
import { showShape, sizeOf } from "../shape.ts";
import { tagOf } from "../tags.ts";
import { DTYPES, dtypeOf, type TensorData } from "./dtypes.ts";
import { HEAD, headSize, parseHeader } from "./header.ts";
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
 * The bytes of a safetensors file in parts, one after the other, which need no second copy of large tensors: the header, then the tensors as
 * they lie in memory. Wider element types come first, so that every tensor is aligned in the file; otherwise the order is kept.
 * @throws NablaError on a duplicate or reserved name, or a shape that does not fit its data
 */
export function safetensorsParts(
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
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
  const json = toUtf8(JSON.stringify(Object.fromEntries(entries)));
  const start = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(start);
  header.fill(0x20, 8);
  header.set(json, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(start - 8), true);
  const parts: Uint8Array[] = [header];
  for (const { data } of sorted) parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  header.set(toUtf8(hash.hex()), checksumAt(header));
  return parts;
}

/** Parts as one piece of memory. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
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
  const digest = digestAfter(bytes.subarray(0, start)).update(bytes.subarray(start));
  checkDigest(digest, metadata, name);
  const tensors = new Map<string, StoredTensor>();
  for (const { name: key, begin, end, dtype, shape } of ranges) {
    // A copy begins at offset 0 of its own buffer, so it is aligned whatever the file does.
    const own = new Uint8Array(end - begin);
    own.set(bytes.subarray(start + begin, start + end));
    tensors.set(key, { dtype, shape, data: DTYPES.get(dtype)!.read(own.buffer) });
  }
  return { metadata: withoutDigest(metadata), tensors };
}

/**
 * The same of a file that is read from its beginning to its end, each tensor straight to its place: files may be larger than one array,
 * and nothing is copied.
 * @param size of the file, in bytes
 * @param fill reads the next bytes into all of an array; false where the file ends before
 */
export async function readSafetensorsBy(
  fill: (into: Uint8Array) => Promise<boolean>,
  size: number,
  name: string,
): Promise<Safetensors> {
  const read = async (bytes: number): Promise<Uint8Array<ArrayBuffer>> => {
    const into = new Uint8Array(bytes);
    if (await fill(into)) return into;
    throw new NablaError(`${name}: it became shorter while it was read; is another program writing to it?`);
  };
  const first = await read(Math.min(size, HEAD));
  const rest = await read(Math.min(size, headSize(first)) - first.length);
  const head = joined([first, rest]);
  const { start, metadata, ranges } = parseHeader(head, name, size);
  const digest = digestAfter(head.subarray(0, start));
  const tensors = new Map<string, StoredTensor>();
  for (const { name: key, begin, end, dtype, shape } of ranges) {
    const own = await read(end - begin);
    digest.update(own);
    tensors.set(key, { dtype, shape, data: DTYPES.get(dtype)!.read(own.buffer) });
  }
  checkDigest(digest, metadata, name);
  return { metadata: withoutDigest(metadata), tensors };
}

const withoutDigest = ({ [CHECKSUM]: _, ...rest }: Readonly<Record<string, string>>) => rest;

/** The digest of the file so far: of its header, with zeros for the digits. */
function digestAfter(header: Uint8Array): Sha256 {
  // not slice(): on a Buffer of Node's that is a view, and the caller's bytes would change
  const head = new Uint8Array(header);
  const digits = checksumAt(head);
  if (digits >= 0) head.fill(0x30, digits, digits + 64);
  return new Sha256().update(head);
}

function checkDigest(digest: Sha256, metadata: Readonly<Record<string, string>>, name: string): void {
  const stored = metadata[CHECKSUM];
  if (stored === undefined) {
    if (!Object.keys(metadata).some((key) => key.startsWith("nabla."))) return;
    throw new NablaError(
      `${name}: damaged: it was written by Nabla but has no ${CHECKSUM}; use an earlier copy`,
    );
  }
  const found = digest.hex();
  if (found === stored) return;
  throw new NablaError(
    `${name}: damaged or changed since it was saved: its checksum is ${stored.slice(0, 12)}…, its bytes give ${found.slice(0, 12)}…; use an earlier copy`,
    { details: { stored, found } },
  );
}

/** Where the digits of the checksum begin; -1 when they are not written as they are here. */
function checksumAt(header: Uint8Array): number {
  // A quote inside a JSON string has a backslash before it, so this text is found only as a key with its value.
  const key = toUtf8(`"${CHECKSUM}":"`);
  for (let at = header.indexOf(key[0]!); at >= 0; at = header.indexOf(key[0]!, at + 1)) {
    if (key.every((byte, i) => header[at + i] === byte)) return at + key.length;
  }
  return -1;
}
