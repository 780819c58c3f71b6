/** Metrics that are a mean over rows. */
import { middle, type Scored, type Tally } from "./metric.ts";

/** A metric that adds up a figure of every row, one after the other whatever the batches, and divides by how many there were. */
export function mean(
  figure: (batch: Scored, row: number) => number,
  finish: (mean: number) => number = (value) => value,
): Tally {
  let sum = 0;
  let rows = 0;
  return {
    reset() {
      sum = 0;
      rows = 0;
    },
    add(batch) {
      let so = sum;
      for (let r = 0; r < batch.rows; r++) so += figure(batch, r);
      sum = so;
      rows += batch.rows;
    },
    result: () => finish(sum / rows),
    state: () => [sum, rows],
    restore(state) {
      [sum, rows] = state as [number, number];
    },
  };
}

/** The target value of one output: labels as the loss writes them, or as numbers for a single output of a regression. */
export function target({ units, labels, values, on, off }: Scored, row: number, output: number): number {
  if (values) return values[row * units + output];
  if (units > 1) return labels![row] === output ? on : off;
  const label = labels![row];
  return label === 0 ? off : label === 1 ? on : label;
}

/** Whether the target of one output says yes. */
export const isOn = (batch: Scored, row: number, output: number): boolean =>
  target(batch, row, output) > middle(batch);

/** Σ over the outputs of a row of f(output − target, target), divided by the number of outputs. */
export const deviation = (f: (d: number, target: number) => number): Tally =>
  mean((batch, row) => {
    const { units, stride, outputs } = batch;
    let sum = 0;
    for (let c = 0; c < units; c++) {
      const y = target(batch, row, c);
      sum += f(outputs[row * stride + c] - y, y);
    }
    return sum / units;
  });
