/** Giving others a turn while computing for long: a page stays alive, a signal or a timer gets through. */

/**
 * Resolves in a later task, behind those that wait already. Not scheduler.yield(): in Chromium what comes after it goes before timers and
 * messages, so a loop of it never hears that it is to stop.
 */
function nextTask(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port2.close();
      resolve();
    };
    port1.postMessage(0);
  });
}

/** A function that waits for another task, but not more often than every `milliseconds`. */
export function pauser(milliseconds = 12): () => void | Promise<void> {
  let last = performance.now();
  return () => {
    if (performance.now() - last < milliseconds) return;
    return nextTask().then(() => {
      last = performance.now();
    });
  };
}
