/**
 * Points anywhere in the plane, with a value each: what a net with one linear output is to say there. The two sets of TensorFlow
 * Playground (github.com/tensorflow/playground, src/dataset.ts), in this plane's units.
 */
import { STREAMS, Stream } from "../../../src/math/random.ts";
import type { PlaneState } from "../state/planeState.ts";
import { EXTENT } from "../state/points.ts";

export type FieldName = "plane" | "gaussian";

/** Points lie between −REACH and REACH. */
const REACH = 0.95 * EXTENT;

/** Standard deviation of what is added to values at noise 100. */
const NOISE = 0.5;

/** Where values are highest and lowest, and what they are there. */
const PEAKS = [
  [-4 / 3, 5 / 6, 1],
  [0, 5 / 6, -1],
  [4 / 3, 5 / 6, 1],
  [-4 / 3, -5 / 6, -1],
  [0, -5 / 6, 1],
  [4 / 3, -5 / 6, -1],
] as const;

/** How far a peak reaches. */
const RADIUS = 2 / 3;

const FIELDS: Readonly<Record<FieldName, (x: number, y: number) => number>> = {
  plane: (x, y) => (x + y) / (2 * REACH),
  gaussian(x, y) {
    let value = 0;
    for (const [cx, cy, height] of PEAKS) {
      const far = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy)) / RADIUS;
      const own = height * Math.max(0, 1 - far);
      if (Math.abs(own) > Math.abs(value)) value = own;
    }
    return value;
  },
};

/** Streams of points; directions.ts has those from 1000 on. */
const STEPS: Readonly<Record<FieldName, number>> = { plane: 501, gaussian: 502 };

/** A pure function of the state: other noise moves values, not places. */
export function fieldPoints(
  name: FieldName,
  { samples, noise, seed }: Pick<PlaneState, "samples" | "noise" | "seed">,
  part: "train" | "test",
): Points {
  const random = new Stream(seed, STREAMS.data, STEPS[name] + (part === "train" ? 0 : 2 ** 32));
  const places = new Float32Array(2 * samples);
  const values = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    places[2 * i] = random.range(-REACH, REACH);
    places[2 * i + 1] = random.range(-REACH, REACH);
    values[i] = FIELDS[name](places[2 * i], places[2 * i + 1]) + (noise / 100) * NOISE * random.gaussian();
  }
  return { places, labels: new Int32Array(samples), values };
}

/** Places [n, 2] in the plane and their classes, or what is asked for there: of a curve the second coordinate, else a value. */
export interface Points {
  readonly places: Float32Array;
  readonly labels: Int32Array;
  /** Of regression, [n]. */
  readonly values?: Float32Array;
}
