/** What a picture file says of itself in its first bytes: kind and size, before anything is decoded. */
import { NablaError } from "../../errors.ts";
import type { ImageHeader } from "./imageHeader.ts";
import { readJpegHeader } from "./jpegHeader.ts";
import { readPngHeader } from "./pngHeader.ts";

/** Pictures of more pixels are refused before they are decoded: 64 megapixels. */
export const MAX_PIXELS = 64_000_000;

/**
 * Reads the header of a PNG or JPEG file, told apart by their first bytes, not by the file's name.
 *
 * @param total the size of the file when `bytes` is only its beginning
 * @returns undefined when more bytes are needed than `bytes` holds, but the file has more
 * @throws NablaError naming `name` for what is not a PNG or JPEG, is truncated or damaged, of a variant that cannot be
 * decoded, or larger than 64 megapixels
 */
export function readImageHeader(
  bytes: Uint8Array,
  name: string,
  total = bytes.length,
): ImageHeader | undefined {
  if (total === 0)
    throw new NablaError(`${name}: the file is empty (0 bytes); expected a PNG or JPEG picture`);
  if (bytes.length < Math.min(total, 16)) return undefined;
  const kind = imageKindOf(bytes);
  if (kind !== "png" && kind !== "jpeg")
    throw new NablaError(`${name}: expected a PNG or JPEG picture; this is ${kind ?? "not a picture"}`);
  const header = kind === "png" ? readPngHeader(bytes, name) : readJpegHeader(bytes, name);
  if (!header) {
    if (bytes.length < total) return undefined;
    throw new NablaError(`${name}: truncated: the file ends (at ${total} bytes) before its picture begins`);
  }
  const { width, height } = header;
  if (width === 0 || height === 0)
    throw new NablaError(
      `${name}: expected a picture of at least 1×1 pixel, its header says ${width}×${height}`,
    );
  if (width * height > MAX_PIXELS)
    throw new NablaError(
      `${name}: ${width}×${height} pixels are ${Math.floor((width * height) / 1e6)} megapixels; expected at most ${MAX_PIXELS / 1e6}; make the picture smaller first`,
    );
  return header;
}

/** What a file is called, where in it, and what stands there. */
const BEGINNINGS: readonly [what: string, at: number, text: string][] = [
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["jpeg", 0, "\xff\xd8\xff"],
  ["a GIF image", 0, "GIF8"],
  ["a WebP image", 8, "WEBP"],
  ["a BMP image", 0, "BM"],
  ["a TIFF image", 0, "II*\0"],
  ["a TIFF image", 0, "MM\0*"],
  ["an AVIF image", 4, "ftypavif"],
  ["a HEIC image", 4, "ftyphei"],
  ["a HEIC image", 4, "ftypmif1"],
  ["a JPEG 2000 image", 4, "jP  "],
  ["a JPEG XL image", 4, "JXL "],
  ["a JPEG XL image", 0, "\xff\x0a"],
  ["a Photoshop document", 0, "8BPS"],
  ["a PDF document", 0, "%PDF"],
  ["a PNG that was damaged by a transfer as text", 0, "\x89PNG"],
  ["an SVG drawing", 0, "<svg"],
  ["an SVG drawing or another XML file", 0, "<?xml"],
];

/** "png", "jpeg", or what else a file's first bytes look like ("a WebP image"); undefined for anything unknown. */
export function imageKindOf(bytes: Uint8Array): string | undefined {
  const latin = String.fromCharCode(...bytes.subarray(0, 16));
  return BEGINNINGS.find(([, at, text]) => latin.startsWith(text, at))?.[0];
}
