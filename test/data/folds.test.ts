import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { type KFoldOptions, kFold } from "../../src/data/folds.ts";

/** 103 rows: half of class 0, a third of class 1, the rest of class 2. */
const labels = Int32Array.from({ length: 103 }, (_, i) => [0, 1, 0, 1, 0, 2][i % 6]);
const data = arrayDataset(
  Float32Array.from(labels, (_, i) => i),
  labels,
  { name: "numbers", inputShape: [1] },
);
const quantities = arrayDataset([[1], [2], [3], [4], [5]], [0.5, 1, 2, 3, 4]);

const sorted = (folds: ReturnType<typeof kFold>) =>
  folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b);

describe.each([2, 5, 10, 103])("%i folds", (folds) => {
  test.each([true, false])(
    "stratified %s: every row is tested once, and trained on in all other folds",
    (stratified) => {
      const parts = kFold(data, { folds, stratified, seed: 3 });
      expect(parts).toHaveLength(folds);
      expect(sorted(parts)).toEqual(Array.from(labels, (_, i) => i));
      for (const { train, test } of parts) {
        expect(Math.abs(test.length - 103 / folds)).toBeLessThan(1);
        expect([...train, ...test].sort((a, b) => a - b)).toEqual(Array.from(labels, (_, i) => i));
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
      }
    },
  );
});

test("stratified, every class gives each fold the same number of rows, or one more", () => {
  const counts = (options: KFoldOptions) =>
    [0, 1, 2].map((label) =>
      kFold(data, options).map(({ test }) => test.filter((row) => labels[row] === label).length),
    );
  for (const each of counts({ folds: 4 }))
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
  const loose = counts({ folds: 4, stratified: false });
  expect(loose.some((each) => Math.max(...each) - Math.min(...each) > 1)).toBe(true);
});

test("folds depend on the seed and nothing else", () => {
  const rows = (seed?: number) => kFold(data, { seed }).map(({ test }) => [...test]);
  expect(rows(1)).toEqual(rows(1));
  expect(rows(1)).not.toEqual(rows(2));
  expect(rows()).toEqual(rows(0));
  expect(rows()).toHaveLength(5);
});

test("quantities are parted as they come", () => {
  expect(sorted(kFold(quantities))).toEqual([0, 1, 2, 3, 4]);
});

test("a number of folds that makes no sense is refused", () => {
  for (const folds of [0, 1, 2.5, Number.NaN, 6])
    expect(() => kFold(quantities, { folds })).toThrow(
      `folds of data: expected a whole number from 2 to 5, its number of rows, got ${folds}`,
    );
});
