/** States that go on from batch to batch: parameters that no gradient changes. */
import { isPromise } from "../tags.ts";
import type { Network } from "./network.ts";

/** Sets them to zeros. */
export function resetStates(network: Network): void {
  for (const tensor of network.tensors)
    if (tensor.spec.carried) network.write(tensor, network.read(tensor).fill(0));
}

/** Does something after which they are what they are now. @param zeros whether they begin as zeros */
export function keepingStates<T>(network: Network, ask: () => T, zeros = false): T {
  const before = network.tensors
    .filter(({ spec }) => spec.carried)
    .map((tensor) => [tensor, network.read(tensor)] as const);
  const putBack = () => {
    for (const [tensor, values] of before) network.write(tensor, values);
  };
  if (zeros) resetStates(network);
  let answer: T | undefined;
  try {
    answer = ask();
  } finally {
    if (!isPromise(answer)) putBack();
  }
  return (isPromise(answer) ? answer.finally(putBack) : answer) as T;
}
