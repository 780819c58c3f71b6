/** Pauses on a page that is seen: where the next frame is late, it is waited for. */
import { afterEach, expect, test, vi } from "vitest";
import { pauser } from "../../src/training/pause.ts";
import { stoppedTime } from "../support/stoppedTime.ts";

afterEach(() => vi.unstubAllGlobals());

/** A page, and what it asked to be told of. */
function page(hidden: boolean): (() => void)[] {
  const frames: (() => void)[] = [];
  vi.stubGlobal("document", { hidden });
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  return frames;
}

test("a late frame", async () => {
  const [frames, pass] = [page(false), stoppedTime()];
  const pause = pauser(1);
  await pass(2);
  await pause(); // asks for a frame
  expect(frames).toHaveLength(1);
  await pass(30);
  let over = false;
  const waiting = Promise.resolve(pause()).then(() => {
    over = true;
  });
  await pass(40);
  expect(over).toBe(false);
  frames[0]!();
  await waiting;
  // the next one is asked for anew
  await pass(2);
  await pause();
  expect(frames).toHaveLength(2);
  // and does not have to come: a page may be covered
  await pass(30);
  const covered = pause();
  await pass(50);
  await covered;
  frames[1]!();
});

test("two computations that wait for one frame both go on: when it comes, and when it does not", async () => {
  for (const comes of [true, false]) {
    vi.resetModules();
    const { pauser: fresh } = await import("../../src/training/pause.ts");
    const [frames, pass] = [page(false), stoppedTime()];
    const [one, other] = [fresh(1), fresh(1)];
    await pass(2);
    await one();
    await pass(30);
    const both = Promise.all([one(), other()]);
    if (comes) frames[0]!();
    else await pass(50);
    await both;
  }
});

test("a page that is hidden asks for none", async () => {
  const [frames, pass] = [page(true), stoppedTime()];
  const pause = pauser(1);
  await pass(2);
  await pause();
  expect(frames).toEqual([]);
});

/** A clock that computing moves on, and what is asked of the page. */
function counted(frames: boolean) {
  let clock = 1e6;
  const asked = { frames: 0, waits: 0, messages: 0 };
  vi.stubGlobal("performance", { now: () => clock });
  vi.stubGlobal("document", { hidden: false });
  vi.stubGlobal("setImmediate", undefined);
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => {
    asked.frames++;
    if (frames) queueMicrotask(frame);
    return asked.frames;
  });
  vi.stubGlobal("setTimeout", (done: () => void, milliseconds: number) => {
    if (milliseconds > 0) {
      asked.waits++;
      clock += milliseconds;
    }
    queueMicrotask(done);
    return 1;
  });
  class Channel {
    port1 = { postMessage: () => queueMicrotask(() => (asked.messages++, this.port2.onmessage())) };
    port2 = { onmessage: () => {}, close: () => {} };
  }
  vi.stubGlobal("MessageChannel", Channel);
  return { asked, compute: (milliseconds: number) => (clock += milliseconds) };
}

test("a frame that is out of sight: frames that do not come are not waited for again and again", async () => {
  vi.resetModules();
  const { pauser: fresh } = await import("../../src/training/pause.ts");
  const { asked, compute } = counted(false);
  const pause = fresh();
  for (let i = 0; i < 1000; i++) {
    compute(12);
    await pause();
  }
  // 12 s of computing: a wait of 50 ms each second, and the first
  expect(asked.waits).toBeGreaterThan(1);
  expect(asked.waits).toBeLessThanOrEqual(13);
  expect(asked.frames).toBe(1);
  expect(asked.waits + asked.messages).toBe(1000);
});

test("a page that is seen: all pauses are messages, no timer", async () => {
  vi.resetModules();
  const { pauser: fresh } = await import("../../src/training/pause.ts");
  const { asked, compute } = counted(true);
  const pause = fresh();
  for (let i = 0; i < 100; i++) {
    compute(12);
    await pause();
  }
  expect(asked).toEqual({ frames: 100, waits: 0, messages: 100 });
});
