/** Metrics of a program's own: plain functions of the outputs and targets of a batch. Loaded when there are any. */
import { NablaError } from "../errors.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Outputs } from "../network/predict.ts";
import type { AnyMetric, OwnMetric } from "./compile.ts";
import type { OwnMaker } from "./evaluate.ts";
import { checkFigures, copiesOf, type Figures, missing } from "./given.ts";

export type Measure = (own: OwnMetric, outputs: Outputs, targets: Outputs) => Figures | Promise<Figures>;

/**
 * Checks the metrics that are of the program's own.
 *
 * @param known names of all metrics there are
 * @param measure how one is asked; default: its function is called
 * @throws NablaError for names that are taken, and for metrics of which only the name is known
 */
export function ownMetrics(
  metrics: readonly AnyMetric[],
  known: readonly string[],
  measure?: Measure,
): OwnMaker {
  const taken = new Set<string>(["loss", "learningRate", ...known]);
  for (const each of metrics) {
    if (typeof each === "string") continue;
    const { name, value } = each;
    if (taken.has(name))
      throw new NablaError(`metrics: "${name}" is the name of another figure; call yours differently`);
    taken.add(name);
    if (!measure && typeof value !== "function") throw missing("metric", name);
  }
  return (own, outputShape) => ownMetric(own, outputShape, measure ?? figuresOf);
}

function ownMetric(own: OwnMetric, outputShape: readonly number[], measure: Measure): Metric {
  let sum = 0;
  let rows = 0;
  return {
    name: own.name,
    reset() {
      sum = 0;
      rows = 0;
    },
    add(batch) {
      const n = batch.rows;
      const count = (figures: Figures) => {
        // row after row, so that the sum does not depend on how rows are divided
        if (typeof figures === "number") sum += figures * n;
        else for (let r = 0; r < n; r++) sum += figures[r]!;
        rows += n;
      };
      const figures = measure(own, ...copiesOf(batch, outputShape));
      return figures instanceof Promise ? figures.then(count) : count(figures);
    },
    result: () => sum / rows,
    state: () => [sum, rows],
    restore(state) {
      [sum, rows] = state as [number, number];
    },
  };
}

/** Asks a metric's function. @throws NablaError where it gives anything but a number, or one for each row */
export function figuresOf(own: OwnMetric, outputs: Outputs, targets: Outputs): Figures {
  return checkFigures(`metric "${own.name}"`, own.value(outputs, targets), outputs.length);
}
