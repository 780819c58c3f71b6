/** Parameters from a file. */
import { type FloatTensor, requireTensors } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import type { InferenceNetwork } from "./inference.ts";

/**
 * Sets all parameters of a network.
 *
 * @param name what errors call the file
 * @throws NablaError unless the tensors are exactly the network's, of finite numbers
 */
export function setParameters(
  network: InferenceNetwork,
  saved: ReadonlyMap<string, FloatTensor>,
  name: string,
): void {
  requireTensors(
    saved,
    network.tensors.map((tensor) => ({ name: tensor.name, shape: tensor.spec.shape })),
    name,
  );
  for (const tensor of network.tensors) {
    network.write(tensor, saved.get(tensor.name)!.data);
    if (!network.finite(tensor))
      throw new NablaError(`tensor "${tensor.name}" holds NaN or infinite values; expected numbers`);
  }
}
