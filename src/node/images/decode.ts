/** PNG and JPEG files to pixels. */

import { inflateSync } from "node:zlib";
import { type DecodeOptions, decoding } from "../../data/images/decode.ts";
import type { Picture } from "../../data/images/picture.ts";
import type { Unpacked } from "../../data/images/png/decode.ts";
import { demandBytes } from "../../fields/expected.ts";
import { checkOptions } from "../../fields/options.ts";
import { type Location, pathOf } from "../location.ts";
import { readBytes } from "../paths.ts";

/** How a picture is decoded. */
export type DecodeImageOptions = Pick<DecodeOptions, "maxPixels">;

/**
 * Decodes a PNG or JPEG file, told apart by their first bytes.
 *
 * PNG: every colour type and depth, interlaced or not; 16 bits are rounded to 8; transparent pixels are laid over white; of an
 * animation the first picture. JPEG: baseline and progressive, the pixels of libjpeg; CMYK and YCCK as Adobe writes them. Both are turned
 * as EXIF says. Colour profiles and gamma are not applied.
 *
 * @param options `maxPixels`: pictures of more are refused before anything is decoded; default 64 million
 * @returns grey files with one channel, all others with three
 * @throws NablaError naming `name` for anything that is not a whole picture
 */
export function decodeImage(bytes: Uint8Array, name: string, options: DecodeImageOptions = {}): Picture {
  checkOptions("decodeImage", options, ["maxPixels"]);
  demandBytes(name ?? "decodeImage", bytes);
  const steps = decoding(bytes, name, options);
  let step = steps.next("damaged");
  while (!step.done) step = steps.next(step.value ? unpack(step.value) : "damaged");
  return step.value;
}

/** Reads and decodes a file: see decodeImage(). */
export async function decodeImageFile(
  location: Location,
  options: DecodeImageOptions = {},
): Promise<Picture> {
  checkOptions("decodeImageFile", options, ["maxPixels"]);
  const path = pathOf("decodeImageFile", location);
  return decodeImage(await readBytes(path), path, options);
}

/** A few megabytes may unpack to many gigabytes: no further than the picture needs. */
function unpack({ packed, most }: { packed: readonly Uint8Array[]; most: number }): Unpacked {
  try {
    return inflateSync(packed.length === 1 ? packed[0]! : Buffer.concat(packed), { maxOutputLength: most });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === "ERR_BUFFER_TOO_LARGE") return "too long";
    if (code === "Z_BUF_ERROR") return "truncated";
    if (code?.startsWith("Z_")) return "damaged";
    throw cause;
  }
}
