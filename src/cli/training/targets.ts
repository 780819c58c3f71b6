/**
 * Targets of tables that are numbers are standardised like inputs: prices of half a million would otherwise need
 * another learning rate than temperatures. The loss is that of the standardised targets; errors and predictions are
 * given in the column's own unit.
 */
import type { Dataset, Targets } from "../../data/dataset.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { sizeOf } from "../../shape.ts";
import { taskOf } from "../presets/index.ts";

export interface TargetScale {
  mean: number;
  scale: number;
}

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

/** Figures with errors in the unit of the targets; the loss stays the one that is minimised. */
export function inUnits<T extends Record<string, number | readonly number[]>>(
  figures: T,
  by: TargetScale | undefined,
): T {
  if (!by) return figures;
  const factor = (name: string) =>
    /absoluteError$|mae$|rootMeanSquaredError$|rmse$/i.test(name)
      ? by.scale
      : /meanSquaredError$|mse$/i.test(name)
        ? by.scale * by.scale
        : 1;
  const convert = (name: string, value: number | readonly number[]) =>
    typeof value === "number" ? value * factor(name) : value.map((v) => v * factor(name));
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, convert(name, value)]),
  ) as T;
}
