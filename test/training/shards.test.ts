/** shards: a batch's gradient is the sum of its shards' along a fixed tree. */
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  arrayDataset,
  augment,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  type FitOptions,
  flatten,
  gaussianNoise,
  input,
  type LayerInput,
  load,
  lstm,
  type Model,
  maxPooling2d,
  model as networkOf,
  sequential,
  subset,
  weightsSha256,
} from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { clouds, slowly } from "../support/problems.ts";

const random = new Stream(4, 1);
const ROWS = 43;
const labels = Int32Array.from({ length: ROWS }, (_, r) => r % 3);
const points = arrayDataset(clouds(ROWS, 5, 3).x, labels, { name: "clouds" });
const images = arrayDataset(
  {
    data: Uint8Array.from({ length: ROWS * 64 }, (_, i) => (40 * labels[i >> 6] + random.range(0, 100)) | 0),
    shape: [ROWS, 8, 8, 1],
  },
  labels,
  { name: "images" },
);

const head = dense({ units: 3, activation: "softmax" });
const hidden = dense({ units: 9, activation: "tanh", kernelRegularizer: { l1: 1e-3, l2: 1e-2 } });
const random9 = [
  gaussianNoise({ stddev: 0.2 }),
  dense({ units: 9, activation: "relu" }),
  dropout({ rate: 0.4 }),
];

function fresh(layers: LayerInput[], data: Dataset): Model {
  return sequential(layers, { seed: 3, inputShape: data.inputShape }).compile({
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adam", learningRate: 0.02, clipNorm: 0.3, useEma: true, emaMomentum: 0.8 },
    metrics: ["accuracy", "f1", "auc"],
  });
}

const options: FitOptions = { batchSize: 12, epochs: 2, seed: 8, classWeight: { 1: 1.7 } };

async function outcome(layers: LayerInput[], data: Dataset, more: FitOptions = {}) {
  const model = fresh(layers, data);
  const { history } = await model.fit(data, { ...options, ...more });
  return { sha: weightsSha256(model), history };
}

/** One step of plain descent with rate 1: the weights before it less those after it. */
async function step(rows: number, more: FitOptions) {
  const make = () =>
    sequential([dense({ units: 9, activation: "tanh" }), head], { seed: 3, inputShape: [5] }).compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 1 },
      metrics: ["accuracy", "auc"],
    });
  const part = subset(
    points,
    Uint32Array.from({ length: rows }, (_, i) => i),
  );
  const model = make();
  const before = model.weights();
  const { history } = await model.fit(part, { batchSize: rows, shuffle: false, ...more });
  return { before, after: model.weights(), history, make, part };
}

describe("the gradient", () => {
  test.each([1, 2, 4, 8, 16])(
    "of 16 rows in %i shards has the bits of the sum along the tree",
    async (shards) => {
      const { before, after, make, part } = await step(16, { shards });
      const each = 16 / shards;
      const leaves = await Promise.all(
        Array.from({ length: shards }, async (_, s) => {
          const rows = subset(
            part,
            Uint32Array.from({ length: each }, (_, i) => s * each + i),
          );
          // factors that are powers of two change no digit
          return (await make().gradients(rows, { sampleWeight: new Float32Array(each).fill(1 / shards) }))
            .gradients;
        }),
      );
      for (const [name, values] of Object.entries(before)) {
        const sum = (at: number, n: number): Float32Array =>
          n === 1 ? leaves[at][name] : sum(at, n / 2).map((v, i) => v + sum(at + n / 2, n / 2)[i]);
        const dw = sum(0, shards);
        expect(after[name], name).toEqual(values.map((w, i) => w - dw[i]));
      }
    },
  );

  test.each([
    [4, 43],
    [8, 11],
    [16, 17],
    [32, 33],
  ])(
    "%i shards of %i rows, which they do not divide, is that of the batch up to rounding",
    async (shards, rows) => {
      const whole = await step(rows, {});
      const cut = await step(rows, { shards });
      for (const [name, values] of Object.entries(whole.after))
        values.forEach((w, i) => {
          expect(cut.after[name][i], name).toBeCloseTo(w, 5);
        });
      expect(cut.history.loss[0]).toBeCloseTo(whole.history.loss[0], 6);
      expect({ ...cut.history, loss: [] }).toEqual({ ...whole.history, loss: [] });
    },
  );
});

