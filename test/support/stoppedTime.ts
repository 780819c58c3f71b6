/** Time for tests of waits: how busy the machine is does not move it. */
import { vi } from "vitest";

export const otherTasks = () => new Promise((resolve) => setImmediate(resolve));

/** Timers and a clock that move when they are told to; other tasks come as ever. `vi.unstubAllGlobals()` ends it. */
export function stoppedTime(): (milliseconds: number) => Promise<void> {
  let time = 0;
  const timers = new Map<number, { due: number; done: () => void }>();
  let last = 0;
  vi.stubGlobal("performance", { now: () => time });
  vi.stubGlobal("setTimeout", (done: () => void, milliseconds: number) => {
    timers.set(++last, { due: time + milliseconds, done });
    return last;
  });
  vi.stubGlobal("clearTimeout", (id: number) => timers.delete(id));
  return async (milliseconds) => {
    const until = time + milliseconds;
    await otherTasks();
    for (;;) {
      const [next] = [...timers].filter(([, { due }]) => due <= until).sort(([, a], [, b]) => a.due - b.due);
      if (!next) break;
      timers.delete(next[0]);
      time = Math.max(time, next[1].due);
      next[1].done();
      await otherTasks();
    }
    time = until;
  };
}
