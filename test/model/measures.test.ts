/** How metrics read targets, through whole models: two classes, several, labels, quantities; and what their figures are called. */
import { describe, expect, test } from "vitest";
import type { ActivationName } from "../../src/activations/table.ts";
import {
  arrayDataset,
  dense,
  earlyStopping,
  fromConfig,
  load,
  type MetricOptions,
  modelCheckpoint,
  sequential,
  type TrainingOptions,
} from "../../src/index.ts";

type Metrics = NonNullable<TrainingOptions["metrics"]>;

/** A layer that passes its inputs on to the activation. */
function made(units: number, activation: ActivationName, loss: TrainingOptions["loss"], metrics: Metrics) {
  const model = sequential([dense({ units, activation, inputShape: [units], name: "d" })], { seed: 1 });
  const kernel = Array.from({ length: units * units }, (_, i) => Number(i % (units + 1) === 0));
  model.compile({ loss, metrics, optimizer: { name: "sgd", learningRate: 1e-30 } });
  return model.setWeights({ "d.kernel": kernel, "d.bias": new Array(units).fill(0) });
}

describe("two classes: figures of class 1", () => {
  const x: number[][] = [];
  const y: number[] = [];
  for (const [n, z, label] of [
    [82, -1, 0],
    [8, 1, 0],
    [6, 1, 1],
    [4, -1, 1],
  ] as const)
    for (let i = 0; i < n; i++) {
      x.push([z]);
      y.push(label);
    }
  const want = { precision: 6 / 14, recall: 0.6, f1: 0.5 };
  const names = ["precision", "recall", "f1"] as const;

  test.each(["labels", "values"] as const)("one sigmoid output, %s", async (kind) => {
    const model = made(1, "sigmoid", "binaryCrossentropy", names);
    const { loss: _, ...scores } = await model.evaluate(x, kind === "labels" ? y : y.map((v) => [v]));
    for (const name of names) expect(scores[name]).toBeCloseTo(want[name], 12);
  });

  test("logits, margins of a hinge, mean squared error with 0 and 1, and with −1 and 1", async () => {
    const shifted = x.map(([z]) => [z! > 0 ? 0.9 : 0.1]);
    for (const [activation, loss, inputs, targets] of [
      ["linear", "binaryCrossentropy", x, y],
      ["tanh", "hinge", x, y.map((v) => [2 * v - 1])],
      ["linear", "meanSquaredError", shifted, y.map((v) => [v])],
      ["linear", "meanSquaredError", x, y.map((v) => [2 * v - 1])],
    ] as const) {
      const scores = await made(1, activation, loss, names).evaluate(inputs, targets);
      for (const name of names) expect(scores[name], `${activation} ${loss}`).toBeCloseTo(want[name], 12);
    }
  });

  test("two softmax outputs, labels and one-hot rows", async () => {
    const pairs = x.map(([z]) => [0, z!]);
    const model = () => made(2, "softmax", "categoricalCrossentropy", names);
    for (const targets of [y, y.map((v) => [1 - v, v])]) {
      const scores = await model().evaluate(pairs, targets);
      for (const name of names) expect(scores[name]).toBeCloseTo(want[name], 12);
    }
  });

  test("averages, a class, and thresholds by option", async () => {
    // class 0: 82 right, said 86 times, 90 there
    const [p0, r0] = [82 / 86, 82 / 90];
    const f0 = (2 * p0 * r0) / (p0 + r0);
    const scores = await made(1, "sigmoid", "binaryCrossentropy", [
      { name: "f1", average: "macro" },
      { name: "f1", average: "weighted", as: "weightedF1" },
      { name: "f1", average: "micro", as: "microF1" },
      { name: "recall", classId: 0 },
      { name: "recall", threshold: 0.2, as: "easyRecall" },
      { name: "accuracy", threshold: 0.9 },
    ]).evaluate(x, y);
    expect(scores.f1).toBeCloseTo((f0 + 0.5) / 2, 12);
    expect(scores.weightedF1).toBeCloseTo(0.9 * f0 + 0.1 * 0.5, 12);
    expect(scores.microF1).toBeCloseTo(0.88, 12);
    expect(scores.recall).toBeCloseTo(r0, 12);
    // everything is above 0.2
    expect(scores.easyRecall).toBe(1);
    expect(scores.accuracy).toBe(0.9);
  });
});