describe("bits do not depend", () => {
  const net = [...random9, batchNormalization(), hidden, head];

  test("on pieces of shards, where no layer looks across rows", async () => {
    const layers = [...random9, hidden, head];
    const want = await outcome(layers, points, { shards: 4 });
    expect(await outcome(layers, points, { shards: 4, microBatchSize: 2 })).toEqual(want);
    expect(await outcome(layers, points, { shards: 4, microBatchSize: 1 })).toEqual(want);
    expect((await outcome(layers, points, { shards: 2 })).sha).not.toBe(want.sha);
    expect((await outcome(layers, points)).sha).not.toBe(want.sha);
  });

  test("on threads, a worker, and on how rows are read", async () => {
    const want = await outcome(net, points, { shards: 4 });
    expect(await outcome(net, points, { shards: 4, threads: 2 })).toEqual(want);
    expect(await outcome(net, points, { shards: 4, worker: true })).toEqual(want);
    expect(await outcome(net, slowly(points), { shards: 4 })).toEqual(want);
  });

  test("on whether a training was interrupted; another number is refused", async () => {
    const want = await outcome(net, points, { shards: 8 });
    const model = fresh(net, points);
    const stop = new AbortController();
    const callbacks = [
      { onBatchEnd: (_b: number, _l: object, c: { step: number }) => void (c.step === 5 && stop.abort()) },
    ];
    const fitted = model.fit(points, { ...options, shards: 8, callbacks, signal: stop.signal });
    await expect(fitted).rejects.toThrow();
    const again = load(model.save());
    await expect(again.fit(points, { shards: 4, resume: true })).rejects.toThrow(
      "fit: resume: shards was 8, now it is 4; a resumed run needs the same",
    );
    const { history } = await again.fit(points, { resume: true });
    expect({ sha: weightsSha256(again), history }).toEqual(want);
  });
});

test("what is drawn depends on a row's number in the batch, not on its shard", async () => {
  // equal rows: with a draw of its own each shard would have the same noise
  const same = arrayDataset(Array(8).fill([1, 2, 3, 4, 5]), new Int32Array(8), { classes: 3 });
  const layers = [dropout({ rate: 0.5 }), head];
  const run = async (more: FitOptions) => {
    const model = sequential(layers, { seed: 3, inputShape: [5] }).compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 0.1 },
    });
    await model.fit(same, { batchSize: 8, ...more });
    return model.weights()["dense_1.kernel"];
  };
  const whole = await run({});
  (await run({ shards: 8 })).forEach((w, i) => {
    expect(w).toBeCloseTo(whole[i], 6);
  });
});

test("batch normalisation sees its shard, and its moving means follow the last one", async () => {
  const model = sequential([batchNormalization(), head], { seed: 3, inputShape: [5] }).compile({
    loss: "categoricalCrossentropy",
  });
  const { x } = clouds(8, 5, 3);
  await model.fit(x, [...labels.subarray(0, 8)], { batchSize: 8, shards: 2, shuffle: false });
  const mean = (column: number) => x.slice(4).reduce((sum, row) => sum + row[column], 0) / 4;
  model.weights()["batchNormalization_1.movingMean"].forEach((value, c) => {
    expect(value).toBeCloseTo(0.01 * mean(c), 5);
  });
});

test("images that change every epoch, and a layer that is applied twice", async () => {
  const layers = [conv2d({ filters: 4, kernelSize: 3 }), maxPooling2d(), flatten(), head];
  const augmented = await outcome(layers, images, { shards: 4, augment: { shift: 1 } });
  expect(await outcome(layers, slowly(augment(images, { seed: 8, shift: 1 })), { shards: 4 })).toEqual(
    augmented,
  );

  const x = input({ shape: [5] });
  const twice = dense({ units: 5, activation: "tanh" });
  const graph = (more: FitOptions) => {
    const built = networkOf({ inputs: x, outputs: head.apply(twice.apply(twice.apply(x))), seed: 1 });
    built.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 1 } });
    return built
      .fit(points, { batchSize: 16, shuffle: false, stepsPerEpoch: 1, ...more })
      .then(() => built.weights());
  };
  const [whole, cut, pieces] = [
    await graph({}),
    await graph({ shards: 4 }),
    await graph({ shards: 4, microBatchSize: 1 }),
  ];
  expect(pieces).toEqual(cut);
  for (const [name, values] of Object.entries(whole))
    values.forEach((w, i) => {
      expect(cut[name][i], name).toBeCloseTo(w, 5);
    });
});

test("metrics of quantities, one of which is no sum, are those of all rows", async () => {
  const targets = arrayDataset(clouds(ROWS, 5, 3).x, clouds(ROWS, 2, 3).x);
  const run = async (more: FitOptions) => {
    const model = sequential([dense({ units: 2, inputShape: [5] })], { seed: 1 }).compile({
      loss: "meanSquaredError",
      metrics: ["r2", "rootMeanSquaredError", "medianAbsoluteError"],
      optimizer: { name: "sgd", learningRate: 0.001 },
    });
    return (await model.fit(targets, { batchSize: 20, epochs: 1, ...more })).history;
  };
  const [whole, cut] = [await run({}), await run({ shards: 8 })];
  for (const [name, [value]] of Object.entries(whole)) expect(cut[name][0], name).toBeCloseTo(value, 5);
});

