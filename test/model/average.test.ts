/** useEma: the model's weights are a moving average of those that are trained. */
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import {
  batchNormalization,
  type Callback,
  checkGradients,
  dense,
  dropout,
  load,
  type Model,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { clouds, dataset } from "../support/problems.ts";

const data = dataset(clouds(40, 5, 3));
const held = dataset(clouds(20, 5, 3, 9));
const options = { batchSize: 8, epochs: 3, seed: 5, validationData: held } as const;
const BETA = 0.9;

function settings(average: boolean, name: "sgd" | "adam" = "adam"): TrainingOptions {
  const ema = average && { useEma: true, emaMomentum: BETA };
  return {
    loss: "categoricalCrossentropy",
    optimizer: { name, learningRate: 0.05, ...ema } as TrainingOptions["optimizer"],
    metrics: ["accuracy"],
  };
}

function fresh(average: boolean, name: "sgd" | "adam" = "adam"): Model {
  return sequential(
    [
      dense({ units: 7, activation: "tanh", inputShape: [5], kernelRegularizer: { l1: 1e-3, l2: 1e-3 } }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  ).compile(settings(average, name));
}

/** Keeps a copy of the weights after every step. */
function record(into: Record<string, Float32Array>[]): Callback {
  return { onBatchEnd: (_batch, _logs, { model }) => void into.push(model.weights()) };
}

test("the weights are the mean of those without it, recent ones counting more", async () => {
  const steps: Record<string, Float32Array>[] = [];
  const means: Record<string, Float32Array>[] = [];
  const plain = fresh(false);
  const averaged = fresh(true);
  const a = await plain.fit(data, { ...options, callbacks: [record(steps)] });
  const b = await averaged.fit(data, { ...options, callbacks: [record(means)] });
  expect(means).toHaveLength(15);
  means.forEach((mean, t) => {
    for (const [name, values] of Object.entries(mean)) {
      values.forEach((value, p) => {
        let sum = 0;
        let share = 0;
        for (const at of steps.slice(0, t + 1)) {
          sum = Math.fround(BETA) * sum + at[name][p];
          share = Math.fround(BETA) * share + 1;
        }
        expect(Math.abs(value - sum / share), `step ${t + 1}: ${name}[${p}]`).toBeLessThan(1e-6);
      });
    }
  });
  expect(means[0]).toEqual(steps[0]);
  expect(averaged.weights()).not.toEqual(plain.weights());
  // what is trained takes the same way: the figures of training are the same bits, those of validation are not
  expect(b.history.loss).toEqual(a.history.loss);
  expect(b.history.accuracy).toEqual(a.history.accuracy);
  expect(b.history.valLoss).not.toEqual(a.history.valLoss);
});

test("validation, evaluate and predict are of the average, during training and after it", async () => {
  const model = fresh(true);
  const seen: [loss: number, outputs: number[]][] = [];
  const look: Callback = {
    async onEpochEnd(_epoch, logs) {
      const { loss } = await model.evaluate(held);
      expect(logs.valLoss).toBe(loss);
      seen.push([loss, [...model.predict(held).data]]);
    },
  };
  const { history } = await model.fit(data, { ...options, callbacks: [look] });
  expect(seen.map(([loss]) => loss)).toEqual(history.valLoss);
  expect([...model.predict(held).data]).toEqual(seen[2][1]);
  const copy = fresh(false).setWeights(model.weights());
  expect([...copy.predict(held).data]).toEqual(seen[2][1]);
});

test("a file has both; its plain tensors are the average", async () => {
  const model = fresh(true);
  const plain = fresh(false);
  await model.fit(data, options);
  await plain.fit(data, options);
  const { tensors } = readSafetensors(model.save(), "file");
  for (const [name, values] of Object.entries(model.weights())) {
    expect(tensors.get(name)!.data).toEqual(values);
    expect(tensors.get(`optimizer.trained.${name}`)!.data).toEqual(plain.weights()[name]);
  }
  const again = load(model.save());
  expect(weightsSha256(again)).toBe(weightsSha256(model));
  expect(again.predict(held)).toEqual(model.predict(held));
});

describe("looking at gradients", () => {
  test("they are those at the model's own weights, penalties included, and training continues undisturbed", async () => {
    const twice = async (look: boolean) => {
      const model = fresh(true);
      await model.fit(data, options);
      if (look) {
        expect(
          (await checkGradients(model, [...clouds(8, 5, 3).x], clouds(8, 5, 3).labels)).worst,
        ).toBeLessThan(0.01);
        const copy = fresh(false).setWeights(model.weights());
        expect(await copy.gradients(data)).toEqual(await model.gradients(data));
      }
      await model.fit(data, { ...options, epochs: 5, resume: true });
      return weightsSha256(model);
    };
    expect(await twice(true)).toBe(await twice(false));
  });
});

test("with layers that keep means, draw numbers or are frozen, a resumed run ends with the same bits", async () => {
  const make = () =>
    sequential(
      [
        dense({ units: 7, activation: "relu", inputShape: [5], trainable: false }),
        batchNormalization(),
        dropout({ rate: 0.3 }),
        dense({ units: 3, activation: "softmax" }),
      ],
      { seed: 3 },
    ).compile({ loss: "categoricalCrossentropy", optimizer: { name: "adam", useEma: true } });
  const model = make();
  const frozen = model.weights()["dense_1.kernel"];
  await model.fit(data, { ...options, epochs: 4 });
  const half = make();
  await half.fit(data, { ...options, epochs: 2 });
  const again = load(half.save());
  await again.fit(data, { ...options, epochs: 4, resume: true });
  expect(weightsSha256(again)).toBe(weightsSha256(model));
  expect(model.weights()["dense_1.kernel"]).toEqual(frozen);
});

test("training begins with the weights the model has", async () => {
  const model = fresh(true, "sgd");
  const zeros = Object.fromEntries(
    Object.entries(model.weights()).map(([name, values]) => [name, values.fill(0)]),
  );
  model.setWeights(zeros);
  const plain = fresh(false, "sgd").setWeights(zeros);
  const first: Record<string, Float32Array>[] = [];
  const second: Record<string, Float32Array>[] = [];
  await model.fit(data, { ...options, epochs: 1, callbacks: [record(first)] });
  await plain.fit(data, { ...options, epochs: 1, callbacks: [record(second)] });
  expect(first[0]).toEqual(second[0]);
  // a run of its own begins at the average, and counts its steps anew
  model.compile(settings(true, "sgd"));
  const start = model.weights();
  plain.compile(settings(false, "sgd")).setWeights(start);
  first.length = 0;
  second.length = 0;
  await model.fit(data, { ...options, epochs: 1, callbacks: [record(first)] });
  await plain.fit(data, { ...options, epochs: 1, callbacks: [record(second)] });
  expect(first[0]).toEqual(second[0]);
});

test("both go back when the loss is no number any more", async () => {
  const model = sequential([dense({ units: 1, inputShape: [5] })]).compile({
    loss: "meanSquaredError",
    optimizer: { name: "sgd", learningRate: 1e20, useEma: true },
  });
  const before = weightsSha256(model);
  const { x, labels } = clouds(40, 5, 3);
  await expect(model.fit(x, labels, { batchSize: 8 })).rejects.toThrow("Nothing is lost");
  expect(weightsSha256(model)).toBe(before);
  const { tensors } = readSafetensors(model.save(), "file");
  expect(tensors.get("optimizer.trained.dense_1.kernel")!.data).toEqual(model.weights()["dense_1.kernel"]);
});

test("a momentum of 1 or more, which would keep nothing new, is refused", () => {
  for (const emaMomentum of [1, 1.5, -0.1])
    expect(() =>
      sequential([dense({ units: 1, inputShape: [1] })]).compile({
        loss: "meanSquaredError",
        optimizer: { name: "adam", useEma: true, emaMomentum },
      }),
    ).toThrow("optimizer.emaMomentum: expected a finite number ≥ 0 and < 1");
});
