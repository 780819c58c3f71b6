/** Callbacks after an abort, by a clock of the test's own. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Turns } from "../../src/training/aborted.ts";
import { tasks } from "../../src/waits.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("after an abort callbacks have a second together, not each", async () => {
  const turns = new Turns(AbortSignal.abort());
  const called: number[] = [];
  const answered: number[] = [];
  const start = performance.now();
  let over = false;
  const all = turns.each([0, 1, 2], async (i) => {
    called.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 600));
    answered.push(i);
  });
  void all.then(() => {
    over = true;
  });
  await vi.advanceTimersByTimeAsync(1100);
  // a clock that is moved on may be there before what its last timer began
  const nextTask = tasks();
  for (let i = 0; i < 1000 && !over; i++) await nextTask();
  expect(called).toEqual([0, 600, 1000]);
  expect(over).toBe(true);
  expect(answered).toEqual([0]);
});
