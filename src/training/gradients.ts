/** One backward pass on one batch, without an update. */

import { type Dataset, range } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import type { Network, Training } from "../network/network.ts";
import { beginStep, lossOfStep } from "../plan/step.ts";
import { BatchLoader, checkFit, type Weighting } from "./batch.ts";
import { penalties } from "./evaluate.ts";

export interface Gradients {
  /** Mean over the rows, with penalties. */
  loss: number;
  /** The same, added up in double precision from the losses of single rows: for differences of losses. */
  lossExact: number;
  /** dL/dw by parameter name, row-major like the parameter. */
  gradients: Record<string, Float32Array>;
}

export function gradientsOf(
  network: Network,
  dataset: Dataset,
  training: Training,
  weighting?: Weighting,
): Gradients {
  checkFit(dataset, network, training.loss);
  const rows = dataset.length;
  const plan = network.plan("train", rows, { type: dataset.inputType, scale: dataset.inputScale }, training);
  const loader = new BatchLoader(network, dataset, training.loss, weighting);
  const wait = loader.load(plan, range(rows), 0);
  if (wait) {
    wait.catch(() => {});
    throw new NablaError(
      "gradients: the data set reads asynchronously; read a batch of it into arrays first",
    );
  }
  const { core } = network;
  beginStep(core, plan.step, { rows });
  network.run(plan, 0, plan.marks.update, rows);
  const loss = lossOfStep(core, plan.step);
  let exact = 0;
  for (const value of core.f32(plan.losses!.offset, rows)) exact += value;
  return {
    loss,
    lossExact: exact / rows + penalties(network),
    gradients: Object.fromEntries(
      network.trained.map((tensor) => [tensor.name, network.read(tensor, "gradient")]),
    ),
  };
}
