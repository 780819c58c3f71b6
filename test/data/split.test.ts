import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { batches, epochOrder, labelsOf, splitDataset, subset } from "../../src/data/split.ts";
import { contents } from "./helpers.ts";

const numbers = (n: number, classes: number) =>
  arrayDataset(
    Float32Array.from({ length: n }, (_, i) => i),
    Int32Array.from({ length: n }, (_, i) => (i % 10 === 0 ? 1 : i % 3 === 0 && classes > 2 ? 2 : 0)),
    { name: "numbers", inputShape: [1], classes },
  );

describe("subset", () => {
  test("maps rows and labels", () => {
    const part = subset(numbers(30, 3), [20, 3, 4]);
    expect(part.length).toBe(3);
    expect(contents(part)).toEqual({ x: [20, 3, 4], y: [1, 2, 0] });
    expect(Array.from(part.labels!)).toEqual([1, 2, 0]);
  });

  test("refuses rows that are not there", () => {
    expect(() => subset(numbers(5, 3), [5])).toThrow(
      "subset of numbers: expected row numbers from 0 to 4, got 5",
    );
    expect(() => subset(numbers(5, 3), [-1])).toThrow("got -1");
    expect(() => subset(numbers(5, 3), [1.5])).toThrow("got 1.5");
  });
});

describe("splitDataset", () => {
  test("gives every row to one part, every class its share", () => {
    const [train, validation] = splitDataset(numbers(1000, 3), 0.2, { seed: 4 });
    expect([train.length, validation.length]).toEqual([800, 200]);
    expect([...contents(train).x, ...contents(validation).x].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const share = (label: number) => contents(validation).y.filter((y) => y === label).length;
    expect(Math.abs(share(1) - 20)).toBeLessThanOrEqual(1);
    expect(Math.abs(share(2) - 60)).toBeLessThanOrEqual(1);
  });

  test("depends on the seed and nothing else", () => {
    const rows = (seed: number) => contents(splitDataset(numbers(100, 3), 0.3, { seed })[1]).x;
    expect(rows(1)).toEqual(rows(1));
    expect(rows(1)).not.toEqual(rows(2));
  });

  test("without stratification, and of values", () => {
    expect(splitDataset(numbers(10, 3), 0.25, { stratified: false })[1].length).toBe(3);
    expect(splitDataset(arrayDataset([1, 2, 3, 4], [0.5, 1, 2, 3]), 0.5)[1].length).toBe(2);
  });

  test("refuses an empty part", () => {
    for (const fraction of [0, 1, -0.5, NaN, 0.001]) {
      expect(() => splitDataset(numbers(10, 3), fraction)).toThrow(
        `leaves at least one of its 10 rows in each part, got ${fraction}`,
      );
    }
  });

  test("reads the labels when they are not at hand, but not asynchronously", () => {
    const { labels, ...rest } = numbers(700, 3);
    expect(labelsOf(rest)).toEqual(labels);
    const slow = { ...rest, read: async () => {} };
    expect(() => splitDataset(slow, 0.5)).toThrow("pass stratified: false");
  });
});

describe("the order of rows", () => {
  test("is a new permutation every epoch, or none", () => {
    expect(Array.from(epochOrder(5, 1, 0, false))).toEqual([0, 1, 2, 3, 4]);
    expect(epochOrder(50, 1, 0)).toEqual(epochOrder(50, 1, 0));
    expect(epochOrder(50, 1, 0)).not.toEqual(epochOrder(50, 1, 1));
    expect(Array.from(epochOrder(50, 1, 3)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i),
    );
  });

  test("in batches, the last of them short", () => {
    expect(Array.from(batches(5, 2, { shuffle: false }), (b) => Array.from(b))).toEqual([
      [0, 1],
      [2, 3],
      [4],
    ]);
    const all = Array.from(batches(5, 2, { seed: 3, epoch: 2 }), (b) => Array.from(b)).flat();
    expect(all).toEqual(Array.from(epochOrder(5, 3, 2)));
    expect(() => [...batches(5, 0)]).toThrow("batchSize: expected an integer of at least 1, got 0");
  });
});
