/**
 * Targets of tables that are numbers are standardised like inputs: prices of half a million would otherwise need
 * another learning rate than temperatures. The loss is that of the standardised targets; errors and predictions are
 * given in the column's own unit.
 */
import type { Dataset, Targets } from "../../data/dataset.ts";
import { NablaError } from "../../errors.ts";
import { ALIASES } from "../../metrics/names.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import type { TargetScale } from "../../report/units.ts";
import { sizeOf } from "../../shape.ts";
import { taskOf } from "../presets/index.ts";

/** Of a table with numbers to predict: what its targets are like; undefined for any other data. */
export function fitTargets({ kind, train }: OpenedData): TargetScale | undefined {
  if (kind !== "csv" || train.target.kind !== "values" || taskOf(train).kind !== "values") return undefined;
  const y = new Float32Array(train.length);
  const x = new Float32Array(train.length * sizeOf(train.inputShape));
  train.read(
    Uint32Array.from(y, (_, i) => i),
    x,
    y,
  );
  let mean = 0;
  for (const value of y) mean += value / y.length;
  let variance = 0;
  for (const value of y) variance += ((value - mean) * (value - mean)) / y.length;
  const deviation = Math.sqrt(variance);
  // not exactly 0 where all are alike: the mean is rounded
  return { mean, scale: deviation <= 1e-10 * Math.abs(mean) ? 1 : deviation };
}

/** Data whose parts have (y − mean) / scale as their targets. */
export const scaleParts = (data: OpenedData, by: TargetScale | undefined): OpenedData => ({
  ...data,
  train: scaleTargets(data.train, by),
  ...(data.validation && { validation: scaleTargets(data.validation, by) }),
  ...(data.test && { test: scaleTargets(data.test, by) }),
});

/** The data set with (y − mean) / scale as its targets. */
export function scaleTargets(dataset: Dataset, by: TargetScale | undefined): Dataset {
  if (!by || dataset.target.kind !== "values") return dataset;
  const apply = (y: Targets, rows: number) => {
    for (let i = 0; i < rows; i++) y[i] = (y[i]! - by.mean) / by.scale;
  };
  const { csv, ...extra } = dataset.extra ?? {};
  return {
    ...dataset,
    extra: { ...extra, csv: { ...(csv as object), target: by } },
    read(indices, x, y, epoch) {
      const pending = dataset.read(indices, x, y, epoch);
      if (pending) return pending.then(() => apply(y, indices.length));
      apply(y, indices.length);
    },
  };
}

/** @throws NablaError for a metric that is not what it says of standardised targets */
export function checkUnits(
  metrics: readonly (string | { readonly name: string })[],
  by: TargetScale | undefined,
): void {
  const name = metrics
    .map((metric) => (typeof metric === "string" ? metric : metric.name))
    .find((each) => (ALIASES[each] ?? each) === "meanAbsolutePercentageError");
  if (by && name !== undefined)
    throw new NablaError(
      `metrics: "${name}" is a share of the target, and a table's targets are standardised for the training; use "meanAbsoluteError", which is given in their unit`,
    );
}
