/** Weights from one network to another. */
import type { Network } from "../network/network.ts";

/** The parameters of a layer of one network, those of layers within it included, to one of the other that is made alike. */
export function copyNamed(from: Network, layer: string, to: Network, as: string): void {
  const of = (network: Network, name: string) => {
    const built = network.layers.find((each) => each.name === name)!;
    return built.operations.flatMap((operation) =>
      operation.parameters.map(
        (spec) => network.tensors.find((tensor) => tensor.name === `${operation.layer}.${spec.name}`)!,
      ),
    );
  };
  const targets = of(to, as);
  for (const [i, tensor] of of(from, layer).entries()) to.write(targets[i], from.read(tensor));
}
