import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import {
  batches,
  epochOrder,
  labelsOf,
  type SplitOptions,
  splitDataset,
  subset,
} from "../../src/data/split.ts";
import { splitNotes } from "../../src/data/splitNotes.ts";
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

/** Rows 0, 1, 2, …, with these labels. */
const labelled = (...labels: number[]) =>
  arrayDataset(
    Float32Array.from(labels, (_, row) => row),
    Int32Array.from(labels),
    { name: "rows", inputShape: [1], classes: Math.max(...labels) + 1 },
  );
const rowsOf = (dataset: ReturnType<typeof labelled>, fraction: number, options: SplitOptions = {}) =>
  splitDataset(dataset, fraction, options).map((part) => contents(part).x);

describe("which rows are kept out", () => {
  test("are those of earlier versions where no class has one row alone", () => {
    const data = labelled(...Array.from({ length: 20 }, (_, row) => row % 3));
    expect(rowsOf(data, 0.25, { seed: 4 })[1]).toEqual([1, 2, 4, 9, 17]);
    expect(rowsOf(data, 0.25, { seed: 4, stratified: false })[1]).toEqual([1, 2, 7, 13, 19]);
  });

  test("never a class's only row, for any seed", () => {
    const data = labelled(0, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    for (let seed = 0; seed < 200; seed++) {
      const [train, kept] = rowsOf(data, 0.3, { seed });
      expect(train).toEqual(expect.arrayContaining([0, 1]));
      expect([kept!.length, train!.length]).toEqual([3, 7]);
    }
  });

  test("none where every class has one row, or too few are left: refused in words", () => {
    expect(() => rowsOf(labelled(0, 1, 2, 3), 0.25)).toThrow(
      "split of rows: 4 of its 4 rows are the only ones of their class, which are trained on; of the others 1 cannot be kept out",
    );
    expect(() => rowsOf(labelled(0, 1, 2, 3, 4, 5, 5, 5), 0.5)).toThrow("of the others 4 cannot be kept out");
    expect(rowsOf(labelled(0, 1, 2, 3, 4, 5, 5, 5), 0.25)[1]).toHaveLength(2);
  });

  test("the last ones of a series", () => {
    const data = labelled(0, 0, 0, 0, 0, 1, 1, 1, 2, 2);
    expect(rowsOf(data, 0.3, { split: "time" })).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ]);
    const series = { ...data, inOrder: true };
    expect(rowsOf(series, 0.3)[1]).toEqual([7, 8, 9]);
    // parts of it are in order as well
    expect(contents(splitDataset(splitDataset(series, 0.3)[0], 0.25)[1]).x).toEqual([5, 6]);
    expect(rowsOf(series, 0.3, { split: "random" })).toEqual(rowsOf(data, 0.3));
    expect(() => rowsOf(data, 0.3, { split: "last" as "time" })).toThrow(
      'split of rows: split: expected "random" or "time", got "last"',
    );
  });

  describe("whole groups", () => {
    const data = labelled(...Array.from({ length: 60 }, (_, row) => row % 2));
    const groups = Array.from({ length: 60 }, (_, row) => `patient ${Math.floor(Math.sqrt(row))}`);
    /** How many rows that are kept out are of groups that are trained on. */
    const inBoth = ([train, kept]: number[][]) =>
      kept!.filter((row) => train!.some((other) => groups[other] === groups[row])).length;

    test("are in one part each, whatever the seed, and about the share of the rows", () => {
      const chosen = new Set<string>();
      for (let seed = 0; seed < 50; seed++) {
        const parts = rowsOf(data, 0.3, { groups, seed });
        expect(inBoth(parts)).toBe(0);
        expect([...parts[0]!, ...parts[1]!].sort((a, b) => a - b)).toEqual(
          Array.from(groups, (_, row) => row),
        );
        // the largest has 15 rows
        expect(Math.abs(parts[1]!.length - 18)).toBeLessThanOrEqual(7);
        chosen.add(parts[1]!.join());
      }
      expect(chosen.size).toBeGreaterThan(10);
      expect(rowsOf(data, 0.3, { groups, seed: 7 })).toEqual(rowsOf(data, 0.3, { groups, seed: 7 }));
    });

    test("of the data set, in its parts as well; as numbers or texts", () => {
      const numbers = Int32Array.from(groups, (group) => Number(group.slice(8)) + 3);
      const own = { ...data, groups: numbers };
      expect(rowsOf(own, 0.3, { seed: 2 })).toEqual(rowsOf(data, 0.3, { groups, seed: 2 }));
      const [train] = splitDataset(own, 0.3, { seed: 2 });
      const parts = splitDataset(train, 0.3, { seed: 2 }).map((part) => contents(part).x);
      expect(inBoth(parts)).toBe(0);
    });

    test("keep a class that one of them has alone in training", () => {
      const some = labelled(0, 0, 0, 0, 1, 1, 2, 2);
      for (let seed = 0; seed < 30; seed++)
        expect(rowsOf(some, 0.25, { groups: [0, 0, 1, 1, 1, 0, 2, 2], seed })[0]).toEqual(
          expect.arrayContaining([6, 7]),
        );
    });

    test("that are too few or not for each row are refused", () => {
      expect(() => rowsOf(data, 0.3, { groups: groups.map(() => "one") })).toThrow(
        "split of rows: expected at least two groups of rows, one for each part, got 1",
      );
      expect(() => rowsOf(data, 0.3, { groups: groups.slice(1) })).toThrow(
        "groups: expected one for each of 60 rows, got 59",
      );
      expect(rowsOf(labelled(0, 0, 0), 0.34, { groups: ["a", "a", "b"] }).map((part) => part.length)).toEqual(
        [2, 1],
      );
    });
  });

  test("and what is worth saying of them", () => {
    const data = labelled(0, 0, 0, 1, 2, 2);
    const notes = (...kept: number[]) => {
      const rows = [0, 1, 2, 3, 4, 5].filter((row) => !kept.includes(row));
      return splitNotes(data, [Uint32Array.from(rows), Uint32Array.from(kept)]);
    };
    expect(notes(0, 4)).toEqual(['class "1": the only row is trained on']);
    expect(notes(3)).toEqual(['class "1": no row is trained on, all are kept out']);
    expect(notes(3, 4, 5)).toEqual(['classes "1", "2": no row is trained on, all are kept out']);
  });
});
