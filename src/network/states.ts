/** States that go on from batch to batch: parameters that no gradient changes. */
import type { Tensor } from "./inference.ts";
import type { Network } from "./network.ts";

const statesOf = ({ tensors }: Network): Tensor[] => tensors.filter(({ spec }) => spec.carried);

/** Sets them to zeros. */
export function resetStates(network: Network): void {
  for (const tensor of statesOf(network)) network.write(tensor, network.read(tensor).fill(0));
}

/** @returns what puts them back as they are now */
export function rememberStates(network: Network): () => void {
  const before = statesOf(network).map((tensor) => [tensor, network.read(tensor)] as const);
  return () => {
    for (const [tensor, values] of before) network.write(tensor, values);
  };
}
