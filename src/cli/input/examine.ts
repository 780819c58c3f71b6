/** Examining a trained model: scores, confusion matrix and worst mistakes from one pass over a data set. */

import { buffersFor, type Dataset, type Inputs } from "../../data/dataset.ts";
import { labelsOf } from "../../data/split.ts";
import { outputThreshold } from "../../losses/resolve.ts";
import { ConfusionMatrix } from "../../metrics/confusion.ts";
import { predictedClass } from "../../metrics/metric.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../shape.ts";
import type { Scores } from "../../training/evaluate.ts";
import { extraOf } from "../training/resume.ts";
import { inUnits } from "../training/targets.ts";

export interface Mistake {
  row: number;
  truth: number;
  predicted: number;
  /** The output for the predicted class. */
  confidence: number;
  loss: number;
}

export interface Examination {
  rows: number;
  scores: Scores;
  /** Where the targets are classes. */
  confusion?: ConfusionMatrix;
  /** How many rows are wrong. */
  wrong: number;
  /** Those with the largest loss first. */
  mistakes: Mistake[];
  /** Where the target is one number: rows in its own unit, the first ones of many. */
  points?: { truth: number; predicted: number }[];
}

/** Most points that are useful in a plot. */
const POINTS = 2000;

/** @param keep how many of the worst mistakes are wanted */
export async function examine(model: Model, dataset: Dataset, keep = 0): Promise<Examination> {
  const { target } = dataset;
  if (target.kind !== "class") {
    const by = extraOf(model)?.csv?.target;
    const own = (value: number) => (by ? value * by.scale + by.mean : value);
    const one = keep > 0 && target.size === 1;
    const n = one ? Math.min(POINTS, dataset.length) : 0;
    const { x, y } = buffersFor(dataset, n);
    await dataset.read(
      Uint32Array.from({ length: n }, (_, i) => i),
      x,
      y,
    );
    const points = Array.from(y, (value) => ({ truth: own(value), predicted: Number.NaN }));
    const scores = await model.evaluate(dataset, {
      onRow(row, _loss, outputs) {
        if (row < n) points[row]!.predicted = own(outputs[0]!);
      },
    });
    return {
      rows: dataset.length,
      scores: inUnits(scores, by),
      wrong: 0,
      mistakes: [],
      ...(one && { points }),
    };
  }
  const labels = labelsOf(dataset);
  const threshold = outputThreshold(
    internalsOf(model).state.required.loss,
    internalsOf(model).built.activations[0]!,
  );
  const units = sizeOf(model.outputShape);
  const confusion = new ConfusionMatrix(Math.max(2, units, target.classes));
  const mistakes: Mistake[] = [];
  let wrong = 0;
  const scores = await model.evaluate(dataset, {
    onRow(row, loss, outputs) {
      const truth = labels[row]!;
      const predicted = predictedClass(outputs, 0, units, threshold);
      confusion.counts[truth]![predicted]!++;
      if (truth === predicted) return;
      wrong++;
      if (mistakes.length === keep && !(keep > 0 && loss > mistakes[keep - 1]!.loss)) return;
      const confidence = units === 1 ? (predicted ? outputs[0]! : 1 - outputs[0]!) : outputs[predicted]!;
      const at = mistakes.findIndex((other) => loss > other.loss);
      mistakes.splice(at < 0 ? mistakes.length : at, 0, { row, truth, predicted, confidence, loss });
      mistakes.length = Math.min(mistakes.length, keep);
    },
  });
  return { rows: dataset.length, scores, confusion, wrong, mistakes };
}

/** One row of inputs as the data set holds it. */
export async function inputOf(dataset: Dataset, row: number): Promise<Inputs> {
  const { x, y } = buffersFor(dataset, 1);
  await dataset.read(Uint32Array.of(row), x, y);
  return x;
}

/** Names of classes: those of the data or the model, else their numbers. */
export function classNames(model: Model, dataset?: Dataset): string[] {
  const target = dataset?.target;
  const named = model.metadata.classes ?? (target?.kind === "class" ? target.names : undefined);
  if (named) return [...named];
  const units = sizeOf(model.outputShape);
  const n = Math.max(2, units, target?.kind === "class" ? target.classes : 0);
  return Array.from({ length: n }, (_, c) => String(c));
}
