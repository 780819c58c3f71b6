/** Moves a network to other cores. Where what it keeps lies stays the same; plans are made anew. */
import type { Build } from "../core/compile.ts";
import type { Core } from "../core/core.ts";
import type { Network } from "./network.ts";

/** Its parameters, gradients and slots move into the memory of another core. */
export function moveInto(network: Network, to: Core): void {
  const { core: from } = network;
  network.leaving?.();
  const { base } = from;
  const n = network.workspace - base;
  to.reserve(base + n);
  to.u8(base, n).set(from.u8(base, n));
  (network as { core: Core }).core = to;
  network["forget"]();
}

/** Builds with the kernels of losses, gradients and steps, by those that predict alone. */
const trained = new WeakMap<Build, Build>();

/**
 * The build of a core, with all kernels of its layers.
 * @param who begins errors @throws NablaError where it cannot be loaded
 */
export async function trainingBuild({ build, trains }: Core, who: string): Promise<Build> {
  if (trains || !build.training) return build;
  const found = trained.get(build);
  if (found) return found;
  const { core: code } = await build.training(who);
  const made = trained.get(build) ?? { code };
  trained.set(build, made);
  return made;
}

/** The module of a core, with all kernels of its layers: for a worker. */
export const trainingModule = async (core: Core, who: string): Promise<WebAssembly.Module> =>
  core.trains ? core.module : core.compile(await trainingBuild(core, who));

/** Makes a network one that can be evaluated and trained here, if it is not. Nothing of it changes. */
export async function readyToTrain(network: Network, who: string): Promise<void> {
  const { core } = network;
  const build = await trainingBuild(core, who);
  // of the class that the program has: this file is loaded later, and would bring another
  if (!network.core.trains) moveInto(network, new (core.constructor as typeof Core)(build));
}
