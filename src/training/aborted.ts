/** Waiting for what may never come. */

import { now } from "../host.ts";
import { isPromise } from "../tags.ts";
import { after } from "../waits.ts";

/** What `promise` gives, or the signal's reason as soon as it is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Milliseconds that callbacks have, after an abort, to end what they have begun: a file that is half written. */
const GRACE = 1000;

/**
 * Gives callbacks their turns, one after the other, each waited for. After an abort all of them together have a second; then a callback
 * that does not answer is waited for no longer, and those after it still have their turns: what they count stays right for a training
 * that goes on. What a callback that is left alone does later changes nothing here.
 */
export class Turns {
  /** When their time is over: known from when the first is waited for after an abort. */
  private until: number | undefined;

  constructor(private readonly signal: AbortSignal | undefined) {}

  /** @throws what a callback throws */
  async each<C>(callbacks: Iterable<C>, call: (callback: C) => unknown): Promise<void> {
    for (const callback of callbacks) {
      const wait = call(callback);
      if (isPromise(wait)) await this.answered(wait);
    }
  }

  private async answered(wait: Promise<unknown>): Promise<unknown> {
    const { signal } = this;
    if (!signal) return wait;
    let stop = () => {};
    let aborted = () => {};
    const over = new Promise<void>((resolve) => {
      aborted = () => {
        this.until ??= now() + GRACE;
        stop = after(Math.max(0, this.until - now()), resolve);
      };
      if (signal.aborted) aborted();
      else signal.addEventListener("abort", aborted);
    });
    try {
      await Promise.race([wait, over]);
    } finally {
      signal.removeEventListener("abort", aborted);
      stop();
    }
  }
}
