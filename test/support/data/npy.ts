/** Writes `.npy` and `.npz` files as NumPy, and others, may write them: independently of what reads them. */
import { deflateSync } from "fflate";

/** Types of numbers by NumPy's codes. A value of 64 bits is a bigint, a float16 its bits. */
export type Code = "b1" | "u1" | "i1" | "u2" | "i2" | "u4" | "i4" | "u8" | "i8" | "f2" | "f4" | "f8";

const SETTERS: Record<
  Code,
  [bytes: number, set: (view: DataView, at: number, value: never, little: boolean) => void]
> = {
  b1: [1, (view, at, value: number) => view.setUint8(at, value)],
  u1: [1, (view, at, value: number) => view.setUint8(at, value)],
  i1: [1, (view, at, value: number) => view.setInt8(at, value)],
  u2: [2, (view, at, value: number, little) => view.setUint16(at, value, little)],
  i2: [2, (view, at, value: number, little) => view.setInt16(at, value, little)],
  u4: [4, (view, at, value: number, little) => view.setUint32(at, value, little)],
  i4: [4, (view, at, value: number, little) => view.setInt32(at, value, little)],
  u8: [8, (view, at, value: bigint, little) => view.setBigUint64(at, value, little)],
  i8: [8, (view, at, value: bigint, little) => view.setBigInt64(at, value, little)],
  f2: [2, (view, at, value: number, little) => view.setUint16(at, value, little)],
  f4: [4, (view, at, value: number, little) => view.setFloat32(at, value, little)],
  f8: [8, (view, at, value: number, little) => view.setFloat64(at, value, little)],
};

export interface NpyForm {
  big?: boolean;
  fortran?: boolean;
  version?: 1 | 2 | 3;
  /** As Python 2 wrote numbers of 64 bits: (4L, 2L). */
  longs?: boolean;
  /** Strings in double quotes. */
  double?: boolean;
  /** Keys of the header in another order. */
  swapped?: boolean;
}

/** @param values in C order */
export function writeNpy(
  code: Code,
  shape: readonly number[],
  values: readonly (number | bigint)[],
  form: NpyForm = {},
): Uint8Array {
  const [bytes, set] = SETTERS[code];
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  inOrder(shape, form.fortran).forEach((from, to) => set(view, to * bytes, values[from] as never, !form.big));
  const mark = bytes === 1 ? "|" : form.big ? ">" : "<";
  return withHeader(mark + code, shape, new Uint8Array(view.buffer), form);
}

/** @param unicode code points of four bytes, else the bytes of UTF-8 */
export function writeTexts(
  shape: readonly number[],
  texts: readonly string[],
  unicode: boolean,
  form: NpyForm = {},
): Uint8Array {
  const parts = texts.map((text) =>
    unicode ? Array.from(text, (letter) => letter.codePointAt(0)!) : [...new TextEncoder().encode(text)],
  );
  const size = Math.max(1, ...parts.map((part) => part.length));
  const bytes = size * (unicode ? 4 : 1);
  const view = new DataView(new ArrayBuffer(bytes * texts.length));
  inOrder(shape, form.fortran).forEach((from, to) =>
    parts[from]!.forEach((point, i) => {
      if (unicode) view.setUint32(to * bytes + 4 * i, point, !form.big);
      else view.setUint8(to * bytes + i, point);
    }),
  );
  const mark = unicode ? (form.big ? ">U" : "<U") : "|S";
  return withHeader(`${mark}${size}`, shape, new Uint8Array(view.buffer), form);
}

/** Which element of C order comes first, second, … in the file. */
function inOrder(shape: readonly number[], fortran = false): number[] {
  const n = shape.reduce((product, size) => product * size, 1);
  const all = Array.from({ length: n }, (_, i) => i);
  if (!fortran) return all;
  // by columns: the first axis runs fastest
  const key = (flat: number) => {
    let [rest, place, weight] = [flat, 0, n];
    for (const size of [...shape].reverse()) {
      weight /= size;
      place += (rest % size) * weight;
      rest = Math.floor(rest / size);
    }
    return place;
  };
  return all.sort((a, b) => key(a) - key(b));
}

