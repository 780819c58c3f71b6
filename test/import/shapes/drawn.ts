/** Pictures of ten shapes, in any colours, sizes and places; turned a little: a folder of PNG files. */
import { Stream } from "../../../src/math/random.ts";
import { writePng } from "../../support/pictures/png.ts";

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

/** A picture of a folder: "train/disc/00.png". */
export interface Drawn {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @returns files of size × size pixels, shape after shape in turn */
function drawn(part: string, rows: number, size: number, seed: number): Drawn[] {
  return Array.from({ length: rows }, (_, r) => {
    const name = SHAPES[r % SHAPES.length]!;
    const samples = new Uint8Array(size * size * 3);
    const random = new Stream(seed, r);
    const between = (from: number, to: number) => from + (to - from) * random.uniform();
    const [cx, cy, radius] = [between(0.4, 0.6), between(0.4, 0.6), between(0.25, 0.38)];
    const lean = between(-0.15, 0.15);
    const [dark, light] = [0, 0.6].map((low) =>
      Array.from({ length: 3 }, () => Math.floor(256 * between(low, low + 0.4))),
    );
    const [ink, paper] = random.uniform() < 0.5 ? [dark!, light!] : [light!, dark!];
    const inside = INSIDE[name]!;
    for (let p = 0; p < size * size; p++) {
      const [dx, dy] = [((p % size) / size - cx) / radius, (Math.floor(p / size) / size - cy) / radius];
      samples.set(inside(dx + lean * dy, dy - lean * dx) ? ink : paper, 3 * p);
    }
    const bytes = writePng({ width: size, height: size, depth: 8, colour: 2, samples });
    return { path: `${part}/${name}/${String(Math.floor(r / SHAPES.length)).padStart(2, "0")}.png`, bytes };
  });
}

/** A small folder: 20 pictures of each shape to learn from, and 10 that are not seen. */
export const folderOf = (size: number): Drawn[] => [
  ...drawn("train", 200, size, 1),
  ...drawn("test", 100, size, 2),
];
