/**
 * Zip archives, as far as `.npz` files need them: stored and deflated entries, with data descriptors, zip64. Nothing that an archive says
 * of itself is believed before it is checked:
 *
 * - entries must lie one behind the other, before the directory, so that no byte is unpacked twice;
 * - an entry that claims to be larger than its packed bytes can become is refused before anything is allocated;
 * - unpacking stops where an entry is longer than it said.
 *
 * So what is read costs time and memory in proportion to the archive, at most 1032 times its bytes (deflate packs no better), and never more
 * than the limit.
 */

import { Inflate } from "fflate";
import { messageOf, NablaError } from "../../errors.ts";
import { demandBytes } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { anyText, attempt } from "../../host.ts";

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  /** Bytes in the archive, and unpacked. */
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  /** Whether a password is needed. */
  readonly locked: boolean;
  /** Where its values begin. */
  readonly from: number;
}

/** What has been unpacked, in bytes. */
export interface Meter {
  allocated: number;
  inflated: number;
}

const [END, END64, LOCATOR64, CENTRAL, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const [STORED, DEFLATED] = [0, 8];
const METHODS: Readonly<Record<number, string>> = { 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd" };
/** No byte of deflate says more. */
const BEST = 1032;
/** Packed bytes that are unpacked at a time: the whole, or its beginning. */
const [SLICE, START] = [1 << 16, 1 << 9];

/** The entries of an archive in the order of its directory. @param kind what errors call it @throws NablaError beginning with `name` */
export function zipEntries(bytes: Uint8Array, name: string, kind = ".npz archive"): ZipEntry[] {
  demandBytes(name ?? "npz", bytes);
  const broken = (why: string) => new NablaError(`${name}: broken ${kind}: ${why}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, start, end, base } = directoryOf(view, broken);
  const entries: (ZipEntry & { header: number })[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL)
      throw broken(`its directory ends at entry ${i}`);
    const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const next = at + 46 + lengths[0] + lengths[1] + lengths[2];
    if (next > end) throw broken(`its directory ends within entry ${i}`);
    const file = textOf(bytes, at + 46, lengths[0]);
    const [size, packed, offset] = wideSizes(view, at, lengths, () => broken(`${file}: no sizes of 64 bits`));
    const header = base + offset;
    if (header + 30 > start || view.getUint32(header, true) !== LOCAL)
      throw broken(`${file}: no entry begins at byte ${header}`);
    const named = view.getUint16(header + 26, true);
    const from = header + 30 + named + view.getUint16(header + 28, true);
    if (from + packed > start) throw broken(`${file}: cut short`);
    if (textOf(bytes, header + 30, named) !== file)
      throw broken(`${file}: called ${show(textOf(bytes, header + 30, named))} where it begins`);
    entries.push({
      name: file,
      method: view.getUint16(at + 10, true),
      locked: (view.getUint16(at + 8, true) & 1) === 1,
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      from,
      header,
    });
    at = next;
  }
  if (at !== end) throw broken(`its directory has more than the ${count} entries it counts`);
  const placed = [...entries].sort((a, b) => a.header - b.header);
  for (let i = 1; i < placed.length; i++) {
    const [before, entry] = [placed[i - 1]!, placed[i]!];
    if (entry.header < before.from + before.packed)
      throw broken(`${entry.name} lies within ${before.name}: entries overlap`);
  }
  return entries;
}

interface Directory {
  count: number;
  start: number;
  end: number;
  /** Bytes in front of the archive: offsets do not count them. */
  base: number;
}

function directoryOf(view: DataView, broken: (why: string) => NablaError): Directory {
  const length = view.byteLength;
  let at = length - 22;
  // behind the record stands at most a comment
  const first = Math.max(0, at - 0xffff);
  const isEnd = () => view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) <= length;
  while (at >= first && !isEnd()) at--;
  if (at < first) throw broken("no directory at its end; is the file whole?");
  let [count, size, offset] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  let end = at;
  if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR64) {
    end = at - 20 - 56;
    if (end < 0 || view.getUint32(end, true) !== END64) throw broken("no directory of 64 bits at its end");
    [count, size, offset] = [wide(view, end + 32), wide(view, end + 40), wide(view, end + 48)];
  }
  const base = end - size - offset;
  if (base < 0 || count * 46 > size) throw broken("its directory is larger than the file");
  return { count, start: end - size, end, base };
}

const wide = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);

/** Size, packed size and offset of an entry of the directory: of 32 bits, or in its extra field. */
function wideSizes(
  view: DataView,
  at: number,
  [named, extra]: readonly [number, number, number],
  missing: () => NablaError,
): [size: number, packed: number, offset: number] {
  const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true)) as [number, number, number];
  const wanted = [0, 1, 2].filter((i) => sizes[i] === 0xffffffff);
  if (wanted.length === 0) return sizes;
  const end = at + 46 + named + extra;
  for (let field = at + 46 + named; field + 4 <= end; ) {
    const length = view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1 && length >= 8 * wanted.length && field + 4 + length <= end) {
      wanted.forEach((i, place) => {
        sizes[i] = wide(view, field + 4 + 8 * place);
      });
      return sizes;
    }
    field += 4 + length;
  }
  throw missing();
}

const textOf = (bytes: Uint8Array, from: number, length: number): string =>
  anyText(bytes.subarray(from, from + length));

/**
 * The bytes of an entry.
 *
 * @param most as many of the first are enough; default: all, which are compared with their checksum
 * @throws NablaError beginning with `name`, where they are not what the directory says
 */
export function unzip(
  bytes: Uint8Array,
  entry: ZipEntry,
  name: string,
  meter?: Meter,
  most?: number,
  kind = ".npz archive",
): Uint8Array {
  const { method, packed, size, locked, from } = entry;
  const broken = (why: string, cause?: unknown) =>
    new NablaError(`${name}: broken ${kind}: ${why}`, { cause });
  if (locked) throw new NablaError(`${name}: packed with a password; save it without`);
  if (method !== STORED && method !== DEFLATED) {
    const what = METHODS[method] ?? "which is not known";
    throw new NablaError(
      `${name}: packed by method ${method}, ${what}; expected numpy.savez or savez_compressed (stored or deflated)`,
    );
  }
  const content = bytes.subarray(from, from + packed);
  if (method === STORED ? size !== packed : size > packed * BEST)
    throw broken(`it claims to be of ${size} bytes, packed into ${packed}`);
  const wanted = Math.min(size, most ?? size);
  const out = method === STORED ? content.subarray(0, wanted) : inflate(content, size, wanted, broken, meter);
  if (most === undefined && crc32(out) !== entry.crc)
    throw broken("its checksum is another than the archive says; fetch or save it again");
  return out;
}

function inflate(
  content: Uint8Array,
  size: number,
  wanted: number,
  broken: (why: string, cause?: unknown) => NablaError,
  meter: Meter = { allocated: 0, inflated: 0 },
): Uint8Array {
  meter.allocated += wanted;
  const out = new Uint8Array(wanted);
  let length = 0;
  const stream = new Inflate((chunk) => {
    meter.inflated += chunk.length;
    if (length < wanted) out.set(chunk.subarray(0, wanted - length), length);
    length += chunk.length;
  });
  const [slice, most] = wanted === size ? [SLICE, size] : [START, wanted - 1];
  try {
    for (let at = 0; at < content.length && length <= most; at += slice)
      stream.push(content.subarray(at, at + slice), at + slice >= content.length);
  } catch (cause) {
    throw broken(messageOf(cause), cause);
  }
  const whole = wanted === size ? length === size : length >= wanted;
  if (!whole) throw broken(`it unpacks to ${length > size ? "more" : "fewer"} than its ${size} bytes`);
  return out;
}

interface WithModules {
  process: { getBuiltinModule(name: string): { crc32?(bytes: Uint8Array): number } };
}

let table: Int32Array | undefined;

/** The checksum of zip archives, computed by the host where it can. */
export function crc32(bytes: Uint8Array): number {
  const native = attempt(() =>
    (globalThis as unknown as WithModules).process.getBuiltinModule("node:zlib").crc32?.(bytes),
  );
  if (native !== undefined) return native;
  table ??= Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    return c;
  });
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
