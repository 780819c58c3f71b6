/** Looking into a network: how its loss depends on the values it is given. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { copyParameters } from "../network/copy.ts";
import { readyToTrain } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { type OutputRecord, Outputs } from "../network/predict.ts";
import { floatsOf, ld, unpadded } from "../plan/builder.ts";
import type { Architecture } from "../plan/operation.ts";
import type { GradientOptions } from "./options.ts";
import { pass } from "./pass.ts";
import type { ModelToScore } from "./scores.ts";

/** A model whose layers can be built as they are outside training. */
export interface ModelToInspect extends ModelToScore {
  atRest(inputShape: readonly number[]): Architecture;
}

/** dL/dx of each row's own loss. @see Model.inputGradients */
export async function inputGradientsOf(
  subject: ModelToInspect,
  dataset: Dataset,
  options: GradientOptions,
): Promise<Outputs | OutputRecord> {
  const who = "inputGradients";
  for (const { loss } of subject.state.required.goals)
    if (loss.rule)
      throw new NablaError(`${who}: loss "${loss.name}" has a rule for corrections, no gradient`);
  const built = subject.build(dataset.inputShape);
  // of the class that the program has, as readyToTrain() has it
  const still = new (built.constructor as typeof Network)(subject.atRest(built.inputShape));
  await readyToTrain(still, who);
  const { network, plan, rows } = pass(who, subject, dataset, options, () => {
    copyParameters(built, still);
    // as if of one row: no mean over the batch
    return [still, { inputGradient: true }];
  });
  const all = plan.inputs.map(({ name, shape, dx }): [string, Outputs] => {
    const each = floatsOf(shape);
    const values = network.core.f32(dx!.offset, rows * each);
    const channels = shape[shape.length - 1];
    return [name, new Outputs(unpadded(values, ld(channels), channels), [rows, ...shape])];
  });
  return all.length === 1 ? all[0][1] : Object.fromEntries(all);
}
