/**
 * Picture files on a page. PNG and JPEG are decoded by Nabla itself, so that their pixels are those of every other engine; what else the
 * browser knows (WebP, GIF, AVIF, …) it decodes.
 */
import { unpacker } from "../../data/gzip.ts";
import { decoding } from "../../data/images/decode.ts";
import { imageHeaderOf, type ReadPart, readImageHeader } from "../../data/images/header.ts";
import type { ImageHeader } from "../../data/images/imageHeader.ts";
import { imageKindOf } from "../../data/images/kinds.ts";
import { checkPixels } from "../../data/images/limits.ts";
import type { Picture } from "../../data/images/picture.ts";
import type { Unpacked } from "../../data/images/png/decode.ts";
import { NablaError } from "../../errors.ts";
import { pauser } from "../../training/pause.ts";
import { told } from "../../waits.ts";
import { contentOf, unread } from "../modelFile.ts";
import type { Background } from "./pixels.ts";

/** What a file was decoded to: to be closed after use where it is a bitmap. */
export type Decoded = ImageBitmap | ImageData;

/** How a file is decoded. */
export interface BlobOptions {
  /** What lies behind transparent pixels of PNG files; default "white". The browser's pictures keep their transparency. */
  background?: Background;
  /** Pictures of more pixels are refused; default 64 million. */
  maxPixels?: number;
}

/** The header of a PNG or JPEG file; undefined for other kinds, whose sizes only the browser knows. Reads no more of it than that. */
export async function headerOf(
  file: Blob,
  name: string,
  maxPixels?: number,
): Promise<ImageHeader | undefined> {
  const read: ReadPart = (from, to) => bytesOf(file.slice(from, to), name);
  const kind = imageKindOf(await read(0, Math.min(64, file.size)));
  if (kind === "png" || kind === "jpeg") return imageHeaderOf(read, name, { total: file.size, maxPixels });
  // says what is wrong with it
  if (file.size === 0) readImageHeader(new Uint8Array(0), name);
  return undefined;
}

/**
 * A decoded picture. Colour profiles are not applied and transparency is not multiplied in, where engines know how to leave that;
 * EXIF orientation is applied.
 *
 * @throws NablaError for what is truncated, damaged, larger than `maxPixels`, or of a kind this engine does not know
 */
export async function decodeBlob(file: Blob, name: string, options: BlobOptions = {}): Promise<Decoded> {
  const { background = "white", maxPixels } = options;
  if (await headerOf(file, name, maxPixels)) {
    const behind = background === "white" ? 255 : 0;
    return asImageData(await decodeHere(await bytesOf(file, name), name, behind, maxPixels));
  }
  let bitmap: ImageBitmap;
  try {
    const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" } as const;
    bitmap = await told(createImageBitmap(file, options), name);
  } catch (cause) {
    const kind = imageKindOf(await bytesOf(file.slice(0, 64), name));
    throw new NablaError(
      `${name}: expected a picture this browser can decode (PNG, JPEG, WebP, …); this is ${kind ?? "not a picture it knows"}`,
      { cause },
    );
  }
  try {
    checkPixels(bitmap.width, bitmap.height, name, maxPixels);
  } catch (error) {
    bitmap.close();
    throw error;
  }
  return bitmap;
}

/** Frees what holds memory outside of JavaScript. */
export function close(decoded: Decoded): void {
  if ("close" in decoded) decoded.close();
}

/** In steps, with pauses in which the page lives. */
async function decodeHere(
  bytes: Uint8Array,
  name: string,
  behind: number,
  maxPixels: number | undefined,
): Promise<Picture> {
  const pause = pauser();
  const steps = decoding(bytes, name, { behind, maxPixels });
  let unpacked: Unpacked = "damaged";
  for (;;) {
    const step = steps.next(unpacked);
    if (step.done) return step.value;
    if (step.value) unpacked = await inflate(step.value, name);
    else await pause();
  }
}

/** As zlib packs, no further than to `most` bytes. */
async function inflate(
  { packed, most }: { packed: readonly Uint8Array[]; most: number },
  name: string,
): Promise<Unpacked> {
  const stream = new Blob(packed as Uint8Array<ArrayBuffer>[])
    .stream()
    .pipeThrough(unpacker("deflate", name));
  const reader = stream.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value);
      length += read.value.length;
      if (length <= most) continue;
      await reader.cancel();
      return "too long";
    }
  } catch {
    // engines do not say which: what has come is judged by its length
    if (length === 0) return "damaged";
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function asImageData({ data, width, height, channels }: Picture): ImageData {
  const image = new ImageData(width, height);
  const pixels = image.data;
  for (let from = 0, to = 0; to < pixels.length; from += channels, to += 4) {
    pixels[to] = data[from]!;
    pixels[to + 1] = data[from + (channels === 3 ? 1 : 0)]!;
    pixels[to + 2] = data[from + (channels === 3 ? 2 : 0)]!;
    pixels[to + 3] = 255;
  }
  return image;
}

async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await contentOf(file, name));
  } catch (cause) {
    return unread(name, cause);
  }
}
