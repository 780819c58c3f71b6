/** microBatchSize: a batch runs in pieces, and nobody can tell from the result. */

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
  globalAveragePooling2d,
  type LayerInput,
  layerNormalization,
  load,
  type Model,
  maxPooling2d,
  residual,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { planFor } from "../../src/network/plans.ts";
import { updateOf } from "../../src/training/update.ts";
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
const NETS: Record<string, [Dataset, LayerInput[]]> = {
  dense: [points, [dense({ units: 9, activation: "tanh", kernelRegularizer: { l1: 1e-3, l2: 1e-2 } }), head]],
  "convolution, pooling": [
    images,
    [
      conv2d({ filters: 5, kernelSize: 3, activation: "relu", padding: "same" }),
      maxPooling2d(),
      conv2d({ filters: 6, kernelSize: 2, strides: 2 }),
      flatten(),
      head,
    ],
  ],
  "depthwise convolution": [
    images,
    [
      conv2d({ filters: 6, kernelSize: 1 }),
      conv2d({ filters: 6, kernelSize: 3, groups: 6, padding: "same" }),
      conv2d({ filters: 12, kernelSize: 3, groups: 6, strides: 2 }),
      conv2d({ filters: 4, kernelSize: 2, groups: 2 }),
      flatten(),
      head,
    ],
  ],
  "residual, one pixel": [
    images,
    [
      conv2d({ filters: 4, kernelSize: 1 }),
      residual([conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "gelu" })]),
      globalAveragePooling2d(),
      head,
    ],
  ],
  "dropout, noise": [
    points,
    [
      gaussianNoise({ stddev: 0.2 }),
      dense({ units: 8, activation: "relu" }),
      dropout({ rate: 0.3 }),
      dense({ units: 6, activation: "relu" }),
      dropout({ rate: 0.5 }),
      head,
    ],
  ],
  "layer normalisation": [points, [dense({ units: 7 }), layerNormalization(), head]],
  "frozen batch normalisation": [
    points,
    [dense({ units: 7 }), batchNormalization({ trainable: false }), head],
  ],
};

const optimizer: TrainingOptions["optimizer"] = {
  name: "adam",
  learningRate: 0.02,
  clipNorm: 0.3,
  useEma: true,
  emaMomentum: 0.8,
};

function fresh([data, layers]: [Dataset, LayerInput[]]): Model {
  return sequential(layers, { seed: 3, inputShape: data.inputShape }).compile({
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer,
    metrics: ["accuracy", "f1"],
  });
}

const options: FitOptions = {
  batchSize: 12, // four batches, the last of seven rows
  epochs: 3,
  seed: 8,
  classWeight: { 1: 1.7 },
  validationData: points,
};

async function outcome(net: [Dataset, LayerInput[]], more: FitOptions = {}, data = net[0]) {
  const model = fresh(net);
  const { history } = await model.fit(data, { ...options, validationData: net[0], ...more });
  return { sha: weightsSha256(model), history };
}

describe.each(Object.entries(NETS))("%s", (_, net) => {
  const whole = outcome(net);

  test.each([1, 4, 5, 6, 7, 11])(
    "pieces of %i rows: weights, loss and metrics have the same bits",
    async (n) => {
      const got = await outcome(net, { microBatchSize: n });
      expect(got).toEqual(await whole);
    },
  );

  test("pieces as large as the batch or larger are the batch", async () => {
    expect(await outcome(net, { microBatchSize: 12 })).toEqual(await whole);
    expect(await outcome(net, { microBatchSize: 99 })).toEqual(await whole);
  });

  test("the comparison can fail", async () => {
    expect((await outcome(net, { batchSize: 6 })).sha).not.toBe((await whole).sha);
  });
});

test("batches of several hundred rows, whose matrix products are cut into blocks", async () => {
  const rows = 700;
  const wide = arrayDataset(
    clouds(rows, 128, 3).x,
    Int32Array.from({ length: rows }, (_, r) => r % 3),
  );
  const net: [Dataset, LayerInput[]] = [wide, [dense({ units: 128, activation: "relu" }), head]];
  const want = await outcome(net, { batchSize: 650, epochs: 2 });
  for (const microBatchSize of [33, 300, 513])
    expect(await outcome(net, { batchSize: 650, epochs: 2, microBatchSize })).toEqual(want);
});

