/** fit, evaluate, predict: what comes out, what it depends on, and what it does not. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  dense,
  flatten,
  type Model,
  sequential,
  splitDataset,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { clouds, dataset } from "../support/problems.ts";

const problem = clouds(30, 4, 3);
const { x, labels, oneHot } = problem;
const data = dataset(problem);

function fresh(seed = 1, options: Partial<TrainingOptions> = {}): Model {
  return sequential(
    [dense({ units: 6, activation: "tanh", inputShape: [4] }), dense({ units: 3, activation: "softmax" })],
    { seed },
  ).compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"], ...options });
}

test("history has a figure per epoch for loss, metrics, validation, learning rate", async () => {
  const model = fresh();
  const result = await model.fit(x, labels, { epochs: 3, validationData: [x, labels] });
  expect(result.epoch).toEqual([0, 1, 2]);
  expect(Object.keys(result.history)).toEqual(["loss", "accuracy", "valLoss", "valAccuracy", "learningRate"]);
  for (const figures of Object.values(result.history)) {
    expect(figures).toHaveLength(3);
    expect(figures.every(Number.isFinite)).toBe(true);
  }
  expect(result.stopped).toBeUndefined();
  expect(model.history).toEqual(result);
  // the validation after the last epoch is what evaluate says now
  const { loss, accuracy } = await model.evaluate(x, labels);
  expect([loss, accuracy]).toEqual([result.history.valLoss[2], result.history.valAccuracy[2]]);
});

test("the loss of an epoch is the mean over its rows, each with the weights its batch found", async () => {
  const model = fresh(1, { optimizer: { name: "sgd", learningRate: 0.1 } });
  const other = fresh(1, { optimizer: { name: "sgd", learningRate: 0.1 } });
  const { history } = await model.fit(x, labels, { batchSize: 8, shuffle: false });
  let sum = 0;
  for (let from = 0; from < 30; from += 8) {
    const [rows, targets] = [x.slice(from, from + 8), labels.slice(from, from + 8)];
    const { loss, gradients } = await other.gradients(rows, targets);
    sum += loss * rows.length;
    const weights = other.weights();
    for (const [name, gradient] of Object.entries(gradients)) {
      for (const [i, g] of gradient.entries()) weights[name][i] -= Math.fround(0.1) * g;
    }
    other.setWeights(weights);
  }
  expect(history.loss[0]).toBeCloseTo(sum / 30, 6);
  const [got, want] = [model.weights(), other.weights()];
  for (const name of Object.keys(want)) {
    for (const [i, w] of want[name].entries()) expect(got[name][i]).toBeCloseTo(w, 6);
  }
});

describe("determinism", () => {
  const run = async (seed: number, options = {}) => {
    const model = fresh(seed);
    await model.fit(data, { epochs: 3, batchSize: 8, ...options });
    return weightsSha256(model);
  };
  test("the same seed gives the same weights, another seed others", async () => {
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });
  test("the seed of fit changes the order only; without shuffle it changes nothing", async () => {
    expect(await run(1, { seed: 1 })).toBe(await run(1));
    expect(await run(1, { seed: 9 })).not.toBe(await run(1));
    expect(await run(1, { seed: 9, shuffle: false })).toBe(await run(1, { shuffle: false }));
  });
  test("two trainings side by side do not meet", async () => {
    const alone = [await run(1), await run(2)];
    expect(await Promise.all([run(1), run(2)])).toEqual(alone);
  });
  test("the loss and the order are those they were (a change here changes every saved result)", async () => {
    const model = fresh(1, { optimizer: { name: "sgd", learningRate: 0.5 } });
    await model.fit(data, { epochs: 5, batchSize: 7 });
    expect(weightsSha256(model)).toMatchInlineSnapshot(
      `"1dd5a072a012d6e6a9b23f03359dad26cdc16adb7871ad5bb1298f96b6f04346"`,
    );
  });
});

describe("the batch size", () => {
  test("does not change what evaluate and predict say, bit for bit", async () => {
    const model = fresh(1, {
      metrics: ["accuracy", "mse", "mae", "f1", "precision", "recall", "top2Accuracy", "binaryAccuracy"],
    });
    await model.fit(data, { epochs: 2 });
    const scores = await model.evaluate(data);
    const outputs = model.predict(x);
    expect(Object.keys(scores)).toHaveLength(9);
    for (const batchSize of [1, 2, 3, 7, 16, 29, 30, 31, 1000]) {
      expect(await model.evaluate(data, { batchSize }), `evaluate, ${batchSize}`).toEqual(scores);
      expect(model.predict(x, { batchSize }), `predict, ${batchSize}`).toEqual(outputs);
    }
  });

  test("a short last batch counts its rows, not a full batch", async () => {
    const model = fresh(1, { optimizer: { name: "sgd", learningRate: 1e-30 } }); // weights stay
    const { loss, accuracy } = await model.evaluate(data);
    for (const batchSize of [7, 16, 29]) {
      const { history } = await model.fit(data, { batchSize });
      expect(history.loss[0]).toBeCloseTo(loss, 6);
      expect(history.accuracy[0]).toBe(accuracy);
    }
  });

  test("rows that an earlier, longer batch left behind do not count", async () => {
    const model = fresh();
    const other = fresh();
    await model.fit(data, { batchSize: 16, shuffle: false });
    // the same two batches as two trainings, the optimizer's state going on
    await other.fit(arrayDataset(x.slice(0, 16), labels.slice(0, 16)), { batchSize: 16, shuffle: false });
    expect(weightsSha256(model)).not.toBe(weightsSha256(other));
    const gradient = await model.gradients(x.slice(16), labels.slice(16));
    await model.gradients(x, labels);
    expect(await model.gradients(x.slice(16), labels.slice(16))).toEqual(gradient);
  });

  test("larger than the data: an error where it was asked for, none for the default", async () => {
    await expect(fresh().fit(data, { batchSize: 31 })).rejects.toThrow(
      "fit: batchSize: expected at most 30, the rows to train on, got 31",
    );
    await fresh().fit(data);
  });

  test.each([0, -1, 2.5, Number.NaN, "8" as unknown as number])("%s is none", async (batchSize) => {
    const model = fresh();
    await expect(model.fit(data, { batchSize })).rejects.toThrow(
      "fit: batchSize: expected a whole number ≥ 1",
    );
    await expect(model.evaluate(data, { batchSize })).rejects.toThrow("evaluate: batchSize");
    expect(() => model.predict(x, { batchSize })).toThrow("predict: batchSize");
  });
});

describe("targets", () => {
  const train = async (
    y: Parameters<Model["fit"]>[1],
    loss: TrainingOptions["loss"] = "categoricalCrossentropy",
  ) => {
    const model = fresh(1, { loss });
    const { history } = await model.fit(x, y as never, { epochs: 3, batchSize: 8 });
    return { sha: weightsSha256(model), history, scores: await model.evaluate(x, y as never) };
  };
  const flat = oneHot.flat();
  const forms: [string, () => Parameters<Model["fit"]>[1]][] = [
    ["labels as numbers", () => labels],
    ["labels as Int32Array", () => Int32Array.from(labels)],
    ["labels as Uint8Array", () => Uint8Array.from(labels)],
    ["labels as Float32Array", () => Float32Array.from(labels)],
    ["one-hot rows", () => oneHot],
    ["one-hot typed rows", () => oneHot.map((row) => Float32Array.from(row)) as never],
    ["one-hot with a shape", () => ({ data: Float32Array.from(flat), shape: [30, 3] })],
    ["booleans", () => oneHot.map((row) => row.map(Boolean)) as never],
  ];
  test.each([
    "categoricalCrossentropy",
    "sparseCategoricalCrossentropy",
    "meanSquaredError",
    "quadratic",
    "huber",
  ] as const)("all forms train %s to the same bits", async (loss) => {
    const want = await train(oneHot, loss);
    for (const [name, y] of forms) expect(await train(y(), loss), name).toEqual(want);
  });

  test("two classes and one output", async () => {
    const two = clouds(20, 4, 2);
    const sha = async (y: Parameters<Model["fit"]>[1], loss: "binaryCrossentropy" | "hinge") => {
      const model = sequential(
        [dense({ units: 1, activation: loss === "hinge" ? "linear" : "sigmoid", inputShape: [4] })],
        { seed: 1 },
      );
      model.compile({ loss, metrics: ["accuracy"] });
      await model.fit(two.x, y as never, { epochs: 2, batchSize: 8 });
      return [weightsSha256(model), await model.evaluate(two.x, y as never)];
    };
    const yes = two.labels;
    for (const y of [Uint8Array.from(yes), Float32Array.from(yes), yes.map((v) => [v])]) {
      expect(await sha(y, "binaryCrossentropy")).toEqual(await sha(yes, "binaryCrossentropy"));
    }
    // hinge knows its classes by −1 and 1: labels are translated
    expect(await sha(yes, "hinge")).toEqual(
      await sha(
        yes.map((v) => [2 * v - 1]),
        "hinge",
      ),
    );
  });

  test("whole numbers are quantities for a regression with one output", async () => {
    const model = sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 });
    model.compile({
      loss: "meanSquaredError",
      optimizer: { name: "adam", learningRate: 0.3 },
      metrics: ["mae"],
    });
    await model.fit([[0], [1], [2], [3], [4]], [5, 15, 25, 35, 45], { epochs: 600 });
    const [prediction] = model.predict([[5]]).data;
    expect(Math.abs(prediction - 55)).toBeLessThan(1);
  });

  test("more classes than outputs, or other sizes: an error that says which", async () => {
    await expect(
      fresh().fit(
        x,
        labels.map((v) => (v === 2 ? 3 : v)),
      ),
    ).rejects.toThrow(
      'fit has 4 classes, but dense "dense_2" (layer 2) has 3 outputs; give the last layer 4 units',
    );
    await expect(
      fresh().fit(
        x,
        oneHot.map((row) => [...row, 0]),
      ),
    ).rejects.toThrow('dense "dense_2" (layer 2) has 3 outputs, but fit has 4 target values a row');
    const one = sequential([dense({ units: 1, activation: "sigmoid", inputShape: [4] })]).compile({
      loss: "binaryCrossentropy",
    });
    await expect(one.fit(x, labels)).rejects.toThrow(
      "one output, which with loss binaryCrossentropy tells two apart; give the last layer 3 units",
    );
    await expect(
      fresh().fit(
        x.map((row) => row.slice(1)),
        labels,
      ),
    ).rejects.toThrow('dense "dense_1" (layer 1): expected input [4], got [3] from fit');
    await expect(fresh().evaluate(x, labels.slice(1))).rejects.toThrow("expected one target for each row");
  });
});

describe("inputs", () => {
  test("nested, flat, with a shape, as float64: the same bits", async () => {
    const flat = x.flat().map(Math.fround);
    const want = fresh();
    await want.fit(x, labels);
    for (const form of [
      Float32Array.from(flat),
      Float64Array.from(flat),
      { data: Float32Array.from(flat), shape: [30, 4] },
      x.map((row) => Float32Array.from(row)),
    ]) {
      const model = fresh();
      await model.fit(form as never, labels);
      expect(weightsSha256(model)).toBe(weightsSha256(want));
    }
  });

  test("bytes are scaled by 1/255 in training, evaluation and prediction alike", async () => {
    const bytes = Uint8Array.from({ length: 120 }, (_, i) => (i * 37) % 256);
    const floats = Float32Array.from(bytes, (v) => Math.fround(v * Math.fround(1 / 255)));
    const [a, b] = [fresh(), fresh()];
    await a.fit(bytes, labels, { epochs: 2 });
    await b.fit(floats, labels, { epochs: 2 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(await a.evaluate(bytes, labels)).toEqual(await b.evaluate(floats, labels));
    expect(a.predict(bytes)).toEqual(b.predict(floats));
    expect(a.predict(Uint8ClampedArray.from(bytes) as never)).toEqual(b.predict(floats));
  });

  test("the first data tells the input shape", async () => {
    const model = sequential([flatten(), dense({ units: 3, activation: "softmax" })], { seed: 1 }).compile({
      loss: "categoricalCrossentropy",
    });
    expect(() => model.summary()).toThrow("does not know the shape of its input yet");
    await model.fit(
      x.map(([a, b, c, d]) => [
        [a, b],
        [c, d],
      ]),
      labels,
    );
    expect(model.inputShape).toEqual([2, 2]);
    const flatModel = sequential([dense({ units: 3, activation: "softmax", inputShape: [4] })], {
      seed: 1,
    }).compile({ loss: "categoricalCrossentropy" });
    await flatModel.fit(x, labels);
    expect(weightsSha256(model)).toBe(weightsSha256(flatModel));
  });
});

describe("validation", () => {
  test("validationSplit trains on the rest and validates on a share of every class", async () => {
    const [rest, part] = splitDataset(data, 0.2, { seed: 1 });
    expect([rest.length, part.length]).toEqual([24, 6]);
    expect([...part.labels!].sort()).toEqual([0, 0, 1, 1, 2, 2]);
    const [a, b] = [fresh(), fresh()];
    const first = await a.fit(data, { epochs: 2, batchSize: 8, validationSplit: 0.2 });
    const second = await b.fit(rest, { epochs: 2, batchSize: 8, validationData: part });
    expect(first).toEqual(second);
    expect(weightsSha256(a)).toBe(weightsSha256(b));
  });

  test("does not disturb training", async () => {
    const [a, b] = [fresh(), fresh()];
    const first = await a.fit(data, {
      epochs: 3,
      batchSize: 8,
      validationData: dataset(clouds(500, 4, 3, 7)),
    });
    const second = await b.fit(data, { epochs: 3, batchSize: 8 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(first.history.loss).toEqual(second.history.loss);
  });

  test.each([-0.1, 1, 1.5, Number.NaN])("a split of %s is an error", async (validationSplit) => {
    await expect(fresh().fit(data, { validationSplit })).rejects.toThrow(
      "fit: validationSplit: expected a finite number ≥ 0 and < 1",
    );
  });

  test("a split that leaves no row for one part is an error", async () => {
    await expect(fresh().fit(data, { validationSplit: 0.001 })).rejects.toThrow(
      "leaves at least one of its 30 rows in each part, got 0.001",
    );
  });
});

test("penalties are part of the loss everywhere", async () => {
  const model = sequential(
    [dense({ units: 3, inputShape: [4], activation: "softmax", kernelRegularizer: { l1: 0.1, l2: 0.01 } })],
    { seed: 1 },
  );
  model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 1e-30 } });
  const plain = sequential([dense({ units: 3, inputShape: [4], activation: "softmax" })], {
    seed: 1,
  }).compile({ loss: "categoricalCrossentropy" });
  let penalty = 0;
  for (const w of model.weights()["dense_1.kernel"]) penalty += 0.1 * Math.abs(w) + 0.01 * w * w;
  const want = (await plain.evaluate(data)).loss + penalty;
  expect((await model.evaluate(data)).loss).toBeCloseTo(want, 6);
  expect((await model.fit(data)).history.loss[0]).toBeCloseTo(want, 6);
  expect((await model.gradients(data)).loss).toBeCloseTo(want, 6);
  expect((await model.gradients(data)).lossExact).toBeCloseTo(want, 6);
});

test("gradients change nothing", async () => {
  const [a, b] = [fresh(), fresh()];
  await a.fit(data, { batchSize: 8 });
  await b.fit(data, { batchSize: 8 });
  const before = a.save();
  await a.gradients(x, labels);
  expect(a.save()).toEqual(before);
  await a.fit(data, { batchSize: 8, epochs: 2, resume: true });
  await b.fit(data, { batchSize: 8, epochs: 2, resume: true });
  expect(weightsSha256(a)).toBe(weightsSha256(b));
});

describe("one training at a time", () => {
  test("a second fit, or a compile, in mid-training is refused, and the first is not disturbed", async () => {
    const [a, b] = [fresh(), fresh()];
    await a.fit(data, { epochs: 3 });
    const errors: unknown[] = [];
    await b.fit(data, {
      epochs: 3,
      callbacks: [
        {
          async onEpochEnd(_epoch, _logs, { model }) {
            await model.fit(data).catch((error) => errors.push(error));
            try {
              model.compile({ loss: "meanSquaredError" });
            } catch (error) {
              errors.push(error);
            }
          },
        },
      ],
    });
    expect(errors.map(String)).toEqual(
      [0, 1, 2].flatMap(() => [
        "NablaError: fit: this model is being trained already; wait for that training, or stop it",
        "NablaError: compile: this model is being trained already; wait for that training, or stop it",
      ]),
    );
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(a.history).toEqual(b.history);
  });

  test("after an error it may be trained again", async () => {
    const model = fresh();
    const broken = { ...data, read: () => Promise.reject(new Error("no")) };
    await expect(model.fit(broken)).rejects.toThrow("no");
    await expect(model.fit(x, labels.slice(2))).rejects.toThrow();
    await model.fit(data);
  });
});

test("wrong calls", async () => {
  const model = fresh();
  await expect(model.fit(x as never)).rejects.toThrow("fit: expected x and y, or a data set; got only x");
  await expect(model.fit(x, { epochs: 3 } as never)).rejects.toThrow("fit: y: expected an array");
  await expect(model.fit(data, { epochs: 0 })).rejects.toThrow(
    "fit: epochs: expected a whole number ≥ 1, got 0",
  );
  await expect(model.fit(data, { seed: -1 })).rejects.toThrow("seed: expected");
  const raw = sequential([dense({ units: 3, inputShape: [4] })]);
  await expect(raw.fit(data)).rejects.toThrow("call compile(");
  await expect(raw.evaluate(data)).rejects.toThrow("call compile(");
});
