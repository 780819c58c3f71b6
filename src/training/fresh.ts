/** Whether outputs of a model mean anything yet, and so whether it takes over the scale of its targets and the names of classes. */
import type { ActivationName } from "../activations/table.ts";
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { initialize } from "../initializers/initialize.ts";
import type { Network } from "../network/network.ts";
import { sizeOf } from "../shape.ts";

/** Activations that give half of what is scaled to mean 0 and variance 1 never. */
const ONE_SIDED: readonly ActivationName[] = [
  "relu",
  "sigmoid",
  "hardSigmoid",
  "softplus",
  "softmax",
  "step",
];

/**
 * Whether outputs mean nothing yet: the weights of the last layer that is trained, and of what follows, are those drawn from the seed.
 * A model that was trained, imported or given weights has others, and stays in the unit that it predicts in.
 *
 * @param seed of the model: see Network.initialize()
 */
export function isFresh(network: Network, seed: number): boolean {
  const { tensors, trained, core } = network;
  const last = trained.at(-1)?.layer;
  const from = Math.max(
    0,
    tensors.findIndex(({ layer }) => layer === last),
  );
  return tensors.slice(from).every((tensor, i) => {
    const { spec } = tensor;
    if (spec.carried) return true;
    const n = sizeOf(spec.shape);
    const drawn =
      spec.values ??
      network.withScratch(n * 4, (at) => {
        initialize(core, spec.initializer, spec, at, n, seed, from + i);
        const values = core.f32(at, n).slice();
        return spec.shaped?.(values) ?? values;
      });
    const now = network.read(tensor);
    return now.every((value, k) => value === Math.fround(drawn[k]!));
  });
}

/** @param dataset the rows to train on, whose targets are scaled @throws NablaError where outputs cannot be what these are */
export function takesScale({ name }: Dataset, network: Network, seed: number): boolean {
  if (!isFresh(network, seed)) return false;
  const [activation] = network.activations;
  if (ONE_SIDED.includes(activation!))
    throw new NablaError(
      `${name}: its targets are scaled to mean 0 for the training, and activation "${activation}" of the last layer gives ${activation === "softmax" ? "shares" : "nothing below 0"}: end in a layer without activation, or read the table with targetScale: false`,
    );
  return true;
}
