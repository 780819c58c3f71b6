/** Whether layers and a loss make a network that can be trained. */
import { type ActivationName, activations } from "../activations/table.ts";
import { NablaError } from "../errors.ts";
import { checkPair, type LossName, losses } from "../losses/table.ts";
import type { Loss } from "../plan/loss.ts";
import { everyLayer, lineTo, sourcesOf } from "./chain.ts";
import type { LayerConfig, Topology } from "./configs.ts";
import { kindOf } from "./registry.ts";

/** @throws NablaError where the loss does not fit the output, or no gradient could pass a hidden step */
export function checkTrainable(loss: Loss, topology: Topology, output = 0): void {
  const { layers } = topology;
  const kernels = (list: readonly LayerConfig[]) =>
    everyLayer(list).filter(({ type }) => kindOf(type)?.hasKernel).length;
  const sources = sourcesOf(layers);
  /** Behind which there are layers with weights. */
  const hidden = new Set<number>();
  for (let i = layers.length - 1; i >= 0; i--)
    if (hidden.has(i) || kernels([layers[i]]) > 0) for (const from of sources[i]) hidden.add(from);
  layers.forEach((layer, i) => {
    const own = activationIn(layer);
    if (own && hidden.has(i) && !activations[own].trainable)
      throw new NablaError(
        `layers[${i}]: a hidden layer with activation "${own}" cannot be trained, because its gradient is zero everywhere; use "sigmoid" (a smooth step) or "relu"`,
      );
  });
  if (loss.own) return;
  const line = lineTo(topology, output).filter(({ type }) => !kindOf(type)?.onlyShape);
  const units = line.map((layer) => kindOf(layer.type)?.outputs?.(layer)).filter((n) => n !== undefined);
  const name = loss.name as LossName;
  const last = line.at(-1);
  checkPair(name, (last && activationIn(last)) ?? "linear", units.at(-1));
  const all = kernels(layers);
  if (losses[name].oneLayer && all > 1) {
    throw new NablaError(
      `loss "${name}" is a rule for one layer of weights, this model has ${all}; for several use activation "sigmoid" and loss "quadratic"`,
    );
  }
}

const activationIn = (layer: LayerConfig): ActivationName | undefined =>
  "activation" in layer ? layer.activation.name : undefined;
