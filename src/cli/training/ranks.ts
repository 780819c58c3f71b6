/** `nabla train` as one of the processes that mpirun has started. */
import { env } from "node:process";
import { messageOf, NablaError } from "../../errors.ts";
import { connect, launchedSize, type World } from "../../mpi/index.ts";
import type { TrainFlags } from "../commands/train.ts";
import type { Terminal } from "../terminal.ts";

/** @returns the processes; undefined where this is the only one */
export async function joined({ shards, folds }: TrainFlags): Promise<World | undefined> {
  const size = launchedSize();
  if (size === 1 || env.NABLA_MPI === "off") return undefined;
  try {
    if (folds !== undefined)
      throw new NablaError(
        `--folds: ${size} processes train one model; leave it out, or train without mpirun`,
      );
    if (shards === undefined)
      throw new NablaError(
        `--shards: mpirun has started ${size} processes, which share the shards of each batch: give a power of two of them, as --shards 16 (NABLA_MPI=off: each trains by itself)`,
      );
    if (shards < size)
      throw new NablaError(
        `--shards: expected at least ${size}, the processes that mpirun has started, got ${shards}`,
      );
    return await connect();
  } catch (error) {
    // all have the same to say: the first one does, and its end is that of all
    const rank = Number(env.OMPI_COMM_WORLD_RANK ?? env.PMI_RANK ?? 0);
    if (rank > 0) {
      await new Promise((resolve) => setTimeout(resolve, 2000 + 100 * Math.min(rank, 20)));
      throw new NablaError(`rank ${rank}: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** Trains. @param train what one process does @returns the exit code */
export async function among(
  ranks: World,
  flags: TrainFlags,
  terminal: Terminal,
  train: (flags: TrainFlags, terminal: Terminal) => Promise<number>,
): Promise<number> {
  try {
    const code = await (ranks.rank === 0 ? train(flags, terminal) : train(silent(flags), muted(terminal)));
    await ranks.end();
    return code;
  } catch (error) {
    return ranks.fail(error);
  }
}

/** Only the first one prints and saves. */
const silent = (flags: TrainFlags): TrainFlags => ({
  ...flags,
  out: undefined,
  checkpointEvery: undefined,
  keep: undefined,
  report: undefined,
  testEachEpoch: undefined,
  json: undefined,
  quiet: true,
});

const muted = (terminal: Terminal): Terminal => ({
  ...terminal,
  print: () => {},
  printJson: () => {},
  errors: { ...terminal.errors, write: () => true },
});
