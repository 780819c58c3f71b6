/** Pauses on a page that is seen: where the next frame is late, it is waited for. */
import { afterEach, expect, test, vi } from "vitest";
import { pauser } from "../../src/training/pause.ts";

afterEach(() => vi.unstubAllGlobals());

/** A page, and what it asked to be told of. */
function page(hidden: boolean): (() => void)[] {
  const frames: (() => void)[] = [];
  vi.stubGlobal("document", { hidden });
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  return frames;
}
const busy = (milliseconds: number) => {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
};

test("a late frame", async () => {
  const frames = page(false);
  const pause = pauser(1);
  busy(2);
  await pause(); // asks for a frame
  expect(frames).toHaveLength(1);
  busy(30);
  let over = false;
  const waiting = Promise.resolve(pause()).then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(over).toBe(false);
  frames[0]!();
  await waiting;
  // the next one is asked for anew
  busy(2);
  await pause();
  expect(frames).toHaveLength(2);
  // and does not have to come: a page may be covered
  busy(30);
  await pause();
  frames[1]!();
});

test("a page that is hidden asks for none", async () => {
  const frames = page(true);
  const pause = pauser(1);
  busy(2);
  await pause();
  expect(frames).toEqual([]);
});
