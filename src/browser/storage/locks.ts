/** One at a time, over all tabs and workers of a site, where the engine has Web Locks. */

import { attempt } from "../../host.ts";
import { after } from "../../waits.ts";

/** Milliseconds. A tab that has been put to sleep while it writes never gives its turn back. */
const PATIENCE = 15_000;

/**
 * Runs `task` while nobody else writes the model `name` (or, "shared", while nobody writes it). Without Web Locks, or where its turn does
 * not come for long, it just runs: what is stored is then still whole, and of two tabs that save at once the later one wins.
 */
export async function locked<T>(
  name: string,
  mode: "exclusive" | "shared",
  task: () => Promise<T>,
): Promise<T> {
  const locks = attempt(() => navigator.locks);
  if (!locks) return task();
  return new Promise((resolve, reject) => {
    let begun = false;
    const begin = () => {
      begun = true;
      stop();
      return task();
    };
    const alone = () => {
      if (!begun) begin().then(resolve, reject);
    };
    const stop = after(PATIENCE, alone);
    // where its turn comes after it has gone on without, it is given back
    const granted = () => (begun ? undefined : begin().then(resolve, reject));
    // refused in a frame that may have no locks
    if (attempt(() => locks.request(`nabla:${name}`, { mode }, granted).catch(alone)) === undefined) alone();
  });
}
