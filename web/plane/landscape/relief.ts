/** Losses as a map: bands of equal loss on a logarithmic scale, with a line between them. */
import type { Rgb } from "../engine/colours.ts";

const BANDS = 14;

/**
 * @param losses [n, n] from the upper left; NaN is left transparent
 * @param side pixels of the picture, interpolated between the cells' centres
 */
export function reliefPixels(
  losses: Float32Array,
  side: number,
  { low, high, line }: { readonly low: Rgb; readonly high: Rgb; readonly line: Rgb },
): Uint8ClampedArray<ArrayBuffer> {
  const n = Math.sqrt(losses.length);
  const logs = losses.map((loss) => Math.log(loss + 1e-6));
  const [least, most] = span(logs);
  const scale = BANDS / Math.max(most - least, 1e-6);
  const pixels = new Uint8ClampedArray(side * side * 4);
  const level = new Float32Array(side * side);
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      level[row * side + column] =
        (between(logs, n, (column + 0.5) / side, (row + 0.5) / side) - least) * scale;
  for (let at = 0; at < level.length; at++) {
    if (Number.isNaN(level[at])) continue;
    const band = Math.floor(level[at]);
    const column = at % side;
    const edge =
      (column > 0 && Math.floor(level[at - 1]) !== band) ||
      (at >= side && Math.floor(level[at - side]) !== band);
    const t = Math.min(1, Math.max(0, (band + 0.5) / BANDS));
    for (let channel = 0; channel < 3; channel++) {
      const value = low[channel] + (high[channel] - low[channel]) * (0.12 + 0.88 * t);
      pixels[4 * at + channel] = edge ? value + (line[channel] - value) * 0.22 : value;
    }
    pixels[4 * at + 3] = 255;
  }
  return pixels;
}

/** The smallest loss, and the one that 95 % are below: a few peaks do not flatten the rest. */
function span(values: Float32Array): [number, number] {
  const known = values.filter(Number.isFinite).sort();
  if (known.length === 0) return [0, 1];
  return [known[0], known[Math.floor((known.length - 1) * 0.95)]];
}

/** Bilinear, at (u, v) from 0 to 1. */
function between(values: Float32Array, n: number, u: number, v: number): number {
  const x = Math.min(n - 1, Math.max(0, u * n - 0.5));
  const y = Math.min(n - 1, Math.max(0, v * n - 0.5));
  const [x0, y0] = [Math.min(n - 2, Math.floor(x)), Math.min(n - 2, Math.floor(y))];
  const at = (dx: number, dy: number): number => values[(y0 + dy) * n + x0 + dx];
  const [s, t] = [x - x0, y - y0];
  return (at(0, 0) * (1 - s) + at(1, 0) * s) * (1 - t) + (at(0, 1) * (1 - s) + at(1, 1) * s) * t;
}
