import { expect, test } from "vitest";
import { atOnce, inLanes } from "../../src/data/atOnce.ts";

/** Fails after so many turns of the queue. */
const failing = async (turns: number, name: string): Promise<never> => {
  for (let i = 0; i < turns; i++) await undefined;
  throw new Error(name);
};

test("of several that fail the first in order is told, whichever was quicker", async () => {
  await expect(atOnce([failing(9, "first"), failing(1, "second")])).rejects.toThrow("first");
  await expect(atOnce([failing(1, "first"), failing(9, "second")])).rejects.toThrow("first");
  await expect(atOnce([1, Promise.resolve("two"), failing(3, "third")])).rejects.toThrow("third");
  expect(await atOnce([1, Promise.resolve("two")])).toEqual([1, "two"]);
});

test("lanes: each once, so many at a time, and the first failure in order", async () => {
  for (const lanes of [1, 2, 3, 8]) {
    const seen: number[] = [];
    let now = 0;
    let most = 0;
    await inLanes(lanes, 20, async (i) => {
      most = Math.max(most, ++now);
      for (let turn = 0; turn < (i * 7) % 5; turn++) await undefined;
      seen.push(i);
      now--;
    });
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBeLessThanOrEqual(lanes);
    // 5 takes longer to fail than 6 and 7, and has begun before them
    const begun: number[] = [];
    await expect(
      inLanes(lanes, 20, (i) => {
        begun.push(i);
        return i < 5 ? Promise.resolve() : failing(30 - 3 * i, `${i}`);
      }),
    ).rejects.toThrow(/^5$/);
    expect(begun.length).toBeLessThanOrEqual(5 + lanes);
  }
});
