/** What a picture file says of itself in its first bytes: kind and size, before anything is decoded. */
import { NablaError } from "../../errors.ts";
import { exifOrientation } from "./exif.ts";
import type { ImageHeader } from "./imageHeader.ts";
import { readJpegHeader } from "./jpeg/header.ts";
import { imageKindOf } from "./kinds.ts";
import { checkPixels } from "./limits.ts";
import { readPngHeader } from "./png/header.ts";

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
