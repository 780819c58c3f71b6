/** Whether layers and a loss make a network that can be trained. */
import { type ActivationName, activations } from "../activations/table.ts";
import { NablaError } from "../errors.ts";
import { checkPair, type LossName, losses } from "../losses/table.ts";
import type { Loss } from "../plan/loss.ts";
import type { Architecture } from "../plan/operation.ts";
import { everyLayer, lineBack, sourcesOf } from "./chain.ts";
import type { LayerConfig, Topology } from "./configs.ts";
import { kindOf } from "./registry.ts";

const kernels = (list: readonly LayerConfig[]): number =>
  everyLayer(list).filter(({ type }) => kindOf(type)?.hasKernel).length;

/** @throws NablaError where no gradient could pass a hidden step */
export function checkHidden({ layers }: Topology): void {
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
}

/** @throws NablaError where the loss does not fit the output. No further back is looked than to what decides. */
export function checkLoss(loss: Loss, topology: Topology, output = 0): void {
  if (loss.own) return;
  let last: LayerConfig | undefined;
  let units: number | undefined;
  for (const layer of lineBack(topology, output)) {
    const kind = kindOf(layer.type);
    if (kind?.onlyShape) continue;
    last ??= layer;
    units = kind?.outputs?.(layer);
    if (units !== undefined) break;
  }
  const name = loss.name as LossName;
  checkPair(name, (last && activationIn(last)) ?? "linear", units);
  const all = losses[name].oneLayer ? kernels(topology.layers) : 0;
  if (all > 1) {
    throw new NablaError(
      `loss "${name}" is a rule for one layer of weights, this model has ${all}; for several use activation "sigmoid" and loss "quadratic"`,
    );
  }
}

/**
 * @param architecture what was built of the layers
 * @throws NablaError for an activation of whole rows, such as softmax, where a row is a single value: it says the same of every input
 */
export function checkUnits({ layers }: Architecture, configs: readonly LayerConfig[]): void {
  const alone = (name: string | undefined) =>
    name !== undefined && activations[name as ActivationName].wholeRows === true;
  const inner = everyLayer(configs).find(
    (config) => alone(activationIn(config)) && kindOf(config.type)?.outputs?.(config) === 1,
  );
  const built = layers.find(
    ({ activation, outputShape }) => alone(activation) && outputShape[outputShape.length - 1] === 1,
  );
  const found = inner ?? built;
  if (!found) return;
  const activation = inner ? activationIn(inner) : built!.activation;
  throw new NablaError(
    `${found.type}: ${activation} over one unit says the same of every input; give it a unit for each class, or use activation "sigmoid"`,
  );
}

const activationIn = (layer: LayerConfig): ActivationName | undefined => {
  const end = (kindOf(layer.type)?.ends?.(layer) ?? layer) as LayerConfig;
  return "activation" in end ? end.activation.name : undefined;
};
