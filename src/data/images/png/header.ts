/** The beginning of a PNG file: size and kind of pixels in its first chunk, IHDR, then perhaps a palette and EXIF. */
import { NablaError } from "../../../errors.ts";
import { exifOrientation } from "../exif.ts";
import type { ImageHeader } from "../imageHeader.ts";
import { pngChunks } from "./chunks.ts";
import { unpackedBytes } from "./passes.ts";

const SIGNATURE = 8;
/** Bits per sample that each colour type may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
/** Deflate makes no more than so many bytes of one. */
const MOST_UNPACKED = 1032;

/** undefined when `bytes` ends too early. */
export function readPngHeader(bytes: Uint8Array, name: string): ImageHeader | undefined {
  if (bytes.length < SIGNATURE + 25) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(12) === 0x43674249)
    throw new NablaError(
      `${name}: a PNG as Xcode rewrites them for iOS (CgBI), which other programs cannot read; take the original`,
    );
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452)
    throw new NablaError(`${name}: damaged PNG: expected it to begin with an IHDR chunk of 13 bytes`);
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29) as unknown as number[];
  if (!DEPTHS[colour!]?.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1)
    throw new NablaError(
      `${name}: damaged PNG: its header says colour type ${colour}, ${depth} bits, compression ${compression}, filter ${filter}, interlacing ${interlace}, which PNG does not have`,
    );
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const stored = { width, height, depth: depth!, colour: colour!, interlaced: interlace === 1 };
  let palette: Uint8Array | undefined;
  let orientation: number | undefined;
  let rest = SIGNATURE;
  let pixels = false;
  for (const { type, at, bytes: whole, data } of pngChunks(bytes)) {
    rest = at + whole.length;
    if (type === "PLTE") palette ??= data;
    if (type === "eXIf") orientation ??= exifOrientation(data);
    if (type === "IDAT") pixels = true;
    if (type === "IEND") orientation ??= 1;
    if (orientation !== undefined && (pixels || colour !== 3 || palette)) break;
  }
  // all that decides comes before the pixels, but for the orientation
  const begun = String.fromCharCode(...bytes.subarray(rest + 4, rest + 8));
  if (orientation === undefined && !pixels && begun !== "IDAT") return undefined;
  if (colour === 3 && !palette) {
    if (!pixels && begun !== "IDAT") return undefined;
    throw new NablaError(`${name}: damaged PNG: its pixels are numbers of colours, but it has no palette`);
  }
  const turned = orientation !== undefined && orientation >= 5;
  return {
    kind: "png",
    width: turned ? height : width,
    height: turned ? width : height,
    channels: palette && colour === 3 ? paletteChannels(palette) : colour === 0 || colour === 4 ? 1 : 3,
    orientation: orientation ?? 1,
    least: Math.ceil(unpackedBytes(stored) / MOST_UNPACKED),
    depth: depth!,
    colour: colour!,
    interlaced: interlace === 1,
    ...(orientation === undefined && { rest }),
  };
}

/** 1 for a palette of greys. */
function paletteChannels(palette: Uint8Array): 1 | 3 {
  for (let i = 0; i + 2 < palette.length; i += 3)
    if (palette[i] !== palette[i + 1] || palette[i] !== palette[i + 2]) return 3;
  return 1;
}
