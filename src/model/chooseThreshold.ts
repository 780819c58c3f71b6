/** A threshold of a model's own: chosen() of src/network/outputs.ts says it to those that heed it. */
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Together } from "../training/arguments.ts";
import type { ChosenThreshold, ThresholdOptions } from "../training/chooseThreshold.ts";
import type { TargetsArgument } from "../training/source.ts";
import { loadEvaluate, toDataset } from "./fit.ts";
import { internalsOf } from "./internals.ts";
import type { Model } from "./model.ts";

export type { ChosenThreshold, ThresholdOptions } from "../training/chooseThreshold.ts";

/**
 * Chooses above which value a model's only output says class 1: where `by` is largest on these rows, which it should not have been trained
 * on. It is kept with the model, as `metadata.extra.decision`, and heeded by argMax(), classes() and predictRows(), by metrics and confusion
 * matrices, in files, `nabla/predict`, exported modules and the command line. After more training choose again.
 *
 *     await model.fit(train, { epochs: 20 });
 *     const { threshold, value, before } = await chooseThreshold(model, validation, { by: "f1" });
 *
 * @param model of one output and two classes, compiled
 * @param data a data set, x and y, or { xs, ys }
 * @throws NablaError for models of other outputs, and rows of one class
 */
export function chooseThreshold(
  model: Model,
  data: Dataset | Together,
  options?: ThresholdOptions,
): Promise<ChosenThreshold>;
export function chooseThreshold(
  model: Model,
  x: ArrayLike2 | ArrayRecord,
  y: TargetsArgument,
  options?: ThresholdOptions,
): Promise<ChosenThreshold>;
export async function chooseThreshold(model: Model, ...given: unknown[]): Promise<ChosenThreshold> {
  const internals = internalsOf(model);
  const { thresholdOn } = await loadEvaluate("chooseThreshold");
  const made = await thresholdOn(internals, { datasetOf: toDataset(internals) }, given);
  const { threshold, by, value } = made;
  model.metadata = {
    ...model.metadata,
    extra: { ...model.metadata.extra, decision: { threshold, by, value } },
  };
  return made;
}
