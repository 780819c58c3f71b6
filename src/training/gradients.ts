/** One backward pass on one batch, without an update. */

import { type Dataset, range } from "../data/dataset.ts";
import { checkOptions } from "../fields/options.ts";
import { emitUpdate } from "../optimizers/update.ts";
import type { Update } from "../plan/plan.ts";
import { beginStep, lossOfStep } from "../plan/step.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import type { ModelToScore } from "./evaluate.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf, objectivesOf } from "./goals.ts";
import { GRADIENT_OPTIONS, type GradientOptions } from "./options.ts";
import { emitPenalties, penalties } from "./penalties.ts";
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
  checkFit(dataset, network, goals);
  const optimizer = { kind: compiled.kinds.optimizer, config: compiled.optimizer };
  // the tape of a training step, of which the update is not run
  const update: Update = {
    penalties: (builder) => emitPenalties(builder, network, "own"),
    update: (builder) => emitUpdate(builder, optimizer, network.flat),
  };
  const objectives = objectivesOf(goals, dataset, network);
  const training = { objectives, update, of: "own" as const };
  const weighting = weightingOf("gradients", dataset, network, goals, options);
  const rows = dataset.length;
  const loader = new BatchLoader(network, dataset, goals, weighting);
  const ready = loader.readNow("gradients", range(rows));
  const plan = network.plan("train", rows, kindsOf(dataset, network), training);
  loader.copy(plan, range(rows), ready);
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
