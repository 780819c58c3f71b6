/** JPEG: segments of marker and length; the size is in the frame's, SOF. */
import { NablaError } from "../../errors.ts";
import type { ImageHeader } from "./imageHeader.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Frames that are no baseline, extended or progressive Huffman coding of one picture. */
const FRAMES: Readonly<Record<number, string>> = {
  195: "a lossless JPEG",
  197: "a hierarchical JPEG",
  198: "a hierarchical progressive JPEG",
  199: "a hierarchical lossless JPEG",
  201: "an arithmetic-coded JPEG",
  202: "an arithmetic-coded progressive JPEG",
  203: "an arithmetic-coded lossless JPEG",
  205: "an arithmetic-coded hierarchical JPEG",
  206: "an arithmetic-coded hierarchical progressive JPEG",
  207: "an arithmetic-coded hierarchical lossless JPEG",
  247: "a JPEG-LS file",
};

/** undefined when `bytes` ends before the first scan. */
export function readJpegHeader(bytes: Uint8Array, name: string): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frame: { width: number; height: number; ids: number[] } | undefined;
  let orientation = 1;
  let transform: number | undefined;
  let jfif = false;
  for (let at = 2; ; ) {
    if (at + 2 > bytes.length) return undefined;
    if (bytes[at] !== 0xff)
      throw new NablaError(
        `${name}: damaged JPEG: expected a marker (ff) at byte ${at}, got ${bytes[at]!.toString(16).padStart(2, "0")}`,
      );
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // any number of them may fill
      continue;
    }
    if (marker === SOS) break;
    if (marker === EOI) throw new NablaError(`${name}: damaged JPEG: it ends without a picture`);
    at += 2;
    if (marker === SOI || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    if (at + 2 > bytes.length) return undefined;
    const length = view.getUint16(at);
    if (length < 2) throw new NablaError(`${name}: damaged JPEG: a segment of ${length} bytes at byte ${at}`);
    const data = bytes.subarray(at + 2, at + length);
    at += length;
    if (at > bytes.length) return undefined;
    const other = FRAMES[marker];
    if (other)
      throw new NablaError(
        `${name}: ${other} cannot be read; save it as baseline or progressive JPEG, or as PNG`,
      );
    if (marker >= 0xc0 && marker <= 0xc2) frame = readFrame(data, name);
    if (marker === 0xe0 && startsWith(data, "JFIF\0")) jfif = true;
    if (marker === 0xe1 && startsWith(data, "Exif\0\0")) orientation = exifOrientation(data.subarray(6));
    if (marker === 0xee && startsWith(data, "Adobe") && data.length >= 12) transform = data[11];
  }
  if (!frame)
    throw new NablaError(`${name}: damaged JPEG: a scan begins before the size of the picture is given`);
  const { width, height, ids } = frame;
  if (ids.length === 4 && transform === undefined)
    throw new NablaError(
      `${name}: a JPEG of four components without Adobe's marker, which would say whether they are inverted; save it as RGB`,
    );
  const named = String.fromCharCode(...ids) === "RGB";
  const turned = orientation >= 5;
  return {
    kind: "jpeg",
    width: turned ? height : width,
    height: turned ? width : height,
    channels: ids.length === 1 ? 1 : 3,
    orientation,
    rgb: ids.length === 3 && (transform === undefined ? named && !jfif : transform === 0),
  };
}

function readFrame(data: Uint8Array, name: string): { width: number; height: number; ids: number[] } {
  const count = data[5] ?? 0;
  if (data.length !== 6 + 3 * count)
    throw new NablaError(
      `${name}: damaged JPEG: its frame header is ${data.length} bytes long for ${count} components`,
    );
  if (data[0] !== 8)
    throw new NablaError(
      `${name}: a JPEG of ${data[0]} bits per sample cannot be read; save it with 8, or as PNG`,
    );
  if (![1, 3, 4].includes(count))
    throw new NablaError(
      `${name}: a JPEG of ${count} components cannot be read; expected 1 (grey), 3 (colour) or 4 (CMYK)`,
    );
  const ids = Array.from({ length: count }, (_, i) => data[6 + 3 * i]!);
  return { height: (data[1]! << 8) | data[2]!, width: (data[3]! << 8) | data[4]!, ids };
}

const startsWith = (data: Uint8Array, text: string): boolean =>
  data.length >= text.length && [...text].every((letter, i) => data[i] === letter.charCodeAt(0));

/** Tag 0x112 of the first directory of a TIFF structure; 1 for anything amiss: the picture is good without it. */
function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== 0x112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
