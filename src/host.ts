/**
 * What this host can do is found out by doing it, guarded. That a name is there says little: in edge sandboxes `setImmediate` is a function
 * that throws, in sandboxed frames reading `indexedDB` or `navigator.serviceWorker` is refused, others have objects that lack methods.
 */

/** What using a feature gives; undefined where the host has it not, or refuses. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

/** Milliseconds, for differences. By the wall's clock where there is no other. */
export const now = (): number => attempt(() => performance.now()) ?? Date.now();
