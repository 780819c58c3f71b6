/** Waiting for what may never come: another task, a time, an answer. */
import { attempt, now } from "./host.ts";

/** The shortest module there is. Engines keep what they have compiled as long as somebody has it. */
const EMPTY = /* @__PURE__ */ Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
const kept = /* @__PURE__ */ new Set<WebAssembly.Module>();

/** Whether it could be done. */
const could = (use: () => void): boolean =>
  attempt(() => {
    use();
    return true;
  }) ?? false;

/**
 * Another thread compiles nothing, and its answer comes as a task. Timers and messages are replaced by tests and postponed by pages that are
 * not seen; this is not.
 */
const compiling = (done: () => void, refused: () => void): void =>
  void WebAssembly.compile(EMPTY).then((module) => {
    if (kept.size === 0) kept.add(module);
    done();
  }, refused);

/**
 * Ways to come back in a later task, after those that wait already. Each throws where the host has it not, or refuses. Not
 * scheduler.yield(): in Chromium its continuation runs before timers and messages, so a loop of it never receives the message to stop.
 */
const WAYS: readonly ((done: () => void, refused: () => void) => void)[] = [
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
  compiling,
];

/**
 * A function that waits for another task. It asks in every way there is, and the first answer ends the wait. No way is trusted for having
 * answered before: one that stays silent is asked nothing more, until it answers after all. Where every way refuses, nothing is waited
 * for: the computation goes on, though nothing else runs meanwhile.
 */
export function tasks(): () => Promise<void> {
  const silent = new Set<unknown>();
  let refusals = 0;
  // several may wait at once
  let waiting: (() => void)[] = [];
  const goOn = () => {
    const all = waiting;
    waiting = [];
    for (const go of all) go();
  };
  const refused = () => {
    if (++refusals >= WAYS.length) goOn();
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      for (const way of WAYS) {
        if (silent.has(way)) continue;
        silent.add(way);
        const answered = () => {
          silent.delete(way);
          goOn();
        };
        if (!could(() => way(answered, refused))) refused();
      }
      if (refusals >= WAYS.length) goOn();
    });
}

/** Other tasks in a millisecond, at most: they end a wait where the clock stands still, too. */
const TASKS = 20;

/** An engine's own timers come in the end. Tests, and pages, may have put others in their place. */
const areOwn = (): boolean =>
  attempt(() => /\[native code\]/.test(Function.prototype.toString.call(setTimeout))) ?? false;

/**
 * Calls `done` once after some time, by a timer. Where timers are not the engine's own, a second one, of no time, shows that they are
 * answered. Until it has shown it the clock is looked at between other tasks.
 *
 * @returns ends the wait; nothing is called then
 */
export function after(milliseconds: number, done: () => void): () => void {
  let over = false;
  let trusted = areOwn();
  const timer = attempt(() => setTimeout(() => end(), milliseconds));
  const stop = () => {
    over = true;
    attempt(() => clearTimeout(timer));
  };
  const end = () => {
    if (over) return;
    stop();
    done();
  };
  if (trusted && timer !== undefined) return stop;
  attempt(() => setTimeout(() => (trusted = timer !== undefined), 0));
  const since = now();
  let left = TASKS * milliseconds;
  const nextTask = tasks();
  const look = () => {
    if (over || trusted) return;
    if (now() - since >= milliseconds || left-- <= 0) end();
    else void nextTask().then(look);
  };
  // not before the caller has what ends it
  void Promise.resolve().then(look);
  return stop;
}

/**
 * What `promise` gives, or what `late` gives after some time; what comes of the promise later is of no account.
 *
 * @throws what either throws
 */
export async function inTime<T>(promise: Promise<T>, milliseconds: number, late: () => T): Promise<T> {
  let stop = () => {};
  const over = new Promise<void>((resolve) => {
    stop = after(milliseconds, resolve);
  });
  try {
    return await Promise.race([promise, over.then(late)]);
  } finally {
    stop();
  }
}

/** Milliseconds until it is said that something is still waited for. */
const UNTOLD = 30_000;

/**
 * What `promise` gives, however long it takes; a wait that may be a long one, or without an end, is told on the console once.
 *
 * @param what the file, address or store that is to answer
 */
export async function told<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = () => console.warn(`nabla: ${what}: no answer for half a minute; it is still waited for`);
  const stop = after(UNTOLD, late);
  try {
    return await promise;
  } finally {
    stop();
  }
}
