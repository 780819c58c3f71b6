import { describe, expect, test } from "vitest";
import { kFold, standardiseSplit } from "../../src/data/index.ts";
import { crossValidate, dense, earlyStopping, sequential, subset, weightsSha256 } from "../../src/index.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(41, 4, 3));
const make = () =>
  sequential([dense({ units: 3, activation: "softmax", inputShape: [4] })], { seed: 1 }).compile({
    loss: "categoricalCrossentropy",
    metrics: ["accuracy", "f1"],
  });
const options = { folds: 4, epochs: 3, batchSize: 8, seed: 7 } as const;

test("scores are those of models trained by hand on the folds", async () => {
  const { folds } = await crossValidate(make, data, options);
  expect(folds).toHaveLength(4);
  for (const [i, rows] of kFold(data, { folds: 4, seed: 7 }).entries()) {
    const model = make();
    const { epochs, batchSize, seed } = options;
    const history = await model.fit(subset(data, rows.train), { epochs, batchSize, seed });
    const scores = await model.evaluate(subset(data, rows.test));
    expect(folds[i]).toEqual({
      fold: i,
      rows: rows.train.length,
      testRows: rows.test.length,
      scores,
      history,
    });
  }
  expect(folds.reduce((sum, { testRows }) => sum + testRows, 0)).toBe(41);
});

test("mean and standard deviation, worked out by hand", async () => {
  let fold = 0;
  // the loss of a constant output b against the value 0 is b²: 1, 4, 9, 16
  const result = await crossValidate(
    () =>
      sequential([dense({ units: 1, inputShape: [1] })])
        .compile({
          loss: "meanSquaredError",
          optimizer: { name: "sgd", learningRate: 1e-30 },
          metrics: ["mae"],
        })
        .setWeights({ "dense_1.kernel": [0], "dense_1.bias": [++fold] }),
    [[[0], [0], [0], [0]], Float32Array.of(0, 0, 0, 0)],
    { folds: 4 },
  );
  expect(result.folds.map(({ scores }) => scores.loss)).toEqual([1, 4, 9, 16]);
  expect(result.mean).toEqual({ loss: 7.5, mae: 2.5 });
  expect(result.standardDeviation.loss).toBeCloseTo(
    Math.sqrt((6.5 ** 2 + 3.5 ** 2 + 1.5 ** 2 + 8.5 ** 2) / 3),
    12,
  );
  expect(result.standardDeviation.mae).toBeCloseTo(Math.sqrt(5 / 3), 12);
});

test("the same seed gives the same bits; arrays and asynchronous data sets as well", async () => {
  const problem = clouds(41, 4, 3);
  const a = await crossValidate(make, data, options);
  expect(await crossValidate(make, data, options)).toEqual(a);
  expect(await crossValidate(make, [problem.x, problem.labels], options)).toEqual(a);
  const labelled = { ...slowly(data), labels: data.labels };
  expect((await crossValidate(make, labelled, options)).mean).toEqual(a.mean);
  await expect(crossValidate(make, slowly(data), options)).rejects.toThrow("pass stratified: false");
  expect(await crossValidate(make, data, { ...options, seed: 8 })).not.toEqual(a);
});

test("makeModel is given the fold, onFold its result; callbacks start again each time", async () => {
  const asked: number[] = [];
  const done: number[] = [];
  const stopping = earlyStopping({ monitor: "loss", patience: 1, minDelta: 1e9 });
  const { folds } = await crossValidate(
    async (fold) => {
      asked.push(fold);
      return make();
    },
    data,
    { ...options, callbacks: [stopping], onFold: ({ fold }) => done.push(fold) },
  );
  expect(asked).toEqual([0, 1, 2, 3]);
  expect(done).toEqual(asked);
  expect(folds.map(({ history }) => history.epoch.length)).toEqual([2, 2, 2, 2]);
});

test("prepare: the scale comes from the rows trained on", async () => {
  const scales: unknown[] = [];
  await crossValidate(make, data, {
    ...options,
    prepare(train, held) {
      const split = standardiseSplit(train, held);
      scales.push(split.standardisation);
      expect(split.test!.standardisation).toEqual(split.standardisation);
      return split;
    },
  });
  expect(new Set(scales.map((scale) => JSON.stringify(scale))).size).toBe(4);
  const plain = await crossValidate(make, data, options);
  const scaled = await crossValidate(make, data, { ...options, prepare: standardiseSplit });
  expect(scaled.mean).not.toEqual(plain.mean);
});

test("sampleWeight belongs to the rows of the whole data", async () => {
  const { x, labels } = clouds(41, 4, 3);
  const weights = labels.map((_, i) => (i % 2 ? 1 : 0));
  const models: ReturnType<typeof make>[] = [];
  const keep = () => models[models.push(make()) - 1];
  await crossValidate(keep, [x, labels], {
    ...options,
    batchSize: 16,
    shuffle: false,
    sampleWeight: weights,
  });
  for (const [i, { train }] of kFold(data, { folds: 4, seed: 7 }).entries()) {
    const model = make();
    await model.fit(subset(data, train), {
      epochs: 3,
      batchSize: 16,
      shuffle: false,
      sampleWeight: [...train].map((row) => weights[row]),
    });
    expect(weightsSha256(models[i])).toBe(weightsSha256(model));
  }
  await expect(crossValidate(make, data, { ...options, sampleWeight: [1] })).rejects.toThrow(
    "crossValidate: sampleWeight: expected 41 factors, one per row, got 1",
  );
});

describe("errors", () => {
  test("the same model twice", async () => {
    const model = make();
    await expect(crossValidate(() => model, data, options)).rejects.toThrow("expected a new one each time");
  });
  test("unknown options, too many folds, a model without a loss", async () => {
    await expect(crossValidate(make, data, { fold: 3 } as never)).rejects.toThrow('unknown option "fold"');
    await expect(crossValidate(make, data, { resume: true } as never)).rejects.toThrow("resume");
    await expect(crossValidate(make, data, { folds: 42 })).rejects.toThrow("from 2 to 41");
    await expect(
      crossValidate(() => sequential([dense({ units: 3, inputShape: [4] })]), data, options),
    ).rejects.toThrow("call compile(");
  });
});
