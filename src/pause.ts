/** Giving others a turn while computing for long: a page stays alive, a signal or a timer gets through. */

declare const scheduler: { yield?: () => Promise<void> } | undefined;

/** Resolves in a later task, as soon as the engine lets it. */
function nextTask(): Promise<void> {
  if (typeof scheduler !== "undefined" && scheduler.yield) return scheduler.yield();
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  if (typeof MessageChannel === "undefined") return new Promise((resolve) => setTimeout(resolve, 0));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port2.close();
      resolve();
    };
    port1.postMessage(0);
  });
}

/** Calls after which a clock that has not moved at all is taken to stand still. */
const STILL = 16;

/**
 * A function that waits for another task, but not more often than every `milliseconds`.
 *
 * In Cloudflare's workerd the clock stands still while a program computes and moves only with a task. There, and wherever
 * a clock is so coarse, every sixteenth call waits instead: time cannot be told, calls can be counted.
 */
export function pauser(milliseconds = 12): () => void | Promise<void> {
  let last = performance.now();
  let seen = last;
  let still = 0;
  return () => {
    const now = performance.now();
    if (now === seen) still++;
    else {
      seen = now;
      still = 0;
    }
    if (now - last < milliseconds && still < STILL) return;
    return nextTask().then(() => {
      last = seen = performance.now();
      still = 0;
    });
  };
}
