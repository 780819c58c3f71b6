/** The data sets that are made, not read, by name. */

import { didYouMean, NablaError } from "../../errors.ts";
import { demandText } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import type { DataSplit, Dataset } from "../dataset.ts";
import { digits } from "../digits/index.ts";
import { and, majority, nand, or, truthTableM, xor } from "./gates.ts";
import { blobs, circles, cubic, moons, type PointsOptions, sine, spirals } from "./points.ts";

/** What a generated set may be told; each takes what concerns it. */
export interface GeneratedOptions {
  /** Rows of the training part; the test part has a fifth of it. */
  samples?: number;
  /** How far points lie from their curve: the standard deviation. Default: that of the set. */
  noise?: number;
  /** What every draw depends on. Default 0. */
  seed?: number;
  /** How many classes there are, where a set may have several numbers of them. Default: that of the set. */
  classes?: number;
}

/** A set that is made: what it is, and a function that makes it. */
export interface GeneratedSet {
  readonly description: string;
  /** A training part, and a test part where the set has more than one truth table. */
  make(options?: GeneratedOptions): DataSplit;
}

function whole(description: string, make: () => Dataset): GeneratedSet {
  return { description, make: () => ({ train: make() }) };
}

function parts(
  description: string,
  samples: number,
  make: (options: PointsOptions) => Dataset,
): GeneratedSet {
  return {
    description,
    make(options = {}) {
      const n = options.samples ?? samples;
      return {
        train: make({ ...options, samples: n, part: "train" }),
        test: make({ ...options, samples: Math.max(1, Math.floor(n / 5)), part: "test" }),
      };
    },
  };
}

/** All generated sets, by the names that the command line knows them by. */
export const generatedSets: Readonly<Record<string, GeneratedSet>> = Object.freeze({
  digits: parts(
    "handwriting-like digits, 28×28 images in 10 classes, drawn from strokes",
    10_000,
    // they have no noise, and always ten classes
    ({ noise: _n, classes: _c, ...options }) => digits(options),
  ),
  moons: parts("two interleaving half circles, 2 classes in the plane", 1000, moons),
  spirals: parts("arms of a spiral, 2 or more classes in the plane", 1000, spirals),
  circles: parts("circles around one centre, 2 or more classes in the plane", 1000, circles),
  blobs: parts("round clouds, 3 or more classes in the plane", 1000, blobs),
  sine: parts("one period of a noisy sine, regression", 1000, sine),
  cubic: parts("a noisy cubic, regression", 1000, cubic),
  and: whole("logic gate: both of two inputs", and),
  or: whole("logic gate: any of two inputs", or),
  nand: whole("logic gate: not both of two inputs", nand),
  xor: whole("logic gate: one of two inputs but not both", xor),
  majority: whole("logic gate: at least two of three inputs", majority),
  truthTableM: whole("truth table of three inputs: C if A, else B", truthTableM),
});

/** A generated set by name; throws a NablaError that lists the names. */
export function makeGenerated(name: string, options: GeneratedOptions = {}): DataSplit {
  demandText("makeGenerated", "the name of a generated data set", name);
  checkOptions(`makeGenerated: ${name}`, options, ["samples", "noise", "seed", "classes"]);
  if (Object.hasOwn(generatedSets, name)) return generatedSets[name]!.make(options);
  const names = Object.keys(generatedSets);
  throw new NablaError(
    `there is no generated data set ${show(name)}${didYouMean(name, names)} (${names.join(", ")})`,
  );
}
