/** Metrics of a program's own: plain functions of the outputs and targets of a batch. */

import { NablaError } from "../errors.ts";
import type { Metric } from "../metrics/metric.ts";
import { METRICS } from "../metrics/names.ts";
import type { Outputs } from "../network/predict.ts";
import { isPromise } from "../tags.ts";
import { checkFigures, copiesOf, type Figures, missing } from "./given.ts";
import { type AnyMetric, isOwn, type OwnMetric } from "./ownFunctions.ts";

export type Measure = (own: OwnMetric, outputs: Outputs, targets: Outputs) => Figures | Promise<Figures>;

/** @throws NablaError where a metric of the program's own has the name of another figure */
export function checkNames(metrics: readonly AnyMetric[]): void {
  const taken = new Set<string>(["loss", "learningRate", ...METRICS]);
  for (const each of metrics) {
    if (!isOwn(each)) continue;
    if (taken.has(each.name))
      throw new NablaError(`metrics: "${each.name}" is the name of another figure; call yours differently`);
    taken.add(each.name);
  }
}

/** A metric that is a mean of what a function gives. @param measure asks the function, where it is elsewhere */
export function ownMetric(own: OwnMetric, outputShape: readonly number[], measure?: Measure): Metric {
  // where it came from a document
  if (!measure && !("value" in own)) throw missing("metric", (own as OwnMetric).name);
  const ask = measure ?? figuresOf;
  let sum = 0;
  let rows = 0;
  return {
    name: own.name,
    own: true,
    reset() {
      sum = 0;
      rows = 0;
    },
    add(batch) {
      const [outputs, targets] = copiesOf(batch, outputShape);
      const n = outputs.length;
      const count = (figures: Figures) => {
        // row after row, so that the sum does not depend on how rows are divided
        if (typeof figures === "number") sum += figures * n;
        else for (let r = 0; r < n; r++) sum += figures[r]!;
        rows += n;
      };
      const figures = ask(own, outputs, targets);
      return isPromise(figures) ? figures.then(count) : count(figures);
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
