/** One backward pass on one batch, without an update. */

import type { Dataset } from "../data/dataset.ts";
import { emitUpdate } from "../optimizers/update.ts";
import type { Update } from "../plan/plan.ts";
import { lossOfStep } from "../plan/step.ts";
import type { GradientOptions } from "./options.ts";
import { pass } from "./pass.ts";
import { emitPenalties, penalties } from "./penalties.ts";
import type { ModelToScore } from "./scores.ts";

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
  const { network, plan, goals, rows } = pass("gradients", subject, dataset, options, (built) => {
    const { kinds, optimizer: config } = subject.state.required;
    // the tape of a training step, of which the update is not run
    const update: Update = {
      penalties: (builder) => emitPenalties(builder, built, "own"),
      update: (builder) => emitUpdate(builder, { kind: kinds.optimizer, config }, built.flat),
    };
    return [built, { update, of: "own" }];
  });
  const { core } = network;
  let exact = 0;
  for (const [k, { losses, each }] of plan.outputs.entries())
    for (const value of core.f32(losses!.offset, rows * each)) exact += goals[k].factor * value;
  return {
    loss: lossOfStep(core, plan.step),
    lossExact: exact / rows + penalties(network),
    gradients: Object.fromEntries(
      network.trained.map((tensor) => [tensor.name, network.read(tensor, "gradient")]),
    ),
  };
}
