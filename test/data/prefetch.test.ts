import { expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { Prefetcher } from "../../src/data/prefetch.ts";
import { epochOrder } from "../../src/data/split.ts";

function slowDataset(length: number, log: string[], failAt = -1): Dataset {
  return {
    name: "slow",
    length,
    inputShape: [1],
    inputType: "float32",
    inputScale: 1,
    target: { kind: "class", classes: 100 },
    async read(indices, x, y) {
      log.push(`read ${indices.join()}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (indices.includes(failAt)) throw new Error("disk on fire");
      indices.forEach((index, row) => {
        x[row] = index;
        y[row] = index;
      });
    },
  };
}

test("reads one batch ahead into another buffer", async () => {
  const log: string[] = [];
  const reader = new Prefetcher(slowDataset(5, log), epochOrder(5, 0, 0, false), 2);
  const first = await reader.next();
  expect(first).toMatchObject({ index: 0, rows: 2 });
  expect(log).toEqual(["read 0,1", "read 2,3"]); // already under way
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(Array.from(first!.x)).toEqual([0, 1]); // and the caller's batch is untouched
  const second = await reader.next();
  expect(Array.from(second!.y)).toEqual([2, 3]);
  const last = await reader.next();
  expect(last).toMatchObject({ index: 2, rows: 1 });
  expect(last!.x[0]).toBe(4);
  expect(await reader.next()).toBeUndefined();
  expect(await reader.next()).toBeUndefined();
});

test("starts at any batch", async () => {
  const reader = new Prefetcher(slowDataset(5, []), epochOrder(5, 0, 0, false), 2, 2);
  expect(await reader.next()).toMatchObject({ index: 2, rows: 1 });
  expect(await reader.next()).toBeUndefined();
});

test("an error comes with its batch, and not before it", async () => {
  const reader = new Prefetcher(slowDataset(6, [], 3), epochOrder(6, 0, 0, false), 2);
  expect(await reader.next()).toMatchObject({ index: 0 });
  await new Promise((resolve) => setTimeout(resolve, 5)); // an unhandled rejection would fail the run here
  await expect(reader.next()).rejects.toThrow("slow: reading batch 1: disk on fire");
  expect(await reader.next()).toBeUndefined();
});