test("numbers that make no sense are refused", async () => {
  const fit = (more: FitOptions) => fresh([head], points).fit(points, { ...options, ...more });
  await expect(fit({ shards: 3 })).rejects.toThrow(
    "fit: shards: expected a power of two from 1 to 4096, got 3",
  );
  await expect(fit({ shards: 16 })).rejects.toThrow(
    "fit: shards: expected at most 12, the rows of a batch, got 16",
  );
  const carried = sequential([lstm({ units: 2, stateful: true, batchSize: 2 }), head], {
    inputShape: [4, 1],
  });
  const rows = arrayDataset({ data: new Float32Array(16), shape: [4, 4, 1] }, new Int32Array(4), {
    classes: 3,
  });
  await expect(
    carried
      .compile({ loss: "categoricalCrossentropy" })
      .fit(rows, { batchSize: 2, shuffle: false, shards: 2 }),
  ).rejects.toThrow(/fit: shards: layer "lstm_1" is stateful.*a batch cannot run in pieces/);
});

test("rows that are no numbers stop it before the update", async () => {
  const bad: Dataset = {
    ...points,
    labels: undefined,
    read(indices, x, y, epoch) {
      points.read(indices, x, y, epoch);
      indices.forEach((row, r) => {
        if (row === 17) x[r * 5] = Number.NaN;
      });
    },
  };
  const model = fresh([hidden, head], points);
  await expect(model.fit(bad, { ...options, shards: 4, shuffle: false })).rejects.toThrow(
    /step 2 \(epoch 1, batch 2\).*row 17: value 0 of its input/,
  );
  const want = fresh([hidden, head], points);
  await want.fit(points, { ...options, shards: 4, shuffle: false, stepsPerEpoch: 1, epochs: 1 });
  expect(weightsSha256(model)).toBe(weightsSha256(want));
});

test("a step without shards, of as many rows as a shard, is as it was", async () => {
  const x = clouds(3, 5, 3).x;
  const step = async (before: FitOptions) => {
    const model = sequential([head], { seed: 3, inputShape: [5] }).compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 1e-30 },
    });
    await model.fit(points, { batchSize: 12, ...before });
    await model.trainOnBatch(x, [0, 1, 2], { learningRate: 1 });
    await model.trainOnBatch(x, [0, 1, 2], { learningRate: 1 });
    return weightsSha256(model);
  };
  expect(await step({ shards: 4 })).toBe(await step({}));
});

test.each([1, 4, 32])(
  "the figures of 39 rows to validate on in %i shards are sums along the tree",
  async (shards) => {
    const layers = [dense({ units: 9, activation: "tanh" }), head];
    const model = fresh(layers, points);
    const n = 39;
    const part = subset(
      points,
      Uint32Array.from({ length: n }, (_, i) => i),
    );
    const { history } = await model.fit(points, { batchSize: ROWS, seed: 8, shards, validationData: part });
    const losses: number[] = [];
    const scores = await model.evaluate(part, { onRow: (_, loss) => void losses.push(loss) });
    const start = (shard: number) => Math.floor((shard * n) / shards);
    const sum = (at: number, count: number): number =>
      count > 1
        ? sum(at, count / 2) + sum(at + count / 2, count / 2)
        : losses.slice(start(at), start(at + 1)).reduce((a, b) => a + b, 0);
    expect(history.valLoss![0]).toBe(sum(0, shards) / n);
    expect([history.valAccuracy![0], history.valF1![0], history.valAuc![0]]).toEqual([
      scores.accuracy,
      scores.f1,
      scores.auc,
    ]);
  },
);

test("validation reads the rows of a shard at once; pieces of a batch are for little memory", async () => {
  const most = async (more: FitOptions) => {
    let rows = 0;
    const seen: Dataset = {
      ...points,
      labels: undefined,
      read(indices, ...rest) {
        rows = Math.max(rows, indices.length);
        return points.read(indices, ...rest);
      },
    };
    await fresh([hidden, head], points).fit(points, { ...options, epochs: 1, ...more, validationData: seen });
    return rows;
  };
  expect(await most({})).toBe(ROWS);
  expect(await most({ shards: 4 })).toBe(Math.ceil(ROWS / 4));
  expect(await most({ microBatchSize: 2 })).toBe(2);
  expect(await most({ microBatchSize: 2, shards: 4 })).toBe(2);
});
