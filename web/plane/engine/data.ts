/** The points of a state, and what the net sees of them. */
import {
  arrayDataset,
  blobs,
  circles,
  cubic,
  type Dataset,
  moons,
  sine,
  spirals,
  splitDataset,
} from "nabla/data";
// the library's sine, because links promise the same bits on every engine
import { sin } from "../../../src/math/elementary.ts";
import { type DataName, type FeatureName, isCurve, isField, isPainted } from "../state/choices.ts";
import type { PlaneState } from "../state/planeState.ts";
import { EXTENT } from "../state/points.ts";
import { type FieldName, fieldPoints, type Points } from "./fields.ts";

export interface PlaneData {
  readonly train: Points;
  /** Without rows where nothing is kept for testing. */
  readonly test: Points;
}

type Generated = Exclude<DataName, "painted" | "curve" | "values" | FieldName>;

interface Set {
  /** Standard deviation at noise 100, in the set's own units. */
  readonly noise: number;
  /** From the set's units to the plane's: (x − centre) · scale, then a turn by 45° where corners are to lie in quadrants. */
  readonly scale: number;
  /** Where y has another. */
  readonly scaleY?: number;
  readonly centre: readonly [number, number];
  make(options: {
    samples: number;
    noise: number;
    seed: number;
    classes: number;
    part: "train" | "test";
  }): Dataset;
}

const SETS: Readonly<Record<Generated, Set>> = {
  moons: { noise: 0.6, scale: 1.1, centre: [0.5, 0.25], make: moons },
  spirals: { noise: 0.2, scale: 1.75, centre: [0, 0], make: spirals },
  circles: { noise: 0.4, scale: 1.55, centre: [0, 0], make: circles },
  // four clouds, where opposite ones are of one class
  xor: { noise: 1.5, scale: 1.3, centre: [0, 0], make: (options) => blobs({ ...options, classes: 4 }) },
  blobs: { noise: 1.2, scale: 1.25, centre: [0, 0], make: blobs },
  sine: {
    noise: 0.6,
    scale: 1.9,
    scaleY: 1.3,
    centre: [0, 0],
    make: ({ classes: _, ...options }) => sine(options),
  },
  cubic: {
    noise: 0.3,
    scale: 1.9,
    scaleY: 2.6,
    centre: [0, 0.25],
    make: ({ classes: _, ...options }) => cubic(options),
  },
};

const none: Points = { places: new Float32Array(0), labels: new Int32Array(0) };
const DIAGONAL = Math.SQRT1_2;

/** A pure function of the state: the same link gives the same points. */
export function makeData(state: PlaneState): PlaneData {
  const { data, samples } = state;
  if (isPainted(data)) return painted(state);
  const test = Math.min(samples - 1, Math.round((samples * state.test) / 100));
  const of = (count: number, part: "train" | "test"): Points => {
    if (count < 1) return none;
    return isField(data)
      ? fieldPoints(data as FieldName, { ...state, samples: count }, part)
      : generated(data as Generated, state, count, part);
  };
  return { train: of(samples - test, "train"), test: of(test, "test") };
}

function generated(name: Generated, state: PlaneState, samples: number, part: "train" | "test"): Points {
  const { noise, scale, scaleY = scale, centre, make } = SETS[name];
  const { seed, classes } = state;
  const set = make({ samples, noise: (state.noise / 100) * noise, seed, classes, part });
  const { places, labels } = isCurve(name) ? curveOf(set) : pointsOf(set);
  for (let i = 0; i < places.length; i += 2) {
    const x = (places[i] - centre[0]) * scale;
    const y = (places[i + 1] - centre[1]) * scaleY;
    places[i] = name === "xor" ? (x - y) * DIAGONAL : x;
    places[i + 1] = name === "xor" ? (x + y) * DIAGONAL : y;
  }
  if (isCurve(name)) return { places, labels, values: ys(places) };
  return { places, labels: name === "xor" ? labels.map((label) => label % 2) : labels };
}

