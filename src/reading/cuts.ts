/** Where a line of digits may be cut: paths from the top to the bottom that cross little ink. */
import type { Plane } from "./resample.ts";

export interface Cut {
  /** For each row the first column to the right of the cut. */
  readonly path: Int32Array;
  /** Ink that the path crosses, as a share of the plane's height. */
  readonly ink: number;
  /** Ink to the left of the path. */
  readonly mass: number;
}

/** What a step sideways costs, in ink: a cut leans or winds around a digit, but does not wander. */
const SIDEWAYS = 0.03;
/** A cut crosses no more ink than this, as a share of the height. */
const MOST_INK = 0.45;
/** Ink between neighbouring cuts at least, as a share of the squared height; a digit has about a quarter. */
const LEAST_MASS = 0.025;

/**
 * Cuts from left to right, beginning with the left end and ending with the right one. From every column of the middle
 * row the cheapest path upwards and downwards is found (each row at most one column aside); of paths that part the
 * ink in nearly the same way only the one that crosses least is kept.
 */
export function findCuts(plane: Plane): Cut[] {
  const { width, height } = plane;
  const middle = height >> 1;
  const up = cheapest(plane, 0, middle);
  const down = cheapest(plane, height - 1, middle);
  const before = inkBefore(plane);
  const paths: Cut[] = [];
  for (let x = 1; x < width; x++) {
    const path = new Int32Array(height);
    follow(up, x, middle, 0, width, path);
    follow(down, x, middle, height - 1, width, path);
    let [ink, mass] = [0, 0];
    for (let y = 0; y < height; y++) {
      ink += plane.data[y * width + path[y]];
      mass += before[y * (width + 1) + path[y]];
    }
    paths.push({ path, ink: ink / height, mass });
  }
  const total = plane.data.reduce((sum, value) => sum + value, 0);
  const ends = [
    { path: new Int32Array(height), ink: 0, mass: 0 },
    { path: new Int32Array(height).fill(width), ink: 0, mass: total },
  ];
  const apart = LEAST_MASS * height * height;
  const kept: Cut[] = [...ends];
  // sort() is stable: of equals the leftmost comes first, on every engine
  for (const cut of paths.filter(({ ink }) => ink <= MOST_INK).sort((a, b) => a.ink - b.ink))
    if (kept.every(({ mass }) => Math.abs(mass - cut.mass) >= apart)) kept.push(cut);
  return kept.sort((a, b) => a.mass - b.mass);
}

/** For each pixel between row `from` and row `to`: the column one row nearer to `from` on the cheapest path from there. */
function cheapest({ data, width }: Plane, from: number, to: number): Int32Array {
  const rows = Math.abs(to - from) + 1;
  const step = from < to ? 1 : -1;
  const back = new Int32Array(rows * width);
  let costs = Float64Array.from({ length: width }, (_, x) => data[from * width + x]);
  for (let row = 1; row < rows; row++) {
    const y = from + step * row;
    const next = new Float64Array(width);
    for (let x = 0; x < width; x++) {
      let best = x;
      let cost = costs[x];
      for (let near = x - 1; near <= x + 1; near += 2) {
        if (near < 0 || near >= width || costs[near] + SIDEWAYS >= cost) continue;
        best = near;
        cost = costs[near] + SIDEWAYS;
      }
      back[row * width + x] = best;
      next[x] = cost + data[y * width + x];
    }
    costs = next;
  }
  return back;
}

function follow(
  back: Int32Array,
  x: number,
  middle: number,
  end: number,
  width: number,
  path: Int32Array,
): void {
  const step = end > middle ? 1 : -1;
  let at = x;
  for (let row = Math.abs(end - middle), y = middle; row >= 0; row--, y += step) {
    path[y] = at;
    at = back[row * width + at];
  }
}

/** For each row the sums of its ink before each column, the last one being all of it. */
function inkBefore({ data, width, height }: Plane): Float64Array {
  const sums = new Float64Array(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      sums[y * (width + 1) + x + 1] = sums[y * (width + 1) + x] + data[y * width + x];
  return sums;
}
