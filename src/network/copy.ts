/** The parameters of one network in another. */
import type { Network } from "./network.ts";

/** How one network's inputs are read, as those of another that has them or some of them. */
export const readingFor = (network: Network, { reading, architecture }: Network): Network["reading"] =>
  reading &&
  network.architecture.inputs.map(
    ({ name }) => reading[architecture.inputs.findIndex((input) => input.name === name)] ?? reading[0],
  );

/** The parameters of `from` in `to`, whose layers are the same or some of the same, and how it reads its inputs. */
export function copyParameters(from: Network, to: Network): void {
  to.reading = readingFor(to, from);
  const tensors = new Map(from.tensors.map((tensor) => [tensor.name, tensor]));
  for (const tensor of to.tensors) to.write(tensor, from.read(tensors.get(tensor.name)!));
}
