/** PNG: chunks of length, type, data and checksum; sizes are in the first, IHDR. */
import { NablaError } from "../../errors.ts";
import type { ImageHeader } from "./imageHeader.ts";

const SIGNATURE = 8;
/** Bits per sample that each colour type may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

export interface PngChunk {
  type: string;
  /** The chunk as a whole, with length, type and checksum. */
  bytes: Uint8Array;
  data: Uint8Array;
}

/** The chunks that `bytes` holds whole, one after the other. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { type, bytes: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) };
    at = end;
  }
}

/** undefined when `bytes` ends too early. */
export function readPngHeader(bytes: Uint8Array, name: string): ImageHeader | undefined {
  if (bytes.length < SIGNATURE + 25) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(8) !== 13 || view.getUint32(12) !== 0x49484452)
    throw new NablaError(`${name}: damaged PNG: expected it to begin with an IHDR chunk of 13 bytes`);
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29);
  if (!DEPTHS[colour!]?.includes(depth!) || compression !== 0 || filter !== 0 || interlace! > 1)
    throw new NablaError(
      `${name}: damaged PNG: its header says colour type ${colour}, ${depth} bits, compression ${compression}, filter ${filter}, interlacing ${interlace}, which PNG does not have`,
    );
  const interlaced = interlace === 1;
  if (interlaced && depth! < 8)
    throw new NablaError(
      `${name}: an interlaced PNG of ${depth} bit${depth === 1 ? "" : "s"} per pixel cannot be read; save it without interlacing`,
    );
  const channels = colour === 3 ? paletteChannels(bytes) : colour === 0 || colour === 4 ? 1 : 3;
  if (channels === undefined) return undefined;
  return {
    kind: "png",
    width: view.getUint32(16),
    height: view.getUint32(20),
    channels,
    orientation: 1,
    depth: depth!,
    interlaced,
  };
}

/** 1 for a palette of greys; undefined when it has not come yet. */
function paletteChannels(bytes: Uint8Array): 1 | 3 | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    if (type !== "PLTE") continue;
    for (let i = 0; i + 2 < data.length; i += 3)
      if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return 3;
    return 1;
  }
  return undefined;
}
