/** Letting other tasks run during a long computation: a page stays responsive, signals and timers arrive. */
import { attempt, now } from "../host.ts";
import { after, tasks } from "../waits.ts";

/** When the next frame was requested; 0: it has come. */
let asked = 0;
/** Before that, a frame that is late is not waited for. */
let again = 0;
/** Several computations may wait for one frame. */
const waiting = new Set<() => void>();

/** Milliseconds after which a frame is not waited for any longer; and how many times the wait passes before there is another one. */
const PATIENCE = 50;
const SPACING = 20;

/**
 * Firefox postpones drawing a page that is always busy, so a late frame is waited for while the page is visible. It does not have to come:
 * a page may be covered without being told, a frame of another origin may be out of sight. So such waits take a twentieth of the time.
 */
function lateFrame(): Promise<void> | undefined {
  if (attempt(() => document.hidden) !== false) return undefined;
  const since = now();
  if (asked === 0) {
    asked = since;
    const came = () => {
      asked = again = 0;
      for (const go of waiting) go();
      waiting.clear();
    };
    if (attempt(() => requestAnimationFrame(came)) === undefined) asked = 0;
    return undefined;
  }
  if (since - asked <= 24 || since < again) return undefined;
  return new Promise((resolve) => {
    const giveUp = () => {
      const until = now();
      waiting.delete(came);
      again = until + SPACING * (until - since);
      resolve();
    };
    const stop = after(PATIENCE, giveUp);
    const came = () => {
      stop();
      resolve();
    };
    waiting.add(came);
  });
}

/**
 * A function that waits for another task, but not more often than every `milliseconds`.
 *
 * In workerd the clock stands still while a program computes and moves only between tasks. There calls are counted: 16 at
 * first, then as many as would have taken `milliseconds` the last time.
 */
export function pauser(milliseconds = 12): () => void | Promise<void> {
  const nextTask = tasks();
  let last = now();
  let calls = 0;
  let limit = 16;
  // by itself: engines set room aside in each call for what the function in it uses
  const wait = (still: boolean) =>
    (lateFrame() ?? nextTask()).then(() => {
      const then = now();
      if (still) limit = Math.max(1, Math.min(1024, (calls * milliseconds) / Math.max(1, then - last)));
      last = then;
      calls = 0;
    });
  return () => {
    calls++;
    const at = now();
    const still = at === last;
    if (still ? calls >= limit : at - last >= milliseconds) return wait(still);
  };
}
