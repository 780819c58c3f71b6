/** Parameters from a file. */
import { type FloatTensor, requireTensors } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { type Architecture, parametersOf } from "../plan/operation.ts";
import type { InferenceNetwork } from "./inference.ts";

/**
 * To be asked before a network is made, which takes memory for all that a file's configuration claims to have.
 *
 * @param name what errors call the file
 * @throws NablaError unless the tensors are exactly those of these layers
 */
export function checkParameters(
  { layers }: Architecture,
  saved: ReadonlyMap<string, FloatTensor>,
  name: string,
): void {
  // a layer that is applied twice has one set of parameters
  const wanted = new Map(
    layers
      .flatMap(parametersOf)
      .map(({ layer, spec }) => [
        `${layer}.${spec.name}`,
        { name: `${layer}.${spec.name}`, shape: spec.shape },
      ]),
  );
  requireTensors(saved, wanted.values(), name);
}

/**
 * Sets all parameters of a network, of which checkParameters() has been asked.
 *
 * @param saved tensors by name
 * @throws NablaError unless they are finite numbers
 */
export function setParameters(network: InferenceNetwork, saved: ReadonlyMap<string, FloatTensor>): void {
  for (const tensor of network.tensors) {
    network.write(tensor, saved.get(tensor.name)!.data);
    if (!network.finite(tensor))
      throw new NablaError(`tensor "${tensor.name}" holds NaN or infinite values; expected numbers`);
  }
}
