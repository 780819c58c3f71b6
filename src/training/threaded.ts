/** Work that several threads do, where that is asked for. */
import type { Network } from "../network/network.ts";
import type { Threads } from "../threads/threads.ts";
import { loaded } from "./loading.ts";
import type { TrainingState } from "./state.ts";

/** Their code is loaded when it is used. @param who begins the error where it cannot be */
export async function threaded<T>(
  who: string,
  state: TrainingState,
  network: Network,
  threads: Threads | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (threads === undefined || threads === 1) return work();
  const { useThreads } = await loaded(() => import("../threads/use.ts"), who);
  const using = await useThreads(network, threads);
  try {
    return await work();
  } finally {
    await using.end();
    state.threads = using.used;
  }
}
