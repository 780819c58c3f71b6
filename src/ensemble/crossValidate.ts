/** k-fold cross-validation: how good a model is on rows it was not trained on, without keeping any row out for good. */

import { type ArrayLike2, arrayDataset } from "../data/arrays.ts";
import { type ArraysTogether, apart, awaited } from "../data/both.ts";
import type { Dataset } from "../data/dataset.ts";
import { kFold } from "../data/folds.ts";
import { subset } from "../data/split.ts";
import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { bool, int } from "../fields/fields.ts";
import { checkGiven, func } from "../fields/programs.ts";
import type { FitOptions, History, Model } from "../model/model.ts";
import { isDataset } from "../training/arguments.ts";
import { fitOptions, settingNames } from "../training/options.ts";
import type { Scores } from "../training/scores.ts";

/** Those of fit(), for the training of each fold, and: */
export interface CrossValidationOptions extends Omit<FitOptions, "resume"> {
  /** Into how many test parts the rows are divided. Default 5. */
  folds?: number;
  /** Whether every class gives each fold the same share. Default true, without effect on values. */
  stratified?: boolean;
  /** Which rows are in which fold (default 0); and fit()'s own seed, where it is given. */
  seed?: number;
  /**
   * Changes the parts of a fold before they are used. With `standardiseSplit` from nabla/data, inputs are scaled by what the rows
   * trained on are like: scaled before, the model has seen something of the rows it is tested with.
   */
  prepare?: (train: Dataset, test: Dataset) => { readonly train: Dataset; readonly test?: Dataset };
  /** Called when a fold is done. */
  onFold?: (result: FoldResult) => void;
}

/** One fold: what was trained on the others and scored on it. */
export interface FoldResult {
  /** From 0. */
  readonly fold: number;
  /** Rows trained on (and validated on, with validationSplit). */
  readonly rows: number;
  readonly testRows: number;
  /** Loss and metrics on the test part. */
  readonly scores: Scores;
  readonly history: History;
}

/** What crossValidate() returns: the scores of every fold, their mean and how far they spread. */
export interface CrossValidation {
  readonly folds: readonly FoldResult[];
  /** Of the folds' scores, every fold counting alike. */
  readonly mean: Scores;
  /** Of the folds' scores: √(Σ (s − mean)² / (folds − 1)). */
  readonly standardDeviation: Scores;
}

/**
 * Trains a new model for each fold, on all rows but those of the fold, and evaluates it on those.
 * The same seed gives the same folds, whatever else changes, so that the scores of two kinds of models can be compared fold by fold.
 *
 *     const { mean, standardDeviation } = await crossValidate(() => sequential([…]).compile({ … }), data, { folds: 5, epochs: 20 });
 *
 * @param makeModel a new, compiled model each time it is called; the argument is the number of the fold, from 0
 * @param data a data set, [x, y] or { xs, ys }, as fit() takes them
 * @throws NablaError unless 2 ≤ folds ≤ rows, when makeModel gives a model twice, and whatever fit() throws
 */
export async function crossValidate(
  makeModel: (fold: number) => Model | Promise<Model>,
  data: Dataset | readonly [x: ArrayLike2, y: ArrayLike2 | readonly string[]] | ArraysTogether,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  const { resume: _, ...fields } = fitOptions();
  const own = { folds: int({ min: 2 }), stratified: bool(), prepare: func(), onFold: func() };
  checkGiven("crossValidate", options, { ...fields, ...own }, settingNames());
  const { folds, stratified, prepare, onFold, ...fit } = options;
  demand(typeof makeModel === "function", "crossValidate", "a function that makes a model", makeModel);
  awaited("crossValidate", data);
  const list = Array.isArray(data);
  demand(
    isDataset(data) || (list ? data.length === 2 : isObject(data)),
    "crossValidate",
    "a data set, [x, y] or { xs, ys }",
    data,
  );
  const dataset = isDataset(data)
    ? data
    : list
      ? arrayDataset(data[0], data[1])
      : arrayDataset(...apart("crossValidate", data));
  const { sampleWeight } = fit;
  if (sampleWeight && sampleWeight.length !== dataset.length) {
    throw new NablaError(
      `crossValidate: sampleWeight: expected ${dataset.length} factors, one per row, got ${sampleWeight.length}`,
    );
  }
  const models = new Set<Model>();
  const results: FoldResult[] = [];
  for (const [fold, rows] of kFold(dataset, { folds, stratified, seed: fit.seed }).entries()) {
    const model = await makeModel(fold);
    if (models.has(model)) {
      throw new NablaError(
        "crossValidate: makeModel returned the same model twice, which has seen the rows it would be tested with; expected a new one each time",
      );
    }
    models.add(model);
    const parts = {
      train: subset(dataset, rows.train, `${dataset.name} (without fold ${fold + 1})`),
      test: subset(dataset, rows.test, `${dataset.name} (fold ${fold + 1})`),
    };
    const { train, test = parts.test } = prepare?.(parts.train, parts.test) ?? parts;
    const history = await model.fit(train, {
      ...fit,
      ...(sampleWeight && { sampleWeight: Float64Array.from(rows.train, (row) => sampleWeight[row]) }),
    });
    const scores = await model.evaluate(test);
    const result = { fold, rows: train.length, testRows: test.length, scores, history };
    results.push(result);
    onFold?.(result);
  }
  return { folds: results, ...spread(results.map(({ scores }) => scores)) };
}

/** Mean and standard deviation of every figure. */
function spread(scores: readonly Scores[]): Pick<CrossValidation, "mean" | "standardDeviation"> {
  const n = scores.length;
  const of = (figure: (values: number[]) => number): Scores =>
    Object.fromEntries(
      Object.keys(scores[0]).map((name) => [name, figure(scores.map((each) => each[name]))]),
    ) as Scores;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = (values: number[]) => {
    const middle = mean(values);
    return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0) / (n - 1));
  };
  return { mean: of(mean), standardDeviation: of(deviation) };
}
