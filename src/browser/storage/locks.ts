/** One at a time, over all tabs and workers of a site, where the engine has Web Locks. */

import { attempt } from "../../host.ts";

/**
 * Runs `task` while nobody else writes the model `name` (or, "shared", while nobody writes it). Without Web Locks it just runs: what is
 * stored is then still whole, and of two tabs that save at once the later one wins.
 */
export async function locked<T>(
  name: string,
  mode: "exclusive" | "shared",
  task: () => Promise<T>,
): Promise<T> {
  const locks = attempt(() => navigator.locks);
  if (!locks) return task();
  let begun = false;
  try {
    return (await locks.request(`nabla:${name}`, { mode }, () => {
      begun = true;
      return task();
    })) as T;
  } catch (error) {
    if (begun) throw error;
    return task(); // a frame that may have no locks
  }
}
