/** Pictures of ten shapes, in any colours, sizes and places; turned a little. */
import { Stream } from "../../../src/math/random.ts";

type Inside = (x: number, y: number) => boolean;
const { abs, max, sqrt } = Math;
const far = (x: number, y: number) => sqrt(x * x + y * y);

/** Whether a point belongs to the shape, which lies within −1 to 1. */
const INSIDE: Readonly<Record<string, Inside>> = {
  disc: (x, y) => far(x, y) < 1,
  ring: (x, y) => far(x, y) < 1 && far(x, y) > 0.6,
  square: (x, y) => max(abs(x), abs(y)) < 0.9,
  frame: (x, y) => max(abs(x), abs(y)) < 0.9 && max(abs(x), abs(y)) > 0.55,
  diamond: (x, y) => abs(x) + abs(y) < 1.1,
  triangle: (x, y) => y < 0.8 && y > 1.8 * abs(x) - 1,
  cross: (x, y) => (abs(x) < 0.25 && abs(y) < 1) || (abs(y) < 0.25 && abs(x) < 1),
  bar: (x, y) => abs(y) < 0.25 && abs(x) < 1,
  pole: (x, y) => abs(x) < 0.25 && abs(y) < 1,
  stripes: (x, y) => max(abs(x), abs(y)) < 1 && Math.floor((y + 1) * 2.5) % 2 === 0,
};
export const SHAPES: readonly string[] = Object.keys(INSIDE);

/** @returns rows of [size, size, 3] from 0 to 1, shape after shape in turn, and which each is */
export function drawn(rows: number, size: number, seed: number) {
  const each = size * size * 3;
  const data = new Float32Array(rows * each);
  const y = Array.from({ length: rows }, (_, r) => r % SHAPES.length);
  y.forEach((kind, r) => {
    const random = new Stream(seed, r);
    const between = (from: number, to: number) => from + (to - from) * random.uniform();
    const [cx, cy, radius] = [between(0.4, 0.6), between(0.4, 0.6), between(0.25, 0.38)];
    const lean = between(-0.15, 0.15);
    const [dark, light] = [0, 0.6].map((low) => Array.from({ length: 3 }, () => between(low, low + 0.4)));
    const [ink, paper] = random.uniform() < 0.5 ? [dark!, light!] : [light!, dark!];
    const inside = INSIDE[SHAPES[kind]!]!;
    for (let p = 0; p < size * size; p++) {
      const [dx, dy] = [((p % size) / size - cx) / radius, (Math.floor(p / size) / size - cy) / radius];
      data.set(inside(dx + lean * dy, dy - lean * dx) ? ink : paper, r * each + 3 * p);
    }
  });
  return { x: { data, shape: [rows, size, size, 3] }, y };
}