/** The second coordinates. */
const ys = (places: Float32Array): Float32Array =>
  Float32Array.from({ length: places.length / 2 }, (_, i) => places[2 * i + 1]);

function painted({ data, points, test, seed, classes }: PlaneState): PlaneData {
  const places = Float32Array.from(points.flatMap(({ x, y }) => [x, y]));
  const all: Points = {
    places,
    labels: Int32Array.from(points, ({ label }) => label),
    ...(isCurve(data) && { values: ys(places) }),
    ...(isField(data) && { values: Float32Array.from(points, ({ value = 0 }) => value) }),
  };
  const taken = Math.floor((points.length * test) / 100 + 0.5);
  // a class's only point is trained on
  const alone = new Set(all.labels).size === points.length;
  if (taken < 1 || taken >= points.length || alone) return { train: all, test: none };
  // by classes, where there are any; a value goes with its place
  const rows = Float32Array.from(points.flatMap(({ x, y, value = 0 }) => [x, y, value]));
  const set = arrayDataset(rows, all.labels, {
    name: "painted",
    inputShape: [3],
    target: "class",
    classes: Math.max(2, classes),
  });
  const [trainPart, testPart] = splitDataset(set, test / 100, { seed });
  return { train: paintedPart(data, trainPart), test: paintedPart(data, testPart) };
}

function paintedPart(data: DataName, part: Dataset): Points {
  const { places: rows, labels } = pointsOf(part, 3);
  const places = rows.filter((_, i) => i % 3 < 2);
  return {
    places,
    labels,
    ...(isCurve(data) && { values: ys(places) }),
    ...(isField(data) && { values: rows.filter((_, i) => i % 3 === 2) }),
  };
}

function pointsOf(set: Dataset, width = 2): Points {
  const places = new Float32Array(width * set.length);
  const labels = new Int32Array(set.length);
  set.read(
    Uint32Array.from(labels, (_, i) => i),
    places,
    labels,
  );
  return { places, labels };
}

/** Rows x → y as places. */
function curveOf(set: Dataset): Points {
  const n = set.length;
  const [x, y] = [new Float32Array(n), new Float32Array(n)];
  set.read(
    Uint32Array.from(x, (_, i) => i),
    x,
    y,
  );
  return {
    places: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 ? y : x)[i >> 1]),
    labels: new Int32Array(n),
  };
}

const FEATURE: Readonly<Record<FeatureName, (x: number, y: number) => number>> = {
  x: (x) => x,
  y: (_, y) => y,
  xx: (x) => x * x,
  yy: (_, y) => y * y,
  xy: (x, y) => x * y,
  sinx: (x) => sin(3.141592653589793 * x),
  siny: (_, y) => sin(3.141592653589793 * y),
};

/** [n, features.length], row-major. */
export function inputsOf(places: Float32Array, features: readonly FeatureName[]): Float32Array {
  const inputs = new Float32Array((places.length / 2) * features.length);
  const functions = features.map((name) => FEATURE[name]);
  let at = 0;
  for (let i = 0; i < places.length; i += 2)
    for (const f of functions) inputs[at++] = f(places[i], places[i + 1]);
  return inputs;
}

/** What a model is trained on: values where points have them, else classes. */
export function dataset(
  { places, labels, values }: Points,
  features: readonly FeatureName[],
  classes: number,
  name: string,
): Dataset {
  const inputs = inputsOf(places, features);
  if (values) return arrayDataset(inputs, values, { name, inputShape: [features.length], target: "values" });
  return arrayDataset(inputs, labels, { name, inputShape: [features.length], target: "class", classes });
}

/** The centres of `side` × `side` cells that cover the plane, from the upper left, row by row: [side², 2]. */
export function gridPlaces(side: number): Float32Array {
  const places = new Float32Array(2 * side * side);
  const cell = (2 * EXTENT) / side;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      places[2 * (row * side + column)] = (column + 0.5) * cell - EXTENT;
      places[2 * (row * side + column) + 1] = EXTENT - (row + 0.5) * cell;
    }
  return places;
}
