/** The frame of a JPEG: its size, and how its components are sampled. */
import { NablaError } from "../../../errors.ts";

/** One plane of samples: grey or luminance, a colour difference, an ink. */
export interface Component {
  readonly id: number;
  /** Samples across and down for each of the largest. */
  readonly h: number;
  readonly v: number;
  /** Which quantisation table is its own. */
  readonly table: number;
  /** In samples, as the picture needs them. */
  readonly width: number;
  readonly height: number;
  /** In blocks of 8 × 8, as the picture needs them, and with those that fill up the last MCUs. */
  readonly blocksWide: number;
  readonly blocksHigh: number;
  readonly stride: number;
  readonly rows: number;
}

export interface Frame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
  /** Of all components. */
  readonly h: number;
  readonly v: number;
  /** MCUs (one group of blocks of all components) across and down. */
  readonly mcusWide: number;
  readonly mcusHigh: number;
}

/** Frames that are no baseline, extended or progressive Huffman coding of one picture. */
const OTHERS: Readonly<Record<number, string>> = {
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

/** Whether a marker begins a frame, of whatever kind. */
export const isFrame = (code: number): boolean => (code >= 0xc0 && code <= 0xc2) || code in OTHERS;

/** @throws NablaError without the file's name, for frames that cannot be, or are of a kind that is not decoded */
export function readFrame(code: number, data: Uint8Array): Frame {
  const save = "save it as baseline or progressive JPEG, or as PNG";
  if (OTHERS[code]) throw new NablaError(`${OTHERS[code]} cannot be read; ${save}`);
  const count = data[5] ?? 0;
  if (data.length !== 6 + 3 * count)
    throw new NablaError(
      `damaged JPEG: its frame header is ${data.length} bytes long for ${count} components`,
    );
  if (data[0] !== 8)
    throw new NablaError(`a JPEG of ${data[0]} bits per sample cannot be read; save it with 8, or as PNG`);
  if (![1, 3, 4].includes(count))
    throw new NablaError(
      `a JPEG of ${count} components cannot be read; expected 1 (grey), 3 (colour) or 4 (CMYK)`,
    );
  const [height, width] = [(data[1]! << 8) | data[2]!, (data[3]! << 8) | data[4]!];
  const read = Array.from({ length: count }, (_, i) => {
    const [id, factors, table] = data.subarray(6 + 3 * i) as unknown as [number, number, number];
    return { id, h: factors >> 4, v: factors & 15, table };
  });
  const [h, v] = [Math.max(...read.map((one) => one.h)), Math.max(...read.map((one) => one.v))];
  for (const one of read) {
    if (one.h < 1 || one.h > 4 || one.v < 1 || one.v > 4 || one.table > 3)
      throw new NablaError(
        `damaged JPEG: a component sampled ${one.h}×${one.v} with table ${one.table}, which JPEG does not have`,
      );
    if (h % one.h || v % one.v)
      throw new NablaError(
        `a JPEG with components sampled ${one.h}×${one.v} beside ${h}×${v} cannot be read; ${save}`,
      );
  }
  if (new Set(read.map(({ id }) => id)).size < count)
    throw new NablaError("damaged JPEG: two of its components have the same number");
  const [mcusWide, mcusHigh] = [Math.ceil(width / (8 * h)), Math.ceil(height / (8 * v))];
  const components = read.map((one): Component => {
    const [w, high] = [Math.ceil((width * one.h) / h), Math.ceil((height * one.v) / v)];
    const [blocksWide, blocksHigh] = [Math.ceil(w / 8), Math.ceil(high / 8)];
    const padded = { stride: mcusWide * one.h, rows: mcusHigh * one.v };
    return { ...one, width: w, height: high, blocksWide, blocksHigh, ...padded };
  });
  return { progressive: code === 0xc2, width, height, components, h, v, mcusWide, mcusHigh };
}

/**
 * Bytes that the pixels of a frame take at the least: two codes for each block, or one in a progressive file's first scan. A file
 * that has fewer is refused before anything of its picture's size is made.
 */
export function leastBytes({ components, progressive }: Frame): number {
  const blocks = components.reduce((sum, { blocksWide, blocksHigh }) => sum + blocksWide * blocksHigh, 0);
  return Math.ceil((blocks * (progressive ? 1 : 2)) / 8);
}
