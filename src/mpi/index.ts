/** `nabla/mpi`: one training on several processes and machines, started by mpirun. */
import { type MpiOptions, World } from "./world.ts";

export { launchedSize } from "./library.ts";
export type { MpiOptions, World } from "./world.ts";

let world: Promise<World> | undefined;

/**
 * Joins the processes that mpirun has started with this one: pass it to fit() as `ranks`, with `shards`. Where one fails, all end: it says
 * which rank, on which host, and why. Called again it gives the same.
 *
 * @throws NablaError where the package koffi or an MPI library is not there
 */
export function connect(options: MpiOptions = {}): Promise<World> {
  world ??= World.open(options);
  return world;
}