describe("several labels a row", () => {
  const x = [
    [2, 1, -1],
    [-1, 2, 2],
    [-2, -1, -3],
    [3, -1, 1],
  ];
  const y = [
    [1, 1, 0],
    [0, 0, 1],
    [0, 0, 0],
    [0, 1, 1],
  ];
  const metrics = ["accuracy", "precision", "recall", "f1", "subsetAccuracy", "hamming"] as const;
  // TP 4, FP 2, FN 1 of 12; two rows are all right
  const want = [9 / 12, 4 / 6, 4 / 5, 8 / 11, 2 / 4, 3 / 12];

  test.each([
    ["sigmoid", "binaryCrossentropy"],
    ["linear", "binaryCrossentropy"],
    ["sigmoid", "meanSquaredError"],
  ] as const)("%s, %s: of all labels together", async (activation, loss) => {
    const scores = await made(3, activation, loss, metrics).evaluate(x, y, { batchSize: 1 });
    for (const [i, name] of metrics.entries()) expect(scores[name]).toBeCloseTo(want[i]!, 12);
  });

  test("per label", async () => {
    const list: Metrics = [0, 1, 2].map(
      (classId): MetricOptions => ({ name: "recall", classId, as: `label${classId}Recall` }),
    );
    const scores = await made(3, "sigmoid", "binaryCrossentropy", list).evaluate(x, y);
    expect([0, 1, 2].map((c) => scores[`label${c}Recall`])).toEqual([1, 1 / 2, 1]);
  });

  test("rows with exactly one are classes, as they are for labels", async () => {
    const oneHot = [0, 2, 1, 1].map((label) => [0, 1, 2].map((c) => Number(c === label)));
    for (const targets of [oneHot, [0, 2, 1, 1]]) {
      const model = made(3, "sigmoid", "binaryCrossentropy", ["accuracy"]);
      // largest outputs: 0, 1 (the first of equals), 1, 0
      expect((await model.evaluate(x, targets)).accuracy).toBe(1 / 2);
    }
  });

  test("what a training has seen holds for its validation", async () => {
    const model = made(3, "sigmoid", "binaryCrossentropy", ["accuracy"]);
    const { history } = await model.fit(x, y, { validationData: [[x[1]!], [y[1]!]], shuffle: false });
    // the validation row has one label, but rows of the training have several: 2 of its 3 answers are right
    expect(history.accuracy).toEqual([9 / 12]);
    expect(history.valAccuracy![0]).toBeCloseTo(2 / 3, 12);
  });

  test("metrics of one class a row, the confusion matrix and classWeight are refused", async () => {
    for (const name of ["cohenKappa", "top2Accuracy", "balancedAccuracy"] as const)
      await expect(made(3, "sigmoid", "binaryCrossentropy", [name]).evaluate(x, y)).rejects.toThrow(
        `metrics: "${name}" does not measure what the targets are: several labels a row; use f1, subsetAccuracy, hamming`,
      );
    const model = made(3, "sigmoid", "binaryCrossentropy", []);
    await expect(model.confusionMatrix(arrayDataset(x, y))).rejects.toThrow("several labels a row");
    await expect(model.gradients(x, y, { classWeight: { 0: 2 } })).rejects.toThrow(
      "row 0: classWeight: the targets 1, 1, 0 are not one class; use sampleWeight",
    );
  });
});

