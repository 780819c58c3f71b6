/** Metrics that are a mean over rows. */
import { type Metric, predictedClass, type Scored, trueClass } from "./metric.ts";

/** A metric that adds up a figure of every row, one after the other whatever the batches, and divides by how many there were. */
function mean(name: string, figure: (batch: Scored, row: number) => number): Metric {
  let sum = 0;
  let rows = 0;
  return {
    name,
    reset() {
      sum = 0;
      rows = 0;
    },
    add(batch) {
      for (let r = 0; r < batch.rows; r++) sum += figure(batch, r);
      rows += batch.rows;
    },
    result: () => sum / rows,
    state: () => [sum, rows],
    restore(state) {
      [sum, rows] = state as [number, number];
    },
  };
}

/** The share of rows whose largest output is the class of the target. */
export const accuracy = (): Metric =>
  mean("accuracy", (batch, row) => {
    const { outputs, stride, units, threshold } = batch;
    return Number(predictedClass(outputs, row * stride, units, threshold) === trueClass(batch, row));
  });

/**
 * The share of outputs on the right side of the threshold, each output by itself: for several yes-or-no answers a row,
 * where accuracy (one class a row) would only compare the largest.
 */
export const binaryAccuracy = (): Metric =>
  mean("binaryAccuracy", (batch, row) => {
    const { units, stride, outputs, threshold } = batch;
    let right = 0;
    for (let c = 0; c < units; c++) {
      if (outputs[row * stride + c] > threshold === target(batch, row, c) > threshold) right++;
    }
    return right / units;
  });

/**
 * The share of rows whose class is among the k largest outputs. An output equal to the class's own does not push it out.
 * @param k default 5, as in Keras
 */
export const topKAccuracy = (k = 5): Metric =>
  mean(`top${k}Accuracy`, (batch, row) => {
    const at = row * batch.stride;
    const own = batch.outputs[at + trueClass(batch, row)];
    let larger = 0;
    for (let c = 0; c < batch.units; c++) if (!(batch.outputs[at + c] <= own)) larger++; // NaN is among nothing
    return Number(larger < k);
  });

/** The target value of one output: labels as the loss writes them, or as numbers for a single output of a regression. */
function target({ units, labels, values, on, off }: Scored, row: number, output: number): number {
  if (values) return values[row * units + output];
  if (units > 1) return labels![row] === output ? on : off;
  const label = labels![row];
  return label === 0 ? off : label === 1 ? on : label;
}

/** Σ over the outputs of a row of f(output − target), divided by the number of outputs. */
const deviation = (name: string, f: (d: number) => number): Metric =>
  mean(name, (batch, row) => {
    const { units, stride, outputs } = batch;
    let sum = 0;
    for (let c = 0; c < units; c++) sum += f(outputs[row * stride + c] - target(batch, row, c));
    return sum / units;
  });

/** Mean of (output − target)². */
export const meanSquaredError = (): Metric => deviation("meanSquaredError", (d) => d * d);
/** Mean of |output − target|. */
export const meanAbsoluteError = (): Metric => deviation("meanAbsoluteError", Math.abs);
