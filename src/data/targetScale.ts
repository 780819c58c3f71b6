/**
 * Quantities to be predicted, brought to mean 0 and variance 1 for the training: prices of half a million would otherwise need another
 * learning rate than temperatures. `metadata.targetScale` of a model says how; what it predicts goes back into the quantities' own unit.
 */
import type { Standardisation, Targets } from "./dataset.ts";

/** Targets are (y − mean) / scale, each with its own; `columns` are their names. */
export type TargetScale = Standardisation;

/** Outputs in the unit of the targets, in place. Every step is rounded to float32, as in exported models. */
export function inUnits(values: Float32Array, by: TargetScale | undefined): Float32Array {
  const { fround } = Math;
  // a float32 array rounds what is stored
  by?.mean.forEach((mean, k) => {
    for (let i = k; i < values.length; i += by.mean.length)
      values[i] = fround(values[i]! * fround(by.scale[k]!)) + fround(mean);
  });
  return values;
}

const OWN: TargetScale = { mean: [0], scale: [1] };

/** Targets of one scale as those of another, in place. Without a scale they are in their own unit. */
export function rescale(y: Targets, from = OWN, to = OWN): void {
  const at = (all: readonly number[], i: number) => all[i % all.length]!;
  for (let i = 0; i < y.length; i++)
    y[i] = (y[i]! * at(from.scale, i) + at(from.mean, i) - at(to.mean, i)) / at(to.scale, i);
}

/** Whether targets need no change from one to the other. */
export const sameScale = (a: TargetScale | undefined, b: TargetScale | undefined): boolean =>
  `${a?.mean}|${a?.scale}` === `${b?.mean}|${b?.scale}`;
