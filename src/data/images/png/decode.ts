/** PNG files to pixels: every colour type and depth, interlaced or not. */
import { NablaError } from "../../../errors.ts";
import { type ImageHeader, storedSize } from "../imageHeader.ts";
import { orient, type Picture } from "../picture.ts";
import { neededChunks } from "./chunks.ts";
import { unfilter } from "./filters.ts";
import { bitsPerPixel, type PngLayout, passesOf, unpackedBytes } from "./passes.ts";
import { type Row, rowsOf } from "./rows.ts";

/** What a platform's zlib made of bytes: all of them, or what is wrong with them. */
export type Unpacked = Uint8Array | "truncated" | "damaged" | "too long";

/** What is packed in a PNG, and what to do with it when it is unpacked. */
export interface PackedPng {
  /** As zlib packs. */
  readonly packed: readonly Uint8Array[];
  /** More unpacked bytes than these need not be made. */
  readonly most: number;
  /** One step of a generator is a few milliseconds' work. */
  pixels(unpacked: Unpacked): Generator<undefined, Picture>;
}

/** Bytes behind the pixels that are no harm. Some writers fill up. */
const SLACK = 65_536;
/** Bytes unfiltered in a step. */
const STEP = 2 ** 19;

/**
 * Checks the file, but for what is packed: platforms unpack in different ways.
 *
 * @param behind the grey that transparent pixels are laid over
 * @throws NablaError without the file's name
 */
export function openPng(bytes: Uint8Array, header: ImageHeader, behind: number): PackedPng {
  const chunks = neededChunks(bytes);
  const packed = chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data);
  if (packed.length === 0) throw new NablaError("damaged PNG: it has no pixels (no IDAT chunk)");
  const { depth = 8, colour = 0, interlaced = false } = header;
  const layout = { ...storedSize(header), depth, colour, interlaced };
  const chunk = (wanted: string) => chunks.find(({ type }) => type === wanted)?.data;
  const row = rowsOf(layout, chunk("PLTE"), chunk("tRNS"), header.channels, behind);
  const length = unpackedBytes(layout);
  return {
    packed,
    most: length + SLACK,
    *pixels(unpacked) {
      check(unpacked, length, layout);
      const picture = yield* assembled(unpacked as Uint8Array, layout, row, header.channels);
      return orient(picture, header.orientation);
    },
  };
}

function check(unpacked: Unpacked, length: number, { width, height }: PngLayout): void {
  const again = "copy or download the file again";
  if (unpacked === "too long")
    throw new NablaError(
      `damaged PNG: it holds more than ${width}×${height} pixels, the size in its header, can need; ${again}`,
    );
  if (unpacked === "damaged")
    throw new NablaError(`damaged PNG: its compressed pixels cannot be unpacked; ${again}`);
  if (unpacked === "truncated" || unpacked.length < length)
    throw new NablaError(
      `truncated PNG: it holds fewer than ${width}×${height} pixels, the size in its header; ${again}`,
    );
}

function* assembled(
  data: Uint8Array,
  layout: PngLayout,
  row: Row,
  channels: 1 | 3,
): Generator<undefined, Picture> {
  const { width, height } = layout;
  const out = new Uint8Array(width * height * channels);
  const step = Math.max(1, bitsPerPixel(layout) >> 3);
  let at = 1;
  let work = 0;
  for (const pass of passesOf(layout)) {
    let above = -1;
    for (let y = 0; y < pass.height; y++) {
      unfilter(data, at, pass.rowBytes, above, step);
      const to = ((pass.y + y * pass.dy) * width + pass.x) * channels;
      row(data, at, pass.width, out, to, pass.dx * channels);
      above = at;
      at += pass.rowBytes + 1;
      work += pass.rowBytes;
      if (work < STEP) continue;
      work = 0;
      yield;
    }
  }
  return { data: out, width, height, channels };
}
