/** Point clouds in the plane with a class each, and noisy curves: problems whose solution can be looked at. */

import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { cos, sin } from "../../math/elementary.ts";
import { STREAMS, Stream } from "../../math/random.ts";
import { arrayDataset } from "../arrays.ts";
import type { Dataset } from "../dataset.ts";

/** How many points are drawn, how noisy, and which. */
export interface PointsOptions {
  /** Number of points; default 1000. */
  samples?: number;
  /** Standard deviation of what is added to each coordinate (of a curve: to y). */
  noise?: number;
  /** Default 0. */
  seed?: number;
  /** Number of classes, where that can be chosen. */
  classes?: number;
  /** Points of the two parts are drawn from different random numbers; default "train". */
  part?: "train" | "test";
}

const OPTIONS: readonly (keyof PointsOptions)[] = ["samples", "noise", "seed", "classes", "part"];

const PI = 3.141592653589793;

function stream(name: string, o: PointsOptions, purpose: number): { random: Stream; samples: number } {
  checkOptions(name, o, OPTIONS);
  const { samples = 1000, noise = 0, seed = 0, part = "train" } = o;
  if (part !== "train" && part !== "test")
    throw new NablaError(`${name}: part: expected "train" or "test", got ${show(part)}`);
  if (!Number.isInteger(samples) || samples < 1 || samples > 10_000_000) {
    throw new NablaError(`${name}: samples: expected an integer from 1 to 10000000, got ${show(samples)}`);
  }
  if (!(Number.isFinite(noise) && noise >= 0)) {
    throw new NablaError(`${name}: noise: expected a number of at least 0, got ${show(noise)}`);
  }
  // The step's high word is the part, its low word tells the sets of one seed apart.
  return { random: new Stream(seed, STREAMS.data, purpose + (part === "train" ? 0 : 4294967296)), samples };
}

/** An option that would do nothing is refused. */
function noClasses(name: string, { classes }: PointsOptions, why: string): void {
  if (classes !== undefined && !(name === "moons" && classes === 2))
    throw new NablaError(`${name}: classes: ${why}; leave it out`);
}

/** Points by class: row i belongs to class i mod classes; `place` says where, for t uniform in [0, 1). */
function cloud(
  name: string,
  options: PointsOptions,
  defaults: { noise: number; classes: number; purpose: number },
  place: (label: number, classes: number, t: number, random: Stream) => [x: number, y: number],
): Dataset {
  demand(isObject(options), name, "its options as an object", options);
  const { noise = defaults.noise, classes = defaults.classes } = options;
  const { random, samples } = stream(name, options, defaults.purpose);
  if (!Number.isInteger(classes) || classes < 2 || classes > 1000) {
    throw new NablaError(`${name}: classes: expected an integer from 2 to 1000, got ${show(classes)}`);
  }
  const points = new Float32Array(2 * samples);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const label = i % classes;
    const [x, y] = place(label, classes, random.uniform(), random);
    points[2 * i] = x + noise * random.gaussian();
    points[2 * i + 1] = y + noise * random.gaussian();
    labels[i] = label;
  }
  return arrayDataset(points, labels, {
    name: partName(name, options),
    inputShape: [2],
    target: "class",
    classes,
  });
}

function partName(name: string, { part }: PointsOptions): string {
  return part === "test" ? `${name} (test)` : name;
}

/** Two half circles, each reaching into the other. Noise 0.1; always two classes. */
export function moons(options: PointsOptions = {}): Dataset {
  if (isObject(options)) noClasses("moons", options, "there are always two");
  return cloud("moons", { ...options, classes: 2 }, { noise: 0.1, classes: 2, purpose: 1 }, (label, _, t) => {
    const angle = PI * t;
    return label === 0 ? [cos(angle), sin(angle)] : [1 - cos(angle), 0.5 - sin(angle)];
  });
}

/** Arms of a spiral, one and a half turns each. Noise 0.02; two classes unless told otherwise. */
export function spirals(options: PointsOptions = {}): Dataset {
  return cloud("spirals", options, { noise: 0.02, classes: 2, purpose: 2 }, (label, classes, t) => {
    const radius = 0.1 + 0.9 * t;
    const angle = 3 * PI * t + (2 * PI * label) / classes;
    return [radius * cos(angle), radius * sin(angle)];
  });
}

/** Circles around one centre, of radius 1/classes, 2/classes, … 1. Noise 0.05; two classes unless told otherwise. */
export function circles(options: PointsOptions = {}): Dataset {
  return cloud("circles", options, { noise: 0.05, classes: 2, purpose: 3 }, (label, classes, t) => {
    const radius = (label + 1) / classes;
    return [radius * cos(2 * PI * t), radius * sin(2 * PI * t)];
  });
}

/** Round clouds whose centres lie on a circle of radius 1. Noise 0.25; three classes unless told otherwise. */
export function blobs(options: PointsOptions = {}): Dataset {
  return cloud("blobs", options, { noise: 0.25, classes: 3, purpose: 4 }, (label, classes) => {
    const angle = (2 * PI * label) / classes;
    return [cos(angle), sin(angle)];
  });
}

function curve(
  name: string,
  options: PointsOptions,
  purpose: number,
  noise: number,
  f: (x: number) => number,
): Dataset {
  const { random, samples } = stream(name, options, purpose);
  noClasses(name, options, "its targets are quantities");
  const deviation = options.noise ?? noise;
  const x = new Float32Array(samples);
  const y = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    x[i] = random.range(-1, 1);
    y[i] = f(x[i]!) + deviation * random.gaussian();
  }
  return arrayDataset(x, y, { name: partName(name, options), inputShape: [1], target: "values" });
}

/** y = sin(πx) for x in [-1, 1). Noise 0.1. */
export function sine(options: PointsOptions = {}): Dataset {
  return curve("sine", options, 5, 0.1, (x) => sin(PI * x));
}

/** y = x³ - x/2 + ¼ for x in [-1, 1). Noise 0.05. */
export function cubic(options: PointsOptions = {}): Dataset {
  return curve("cubic", options, 6, 0.05, (x) => x * x * x - 0.5 * x + 0.25);
}
