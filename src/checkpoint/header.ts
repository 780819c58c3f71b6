/** The header of a safetensors file. Nothing in it is trusted before it has been compared with the bytes. */

import { messageOf, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkJson } from "../fields/json.ts";
import { fromUtf8 } from "../host.ts";
import { DTYPES } from "./dtypes.ts";

/** Where a tensor lies: bytes `begin` to `end` of the payload. */
export interface TensorPlace {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** Where the payload begins, in bytes from the start of the file. */
  readonly start: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** One after the other, covering the payload without gap or overlap. */
  readonly ranges: readonly TensorPlace[];
}

/** The format's own limit. */
const MAX_HEADER = 100_000_000;

/** Bytes from the start of a file that say how long its header is, or what else it is. */
export const HEAD = 64;

/** How many bytes of a file have its header. @param first its first HEAD bytes, or all of it */
export function headSize(first: Uint8Array): number {
  const length = first.length < 8 ? 0n : new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  // more than headers may have: parseHeader says what it is instead, from its first bytes
  return Math.max(first.length, length > MAX_HEADER ? 0 : 8 + Number(length));
}

/** What else might have been opened by mistake, by its first bytes. */
const OTHERS: readonly (readonly [start: string, what: string])[] = [
  ["PK\x03\x04", "a zip archive (.npz or .keras)"],
  ["\x89HDF", "an HDF5 file (.h5)"],
  ["\x93NUMPY", "a NumPy array (.npy)"],
  ["GGUF", "a GGUF file"],
  ["\x80\x02", "a Python pickle"],
  ["\x1f\x8b", "gzipped; unpack it first"],
  ["version https://git-lfs", "a Git LFS pointer; fetch the file itself"],
  ["\0asm", "a WebAssembly module, perhaps an exported model"],
  ["<", "a web page"],
  ["{", "a JSON document"],
];

/**
 * @param bytes the file, or as much of it as holds the header
 * @param size bytes of the whole file
 * @throws NablaError where the header is damaged, or the file is not as long as it says
 */
export function parseHeader(bytes: Uint8Array, name: string, size = bytes.length): SafetensorsHeader {
  const length = headerLength(bytes, name);
  const start = 8 + length;
  const fields = parseObject(bytes.subarray(8, start), name);
  const { __metadata__: raw = {}, ...entries } = fields;
  const metadata = asObject(raw, `${name}: header: __metadata__`) as Record<string, string>;
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string")
      fail(name, `__metadata__: expected text under ${show(key)}, got ${typeof value}`);
  }
  const ranges = Object.entries(entries).map(([key, entry]) => parseRange(key, entry, name));
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCover(ranges, size, start, name);
  return { start, metadata, ranges };
}

function fail(name: string, problem: string): never {
  throw new NablaError(`${name}: header: ${problem}; the file is damaged or malformed`);
}

/** The error for a file of another kind. */
function notThis(bytes: Uint8Array, name: string, why: string): NablaError {
  const first = String.fromCharCode(...bytes.subarray(0, 32));
  const [, other] =
    OTHERS.find(([start]) => first.startsWith(start)) ??
    (/^[\t\n\r -~]{8,}$/.test(first) ? ["", "text"] : []);
  return new NablaError(
    `${name}: not a safetensors file: ${other ? `it looks like ${other}` : why}; a model is what save() or nabla train --out wrote`,
  );
}

function headerLength(bytes: Uint8Array, name: string): number {
  const mistaken = (why: string) => notThis(bytes, name, why);
  if (bytes.length < 8) throw mistaken(`expected at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER) throw mistaken(`its header would be ${length} bytes long (at most ${MAX_HEADER})`);
  if (length < 2 || (bytes.length > 8 && bytes[8] !== 0x7b)) {
    throw mistaken("expected 8 bytes of header length and then a JSON object");
  }
  if (8 + Number(length) > bytes.length) {
    throw new NablaError(
      `${name}: truncated within its header: expected at least ${8n + length} bytes, got ${bytes.length}; copy or download it again`,
    );
  }
  return Number(length);
}

function parseObject(bytes: Uint8Array, name: string): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    // Decoded from a copy: browsers refuse to decode shared memory.
    text = fromUtf8(bytes.slice());
    checkJson(text);
    value = JSON.parse(text);
  } catch (cause) {
    throw new NablaError(
      `${name}: header: not valid JSON in UTF-8 (${messageOf(cause)}); the file is damaged`,
      { cause },
    );
  }
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(name, `${show(twice)} is there twice`);
  return asObject(value, `${name}: header`);
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NablaError(
      `${where}: expected a JSON object, got ${Array.isArray(value) ? "an array" : typeof value}`,
    );
  }
  return value as Record<string, unknown>;
}

function parseRange(key: string, entry: unknown, name: string): TensorPlace {
  const where = `tensor ${show(key)}`;
  const { dtype, shape, data_offsets: offsets } = asObject(entry, `${name}: header: ${where}`);
  const type = typeof dtype === "string" ? DTYPES.get(dtype) : undefined;
  if (!type) {
    throw new NablaError(
      `${name}: ${where}: element type ${show(dtype)} is not supported; expected one of ${[...DTYPES.keys()].join(", ")}`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    fail(name, `${where}: expected a shape of whole numbers ≥ 0, got ${show(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1]) {
    fail(name, `${where}: expected data_offsets [begin, end] with begin ≤ end, got ${show(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  let bytes = type.bytes;
  for (const n of shape) {
    bytes *= n;
    if (!Number.isSafeInteger(bytes)) fail(name, `${where}: shape ${show(shape)} is too large to be true`);
  }
  if (bytes !== end - begin) {
    fail(
      name,
      `${where}: shape ${show(shape)} of ${dtype} needs ${bytes} bytes, data_offsets span ${end - begin}`,
    );
  }
  return { name: key, dtype: dtype as string, shape, begin, end };
}

const isSize = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;

function checkCover(ranges: readonly TensorPlace[], size: number, start: number, name: string): void {
  let at = 0;
  let before = "the header";
  for (const range of ranges) {
    const here = `tensor ${show(range.name)}`;
    if (range.begin < at) fail(name, `${here} begins at ${range.begin}, inside ${before} (to ${at})`);
    if (range.begin > at) fail(name, `bytes ${at} to ${range.begin} of the payload belong to no tensor`);
    at = range.end;
    before = here;
  }
  const wanted = start + at;
  if (wanted > size) {
    throw new NablaError(
      `${name}: truncated: expected ${wanted} bytes, got ${size}; copy or download it again, or use an earlier copy`,
    );
  }
  if (wanted < size) fail(name, `the tensors end at byte ${wanted}, but the file has ${size}`);
}

/** The first key that some object of this JSON text holds twice (JSON.parse would keep the last, silently). */
export function duplicateKey(text: string): string | undefined {
  // of lists, which have no keys, there is nothing to keep
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "{") open.push(new Set());
    else if (c === "[") open.push(undefined);
    else if (c === "}" || c === "]") open.pop();
    else if (c === '"') {
      const from = i++;
      for (; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      let next = i + 1;
      while (/\s/.test(text[next] ?? "")) next++;
      if (text[next] !== ":") continue;
      const key = JSON.parse(text.slice(from, i + 1)) as string;
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
