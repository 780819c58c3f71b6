/** Picture files, decoded by the browser: PNG, JPEG, WebP, GIF, AVIF, … whatever it knows. */
import { imageKindOf, MAX_PIXELS, readImageHeader } from "../../data/images/header.ts";
import type { ImageHeader } from "../../data/images/imageHeader.ts";
import { pngChunks } from "../../data/images/pngHeader.ts";
import { NablaError } from "../../errors.ts";
import { unread } from "../modelFile.ts";

/** The header of a PNG or JPEG file; undefined for other kinds, whose sizes only the browser knows. Reads no more of it than that. */
export async function headerOf(file: Blob, name: string): Promise<ImageHeader | undefined> {
  for (let want = 4096; ; want *= 16) {
    const bytes = await bytesOf(file.slice(0, want), name);
    const kind = imageKindOf(bytes);
    if (bytes.length > 0 && kind !== "png" && kind !== "jpeg") return undefined;
    const header = readImageHeader(bytes, name, file.size);
    if (header) return header;
    if (want >= file.size) throw new NablaError(`${name}: truncated: it became shorter while it was read`);
  }
}

/**
 * A decoded picture, to be closed after use. Colour profiles are not applied and transparency is not multiplied in, where engines
 * know how to leave that; EXIF orientation is applied.
 *
 * @throws NablaError for what is truncated, damaged, larger than 64 megapixels, or of a kind this engine does not know
 */
export async function decodeBlob(file: Blob, name: string): Promise<ImageBitmap> {
  const header = await headerOf(file, name);
  if (header) checkWhole(await bytesOf(file, name), header.kind, name);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  } catch (cause) {
    if (header)
      throw new NablaError(`${name}: damaged ${header.kind.toUpperCase()}: the browser cannot decode it`, {
        cause,
      });
    const kind = imageKindOf(await bytesOf(file.slice(0, 64), name));
    throw new NablaError(
      `${name}: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is ${kind ?? "not a picture it knows"}`,
      { cause },
    );
  }
  const { width, height } = bitmap;
  if (width * height <= MAX_PIXELS) return bitmap;
  bitmap.close();
  throw new NablaError(
    `${name}: ${width}×${height} pixels are ${Math.floor((width * height) / 1e6)} megapixels; expected at most ${MAX_PIXELS / 1e6}; make the picture smaller first`,
  );
}

/** Browsers show the readable part of a truncated or damaged file; a data set should not have half pictures. */
function checkWhole(bytes: Uint8Array, kind: "png" | "jpeg", name: string): void {
  if (kind === "png") {
    try {
      for (const { type, bytes: chunk } of pngChunks(bytes)) {
        // small letters: what changes no pixel
        if (/^[A-Z]/.test(type) && !matchesChecksum(chunk))
          throw new Error(`the checksum of its ${type} chunk is wrong`);
        if (type === "IEND") return;
      }
    } catch (cause) {
      throw new NablaError(`${name}: damaged PNG: ${(cause as Error).message}`, { cause });
    }
  } else if (lastMarker(bytes, END_OF_IMAGE) > lastMarker(bytes, START_OF_SCAN)) return;
  throw new NablaError(
    `${name}: truncated ${kind.toUpperCase()}: it ends (at ${bytes.length} bytes) before its picture does`,
  );
}

/** Of a PNG chunk: length, type, data, and the CRC-32 of type and data. */
function matchesChecksum(chunk: Uint8Array): boolean {
  const end = chunk.length - 4;
  let crc = -1;
  for (let i = 4; i < end; i++) crc = CRC[(crc ^ chunk[i]!) & 255]! ^ (crc >>> 8);
  return ~crc === new DataView(chunk.buffer, chunk.byteOffset + end).getInt32(0);
}

const CRC = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

const END_OF_IMAGE = 0xd9;
/** In compressed data no FF is followed by this, so the last one begins the last scan. */
const START_OF_SCAN = 0xda;

function lastMarker(bytes: Uint8Array, marker: number): number {
  for (let at = bytes.lastIndexOf(marker); at > 0; at = bytes.lastIndexOf(marker, at - 1))
    if (bytes[at - 1] === 0xff) return at;
  return -1;
}

async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    return unread(name, cause);
  }
}
