/** Parameters by name. */
import { type ArrayLike2, shaped } from "../data/arrays.ts";
import { didYouMean, NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { showShape, sizeOf } from "../shape.ts";

/** @see Model.weights */
export const weightsOf = (network: Network): Record<string, Float32Array> =>
  Object.fromEntries(network.tensors.map((tensor) => [tensor.name, network.read(tensor)]));

/** @see Model.setWeights */
export function setWeights(network: Network, weights: Readonly<Record<string, ArrayLike2>>): void {
  const byName = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
  const checked = Object.entries(weights).map(([name, given]) => {
    const tensor = byName.get(name);
    if (!tensor) {
      throw new NablaError(
        `setWeights: there is no parameter "${name}"${didYouMean(name, byName.keys())}; there are ${[...byName.keys()].join(", ")}`,
      );
    }
    const { data: values } = shaped(given, `setWeights: ${name}`);
    const n = sizeOf(tensor.spec.shape);
    if (values.length !== n) {
      throw new NablaError(
        `setWeights: ${name}: expected ${n} values of shape ${showShape(tensor.spec.shape)}, got ${values.length}`,
      );
    }
    for (let i = 0; i < n; i++) {
      if (Number.isFinite(Math.fround(values[i]))) continue;
      throw new NablaError(
        `setWeights: ${name}: value ${i} is ${values[i]}; expected finite float32 numbers`,
      );
    }
    return { tensor, values };
  });
  for (const { tensor, values } of checked) network.write(tensor, values);
}
