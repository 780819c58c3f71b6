/** Examining a trained model: scores, confusion matrix and worst mistakes from one pass over a data set. */

import { buffersFor, type Dataset, type Inputs } from "../data/dataset.ts";
import { stepClasses } from "../data/sequences/stepClasses.ts";
import { labelsOf } from "../data/split.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import { predictedClass } from "../metrics/metric.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { thresholdOf } from "../network/decision.ts";
import { sizeOf } from "../shape.ts";
import type { Scores } from "../training/scores.ts";
import { Rows, type Seen } from "./figures.ts";
import { examineSteps } from "./steps.ts";
import { inUnits, unitsOf } from "./units.ts";

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
  /** Where the targets are classes, of rows or of each step. */
  confusion?: ConfusionMatrix;
  /** How many steps there are, without padding, where each has a class. */
  steps?: number;
  /** How many rows are wrong, or steps. */
  wrong: number;
  /** Those with the largest loss first. */
  mistakes: Mistake[];
  /** All rows, where they were wanted and a row has one target. */
  seen?: Seen;
}

/** The worst mistakes that a report shows. */
export const MISTAKES = 24;

interface Wanted {
  /** How many of the worst mistakes. */
  readonly mistakes?: number;
  /** All rows, in memory. */
  readonly rows?: boolean;
}

export async function examine(
  model: Model,
  dataset: Dataset,
  { mistakes: keep = 0, rows = false }: Wanted = {},
): Promise<Examination> {
  const { target } = dataset;
  const ofSteps = await examineSteps(model, dataset);
  if (ofSteps) return { rows: dataset.length, ...ofSteps, mistakes: [] };
  const all = rows ? new Rows(model, dataset) : undefined;
  if (target.kind !== "class") {
    const by = unitsOf(model.metadata.extra);
    const scores = await model.evaluate(dataset, all && { onRow: (...row) => all.take(...row) });
    const seen = await all?.seen(by);
    return {
      rows: dataset.length,
      scores: inUnits(scores, by),
      wrong: 0,
      mistakes: [],
      ...(seen && { seen }),
    };
  }
  const labels = labelsOf(dataset);
  const { built, state } = internalsOf(model);
  const threshold = thresholdOf(built, state.required.loss);
  const units = sizeOf(model.outputShape);
  const confusion = new ConfusionMatrix(Math.max(2, units, target.classes));
  const mistakes: Mistake[] = [];
  let wrong = 0;
  const scores = await model.evaluate(dataset, {
    onRow(row, loss, outputs) {
      all?.take(row, loss, outputs);
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
  const seen = await all?.seen();
  return { rows: dataset.length, scores, confusion, wrong, mistakes, ...(seen && { seen }) };
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
  const { classes, extra } = model.metadata;
  const named = classes ?? stepClasses(extra) ?? (target?.kind === "class" ? target.names : undefined);
  if (named) return [...named];
  const units = sizeOf(model.outputShape);
  const n = Math.max(2, units, target?.kind === "class" ? target.classes : 0);
  return Array.from({ length: n }, (_, c) => String(c));
}
