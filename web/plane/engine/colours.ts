/** From values to pixels: RGBA bytes, row by row. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** The page's colours, as numbers from 0 to 255. */
export interface Palette {
  readonly classes: readonly Rgb[];
  readonly paper: Rgb;
  readonly minus: Rgb;
  readonly zero: Rgb;
  readonly plus: Rgb;
}

const GREY = [128, 128, 128] as const;
/** Before the page has said its colours. */
export const ALL_GREY: Palette = {
  classes: Array(6).fill(GREY),
  paper: GREY,
  minus: GREY,
  zero: GREY,
  plus: GREY,
};

/** How much of a class's colour a place shows where the net is sure: points on it stay visible. */
const DEPTH = 0.62;

/** The same of values: points on it have their full colour, and an edge. */
const FIELD_DEPTH = 0.85;

/**
 * A decision surface: the colours of the classes mixed by their probabilities, the paler, the less sure the net is. `sharp` shows the
 * likeliest class alone, with one depth.
 *
 * @param shares [pixels, classes], probabilities
 */
export function surfacePixels(
  shares: Float32Array,
  { classes, paper }: Palette,
  count: number,
  sharp: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray((shares.length / count) * 4);
  for (let at = 0, to = 0; at < shares.length; at += count, to += 4) {
    let best = 0;
    for (let c = 1; c < count; c++) if (shares[at + c] > shares[at + best]) best = c;
    const sure = sharp ? 1 : Math.max(0, (shares[at + best] * count - 1) / (count - 1));
    const depth = DEPTH * (sharp ? 1 : 0.12 + 0.88 * sure);
    for (let channel = 0; channel < 3; channel++) {
      let mixed = 0;
      if (sharp) mixed = classes[best][channel];
      else for (let c = 0; c < count; c++) mixed += shares[at + c] * classes[c][channel];
      pixels[to + channel] = paper[channel] + (mixed - paper[channel]) * depth;
    }
    pixels[to + 3] = 255;
  }
  return pixels;
}

/** Values over the plane, −1 to 1 as minus – zero – plus in full colour; `sharp` shows five bands. */
export function fieldPixels(
  values: Float32Array,
  { minus, zero, plus }: Palette,
  sharp: boolean,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(values.length * 4);
  values.forEach((value, i) => {
    const held = Math.max(-1, Math.min(1, value));
    const t = sharp ? Math.round(held * 2) / 2 : held;
    const end = t < 0 ? minus : plus;
    for (let channel = 0; channel < 3; channel++)
      pixels[4 * i + channel] = zero[channel] + (end[channel] - zero[channel]) * Math.abs(t) * FIELD_DEPTH;
    pixels[4 * i + 3] = 255;
  });
  return pixels;
}

/** Steps between zero and full colour: more than a channel has. */
const STEPS = 512;

/** Pixels from minus over zero to plus. One word each, with its bytes in the order of pixels. */
export function rampOf({ minus, zero, plus }: Pick<Palette, "minus" | "zero" | "plus">): Uint32Array {
  const bytes = new Uint8ClampedArray(4 * (2 * STEPS + 1));
  for (let i = 0; i <= 2 * STEPS; i++) {
    const t = i / STEPS - 1;
    const end = t < 0 ? minus : plus;
    for (let channel = 0; channel < 3; channel++)
      bytes[4 * i + channel] = zero[channel] + (end[channel] - zero[channel]) * Math.abs(t);
    bytes[4 * i + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/**
 * One unit's values over the plane: negative – zero – positive. Full colour is the unit's largest value, or 1 where that is less, so
 * a unit with small values looks pale. What is no number has no colour.
 *
 * @param values [pixels, units]
 * @param unit which of them
 * @param ramp as rampOf() gives it
 * @param pixels is written: a word for each pixel
 */
export function paintUnit(
  values: Float32Array,
  units: number,
  unit: number,
  ramp: Uint32Array,
  pixels: Uint32Array,
): void {
  const count = pixels.length;
  let most = 1;
  for (let i = 0, at = unit; i < count; i++, at += units) {
    const size = Math.abs(values[at]);
    if (size > most) most = size;
  }
  const scale = STEPS / most;
  for (let i = 0, at = unit; i < count; i++, at += units) {
    const step = values[at] * scale;
    pixels[i] = Number.isNaN(step) ? 0 : ramp[Math.round(step) + STEPS];
  }
}
