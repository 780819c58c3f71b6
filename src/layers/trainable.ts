/** Whether layers and a loss make a network that can be trained. */
import { type ActivationName, activations } from "../activations/table.ts";
import { NablaError } from "../errors.ts";
import { checkPair, type LossName, losses } from "../losses/table.ts";
import type { Loss } from "../plan/loss.ts";
import { everyLayer } from "./chain.ts";
import type { LayerConfig } from "./configs.ts";
import { kindOf } from "./registry.ts";

/** @throws NablaError where the loss does not fit the output, or no gradient could pass a hidden step */
export function checkTrainable(loss: Loss, layers: readonly LayerConfig[]): void {
  let last: ActivationName = "linear";
  let units: number | undefined;
  const kernels = (list: readonly LayerConfig[]) =>
    everyLayer(list).filter(({ type }) => kindOf(type)?.hasKernel).length;
  layers.forEach((layer, i) => {
    const kind = kindOf(layer.type);
    if (kind?.onlyShape) return;
    last = "activation" in layer ? layer.activation.name : "linear";
    units = kind?.outputs?.(layer) ?? units;
    if (kernels(layers.slice(i + 1)) > 0 && !activations[last].trainable) {
      throw new NablaError(
        `layers[${i}]: a hidden layer with activation "${last}" cannot be trained, because its gradient is zero everywhere; use "sigmoid" (a smooth step) or "relu"`,
      );
    }
  });
  if (loss.own) return;
  const name = loss.name as LossName;
  checkPair(name, last, units);
  const all = kernels(layers);
  if (losses[name].oneLayer && all > 1) {
    throw new NablaError(
      `loss "${name}" is a rule for one layer of weights, this model has ${all}; for several use activation "sigmoid" and loss "quadratic"`,
    );
  }
}
