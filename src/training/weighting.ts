/** Per-row factors of the loss. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Network } from "../network/network.ts";
import type { Goal } from "./goals.ts";
import type { WeightOptions } from "./options.ts";
import { grainOf } from "./pixels.ts";

export interface Weighting {
  /** One factor per class, by label; where the targets are values, the class is the largest of them. */
  readonly classes?: readonly number[];
  /** One factor per row of the dataset. */
  readonly samples?: ArrayLike<number>;
}

/**
 * @param who begins errors
 * @throws NablaError for factors that are not numbers ≥ 0 or not one per row, and for unknown classes
 */
export function weightingOf(
  who: string,
  { length, target }: Dataset,
  { outputShapes }: Network,
  goals: readonly Goal[],
  options: WeightOptions,
): Weighting {
  const { classWeight, sampleWeight: samples } = options;
  if (samples) checkSamples(who, length, samples);
  if (classWeight && goals.length > 1)
    throw new NablaError(
      `${who}: classWeight is for models with one output, this one has ${goals.length}; use sampleWeight, or lossWeights in compile()`,
    );
  const [{ loss }] = goals;
  const [outputShape] = outputShapes;
  const { units } = grainOf(outputShape, loss);
  if (
    classWeight &&
    units === 1 &&
    !loss.classification &&
    !(target.kind === "class" && target.classes <= 2)
  ) {
    throw new NablaError(`${who}: classWeight: the targets are quantities, not classes; use sampleWeight`);
  }
  return { classes: classFactors(classWeight, Math.max(2, units)), samples };
}

const isFactor = (n: unknown): boolean => typeof n === "number" && n >= 0 && Number.isFinite(Math.fround(n));

/** @throws NablaError unless there is a number ≥ 0 for each row */
export function checkSamples(who: string, length: number, samples: ArrayLike<number>): void {
  if (samples.length !== length) {
    throw new NablaError(
      `${who}: sampleWeight: expected ${length} factors, one per row, got ${samples.length}`,
    );
  }
  for (let i = 0; i < length; i++) {
    const factor = samples[i];
    if (!isFactor(factor)) {
      throw new NablaError(`${who}: sampleWeight[${i}]: expected a number ≥ 0, got ${show(factor)}`);
    }
  }
}

function classFactors(weights: WeightOptions["classWeight"], classes: number): number[] | undefined {
  if (!weights) return undefined;
  const factors = new Array<number>(classes).fill(1);
  for (const [key, value] of Object.entries(weights)) {
    const c = Number(key);
    if (!Number.isInteger(c) || c < 0 || c >= classes)
      throw new NablaError(`classWeight: there is no class ${key}; classes are 0 to ${classes - 1}`);
    if (!isFactor(value))
      throw new NablaError(`classWeight[${key}]: expected a number ≥ 0, got ${show(value)}`);
    factors[c] = value;
  }
  return factors;
}
