/** Pictures one after the other as an animated PNG: https://www.w3.org/TR/png-3/#apng-frame-based-animation */
import { zlibSync } from "fflate";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Numbers of 32 bits, then single bytes. */
function fields(words: readonly number[], bytes: readonly number[] = []): Uint8Array {
  const data = new Uint8Array(4 * words.length + bytes.length);
  const view = new DataView(data.buffer);
  words.forEach((word, i) => view.setUint32(4 * i, word));
  data.set(bytes, 4 * words.length);
  return data;
}

/** Rows without a filter: 0, then red, green and blue of each pixel. */
function packed({ width, height, data }: ImageData): Uint8Array {
  const rows = new Uint8Array(height * (1 + 3 * width));
  let at = 0;
  for (let y = 0; y < height; y++) {
    at++;
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      rows[at++] = data[from];
      rows[at++] = data[from + 1];
      rows[at++] = data[from + 2];
    }
  }
  return zlibSync(rows, { level: 6 });
}

/**
 * @param frames of one size, opaque, at least one
 * @param pause milliseconds that each is shown
 */
export function animatedPng(frames: readonly ImageData[], pause: number): Uint8Array<ArrayBuffer> {
  const [{ width, height }] = frames;
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", fields([width, height], [8, 2, 0, 0, 0])),
    // played for ever
    chunk("acTL", fields([frames.length, 0])),
  ];
  let sequence = 0;
  frames.forEach((frame, i) => {
    const pixels = packed(frame);
    const delay = [pause >> 8, pause & 255, 1000 >> 8, 1000 & 255];
    parts.push(chunk("fcTL", fields([sequence++, width, height, 0, 0], [...delay, 0, 0])));
    if (i === 0) return parts.push(chunk("IDAT", pixels));
    const data = new Uint8Array(4 + pixels.length);
    new DataView(data.buffer).setUint32(0, sequence++);
    data.set(pixels, 4);
    parts.push(chunk("fdAT", data));
  });
  parts.push(chunk("IEND", new Uint8Array(0)));
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