describe("quantities", () => {
  const x = [[1], [2], [3], [4]];
  const y = [[310.5], [42.25], [7.5], [8]];

  test("have no classes: refused before a step, with what to use", async () => {
    const model = made(1, "linear", "meanSquaredError", ["f1"]);
    const before = model.weights();
    const message =
      'metrics: "f1" does not measure what the targets are: quantities (310.5); use "mae", "rmse", "r2"; if they are classes, give their numbers, or 0 and 1';
    await expect(model.fit(x, y)).rejects.toThrow(message);
    await expect(model.evaluate(x, y)).rejects.toThrow(message);
    expect(model.weights()).toEqual(before);
    // whole numbers are quantities here as well
    await expect(model.fit(x, [3, 1, 2, 5])).rejects.toThrow("quantities (3)");
    await expect(model.confusionMatrix(arrayDataset(x, y))).rejects.toThrow("quantities (310.5)");
  });

  test("two of them are no classes to weight", async () => {
    const model = made(2, "linear", "meanSquaredError", []);
    const [a, b] = [
      [1, 2],
      [3, 4],
    ];
    await expect(
      model.gradients(
        [a, b],
        [
          [0.5, 100.25],
          [30.5, 2],
        ],
        { classWeight: { 0: 5 } },
      ),
    ).rejects.toThrow("row 0: classWeight: the targets 0.5, 100.25 are not one class; use sampleWeight");
    await expect(
      model.gradients(
        [a, b],
        [
          [0, 1],
          [1, 0],
        ],
        { classWeight: { 0: 5 } },
      ),
    ).resolves.toBeDefined();
  });

  test("r2, rmse and the rest", async () => {
    const model = made(1, "linear", "meanSquaredError", ["r2", "rmse", "mape", "medianAbsoluteError"]);
    const scores = await model.evaluate([[1], [2], [3], [6]], [[1], [2], [4], [5]]);
    expect(scores).toMatchObject({ r2: 1 - 2 / 10, rmse: Math.sqrt(0.5), medianAbsoluteError: 0.5 });
    expect(scores.mape).toBeCloseTo((1 / 4 + 1 / 5) / 4, 6);
  });
});

test("what needs probabilities says so", async () => {
  const refused = (units: number, activation: ActivationName, loss: TrainingOptions["loss"], y: number[]) =>
    made(units, activation, loss, ["logLoss"]).evaluate([new Array(units).fill(0)], y);
  await expect(refused(1, "tanh", "hinge", [1])).rejects.toThrow(
    'metrics: "logLoss" is of probabilities; end in activation "sigmoid", or use a metric of classes',
  );
  await expect(refused(3, "sigmoid", "binaryCrossentropy", [1])).rejects.toThrow(
    'metrics: "logLoss" is of probabilities that add up to 1; end in activation "softmax"',
  );
  // logits stand for probabilities
  const logits = made(2, "linear", "categoricalCrossentropy", ["logLoss", "brier"]);
  const { logLoss, brier } = await logits.evaluate([[0, Math.log(3)]], [1]);
  expect(logLoss).toBeCloseTo(-Math.log(0.75), 6);
  expect(brier).toBeCloseTo(0.25 ** 2, 6);
});

test("names and options are checked at once, what they mean for a model where metrics are used", async () => {
  const metrics = (list: unknown) => made(1, "sigmoid", "binaryCrossentropy", list as Metrics);
  const x = [[0]];
  expect(() => metrics([{ name: "precison" }])).toThrow('did you mean "precision"?');
  expect(() => metrics([{ name: "f1", avrage: "macro" }])).toThrow(
    'metrics[0].avrage: unknown field; did you mean "average"?',
  );
  expect(() => metrics([{ name: "f1", as: "mine" }])).toThrow(
    'metrics[0].as: expected a name that ends in "F1", got "mine"',
  );
  await expect(metrics(["f1", { name: "f1", average: "macro" }]).evaluate(x, [1])).rejects.toThrow(
    'metrics: two figures would be called "f1"; call one differently: { name: …, as: "myF1" }',
  );
  await expect(metrics([{ name: "recall", classId: 2 }]).evaluate(x, [1])).rejects.toThrow(
    'metrics: "recall": classId: there is no class 2; they are 0 to 1',
  );
  const three = made(3, "softmax", "categoricalCrossentropy", [{ name: "accuracy", threshold: 0.4 }]);
  await expect(three.evaluate([[1, 2, 3]], [1])).rejects.toThrow("told apart by the largest output");
  expect(Object.keys(await metrics(["f1", "f1"]).evaluate(x, [1]))).toEqual(["loss", "f1"]);
});

