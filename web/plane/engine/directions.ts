/** Two directions through the space of weights, and where points lie along them. */
import { STREAMS, Stream } from "../../../src/math/random.ts";

/** The plane origin + u · first + v · second. */
export interface Plane {
  readonly origin: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Share of the points' variance around the origin that lies in the plane, 0 to 1; 1 where that was not asked. */
  readonly explained: number;
}

/**
 * The first two principal components of `points` around `origin`, each of length 1 (zero where points do not spread in so many
 * directions). By orthogonal iteration: two components of a few hundred points need no decomposition of the whole matrix.
 */
export function principalPlane(points: readonly Float32Array[], origin: Float32Array): Plane {
  const n = origin.length;
  const rows = points.map((point) => Float64Array.from(point, (w, i) => w - origin[i]));
  const total = rows.reduce((sum, row) => sum + dot(row, row), 0);
  const axes: Float64Array[] = [];
  let held = 0;
  for (let k = 0; k < 2; k++) {
    // the longest row is never orthogonal to all that is left, as a fixed start might be
    let axis = new Float64Array(rows.reduce((a, b) => (dot(b, b) > dot(a, a) ? b : a), new Float64Array(n)));
    let size = normalise(axis);
    for (let round = 0; round < 200 && size > 0; round++) {
      const next = new Float64Array(n);
      for (const row of rows) add(next, row, dot(row, axis));
      const value = normalise(next);
      const moved = 1 - Math.abs(dot(next, axis));
      axis = next;
      size = value;
      if (moved < 1e-12) break;
    }
    if (size > 0) for (const row of rows) held += take(row, axis) ** 2;
    axes.push(axis);
  }
  return {
    origin,
    first: Float32Array.from(axes[0]),
    second: Float32Array.from(axes[1]),
    explained: total > 0 ? Math.min(1, held / total) : 1,
  };
}

/**
 * Two random directions with the net's own proportions: the weights into each unit are scaled to the norm they have in the net, biases
 * stay (Li et al. 2018, section 4). A unit of length 1 along a direction is as far as the net is from zero.
 *
 * @param shapes of the parameters that lie one behind the other in `origin`
 */
export function randomPlane(
  origin: Float32Array,
  shapes: readonly (readonly number[])[],
  seed: number,
): Plane {
  const [first, second] = [0, 1].map((k) => {
    const random = new Stream(seed, STREAMS.data, 1000 + k);
    const direction = new Float32Array(origin.length);
    let at = 0;
    for (const [inputs, units] of shapes) {
      if (units === undefined) {
        at += inputs;
        continue;
      }
      for (let unit = 0; unit < units; unit++) {
        let own = 0;
        let drawn = 0;
        for (let i = 0; i < inputs; i++) {
          const place = at + i * units + unit;
          const value = (direction[place] = random.gaussian());
          drawn += value * value;
          own += origin[place] ** 2;
        }
        const scale = drawn > 0 ? Math.sqrt(own / drawn) : 0;
        for (let i = 0; i < inputs; i++) direction[at + i * units + unit] *= scale;
      }
      at += inputs * units;
    }
    return direction;
  });
  return { origin, first, second, explained: 1 };
}

/** Along two weights, all others as they are: places in it are the values of these two. */
export function weightsPlane(now: Float32Array, [a, b]: readonly [number, number]): Plane {
  const along = (axis: number): Float32Array => Float32Array.from(now, (_, i) => (i === axis ? 1 : 0));
  return {
    origin: now.map((w, i) => (i === a || i === b ? 0 : w)),
    first: along(a),
    second: along(b),
    explained: 1,
  };
}

/** Where points lie in a plane, [n, 2]: the nearest places, by least squares, as random directions are not quite orthogonal. */
export function project(points: readonly Float32Array[], { origin, first, second }: Plane): Float32Array {
  const [aa, ab, bb] = [dot(first, first), dot(first, second), dot(second, second)];
  const determinant = aa * bb - ab * ab;
  const places = new Float32Array(points.length * 2);
  points.forEach((point, i) => {
    const d = Float64Array.from(point, (w, k) => w - origin[k]);
    const [a, b] = [dot(d, first), dot(d, second)];
    const flat = determinant <= 1e-12 * aa * bb || determinant === 0;
    places[2 * i] = flat ? (aa > 0 ? a / aa : 0) : (a * bb - b * ab) / determinant;
    places[2 * i + 1] = flat ? 0 : (b * aa - a * ab) / determinant;
  });
  return places;
}

type Vector = Float32Array | Float64Array;

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** a += b · factor */
function add(a: Float64Array, b: Vector, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] += b[i] * factor;
}

/** Scales to length 1 and gives the length there was; what is next to nothing becomes zero. */
function normalise(a: Float64Array): number {
  const length = Math.sqrt(dot(a, a));
  const size = length > 1e-12 ? length : 0;
  for (let i = 0; i < a.length; i++) a[i] = size > 0 ? a[i] / size : 0;
  return size;
}

/** Takes the part along `axis` out of `row`, and gives its length. */
function take(row: Float64Array, axis: Float64Array): number {
  const along = dot(row, axis);
  add(row, axis, -along);
  return along;
}
