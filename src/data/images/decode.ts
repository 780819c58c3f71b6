/**
 * Picture files to pixels: the same ones in every engine.
 *
 * Our own, because what there is does not do: libjpeg's builds for WebAssembly refuse many samplings and give no reason for a damaged file,
 * decoders in JavaScript take six times as long or give other pixels, and none stops on the way, so a page would freeze.
 */
import { NablaError } from "../../errors.ts";
import { type HeaderOptions, readImageHeader } from "./header.ts";
import { decodeJpeg } from "./jpeg/decode.ts";
import type { Picture } from "./picture.ts";
import { openPng, type Unpacked } from "./png/decode.ts";

/** How a picture is decoded. */
export interface DecodeOptions extends Pick<HeaderOptions, "maxPixels"> {
  /** What transparent pixels are laid over: 255 is white, the default, 0 black. */
  behind?: number;
}

/** Decoding in steps of some milliseconds. Where it stops for something to be unpacked, it goes on with the result. */
export type Decoding = Generator<
  { packed: readonly Uint8Array[]; most: number } | undefined,
  Picture,
  Unpacked
>;

/**
 * Decodes a PNG or JPEG file, told apart by their first bytes, in steps: the host unpacks in between, in its way.
 *
 * @throws NablaError naming `name`
 */
export function* decoding(bytes: Uint8Array, name: string, options: DecodeOptions = {}): Decoding {
  const { behind = 255, maxPixels } = options;
  const header = readImageHeader(bytes, name, { maxPixels })!;
  try {
    if (header.kind === "jpeg") return yield* decodeJpeg(bytes, header);
    const { packed, most, pixels } = openPng(bytes, header, behind);
    return yield* pixels(yield { packed, most });
  } catch (cause) {
    throw cause instanceof NablaError ? new NablaError(`${name}: ${cause.message}`, { cause }) : cause;
  }
}