describe("metrics that need all rows", () => {
  const x = Array.from({ length: 90 }, (_, i) => [Math.sin(5 * i), Math.cos(3 * i)]);
  const y = x.map(([a, b], i) => Number(a! + b! + Math.sin(11 * i) > 0));
  const list: Metrics = ["accuracy", "auc", "averagePrecision"];
  const fresh = () =>
    sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], {
      seed: 2,
    }).compile({
      loss: "binaryCrossentropy",
      metrics: list,
      optimizer: { name: "adam", learningRate: 0.05 },
    });
  const options = { epochs: 3, batchSize: 16, validationSplit: 0.3 };

  test("are those of validation, whatever the batches; in training those of the epoch, at its end", async () => {
    const batches: string[][] = [];
    const model = fresh();
    const { history } = await model.fit(x, y, {
      ...options,
      callbacks: [
        {
          onBatchEnd: (_, logs) => {
            batches.push(Object.keys(logs));
          },
        },
      ],
    });
    expect(Object.keys(history)).toEqual([
      ...["loss", "accuracy", "auc", "averagePrecision"],
      ...["valLoss", "valAccuracy", "valAuc", "valAveragePrecision", "learningRate"],
    ]);
    expect(batches[0]).toEqual(["loss", "accuracy"]);
    const [whole, single] = [await model.evaluate(x, y), await model.evaluate(x, y, { batchSize: 1 })];
    expect(single).toEqual(whole);
    expect(whole.auc).toBeGreaterThan(0.7);
  });

  test("the same in pieces of a batch, in a worker, and after a stop in mid-epoch", async () => {
    const want = (await fresh().fit(x, y, options)).history;
    expect((await fresh().fit(x, y, { ...options, microBatchSize: 5 })).history).toEqual(want);
    let saved: Uint8Array | undefined;
    const keep = (bytes: Uint8Array) => {
      saved ??= bytes;
    };
    await fresh().fit(x, y, { ...options, callbacks: [modelCheckpoint({ everySteps: 6, save: keep })] });
    const resumed = load(saved!);
    expect((await resumed.fit(x, y, { ...options, resume: true })).history).toEqual(want);
  });
});

describe("figures have the name that was asked for", () => {
  const x = [[0], [1], [2], [3]];
  const y = [[0], [2], [4], [6.5]];
  const both = (metrics: Metrics) =>
    sequential([dense({ units: 1 })], { seed: 1 }).compile({ loss: "meanSquaredError", metrics });

  test("in the history, in evaluate() and of single batches", async () => {
    for (const name of ["mse", "meanSquaredError"] as const) {
      const model = both([name]);
      const { history } = await model.fit(x, y, { validationData: [x, y] });
      const val = `val${name[0]!.toUpperCase()}${name.slice(1)}`;
      expect(Object.keys(history)).toEqual(["loss", name, "valLoss", val, "learningRate"]);
      expect(Object.keys(await model.evaluate(x, y))).toEqual(["loss", name]);
      expect(Object.keys(await model.testOnBatch(x, y))).toEqual(["loss", name]);
    }
    expect(Object.keys(await both(["mse", "meanSquaredError"]).evaluate(x, y))).toEqual([
      "loss",
      "mse",
      "meanSquaredError",
    ]);
  });

  test("monitor finds it by either, and knows which way it improves", async () => {
    for (const [asked, monitor] of [
      ["mse", "valMeanSquaredError"],
      ["meanSquaredError", "valMse"],
      ["mae", "meanAbsoluteError"],
      ["r2", "valR2"],
    ] as const) {
      const { history } = await both([asked]).fit(x, y, {
        epochs: 3,
        validationData: [x, y],
        callbacks: [earlyStopping({ monitor, patience: 3 })],
      });
      expect(history.loss).toHaveLength(3);
    }
    await expect(
      both(["mse"]).fit(x, y, { callbacks: [earlyStopping({ monitor: "valMae" })] }),
    ).rejects.toThrow('earlyStopping: there is no "valMae" to monitor');
  });

  test("a document keeps names and options", () => {
    const document = {
      nabla: 1 as const,
      model: {
        inputShape: [1],
        layers: [{ type: "dense" as const, units: 1, activation: "sigmoid" as const }],
      },
      training: {
        loss: "binaryCrossentropy" as const,
        metrics: ["mse" as const, { name: "auc" as const, curve: "PR" as const, as: "prAuc" }],
      },
    };
    const { model } = fromConfig(document);
    const loaded = load(model.save());
    expect(loaded.save()).toEqual(model.save());
  });
});
