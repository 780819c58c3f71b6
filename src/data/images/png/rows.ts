/** From the stored samples of PNG rows to pixels of 8 bits, without transparency. */
import { NablaError } from "../../../errors.ts";
import type { PngLayout } from "./passes.ts";

/** Writes `count` pixels whose samples begin at `data[at]` to `out[to]`, `out[to + step]`, … */
export type Row = (
  data: Uint8Array,
  at: number,
  count: number,
  out: Uint8Array,
  to: number,
  step: number,
) => void;

/**
 * How rows of a file become pixels.
 *
 * @param palette the PLTE chunk's data: colours where pixels are numbers of colours, else no more than a suggestion
 * @param transparency the tRNS chunk's data
 * @param behind the grey that transparent pixels are laid over
 * @throws NablaError without the file's name, for a palette or transparency that does not fit
 */
export function rowsOf(
  { depth, colour }: PngLayout,
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
  channels: 1 | 3,
  behind: number,
): Row {
  if (colour === 3) return paletteRow(palette, transparency, depth, channels, behind);
  // colours with alpha have no single transparent one, whatever a file says
  const key = colour === 4 || colour === 6 ? undefined : keyOf(transparency, colour === 2 ? 3 : 1, depth);
  if (depth === 16) return deepRow(colour, key, behind);
  if (colour === 0) return greyRow(key, depth, behind);
  if (colour === 4) return alphaRow(1, behind);
  if (colour === 6) return alphaRow(3, behind);
  return colourRow(key, behind);
}

const over = (value: number, alpha: number, behind: number): number =>
  Math.floor(value * alpha + behind * (1 - alpha) + 0.5);

/** The one colour that is transparent. Only the bits that samples have count. */
function keyOf(transparency: Uint8Array | undefined, samples: number, depth: number): number[] | undefined {
  if (!transparency) return undefined;
  if (transparency.length < 2 * samples)
    throw new NablaError(
      `damaged PNG: its tRNS chunk has ${transparency.length} bytes, expected ${2 * samples}; copy or download the file again`,
    );
  return Array.from(
    { length: samples },
    (_, i) => ((transparency[2 * i]! << 8) | transparency[2 * i + 1]!) & ((1 << depth) - 1),
  );
}

/** Samples of at most 8 bits, one a pixel, the first in the high bits; `table` has the pixel of each. */
function tableRow(table: Uint8Array, depth: number, channels: 1 | 3, known: number): Row {
  const mask = (1 << depth) - 1;
  return (data, at, count, out, to, step) => {
    for (let x = 0; x < count; x++, to += step) {
      const bit = x * depth;
      const sample = depth === 8 ? data[at + x]! : (data[at + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
      if (sample >= known)
        throw new NablaError(
          `damaged PNG: a pixel of colour ${sample}, but its palette has colours 0 to ${known - 1}`,
        );
      for (let c = 0; c < channels; c++) out[to + c] = table[sample * channels + c]!;
    }
  };
}

function paletteRow(
  palette: Uint8Array | undefined,
  transparency: Uint8Array | undefined,
  depth: number,
  channels: 1 | 3,
  behind: number,
): Row {
  if (!palette || palette.length === 0 || palette.length % 3 !== 0 || palette.length > 768)
    throw new NablaError(
      `damaged PNG: expected a palette of 1 to 256 colours, 3 bytes each, got ${palette?.length ?? 0} bytes`,
    );
  const known = palette.length / 3;
  const table = new Uint8Array(known * channels);
  for (let i = 0; i < known; i++) {
    const alpha = (transparency?.[i] ?? 255) / 255;
    for (let c = 0; c < channels; c++) table[i * channels + c] = over(palette[3 * i + c]!, alpha, behind);
  }
  return tableRow(table, depth, channels, known);
}

function greyRow(key: number[] | undefined, depth: number, behind: number): Row {
  const top = (1 << depth) - 1;
  const table = Uint8Array.from({ length: top + 1 }, (_, i) => (i === key?.[0] ? behind : (i * 255) / top));
  return tableRow(table, depth, 1, top + 1);
}

/** 8 bits, red, green, blue. */
function colourRow(key: number[] | undefined, behind: number): Row {
  return (data, at, count, out, to, step) => {
    if (!key && step === 3) {
      out.set(data.subarray(at, at + 3 * count), to);
      return;
    }
    for (let x = 0; x < count; x++, at += 3, to += step) {
      const hidden = key && data[at] === key[0] && data[at + 1] === key[1] && data[at + 2] === key[2];
      for (let c = 0; c < 3; c++) out[to + c] = hidden ? behind : data[at + c]!;
    }
  };
}

/** 8 bits, alpha last. */
function alphaRow(colours: 1 | 3, behind: number): Row {
  return (data, at, count, out, to, step) => {
    for (let x = 0; x < count; x++, at += colours + 1, to += step) {
      const alpha = data[at + colours]! / 255;
      for (let c = 0; c < colours; c++)
        out[to + c] = alpha === 1 ? data[at + c]! : over(data[at + c]!, alpha, behind);
    }
  };
}

/** 16 bits, the high byte first; rounded to 8. */
function deepRow(colour: number, key: number[] | undefined, behind: number): Row {
  const colours = colour === 2 || colour === 6 ? 3 : 1;
  const samples = colour >= 4 ? colours + 1 : colours;
  const sample = (data: Uint8Array, at: number) => (data[at]! << 8) | data[at + 1]!;
  return (data, at, count, out, to, step) => {
    for (let x = 0; x < count; x++, at += 2 * samples, to += step) {
      let alpha = samples > colours ? sample(data, at + 2 * colours) / 65535 : 1;
      if (key?.every((value, c) => value === sample(data, at + 2 * c))) alpha = 0;
      for (let c = 0; c < colours; c++)
        out[to + c] = over((sample(data, at + 2 * c) * 255) / 65535, alpha, behind);
    }
  };
}
