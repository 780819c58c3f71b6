/** One backward pass on one batch, without an update. */

import { type Dataset, range } from "../data/dataset.ts";
import { checkOptions } from "../fields/options.ts";
import { beginStep, lossOfStep } from "../plan/step.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { type ModelToScore, penalties } from "./evaluate.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf, objectivesOf } from "./goals.ts";
import { GRADIENT_OPTIONS, type GradientOptions } from "./options.ts";
import { weightingOf } from "./weighting.ts";

export interface Gradients {
  /** Mean over the rows, with penalties. */
  loss: number;
  /** The same, added up in double precision from the losses of single rows: for differences of losses. */
  lossExact: number;
  /** dL/dw by parameter name, row-major like the parameter. */
  gradients: Record<string, Float32Array>;
}

/** @see Model.gradients */
export function gradientsOf(subject: ModelToScore, dataset: Dataset, options: GradientOptions): Gradients {
  checkOptions("gradients", options, GRADIENT_OPTIONS);
  const compiled = subject.state.required;
  const network = subject.build(dataset.inputShape);
  const { goals } = compiled;
  const update = compiled.update(network, "own");
  checkFit(dataset, network, goals);
  const objectives = objectivesOf(goals, dataset, network);
  const training = { objectives, update, of: "own" as const };
  const weighting = weightingOf("gradients", dataset, network, goals, options);
  const rows = dataset.length;
  const plan = network.plan("train", rows, kindsOf(dataset, network), training);
  const loader = new BatchLoader(network, dataset, goals, weighting);
  loader.loadNow("gradients", plan, range(rows));
  const { core } = network;
  beginStep(core, plan.step, { rows });
  runWithLoss(network, plan, goals, rows, plan.marks.update, () => loader.scored(plan, rows));
  const loss = lossOfStep(core, plan.step);
  let exact = 0;
  for (const [k, { losses, each }] of plan.outputs.entries())
    for (const value of core.f32(losses!.offset, rows * each)) exact += goals[k].factor * value;
  return {
    loss,
    lossExact: exact / rows + penalties(network),
    gradients: Object.fromEntries(
      network.trained.map((tensor) => [tensor.name, network.read(tensor, "gradient")]),
    ),
  };
}
