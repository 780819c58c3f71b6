/** Metrics of a program's own: plain functions of the outputs and targets of a batch. Loaded when there are any. */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { target } from "../metrics/mean.ts";
import type { Metric, Scored } from "../metrics/metric.ts";
import { Outputs } from "../network/predict.ts";
import type { AnyMetric, OwnMetric } from "./compile.ts";
import type { OwnMaker } from "./evaluate.ts";

/** A metric's figures of one batch: of each row, or their mean. */
export type Figures = number | ArrayLike<number>;
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

/** The error for a function of which only the name is known. */
export const missing = (what: "loss" | "metric", name: string): NablaError =>
  new NablaError(
    `the ${what} "${name}" is a function of the program that trained this model; files and documents have its name alone. To go on, pass it to load(bytes, name, { custom: [${name}] }); to begin anew, call compile()`,
  );

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

/** Outputs and targets without padding, in memory of their own. */
export function copiesOf(
  batch: Scored,
  outputShape: readonly number[],
): [outputs: Outputs, targets: Outputs] {
  const { rows, units, stride } = batch;
  const outputs = new Float32Array(rows * units);
  const targets = new Float32Array(rows * units);
  for (let r = 0; r < rows; r++) {
    outputs.set(batch.outputs.subarray(r * stride, r * stride + units), r * units);
    for (let c = 0; c < units; c++) targets[r * units + c] = target(batch, r, c);
  }
  const shape = [rows, ...outputShape];
  return [new Outputs(outputs, shape), new Outputs(targets, shape)];
}

/** Asks a metric's function. @throws NablaError where it gives anything but a number, or one for each row */
export function figuresOf(own: OwnMetric, outputs: Outputs, targets: Outputs): Figures {
  return checkFigures(`metric "${own.name}"`, own.value(outputs, targets), outputs.length);
}

/** @throws NablaError unless it is a number, or one for each row */
export function checkFigures(who: string, given: unknown, rows: number): Figures {
  if (typeof given === "number") return given;
  const list = given as ArrayLike<unknown> | null | undefined;
  const isList = typeof list === "object" && list !== null && typeof list.length === "number";
  const fail = (got: string): never => {
    throw new NablaError(
      `${who}: value: expected a number for each of ${rows} rows, or one number, their mean; got ${got}`,
    );
  };
  if (!isList) return fail(given instanceof Promise ? "a promise" : show(given));
  if (list.length !== rows) return fail(`${list.length} values`);
  for (let r = 0; r < rows; r++)
    if (typeof list[r] !== "number") return fail(`${show(list[r])} for row ${r}`);
  return list as ArrayLike<number>;
}
