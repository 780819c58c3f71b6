/**
 * Outputs that are images or sequences: a class for each pixel (or step), which losses, metrics and weights of classes take one by one.
 * Everything else about outputs of higher rank is as if their values were one long row.
 */

import type { Target } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import type { Scored } from "../metrics/metric.ts";
import { unpadded } from "../plan/builder.ts";
import type { Loss } from "../plan/loss.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";

/** How many classifications a row of outputs holds, and how many values each has. */
export interface Grain {
  readonly pixels: number;
  readonly units: number;
}

export function grainOf(outputShape: Shape, { classification }: Loss): Grain {
  const size = sizeOf(outputShape);
  const units = classification ? outputShape[outputShape.length - 1] : size;
  return { pixels: size / units, units };
}

/** Of how many classes one is predicted: 2 for a single output. */
export const classesIn = (outputShape: Shape, loss: Loss): number =>
  Math.max(2, grainOf(outputShape, loss).units);

/** Whether target values are the numbers of classes, one for each pixel; or one for each row, given as a column. */
const arePixelLabels = (target: Target, outputShape: Shape, loss: Loss): boolean => {
  const { pixels, units } = grainOf(outputShape, loss);
  return loss.lastAxis && units > 1 && target.kind === "values" && target.size === pixels;
};

/** What a plan is to do with the targets of a data set. */
export const targetKind = (target: Target, outputShape: Shape, loss: Loss): Target["kind"] =>
  arePixelLabels(target, outputShape, loss) ? "class" : target.kind;

/** @param layer as errors call the one that gives the outputs @throws NablaError unless the targets are as many as the outputs need */
export function checkPixels(
  name: string,
  target: Target,
  outputShape: Shape,
  loss: Loss,
  layer: string,
): void {
  const { pixels, units } = grainOf(outputShape, loss);
  if (pixels === 1 || !loss.classification) return;
  const size = pixels * units;
  if (target.kind === "values" && (target.size === size || arePixelLabels(target, outputShape, loss))) return;
  const wanted = showShape(["n", ...outputShape.slice(0, -1)] as never);
  const values = showShape(["n", ...outputShape] as never);
  const labels = loss.lastAxis ? `labels ${wanted} or values ${values}` : `values ${values}`;
  const got = target.kind === "class" ? "one label a row" : `${target.size} target values a row`;
  throw new NablaError(
    `${layer} classifies each of the ${pixels} pixels of its output ${showShape(outputShape)}: expected ${labels}, but ${name} has ${got}; for one answer a row add flatten() or globalAveragePooling2d() before the layer`,
  );
}

/** Class numbers of pixels, which were read as values. @throws NablaError for what is no class */
export function writeLabels(
  to: Int32Array,
  from: ArrayLike<number>,
  { pixels, units }: Grain,
  name: string,
  rows: Uint32Array,
): void {
  for (let i = 0; i < to.length; i++) {
    const label = from[i];
    if (!(Number.isInteger(label) && label >= 0 && label < units)) {
      throw new NablaError(
        `${name}: row ${rows[Math.floor(i / pixels)]}${pixels > 1 ? `, pixel ${i % pixels}` : ""}: expected a label from 0 to ${units - 1}, got ${label}`,
      );
    }
    to[i] = label;
  }
}

/** A batch whose rows are whole images, as metrics see it: pixel by pixel. */
export function byPixel(batch: Scored, { pixels, units }: Grain): Scored {
  if (pixels === 1) return batch;
  const { rows, stride } = batch;
  const width = pixels * units;
  const outputs = stride === width ? batch.outputs : unpadded(batch.outputs, stride, width);
  return { ...batch, rows: rows * pixels, units, stride: units, outputs };
}

/** The losses of rows from those of their pixels. */
export function rowLosses(losses: Float32Array, each: number): Float32Array {
  if (each === 1) return losses;
  const rows = new Float32Array(losses.length / each);
  for (let r = 0; r < rows.length; r++) {
    let sum = 0;
    for (let p = 0; p < each; p++) sum += losses[r * each + p];
    rows[r] = sum;
  }
  return rows;
}

/** One row of outputs without padding: a copy. */
export function rowOutputs({ outputs, units, stride }: Scored, row: number, each: number): Float32Array {
  const of = new Float32Array(each * units);
  for (let p = 0; p < each; p++) {
    const from = (row * each + p) * stride;
    of.set(outputs.subarray(from, from + units), p * units);
  }
  return of;
}
