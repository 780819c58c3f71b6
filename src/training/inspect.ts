/** Looking into a network: how its loss depends on the values it is given. */

import { type Dataset, range } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { withInner } from "../layers/chain.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { kindOf } from "../layers/registry.ts";
import { Network } from "../network/network.ts";
import { type OutputRecord, Outputs } from "../network/predict.ts";
import { floatsOf, ld } from "../plan/builder.ts";
import type { Architecture } from "../plan/operation.ts";
import { beginStep } from "../plan/step.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import type { ModelToScore } from "./evaluate.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf, objectivesOf } from "./goals.ts";
import { GRADIENT_OPTIONS, type GradientOptions } from "./options.ts";
import { weightingOf } from "./weighting.ts";

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
  checkOptions("inputGradients", options, GRADIENT_OPTIONS);
  const { goals } = subject.state.required;
  const network = subject.build(dataset.inputShape);
  checkFit(dataset, network, goals);
  const weighting = weightingOf("inputGradients", dataset, network, goals, options);
  for (const { loss } of goals)
    if (loss.rule)
      throw new NablaError(`inputGradients: loss "${loss.name}" has a rule for corrections, no gradient`);
  const { inputShape } = network;
  const still = new Network(subject.architecture(inputShape, atRest));
  copyParameters(network, still);
  const rows = dataset.length;
  const plan = still.plan("train", rows, kindsOf(dataset, network), {
    objectives: objectivesOf(goals, dataset, network),
    inputGradient: true,
  });
  const loader = new BatchLoader(still, dataset, goals, weighting);
  loader.copy(plan, range(rows), loader.readNow("inputGradients", range(rows)));
  const { core } = still;
  // as if of one row: no mean over the batch
  beginStep(core, plan.step, { rows: 1 });
  if (!runWithLoss(still, plan, goals, rows, plan.marks.update, () => loader.scored(plan, rows)))
    throw new NablaError("inputGradients: the loss of these rows is not a finite number");
  const all = plan.inputs.map(({ name, shape, dx }): [string, Outputs] => {
    const each = floatsOf(shape);
    const values = core.f32(dx!.offset, rows * each);
    const channels = shape[shape.length - 1];
    const pixels = (rows * each) / ld(channels);
    const data = new Float32Array(pixels * channels);
    for (let p = 0; p < pixels; p++)
      data.set(values.subarray(p * ld(channels), p * ld(channels) + channels), p * channels);
    return [name, new Outputs(data, [rows, ...shape])];
  });
  return all.length === 1 ? all[0][1] : Object.fromEntries(all);
}
