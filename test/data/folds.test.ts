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

test("groups are in one test part each, and the parts are as alike as they can be", () => {
  // 5, 4, 3, 3, 2, 2, 1 rows: into three parts of 7, 7 and 6
  const sizes = [3, 1, 5, 2, 4, 2, 3];
  const groups = sizes.flatMap((size, group) => new Array<string>(size).fill(`g${group}`));
  const rows = arrayDataset(
    Float32Array.from(groups, (_, row) => row),
    Int32Array.from(groups, (_, row) => row % 2),
    { inputShape: [1] },
  );
  for (let seed = 0; seed < 20; seed++) {
    const parts = kFold(rows, { folds: 3, groups, seed });
    expect(sorted(parts)).toEqual(groups.map((_, row) => row));
    expect(parts.map(({ test }) => test.length).sort()).toEqual([6, 7, 7]);
    for (const { train, test } of parts) {
      const here = new Set(Array.from(test, (row) => groups[row]));
      expect(Array.from(train).some((row) => here.has(groups[row]))).toBe(false);
    }
  }
  expect(() => kFold(rows, { folds: 8, groups })).toThrow(
    /expected a whole number from 2 to 7, its number of groups, got 8/,
  );
  const own = { ...rows, groups: Int32Array.from(groups, (group) => Number(group.slice(1))) };
  expect(kFold(own, { folds: 3, seed: 1 })).toEqual(kFold(rows, { folds: 3, groups, seed: 1 }));
});

test("a series has no folds, unless any rows are asked for", () => {
  const series = { ...data, inOrder: true };
  expect(() => kFold(series)).toThrow(
    /its rows are in the order of time, and folds would train on rows after/,
  );
  expect(kFold(series, { split: "random" })).toEqual(kFold(data));
});
