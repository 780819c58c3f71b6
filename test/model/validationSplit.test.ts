/** Which rows fit() validates on, and that a training goes on with the same ones. */
import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { dense, type FitOptions, load, sequential, splitDataset, weightsSha256 } from "../../src/index.ts";

const ROWS = 40;
const x = Float32Array.from({ length: ROWS }, (_, row) => row);
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 2);
const data = arrayDataset(x, labels, { name: "rows", inputShape: [1], classes: 2 });
const groups = Int32Array.from({ length: ROWS }, (_, row) => Math.floor(row / 4));

const fresh = () =>
  sequential([dense({ units: 3, activation: "tanh" }), dense({ units: 2, activation: "softmax" })], {
    seed: 3,
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy" });

/** The rows that a training never read to train on. */
async function keptOut(dataset: Dataset, options: FitOptions): Promise<number[]> {
  const seen = new Set<number>();
  const watched: Dataset = {
    ...dataset,
    read(rows, to, y, epoch) {
      // without an epoch they are read to validate on
      if (epoch !== undefined) for (const row of rows) seen.add(row);
      return dataset.read(rows, to, y, epoch);
    },
  };
  await fresh().fit(watched, { batchSize: 8, worker: false, ...options });
  return Array.from({ length: dataset.length }, (_, row) => row).filter((row) => !seen.has(row));
}
const last = (n: number) => Array.from({ length: n }, (_, i) => ROWS - n + i);

describe("validationSplit", () => {
  test("takes the last rows where rows are visited in their order", async () => {
    expect(await keptOut(data, { validationSplit: 0.2, shuffle: false })).toEqual(last(8));
    const any = splitDataset(data, 0.2, { seed: 3 })[1];
    const values = new Float32Array(8);
    any.read(
      Uint32Array.from({ length: 8 }, (_, i) => i),
      values,
      new Int32Array(8),
    );
    expect(await keptOut(data, { validationSplit: 0.2 })).toEqual([...values]);
  });

  test("takes those that are asked for", async () => {
    expect(await keptOut(data, { validationSplit: { fraction: 0.2, from: "end" } })).toEqual(last(8));
    const any = await keptOut(data, { validationSplit: 0.2 });
    expect(await keptOut(data, { validationSplit: { fraction: 0.2 } })).toEqual(any);
    expect(
      await keptOut(data, { validationSplit: { fraction: 0.2, from: "random" }, shuffle: false }),
    ).toEqual(any);
    expect(await keptOut(data, { validationSplit: (row) => row % 10 === 3 })).toEqual([3, 13, 23, 33]);
  });

  test("does what the data says: the last rows of a series, whole groups", async () => {
    expect(await keptOut({ ...data, inOrder: true }, { validationSplit: 0.25 })).toEqual(last(10));
    const kept = await keptOut({ ...data, groups }, { validationSplit: 0.2 });
    expect(kept).toHaveLength(8);
    expect(new Set(kept.map((row) => groups[row])).size).toBe(2);
  });

  test.each([
    [1.5, "fit: validationSplit: expected a finite number ≥ 0 and < 1, got 1.5"],
    [
      { fraction: 2, from: "end" },
      "fit: validationSplit.fraction: expected a finite number ≥ 0 and < 1, got 2",
    ],
    [
      { fraction: 0.5, from: "start" },
      'validationSplit.from: expected one of random, end, groups, got "start"',
    ],
    [{ share: 0.5 }, "fit: validationSplit.share: unknown field"],
    ["0.2", 'fit: validationSplit: expected a finite number ≥ 0 and < 1, got "0.2"'],
    [{ fraction: 0.2, from: "groups" }, "rows were to be split by groups, but rows has none"],
    [() => false, "the function chose none of 40 rows; expected at least one in each part"],
    [() => true, "the function chose all of 40 rows"],
    [
      (row: number) => row,
      "expected true or false for each row, whether it is validated on; got 0 for row 0",
    ],
    [{ fraction: 0.001, from: "end" }, "leaves at least one of its 40 rows in each part, got 0.001"],
  ])("%j is refused in words", async (validationSplit, message) => {
    await expect(fresh().fit(data, { validationSplit: validationSplit as number })).rejects.toThrow(message);
  });

  test("and validationData are not given together", async () => {
    await expect(fresh().fit(data, { validationSplit: 0.2, validationData: data })).rejects.toThrow(
      "fit: validationData and validationSplit: both say what to validate on; give one of them",
    );
  });

  test("trains on a class's only row, and the history says so", async () => {
    const rare = arrayDataset(
      x,
      Int32Array.from(labels, (label, row) => (row === 17 ? 2 : label)),
      {
        inputShape: [1],
        names: ["even", "odd", "rare"],
      },
    );
    const model = () =>
      sequential([dense({ units: 3, activation: "softmax" })], { seed: 1 }).compile({
        loss: "categoricalCrossentropy",
      });
    for (let seed = 0; seed < 20; seed++) {
      const seen = new Set<number>();
      const { notes } = await model().fit(
        {
          ...rare,
          read(rows, to, y, epoch) {
            if (epoch !== undefined) for (const row of rows) seen.add(row);
            return rare.read(rows, to, y, epoch);
          },
        },
        { validationSplit: 0.25, seed, worker: false },
      );
      expect([seen.has(17), notes]).toEqual([true, ['class "rare": the only row is trained on']]);
    }
    const whole = model();
    await whole.fit(rare, { validationSplit: { fraction: 0.25, from: "end" } });
    expect((await whole.fit(rare, {})).notes).toBeUndefined();
  });
});

describe("a training that goes on", () => {
  const ways: [string, Dataset, FitOptions][] = [
    ["the last rows", data, { validationSplit: 0.2, shuffle: false }],
    ["from the end", data, { validationSplit: { fraction: 0.2, from: "end" } }],
    ["a series", { ...data, inOrder: true }, { validationSplit: 0.2 }],
    ["groups", { ...data, groups }, { validationSplit: 0.2 }],
    ["a function", data, { validationSplit: (row) => row % 5 === 0 }],
  ];

  test.each(ways)("%s: has the same rows and bits, after a file as well", async (_, dataset, options) => {
    const fit = { batchSize: 8, worker: false, ...options };
    const whole = fresh();
    const { history } = await whole.fit(dataset, { ...fit, epochs: 5 });
    const half = fresh();
    await half.fit(dataset, { ...fit, epochs: 2 });
    const again = load(half.save());
    const on = await again.fit(dataset, { ...fit, epochs: 5, resume: true });
    expect(weightsSha256(again)).toBe(weightsSha256(whole));
    expect(on.history).toEqual(history);
    // what the file says need not be said again; a function must
    const { validationSplit, ...rest } = fit;
    const third = load(half.save());
    const told = third.fit(dataset, { ...rest, epochs: 5, resume: true });
    if (typeof validationSplit === "function")
      await expect(told).rejects.toThrow(
        /were chosen by a function, of which files keep nothing; pass it again/,
      );
    else {
      await told;
      expect(weightsSha256(third)).toBe(weightsSha256(whole));
    }
  });

  test("refuses other rows", async () => {
    const half = fresh();
    await half.fit(data, { epochs: 1, validationSplit: (row) => row < 8 });
    for (const validationSplit of [(row: number) => row > 31, 0.2, { fraction: 0.2, from: "end" } as const])
      await expect(load(half.save()).fit(data, { epochs: 2, validationSplit, resume: true })).rejects.toThrow(
        /^fit: resume: validationSplit was \{"chosen":"[0-9a-f]{64}"\}, now it is /,
      );
  });

  test("of a version that chose any rows of a series goes on with those", async () => {
    // as it was: a share, and rows in their order
    const options = { batchSize: 8, shuffle: false, worker: false } as const;
    const any = { fraction: 0.2, from: "random" } as const;
    const whole = fresh();
    await whole.fit(data, { ...options, epochs: 4, validationSplit: any });
    const half = fresh();
    await half.fit(data, { ...options, epochs: 2, validationSplit: any });
    const file = half.save();
    expect(new TextDecoder("latin1").decode(file)).toMatch(/validationSplit\\":0\.2[,}]/);
    const again = load(file);
    await again.fit(data, { ...options, epochs: 4, validationSplit: 0.2, resume: true });
    expect(weightsSha256(again)).toBe(weightsSha256(whole));
  });
});
