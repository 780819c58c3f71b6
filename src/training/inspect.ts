/** Looking into a network: how its loss depends on the values it is given. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { withInner } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { kindOf } from "../layers/registry.ts";
import { Network } from "../network/network.ts";
import { type OutputRecord, Outputs } from "../network/predict.ts";
import { floatsOf, ld, unpadded } from "../plan/builder.ts";
import type { Architecture } from "../plan/operation.ts";
import type { ModelToScore } from "./evaluate.ts";
import type { GradientOptions } from "./options.ts";
import { pass } from "./pass.ts";

/** How one network's inputs are read, as those of another that has them or some of them. */
export const readingFor = (network: Network, { reading, architecture }: Network): Network["reading"] =>
  reading &&
  network.architecture.inputs.map(
    ({ name }) => reading[architecture.inputs.findIndex((input) => input.name === name)] ?? reading[0],
  );

/** The parameters of `from` in `to`, whose layers are the same or some of the same, and how it reads its inputs. */
export function copyParameters(from: Network, to: Network): void {
  to.reading = readingFor(to, from);
  const tensors = new Map(from.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of to.tensors) to.write(tensor, from.read(tensors.get(tensor.name)!));
}

/** As layers behave outside training: nothing is random, normalisation uses its moving means, and no parameter needs a gradient. */
function atRest(config: LayerConfig): LayerConfig {
  const still = {
    ...config,
    ...("trainable" in config && { trainable: false }),
    ...kindOf(config.type)?.atRest,
  };
  return withInner(still as LayerConfig, atRest);
}

/** dL/dx of each row's own loss. @see Model.inputGradients */
export function inputGradientsOf(
  subject: ModelToScore & {
    architecture(inputShape: readonly number[], change: (layer: LayerConfig) => LayerConfig): Architecture;
  },
  dataset: Dataset,
  options: GradientOptions,
): Outputs | OutputRecord {
  const { network, plan, rows } = pass("inputGradients", subject, dataset, options, (built) => {
    for (const { loss } of subject.state.required.goals)
      if (loss.rule)
        throw new NablaError(`inputGradients: loss "${loss.name}" has a rule for corrections, no gradient`);
    const still = new Network(subject.architecture(built.inputShape, atRest));
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
