/** Several things at the same time. Where some of them fail, the error is that of the first in their order, whichever was quicker to fail. */

/** What all of them come to. Those after one that fails are not waited for. */
export async function atOnce<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  void Promise.allSettled(promises); // those that fail later are heard, too
  const results: unknown[] = [];
  for (const promise of promises) results.push(await promise);
  return results as { -readonly [K in keyof T]: Awaited<T[K]> };
}

/** Calls `task` for 0 to n - 1, `lanes` of them at a time; after one that fails none is begun. */
export async function inLanes(lanes: number, n: number, task: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failed: { readonly at: number; readonly error: unknown } | undefined;
  const lane = async () => {
    while (next < n) {
      const at = next++;
      try {
        await task(at);
      } catch (error) {
        next = n;
        // all before it have begun, so the first that fails is always seen
        if (failed === undefined || at < failed.at) failed = { at, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, n) }, lane));
  if (failed !== undefined) throw failed.error;
}
