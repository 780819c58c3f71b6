/** `nabla train` as one of the processes that mpirun has started. */
import { env } from "node:process";
import { messageOf, NablaError } from "../../errors.ts";
import { connect, launchedSize, type World } from "../../mpi/index.ts";
import type { Terminal } from "../../report/terminal.ts";
import type { TrainFlags } from "./flags.ts";

/** What a launcher calls this process. */
const launchedRank = (): number => Number(env.OMPI_COMM_WORLD_RANK ?? env.PMI_RANK ?? env.PMIX_RANK ?? 0);

/** Why so many processes cannot train with these options. */
function hindrance({ shards, folds }: TrainFlags, size: number): string | undefined {
  if (folds !== undefined)
    return `--folds: ${size} processes train one model; leave it out, or train without mpirun`;
  if (shards === undefined)
    return `--shards: mpirun has started ${size} processes, which share the shards of each batch: give a power of two of them, as --shards 16 (NABLA_MPI=off: each trains by itself)`;
  if (shards < size)
    return `--shards: expected at least ${size}, the processes that mpirun has started, got ${shards}`;
  return undefined;
}

/** A launcher ends all as soon as one ends with an error: the others let the first one speak. */
const afterFirst = (rank: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, 2000 + 100 * Math.min(rank, 20)));

/** All have the same options: the first one says what is wrong with them. @throws NablaError there @returns the exit code of the others */
async function refused(rank: number, why: string): Promise<number> {
  if (rank === 0) throw new NablaError(why);
  await afterFirst(rank);
  return 1;
}

/** Refuses what processes cannot share. @returns the exit code; undefined where there is one process */
export async function amongNone(command: string): Promise<number | undefined> {
  const size = launchedSize();
  if (size === 1) return undefined;
  return await refused(
    launchedRank(),
    `${command}: mpirun has started ${size} processes, each of which would do the same; start it without mpirun (NABLA_MPI=off: each does so)`,
  );
}

/** Joins the others. @throws NablaError with the rank, but for the first: where all have the same to say, its end is that of all */
async function joined(rank: number, { shardOptimizer }: TrainFlags): Promise<World> {
  try {
    return await connect({ shardOptimizer });
  } catch (error) {
    if (rank === 0) throw error;
    await afterFirst(rank);
    throw new NablaError(`rank ${rank}: ${messageOf(error)}`, { cause: error });
  }
}

/** Trains, with the others if there are any. @param train what one of them does @returns the exit code */
export async function amongRanks(
  flags: TrainFlags,
  terminal: Terminal,
  train: (flags: TrainFlags, terminal: Terminal, ranks?: World) => Promise<number>,
): Promise<number> {
  const size = launchedSize();
  if (size === 1 || terminal.alone) return train(flags, terminal);
  const rank = launchedRank();
  const why = hindrance(flags, size);
  if (why !== undefined) return await refused(rank, why);
  const ranks = await joined(rank, flags);
  const first = ranks.rank === 0;
  try {
    const code = await train(first ? flags : silent(flags), first ? terminal : muted(terminal), ranks);
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
