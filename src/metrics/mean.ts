/** Metrics that are a mean over rows. */
import { type Metric, type Scored, predictedClass, trueClass } from "./metric.ts";

/** A metric that adds up `count(batch)` and divides by the number of rows. */
function mean(name: string, count: (batch: Scored) => number): Metric {
  let sum = 0;
  let rows = 0;
  return {
    name,
    reset() {
      sum = 0;
      rows = 0;
    },
    add(batch) {
      sum += count(batch);
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
  mean("accuracy", (batch) => {
    let right = 0;
    for (let r = 0; r < batch.rows; r++) {
      if (predictedClass(batch.outputs, r * batch.stride, batch.units, batch.threshold) === trueClass(batch, r)) right++;
    }
    return right;
  });

/**
 * The share of outputs on the right side of the threshold, each output by itself: for several yes-or-no answers a row,
 * where accuracy (one class a row) would only compare the largest.
 */
export const binaryAccuracy = (): Metric =>
  mean("binaryAccuracy", (batch) => {
    const { rows, units, stride, outputs, threshold } = batch;
    let right = 0;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < units; c++) {
        if (outputs[r * stride + c] > threshold === target(batch, r, c) > threshold) right++;
      }
    }
    return right / units;
  });

/**
 * The share of rows whose class is among the k largest outputs. An output equal to the class's own does not push it out.
 * @param k default 5, as in Keras
 */
export const topKAccuracy = (k = 5): Metric =>
  mean(`top${k}Accuracy`, (batch) => {
    let right = 0;
    for (let r = 0; r < batch.rows; r++) {
      const at = r * batch.stride;
      const own = batch.outputs[at + trueClass(batch, r)];
      let larger = 0;
      for (let c = 0; c < batch.units; c++) if (batch.outputs[at + c] > own) larger++;
      if (larger < k) right++;
    }
    return right;
  });

/** The target value of one output: labels as one-hot rows, or as they are for a single output. */
function target({ units, labels, values }: Scored, row: number, output: number): number {
  if (values) return values[row * units + output];
  return units === 1 ? labels![row] : labels![row] === output ? 1 : 0;
}

/** Σ over the outputs of a row of f(output − target), divided by the number of outputs. */
const deviation = (name: string, f: (d: number) => number): Metric =>
  mean(name, (batch) => {
    const { rows, units, stride, outputs } = batch;
    let sum = 0;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < units; c++) sum += f(outputs[r * stride + c] - target(batch, r, c));
    }
    return sum / units;
  });

/** Mean of (output − target)². */
export const meanSquaredError = (): Metric => deviation("meanSquaredError", (d) => d * d);
/** Mean of |output − target|. */
export const meanAbsoluteError = (): Metric => deviation("meanAbsoluteError", Math.abs);
