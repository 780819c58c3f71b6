/** PNG and JPEG files to pixels. */
import { inflateSync } from "node:zlib";
import { decode as decodePngFile } from "fast-png";
import decodeJpegFile from "jpeg-js/lib/decoder.js";
import { MAX_PIXELS, readImageHeader } from "../../data/images/header.ts";
import type { ImageHeader } from "../../data/images/imageHeader.ts";
import { orient, type Picture } from "../../data/images/picture.ts";
import { pngChunks } from "../../data/images/pngHeader.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { readBytes } from "../paths.ts";

/**
 * Decodes a PNG or JPEG file, told apart by their first bytes.
 *
 * PNG: every colour type and depth; 16 bits are rounded to 8; transparent pixels are laid over white; of an animation the
 * first picture. JPEG: baseline and progressive; CMYK and YCCK as Adobe writes them; turned as EXIF says. Colour profiles and gamma are
 * not applied.
 *
 * @returns grey files with one channel, all others with three
 * @throws NablaError naming `name` for anything that is not a whole picture of at most 64 megapixels
 */
export function decodeImage(bytes: Uint8Array, name: string): Picture {
  const header = readImageHeader(bytes, name)!;
  try {
    return header.kind === "png" ? decodePng(bytes, header) : decodeJpeg(bytes, header);
  } catch (cause) {
    const why = messageOf(cause);
    throw new NablaError(`${name}: truncated or damaged ${header.kind.toUpperCase()}: ${why}`, { cause });
  }
}

/** Reads and decodes a file: see decodeImage(). */
export async function decodeImageFile(path: string): Promise<Picture> {
  return decodeImage(await readBytes(path), path);
}

/** What the decoder is to see: profiles, texts and times are left out, as none of them changes a pixel. */
const NEEDED = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];

function decodePng(bytes: Uint8Array, { width, height, depth = 8, channels }: ImageHeader): Picture {
  const parts = [bytes.subarray(0, 8)];
  const pixels: Uint8Array[] = [];
  let last = "";
  for (const chunk of pngChunks(bytes)) {
    last = chunk.type;
    if (last === "IDAT") pixels.push(chunk.data);
    if (NEEDED.includes(last)) parts.push(chunk.bytes);
    if (last === "IEND") break;
  }
  if (last !== "IEND") throw new Error(`it ends (at ${bytes.length} bytes) before its IEND chunk`);
  if (pixels.length === 0) throw new Error("it has no pixels (no IDAT chunk)");
  checkSize(pixels, width, height, depth);
  const file = Buffer.concat(parts);
  const { data, palette, transparency, channels: stored } = decodePngFile(file, { checkCrc: true });
  const samples = depth < 8 ? unpack(data as Uint8Array, width, height, depth) : data;
  if (samples.length !== width * height * stored)
    throw new Error(`${width * height * stored} values were expected, ${samples.length} are there`);
  if (depth === 8 && stored === channels && !palette && !transparency)
    return { data: samples as Uint8Array, width, height, channels };
  const out = new Uint8Array(width * height * channels);
  const top = (1 << depth) - 1;
  const colours = stored >= 3 ? 3 : 1;
  const pixel = [0, 0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const from = i * stored;
    if (palette) {
      const entry = palette[samples[from]!];
      if (!entry)
        throw new Error(`a pixel of colour ${samples[from]}, but the palette has ${palette.length}`);
      for (let c = 0; c < 3; c++) pixel[c] = entry[c]!;
      pixel[3] = (entry[3] ?? 255) / 255;
    } else {
      for (let c = 0; c < colours; c++) pixel[c] = (samples[from + c]! * 255) / top;
      const through =
        transparency && Array.from({ length: colours }, (_, c) => samples[from + c] === transparency[c]);
      pixel[3] = stored % 2 === 0 ? samples[from + stored - 1]! / top : through?.every(Boolean) ? 0 : 1;
    }
    const alpha = pixel[3]!;
    for (let c = 0; c < channels; c++)
      out[i * channels + c] = Math.floor(pixel[c]! * alpha + 255 * (1 - alpha) + 0.5);
  }
  return { data: out, width, height, channels };
}

/** Packed data up to this size cannot become so large that it matters: it grows a thousandfold at most. */
const HARMLESS = 65_536;

/**
 * Throws for more data than the picture can need, packed or unpacked. The decoder unpacks all there is, and a few megabytes may be
 * many gigabytes; so they are unpacked here before, no further than to the size of the picture.
 */
function checkSize(pixels: readonly Uint8Array[], width: number, height: number, depth: number): void {
  const packed = pixels.reduce((sum, part) => sum + part.length, 0);
  if (packed <= HARMLESS) return;
  // four samples a pixel at most, a byte before each row, and the seven parts of interlaced ones
  const most = Math.ceil(1.1 * height * ((width * 4 * depth) / 8 + 8)) + HARMLESS;
  const refuse = (n: string) => {
    throw new Error(`${n} are more than ${width}×${height} pixels can need`);
  };
  // what does not shrink grows by a thousandth at most
  if (packed > most) refuse(`${packed} bytes`);
  try {
    inflateSync(Buffer.concat(pixels), { maxOutputLength: most });
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") refuse(`${most} bytes and more`);
    // what else is wrong with it the decoder says
  }
}

/** Samples of 1, 2 or 4 bits, first ones in the high bits, each row beginning with a byte of its own. */
function unpack(data: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  if (data.length !== rowBytes * height)
    throw new Error(`${rowBytes * height} bytes were expected, ${data.length} are there`);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = (data[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}

function decodeJpeg(bytes: Uint8Array, { channels, orientation, rgb }: ImageHeader): Picture {
  const { data, width, height } = decodeJpegFile(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    ...(rgb && { colorTransform: false }),
    maxResolutionInMP: MAX_PIXELS / 1e6,
    maxMemoryUsageInMB: 2048,
  });
  if (channels === 3) return orient({ data, width, height, channels }, orientation);
  // the decoder writes grey three times
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[3 * i]!;
  return orient({ data: grey, width, height, channels: 1 }, orientation);
}