/** Any header in front of any bytes. @param descr as in Python; without quotes it gets them */
export function withHeader(
  descr: string,
  shape: readonly number[],
  body: Uint8Array,
  { fortran = false, version = 1, longs = false, double = false, swapped = false }: NpyForm = {},
): Uint8Array {
  const quote = double ? '"' : "'";
  const q = (text: string) => `${quote}${text}${quote}`;
  const sizes = shape.map((size) => `${size}${longs ? "L" : ""}`);
  const tuple = `(${sizes.join(", ")}${sizes.length === 1 ? "," : ""})`;
  const entries = [
    `${q("descr")}: ${descr.startsWith("[") ? descr : q(descr)}`,
    `${q("fortran_order")}: ${fortran ? "True" : "False"}`,
    `${q("shape")}: ${tuple}`,
  ];
  const text = `{${(swapped ? entries.reverse() : entries).join(", ")}, }`;
  const start = version === 1 ? 10 : 12;
  const padded = `${text.padEnd(Math.ceil((start + text.length + 1) / 64) * 64 - start - 1)}\n`;
  const header = new TextEncoder().encode(padded);
  const bytes = new Uint8Array(start + header.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(header, start);
  bytes.set(body, start + header.length);
  return bytes;
}

export interface ZipForm {
  deflate?: boolean;
  /** Sizes behind the entry, as programs write that cannot go back. */
  descriptor?: boolean;
  /** Sizes and offsets of 64 bits, in extra fields. */
  wide?: boolean;
  /** Bytes in front of the archive. */
  before?: number;
  comment?: string;
}

interface Entry {
  name: string;
  content: Uint8Array;
  /** What its records say, where that is not true. */
  lies?: Partial<Record<"method" | "size" | "packed" | "crc" | "offset" | "flags", number>>;
}

const crcOf = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
};

/** An archive, record by record as PKWARE's APPNOTE has them. */
export function writeZip(entries: readonly Entry[], form: ZipForm = {}): Uint8Array {
  const { deflate = false, descriptor = false, wide = false, before = 0, comment = "" } = form;
  const out: number[] = [];
  const all: Uint8Array[] = [];
  const put = (value: number, bytes: number, to = out) => {
    for (let i = 0; i < bytes; i++) to.push(Math.floor(value / 256 ** i) % 256);
  };
  let length = 0;
  const flush = () => {
    const part = Uint8Array.from(out.splice(0));
    all.push(part);
    length += part.length;
  };
  const directory: number[] = [];
  for (const { name, content, lies = {} } of entries) {
    const packed = deflate ? deflateSync(content) : content;
    const letters = [...new TextEncoder().encode(name)];
    const told = {
      method: deflate ? 8 : 0,
      crc: crcOf(content),
      packed: packed.length,
      size: content.length,
      offset: length,
      flags: 0x800 | (descriptor ? 8 : 0),
      ...lies,
    };
    put(0x04034b50, 4);
    put(wide ? 45 : 20, 2);
    put(told.flags, 2);
    put(told.method, 2);
    put(0, 4);
    put(descriptor ? 0 : told.crc, 4);
    for (const size of [told.packed, told.size]) put(descriptor ? 0 : wide ? 0xffffffff : size, 4);
    put(letters.length, 2);
    put(wide ? 20 : 0, 2);
    out.push(...letters);
    if (wide) {
      put(1, 2);
      put(16, 2);
      for (const size of [told.size, told.packed]) put(descriptor ? 0 : size, 8);
    }
    flush();
    all.push(packed);
    length += packed.length;
    if (descriptor) {
      put(0x08074b50, 4);
      put(told.crc, 4);
      for (const size of [told.packed, told.size]) put(size, wide ? 8 : 4);
      flush();
    }
    put(0x02014b50, 4, directory);
    put(45, 2, directory);
    put(wide ? 45 : 20, 2, directory);
    put(told.flags, 2, directory);
    put(told.method, 2, directory);
    put(0, 4, directory);
    put(told.crc, 4, directory);
    for (const size of [told.packed, told.size]) put(wide ? 0xffffffff : size, 4, directory);
    put(letters.length, 2, directory);
    put(wide ? 28 : 0, 2, directory);
    put(0, 10, directory);
    put(wide ? 0xffffffff : told.offset, 4, directory);
    directory.push(...letters);
    if (wide) {
      put(1, 2, directory);
      put(24, 2, directory);
      for (const size of [told.size, told.packed, told.offset]) put(size, 8, directory);
    }
  }
  const start = length;
  all.push(Uint8Array.from(directory));
  if (wide) {
    put(0x06064b50, 4);
    put(44, 8);
    put(45, 2);
    put(45, 2);
    put(0, 8);
    for (const value of [entries.length, entries.length, directory.length, start]) put(value, 8);
    put(0x07064b50, 4);
    put(0, 4);
    put(start + directory.length, 8);
    put(1, 4);
  }
  put(0x06054b50, 4);
  put(0, 4);
  for (const value of [entries.length, entries.length]) put(wide ? 0xffff : value, 2);
  for (const value of [directory.length, start]) put(wide ? 0xffffffff : value, 4);
  const letters = [...new TextEncoder().encode(comment)];
  put(letters.length, 2);
  out.push(...letters);
  flush();
  const parts = [new Uint8Array(before), ...all];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
