/** Letting other tasks run during a long computation: a page stays responsive, signals and timers arrive. */
import { attempt, now } from "../host.ts";

/**
 * Ways to come back in a later task, after those that wait already; the best first. Each throws where the host has it not, or refuses.
 * Timers are last: pages that are hidden, and frames that are out of sight, have them rarely. Not scheduler.yield(): in Chromium its
 * continuation runs before timers and messages, so a loop of it never receives the message to stop.
 */
const WAYS: readonly ((done: () => void) => void)[] = [
  (done) => void setImmediate(done),
  (done) => {
    // in workerd messages come before anything else that waits, timers included
    if (attempt(() => navigator.userAgent) === "Cloudflare-Workers") throw new Error("not here");
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port2.close();
      done();
    };
    port1.postMessage(0);
  },
  (done) => void setTimeout(done, 0),
];

/**
 * A function that waits for another task. At first it asks in every way there is, and the first answer ends the wait; from then on it
 * asks in the best way that has ever answered. A way that throws once, or never answers, is not used again. Where there is none, nothing
 * is waited for: the computation goes on, though nothing else runs meanwhile.
 */
function tasks(): () => Promise<void> {
  let best = WAYS.length;
  const ask = (way: number, resolve: () => void): boolean =>
    attempt(() => {
      WAYS[way]!(() => {
        best = Math.min(best, way);
        resolve();
      });
      return true;
    }) ?? false;
  return () =>
    new Promise((resolve) => {
      if (best < WAYS.length && ask(best, resolve)) return;
      best = WAYS.length;
      if (!WAYS.map((_, way) => ask(way, resolve)).includes(true)) resolve();
    });
}

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
    waiting.add(resolve);
    const giveUp = () => {
      const until = now();
      if (waiting.delete(resolve)) again = until + SPACING * (until - since);
      resolve();
    };
    if (attempt(() => setTimeout(giveUp, PATIENCE)) === undefined) giveUp();
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
  return () => {
    calls++;
    const at = now();
    const still = at === last;
    if (still ? calls < limit : at - last < milliseconds) return;
    return (lateFrame() ?? nextTask()).then(() => {
      const then = now();
      if (still) limit = Math.max(1, Math.min(1024, (calls * milliseconds) / Math.max(1, then - last)));
      last = then;
      calls = 0;
    });
  };
}
