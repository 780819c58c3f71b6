/** What a picture file says of itself in its first bytes: kind and size, before anything is decoded. */
import { NablaError } from "../../errors.ts";
import { checkWhole } from "../../fields/options.ts";
import { exifOrientation } from "./exif.ts";
import type { ImageHeader } from "./imageHeader.ts";
import { readJpegHeader } from "./jpeg/header.ts";
import { readPngHeader } from "./png/header.ts";

/** Pictures of more pixels are refused before they are decoded: 64 megapixels. */
export const MAX_PIXELS = 64_000_000;

/** How a header is read. */
export interface HeaderOptions {
  /** The size of the file when only its beginning is given. */
  total?: number;
  /** Pictures of more pixels are refused; default 64 megapixels. */
  maxPixels?: number;
}

/**
 * Reads the header of a PNG or JPEG file, told apart by their first bytes, not by the file's name.
 *
 * @returns undefined when more bytes are needed than `bytes` holds, but the file has more
 * @throws NablaError naming `name` for what is not a PNG or JPEG, is truncated or damaged, of a variant that cannot be
 * decoded, larger than `maxPixels`, or larger than the file can hold
 */
export function readImageHeader(
  bytes: Uint8Array,
  name: string,
  { total = bytes.length, maxPixels }: HeaderOptions = {},
): ImageHeader | undefined {
  if (total === 0)
    throw new NablaError(`${name}: the file is empty (0 bytes); expected a PNG or JPEG picture`);
  if (bytes.length < Math.min(total, 16)) return undefined;
  const kind = imageKindOf(bytes);
  if (kind !== "png" && kind !== "jpeg")
    throw new NablaError(`${name}: expected a PNG or JPEG picture; this is ${kind ?? "not a picture"}`);
  const read = kind === "png" ? readPngHeader : readJpegHeader;
  const header = read(bytes, name);
  if (!header) {
    if (bytes.length < total) return undefined;
    throw new NablaError(
      `${name}: truncated ${kind.toUpperCase()}: it ends (at ${total} bytes) before its picture begins; copy or download the file again`,
    );
  }
  const { width, height, least } = header;
  checkPixels(width, height, name, maxPixels);
  // before anything of the picture's size is made
  if (least > total)
    throw new NablaError(
      `${name}: damaged ${kind.toUpperCase()}: its header says ${width}×${height} pixels, which take ${least} bytes at the least; the file has ${total}`,
    );
  return header;
}

/** @throws NablaError for a picture without pixels, or of more than `most`; `otherwise` says what else than smaller pictures helps */
export function checkPixels(
  width: number,
  height: number,
  name: string,
  most = MAX_PIXELS,
  otherwise = ", or allow more with maxPixels",
): void {
  checkWhole("maxPixels", most);
  if (width === 0 || height === 0)
    throw new NablaError(
      `${name}: expected a picture of at least 1×1 pixel, its header says ${width}×${height}`,
    );
  if (width * height <= most) return;
  throw new NablaError(
    `${name}: ${width}×${height} pixels are ${millions(width * height)}; expected at most ${millions(most)}; make the picture smaller first${otherwise}`,
  );
}

const millions = (n: number): string =>
  n >= 1e7 || n % 1e6 === 0 ? `${Math.floor(n / 1e6)} megapixels` : `${n}`;

/** Reads a part of a file, from one byte up to another. */
export type ReadPart = (from: number, to: number) => Promise<Uint8Array>;

/** Bytes looked at for a header; most need no more. */
const BEGINNING = 4096;
/** Bytes of chunks behind the pixels that are looked at in one go. EXIF has no more, either. */
const WINDOW = 65_536;

/** readImageHeader() of a file, of which no more is read than its header asks for: some hold long texts and previews before their size. */
export async function imageHeaderOf(
  read: ReadPart,
  name: string,
  options: HeaderOptions & { total: number },
): Promise<ImageHeader> {
  const { total } = options;
  for (let want = BEGINNING; ; want *= 16) {
    const header = readImageHeader(await read(0, Math.min(want, total)), name, options);
    if (header?.rest === undefined || header.rest >= total) {
      if (header) return header;
      if (want >= total) throw new NablaError(`${name}: truncated: it became shorter while it was read`);
      continue;
    }
    const orientation = await laterOrientation(read, header.rest, total);
    const { width, height } = header;
    return { ...header, orientation, ...(orientation >= 5 && { width: height, height: width }) };
  }
}

/** The orientation in a PNG's eXIf chunk, which may come behind the pixels; from chunk to chunk, not reading what is in them. */
async function laterOrientation(read: ReadPart, from: number, total: number): Promise<number> {
  for (let at = from; at + 12 <= total; ) {
    const bytes = await read(at, Math.min(total, at + WINDOW));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let next = 0;
    while (next + 8 <= bytes.length) {
      const [length, type] = [view.getUint32(next), view.getUint32(next + 4)];
      if (type === IEND) return 1;
      if (type === EXIF) {
        const start = at + next + 8;
        return exifOrientation(await read(start, Math.min(total, start + Math.min(length, WINDOW))));
      }
      next += 12 + length;
    }
    if (next === 0) break;
    at += next;
  }
  return 1;
}

const IEND = 0x49454e44;
const EXIF = 0x65584966;

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
