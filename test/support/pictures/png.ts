/** Writes PNG files of every kind from known samples, as no library does: filters, interlacing, chunks in odd places. */
import { zlibSync } from "fflate";

/** Samples as they are stored: of 1 to 16 bits, pixel by pixel, row by row. */
export interface PngPicture {
  width: number;
  height: number;
  depth: number;
  /** 0 grey, 2 colours, 3 a palette, 4 grey and alpha, 6 colours and alpha. */
  colour: number;
  samples: ArrayLike<number>;
  interlaced?: boolean;
  /** PLTE: three bytes for each colour. */
  palette?: ArrayLike<number>;
  /** tRNS. */
  transparency?: ArrayLike<number>;
}

export interface PngWriting {
  /** Filter of each row, counted over all passes; default: 0 to 4 in turn. */
  filter?: (row: number) => number;
  /** Chunks behind IHDR, and behind the pixels. */
  before?: readonly Uint8Array[];
  after?: readonly Uint8Array[];
  /** Into how many IDAT chunks pixels are cut. */
  pieces?: number;
  /** Rows, filtered and not packed, instead of the picture's own. */
  rows?: Uint8Array;
}

export const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

export function writePng(picture: PngPicture, writing: PngWriting = {}): Uint8Array<ArrayBuffer> {
  const { width, height, depth, colour, interlaced, palette, transparency } = picture;
  const { before = [], after = [], pieces = 1 } = writing;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colour, 0, 0, interlaced ? 1 : 0], 8);
  const packed = zlibSync(writing.rows ?? pngRows(picture, writing.filter));
  const length = Math.ceil(packed.length / pieces);
  const parts = Array.from({ length: pieces }, (_, i) => packed.subarray(i * length, (i + 1) * length));
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk("IHDR", header),
    ...before,
    ...(palette ? [chunk("PLTE", palette)] : []),
    ...(transparency ? [chunk("tRNS", transparency)] : []),
    ...parts.map((part) => chunk("IDAT", part)),
    ...after,
    chunk("IEND", []),
  ]);
}

export function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** An eXIf chunk, or what follows `Exif\0\0` in a JPEG: one entry, the orientation. */
export function exif(orientation: number, { little = false, type = 3 } = {}): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x112, little);
  view.setUint16(12, type, little);
  view.setUint32(14, 1, little);
  if (type === 3) view.setUint16(18, orientation, little);
  else view.setUint32(18, orientation, little);
  return bytes;
}

/** The rows of all passes, filtered. */
export function pngRows(picture: PngPicture, filter = (row: number): number => row % 5): Uint8Array {
  const { width, height, depth, colour, samples, interlaced } = picture;
  const count = SAMPLES[colour]!;
  const step = Math.max(1, (count * depth) >> 3);
  const rows: Uint8Array[] = [];
  for (const [x0, y0, dx, dy] of interlaced ? ADAM7 : [[0, 0, 1, 1]]) {
    const across = Math.max(0, Math.ceil((width - x0!) / dx!));
    let above = new Uint8Array(Math.ceil((across * count * depth) / 8));
    for (let y = y0!; y < height && across > 0; y += dy!) {
      const row = new Uint8Array(above.length);
      for (let i = 0; i < across * count; i++) {
        const x = x0! + Math.floor(i / count) * dx!;
        const sample = samples[(y * width + x) * count + (i % count)]!;
        if (depth === 16) row.set([sample >> 8, sample & 255], 2 * i);
        else row[(i * depth) >> 3]! |= sample << (8 - depth - ((i * depth) & 7));
      }
      rows.push(filtered(row, above, step, filter(rows.length)));
      above = row;
    }
  }
  return joined(rows);
}

const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** PNG specification, section 9: a row as the difference of what is to its left and above. */
function filtered(row: Uint8Array, above: Uint8Array, step: number, filter: number): Uint8Array {
  const out = new Uint8Array(row.length + 1);
  out[0] = filter;
  row.forEach((value, i) => {
    const a = i < step ? 0 : row[i - step]!;
    const b = above[i]!;
    const c = i < step ? 0 : above[i - step]!;
    const p = a + b - c;
    const nearest = [a, b, c].sort((s, t) => Math.abs(p - s) - Math.abs(p - t))[0]!;
    out[i + 1] = value - [0, a, b, (a + b) >> 1, nearest][filter]!;
  });
  return out;
}

function crc(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