test("a source that takes its time, and images that are another every epoch", async () => {
  const net = NETS["convolution, pooling"];
  const augmentation = { shift: 1, rotate: 20 };
  const want = await outcome(net, { augment: augmentation });
  const slow = slowly(augment(images, { seed: 8, ...augmentation }));
  expect(await outcome(net, { microBatchSize: 5 }, slow)).toEqual(want);
  expect(await outcome(net, { microBatchSize: 5, augment: augmentation })).toEqual(want);
  expect(await outcome(net, { microBatchSize: 5, augment: { ...augmentation, shift: 2 } })).not.toEqual(want);
});

test("one output for two classes, and values as targets", async () => {
  const two = arrayDataset(
    clouds(ROWS, 5, 2).x,
    Int32Array.from(labels, (l) => Number(l === 0)),
  );
  const values = arrayDataset(clouds(ROWS, 5, 3).x, clouds(ROWS, 5, 3).oneHot);
  for (const [data, units, loss] of [
    [two, 1, "binaryCrossentropy"],
    [values, 3, "meanSquaredError"],
  ] as const) {
    const run = async (microBatchSize?: number) => {
      const model = sequential([dense({ units, activation: "sigmoid", inputShape: [5] })], { seed: 1 });
      model.compile({ loss, optimizer: "sgd", metrics: ["accuracy"] });
      const { history } = await model.fit(data, { batchSize: 10, epochs: 3, microBatchSize });
      return { sha: weightsSha256(model), history };
    };
    expect(await run(3)).toEqual(await run());
  }
});

describe("batch normalisation", () => {
  const net: [Dataset, LayerInput[]] = [points, [dense({ units: 7 }), batchNormalization(), head]];

  test("normalises each piece by itself: other bits, and it learns", async () => {
    const whole = await outcome(net, { epochs: 20 });
    const pieces = await outcome(net, { epochs: 20, microBatchSize: 6 });
    expect(pieces.sha).not.toBe(whole.sha);
    expect(pieces.history.valLoss.at(-1)!).toBeLessThan(pieces.history.valLoss[0]);
  });

  test("gradients of gamma and beta are the sum over the pieces", async () => {
    // with one step of plain descent: w − η·dw, and dw the mean of what both halves alone would give
    const make = () =>
      sequential([batchNormalization(), dense({ units: 3, activation: "softmax" })], {
        seed: 3,
        inputShape: [5],
      }).compile({
        loss: "categoricalCrossentropy",
        optimizer: { name: "sgd", learningRate: 1 },
      });
    const x = clouds(8, 5, 3).x;
    const y = [...labels.subarray(0, 8)];
    const model = make();
    const before = model.weights();
    await model.fit(x, y, { batchSize: 8, microBatchSize: 4, shuffle: false });
    const after = model.weights();
    const halves = await Promise.all(
      [0, 4].map(async (at) => (await make().gradients(x.slice(at, at + 4), y.slice(at, at + 4))).gradients),
    );
    for (const name of ["batchNormalization_1.gamma", "batchNormalization_1.beta", "dense_1.kernel"])
      after[name].forEach((value, i) => {
        const dw = (halves[0][name][i] + halves[1][name][i]) / 2;
        expect(before[name][i] - value, `${name}[${i}]`).toBeCloseTo(dw, 5);
      });
    // and the moving means follow the last piece
    const mean = (column: number) => x.slice(4).reduce((sum, row) => sum + row[column], 0) / 4;
    after["batchNormalization_1.movingMean"].forEach((value, c) => {
      expect(value).toBeCloseTo(0.01 * mean(c), 5);
    });
  });
});

describe("memory", () => {
  test("is that of the smaller batch", () => {
    const large = sequential(NETS["convolution, pooling"][1], { inputShape: [28, 28, 1] });
    const { built: network, state } = internalsOf(large.compile({ loss: "categoricalCrossentropy" }));
    const training = state.required;
    const plan = (rows: number) => {
      const input = { type: "uint8", scale: 1 / 255 } as const;
      const { loss } = training;
      const update = updateOf(training, network);
      const { base, end } = planFor(network, "train", rows, [input], {
        objectives: [{ loss, target: "class" }],
        update,
      });
      return end - base;
    };
    expect(plan(8)).toBeLessThan(plan(64) / 5);
  });

  test("does not grow beyond it while training", async () => {
    const rows = 512;
    const many = arrayDataset(
      { data: new Uint8Array(rows * 64).fill(9), shape: [rows, 8, 8, 1] },
      Int32Array.from({ length: rows }, (_, r) => r % 3),
    );
    const bytes = async (microBatchSize?: number) => {
      const model = fresh([many, NETS["convolution, pooling"][1]]);
      await model.fit(many, { batchSize: 512, microBatchSize, validationData: many, worker: false });
      return internalsOf(model).built.core.exports.memory.buffer.byteLength;
    };
    expect(await bytes(16)).toBeLessThan((await bytes()) / 4);
  });
});

