/** Letting other tasks run during a long computation: a page stays responsive, signals and timers arrive. */

/**
 * Resolves in a later task, after those that wait already. Not scheduler.yield(): in Chromium its continuation runs before timers and
 * messages, so a loop of it never receives the message to stop.
 */
function nextTask(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  // in workerd messages come before anything else that waits, timers included
  if (typeof MessageChannel === "undefined" || globalThis.navigator?.userAgent === "Cloudflare-Workers")
    return new Promise((resolve) => setTimeout(resolve, 0));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port2.close();
      resolve();
    };
    port1.postMessage(0);
  });
}

/** When the next frame was requested; 0: it has come. */
let asked = 0;
let drawn = () => {};

/** Firefox postpones drawing a page that is always busy, so a late frame is waited for while the page is visible. */
function lateFrame(): Promise<void> | undefined {
  if (typeof document === "undefined" || typeof requestAnimationFrame !== "function" || document.hidden)
    return undefined;
  const now = performance.now();
  if (asked === 0) {
    asked = now;
    requestAnimationFrame(() => {
      asked = 0;
      drawn();
    });
  } else if (now - asked > 24) {
    return new Promise((resolve) => {
      drawn = resolve;
      // a page may be covered without being told
      setTimeout(resolve, 50);
    });
  }
  return undefined;
}

/**
 * A function that waits for another task, but not more often than every `milliseconds`.
 *
 * In workerd the clock stands still while a program computes and moves only between tasks. There calls are counted: 16 at
 * first, then as many as would have taken `milliseconds` the last time.
 */
export function pauser(milliseconds = 12): () => void | Promise<void> {
  let last = performance.now();
  let calls = 0;
  let limit = 16;
  return () => {
    calls++;
    const now = performance.now();
    const still = now === last;
    if (still ? calls < limit : now - last < milliseconds) return;
    return (lateFrame() ?? nextTask()).then(() => {
      const then = performance.now();
      if (still) limit = Math.max(1, Math.min(1024, (calls * milliseconds) / Math.max(1, then - last)));
      last = then;
      calls = 0;
    });
  };
}
