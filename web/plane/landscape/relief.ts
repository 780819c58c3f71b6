/** Losses as a map: bands of equal loss on a logarithmic scale, with a line between them. */
import type { Rgb } from "../engine/colours.ts";

export const BANDS = 14;

/** Of the first band and of the last, and of the lines between. */
export interface Tones {
  readonly low: Rgb;
  readonly high: Rgb;
  readonly line: Rgb;
}

/** Logarithms that the first band begins and the last ends with. */
export interface Scale {
  readonly least: number;
  readonly most: number;
}

const logOf = (loss: number): number => Math.log(loss + 1e-6);

/** From the smallest loss to the one that 95 % are below: a few peaks do not flatten the rest. */
export function scaleOf(losses: Float32Array): Scale {
  const known = losses.map(logOf).filter(Number.isFinite).sort();
  if (known.length === 0) return { least: 0, most: 1 };
  return { least: known[0], most: known[Math.floor((known.length - 1) * 0.95)] };
}

/** Losses at so many places of a scale, evenly spread, from its low end. */
export const ticksOf = ({ least, most }: Scale, count: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    Math.max(0, Math.exp(least + ((most - least) * i) / (count - 1)) - 1e-6),
  );

/** Height in bands: 0 is the low end of the scale. NaN where the loss is no number. */
export const levelsOf = (losses: Float32Array, { least, most }: Scale): Float32Array =>
  losses.map((loss) => (logOf(loss) - least) * (BANDS / Math.max(most - least, 1e-6)));

/** The colour of a band, by its number. */
export function toneOf(band: number, { low, high }: Tones): Rgb {
  const t = 0.12 + 0.88 * Math.min(1, Math.max(0, (band + 0.5) / BANDS));
  return [0, 1, 2].map((channel) => low[channel] + (high[channel] - low[channel]) * t) as unknown as Rgb;
}

/**
 * @param losses [n, n] from the upper left; NaN is left transparent
 * @param side pixels of the picture, interpolated between the cells' centres
 */
export function reliefPixels(
  losses: Float32Array,
  side: number,
  tones: Tones,
): Uint8ClampedArray<ArrayBuffer> {
  const n = Math.sqrt(losses.length);
  const levels = levelsOf(losses, scaleOf(losses));
  const pixels = new Uint8ClampedArray(side * side * 4);
  const level = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      level[row * side + column] = between(levels, n, (column + 0.5) / side, (row + 0.5) / side);
  for (let at = 0; at < level.length; at++) {
    if (Number.isNaN(level[at])) continue;
    const band = Math.floor(level[at]);
    const column = at % side;
    const edge =
      (column > 0 && Math.floor(level[at - 1]) !== band) ||
      (at >= side && Math.floor(level[at - side]) !== band);
    const tone = toneOf(band, tones);
    for (let channel = 0; channel < 3; channel++) {
      const value = tone[channel];
      pixels[4 * at + channel] = edge ? value + (tones.line[channel] - value) * 0.22 : value;
    }
    pixels[4 * at + 3] = 255;
  }
  return pixels;
}

/** Bilinear, at (u, v) from 0 to 1. @param values [n, n] */
export function between(values: Float32Array, n: number, u: number, v: number): number {
  const x = Math.min(n - 1, Math.max(0, u * n - 0.5));
  const y = Math.min(n - 1, Math.max(0, v * n - 0.5));
  const [x0, y0] = [Math.min(n - 2, Math.floor(x)), Math.min(n - 2, Math.floor(y))];
  const at = (dx: number, dy: number): number => values[(y0 + dy) * n + x0 + dx];
  const [s, t] = [x - x0, y - y0];
  return (at(0, 0) * (1 - s) + at(1, 0) * s) * (1 - t) + (at(0, 1) * (1 - s) + at(1, 1) * s) * t;
}