describe("what goes wrong in a later piece", () => {
  const bad: Dataset = {
    ...points,
    labels: undefined,
    read(indices, x, y, epoch) {
      points.read(indices, x, y, epoch);
      if (epoch !== 1) return;
      indices.forEach((row, r) => {
        if (row === 17) x[r * 5] = Number.NaN;
      });
    },
  };

  test.each([undefined, 1, 5])("NaN stops before the update and loses nothing (pieces of %s)", async (n) => {
    const model = fresh(NETS.dense);
    const found = model.fit(bad, { ...options, shuffle: false, microBatchSize: n });
    // row 17 is the sixth of the second batch
    await expect(found).rejects.toThrow(/step 6 \(epoch 2, batch 2\).*row 17: value 0 of its input/);
    const want = fresh(NETS.dense);
    const stop = new AbortController();
    const run = want.fit(points, {
      ...options,
      shuffle: false,
      signal: stop.signal,
      callbacks: [{ onBatchEnd: (_b, _l, { step }) => void (step === 5 && stop.abort()) }],
    });
    await expect(run).rejects.toThrow();
    expect(weightsSha256(model)).toBe(weightsSha256(want));
    // one knows rows in memory, the other those it has read
    const known = expect.objectContaining({ data: expect.anything() });
    expect({ ...internalsOf(model).state.run, known }).toEqual({ ...internalsOf(want).state.run, known });
    // mended, both go on to the same end
    await model.fit(points, { ...options, shuffle: false, microBatchSize: n, resume: true });
    await want.fit(points, { ...options, shuffle: false, resume: true });
    expect(weightsSha256(model)).toBe(weightsSha256(want));
    expect(model.history).toEqual(want.history);
  });
});

describe("resumed", () => {
  async function interrupted(net: [Dataset, LayerInput[]], step: number, more: FitOptions): Promise<Model> {
    const model = fresh(net);
    const stop = new AbortController();
    const callbacks = [
      { onBatchEnd: (_b: number, _l: object, c: { step: number }) => void (c.step === step && stop.abort()) },
    ];
    await expect(
      model.fit(net[0], { ...options, validationData: net[0], ...more, callbacks, signal: stop.signal }),
    ).rejects.toThrow();
    return load(model.save());
  }

  test("in the midst of an epoch, the bits are those of an uninterrupted run, in whatever pieces", async () => {
    const net = NETS["dropout, noise"];
    const want = await outcome(net);
    for (const pieces of [undefined, 5, 3]) {
      const model = await interrupted(net, 6, { microBatchSize: 5 });
      const { history } = await model.fit(net[0], {
        ...(pieces && { microBatchSize: pieces }),
        validationData: net[0],
        resume: true,
      });
      expect({ sha: weightsSha256(model), history }).toEqual(want);
    }
  });

  test("with batch normalisation in the same pieces only", async () => {
    const net: [Dataset, LayerInput[]] = [points, [dense({ units: 7 }), batchNormalization(), head]];
    const want = await outcome(net, { microBatchSize: 5 });
    const other = await interrupted(net, 6, { microBatchSize: 5 });
    await expect(other.fit(points, { microBatchSize: 4, resume: true })).rejects.toThrow(
      "microBatchSize was 5, now it is 4; a resumed run with batchNormalization needs the same",
    );
    const model = await interrupted(net, 6, { microBatchSize: 5 });
    const { history } = await model.fit(points, { validationData: points, resume: true });
    expect({ sha: weightsSha256(model), history }).toEqual(want);
  });
});

test("values that make no sense, and Keras' name", async () => {
  const model = fresh(NETS.dense);
  await expect(model.fit(points, { microBatchSize: 0 })).rejects.toThrow(
    "fit: microBatchSize: expected a whole number ≥ 1, got 0",
  );
  await expect(model.fit(points, { gradientAccumulationSteps: 2 } as FitOptions)).rejects.toThrow(
    /unknown option "gradientAccumulationSteps"; .*microBatchSize/,
  );
});
