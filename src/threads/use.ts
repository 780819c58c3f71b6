/**
 * A network that is computed with by several threads, for as long as a training takes. Its parameters, gradients and slots move to a memory
 * that threads share, and back; where they lie in it stays the same, so nothing else has to know.
 */
import { cores, forbidden } from "#helper";
import type { SharedCode } from "../core/shared.ts";
import { messageOf } from "../errors.ts";
import { attempt } from "../host.ts";
import { trainingBuild } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { sharedCode, sharedCore } from "./modules.ts";
import { move } from "./move.ts";
import { Team } from "./team.ts";
import type { Threads, ThreadsUsed } from "./threads.ts";

/** More than this is not tried where nobody says a number. */
const MOST = 16;

/** A network's threads. */
export interface Used {
  readonly used: ThreadsUsed;
  /** Moves everything back, and ends the helpers. */
  end(): Promise<void>;
}

/**
 * @param wanted "auto": as many as make it faster, found out while it computes; or a number
 * @param code the core to compute with; for a worker, which is sent it
 */
export async function useThreads(
  network: Network,
  wanted: Threads,
  code: SharedCode | undefined = sharedCode(network.core.build),
): Promise<Used> {
  const one = (why?: string): Used => ({ used: { threads: 1, ...(why && { why }) }, end: async () => {} });
  const size = wanted === "auto" ? Math.min(cores(), MOST) : wanted;
  if (size < 2) return one(wanted === "auto" ? "this machine lends one processor" : undefined);
  // computed with by threads already: a callback's own run
  if (Object.hasOwn(network, "run")) return one();
  const why =
    forbidden() ?? (attempt(() => SharedArrayBuffer) ? undefined : "there is no memory to share here");
  if (why) return one(why);
  if (!code) return one("the core was imported as a module, whose memory cannot be shared");
  let made: ReturnType<typeof sharedCore>;
  try {
    made = sharedCore(code);
    made.core.reserve(network.workspace);
  } catch (cause) {
    return one(`there is no memory to share (${messageOf(cause)})`);
  }
  const team = new Team(made.core, made.memory, size, wanted === "auto");
  if (wanted !== "auto" && !(await team.start())) return one(team.why);
  const back = move(network, made.core, team);
  return {
    get used() {
      return team.used;
    },
    async end() {
      await team.end();
      back();
    },
  };
}

/** The core that a worker needs for these threads. */
export const coreFor = async ({ core }: Network): Promise<SharedCode | undefined> =>
  sharedCode(await trainingBuild(core, "fit"));
