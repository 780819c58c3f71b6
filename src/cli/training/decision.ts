/** Whether a threshold decides what a model says, and one in the place of its own. */
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import type { ThresholdBy } from "../../training/chooseThreshold.ts";

/**
 * @param name of the model, or of what it is trained on
 * @param todo what to do where it has other outputs
 * @throws NablaError for a model whose answers no threshold decides, and for a number that its output cannot pass
 */
export function checkThreshold(
  model: Model,
  threshold: number | ThresholdBy,
  name: string,
  todo: string,
): void {
  const { built, state } = internalsOf(model);
  const { goals } = state.required;
  if (goals.length > 1 || String(built.outputShapes[0]) !== "1" || !goals[0]!.loss.classification)
    throw new NablaError(
      `--threshold: expected one output that tells two classes apart, as a sigmoid with binaryCrossentropy does; the outputs for ${name} are others; ${todo}`,
    );
  const share = built.activations[0] === "sigmoid";
  if (typeof threshold === "number" && share && !(threshold >= 0 && threshold <= 1))
    throw new NablaError(
      `--threshold: expected a number from 0 to 1, which is what a sigmoid gives, got ${threshold}`,
    );
}

/** The model, with a threshold in the place of its own. */
export function withThreshold(model: Model, threshold: number | undefined, path: string): void {
  if (threshold === undefined) return;
  checkThreshold(model, threshold, path, "leave --threshold out");
  const { metadata } = model;
  model.metadata = { ...metadata, extra: { ...metadata.extra, decision: { threshold } } };
}
