import { describe, expect, test } from "vitest";
import { checkGradients, configOf, dense, load, sequential, type TrainingOptions } from "../../src/index.ts";
import { values } from "../support/kernel.ts";
import { clouds } from "../support/problems.ts";

const EPSILON = 0.1;
const smoothed = (name: "categoricalCrossentropy" | "binaryCrossentropy", labelSmoothing = EPSILON) => ({
  name,
  labelSmoothing,
});

/** One dense layer that hands its inputs on: what is put in are the logits. */
function identity(
  units: number,
  activation: "softmax" | "sigmoid" | "linear",
  loss: TrainingOptions["loss"],
) {
  const model = sequential([dense({ units, activation, inputShape: [units] })]).compile({
    loss,
    metrics: ["accuracy", "mse"],
  });
  const eye = Array.from({ length: units * units }, (_, i) => Number(i % (units + 1) === 0));
  return model.setWeights({ "dense_1.kernel": eye });
}

/** In float64, on the two rows of the first test. */
const TORCH = {
  loss: 0.8443798271907378,
  gradient: [
    [-0.3369184364954571, 0.33602558968245394, 0.0008928468130031987],
    [0.02023268548925376, -0.003092153615958406, -0.017140531873295395],
  ],
};

test("categorical: loss and gradient are PyTorch's cross_entropy(…, label_smoothing=0.1)", async () => {
  const x = [
    [1, 2, -1],
    [0.5, -0.5, 3],
  ];
  for (const activation of ["softmax", "linear"] as const) {
    const model = identity(3, activation, smoothed("categoricalCrossentropy"));
    const { loss, gradients } = await model.gradients(x, [0, 2]);
    expect(loss).toBeCloseTo(TORCH.loss, 6);
    // the bias' gradient is that of the logits, summed over the rows
    const dz = TORCH.gradient[0].map((g, c) => g + TORCH.gradient[1][c]);
    dz.forEach((g, c) => {
      expect(gradients["dense_1.bias"][c]).toBeCloseTo(g, 6);
    });
    expect((await model.evaluate(x, [0, 2])).loss).toBeCloseTo(TORCH.loss, 6);
  }
});

test.each([1, 4])("binary, %i units: the formula of Keras, y (1 − ε) + ε / 2", async (units) => {
  const z = values(6 * units, 3).map((v) => 3 * v);
  const y = [...values(6 * units, 9)].map((v) => Number(v > 0));
  let want = 0;
  z.forEach((value, i) => {
    const a = 1 / (1 + Math.exp(-value));
    const t = y[i] * (1 - EPSILON) + EPSILON / 2;
    want -= (t * Math.log(a) + (1 - t) * Math.log(1 - a)) / z.length;
  });
  const x = { data: z, shape: [6, units] };
  const targets = { data: Float32Array.from(y), shape: [6, units] };
  const model = identity(units, "sigmoid", smoothed("binaryCrossentropy"));
  expect((await model.evaluate(x, targets)).loss).toBeCloseTo(want, 6);
  expect((await model.gradients(x, targets)).loss).toBeCloseTo(want, 6);
});

// shares whose sums float32 has to round
describe.each([
  ["categoricalCrossentropy", "softmax", 3, 0.15],
  ["categoricalCrossentropy", "softmax", 4, 0.15],
  ["sparseCategoricalCrossentropy", "linear", 5, 0.1],
  ["binaryCrossentropy", "sigmoid", 3, 0.2],
  ["crossEntropy", "sigmoid", 4, 0.2],
] as const)("%s after %s with %i classes", (name, activation, classes, share) => {
  const make = (labelSmoothing: number) =>
    sequential([dense({ units: classes, activation, inputShape: [4] })], { seed: 3 }).compile({
      loss: { name, labelSmoothing },
      metrics: ["accuracy", "mse"],
    });
  const { x, labels, oneHot } = clouds(24, 4, classes);

  test("labels and rows of 0 and 1 give the same bits", async () => {
    const byLabel = make(share);
    const byValue = make(share);
    const a = await byLabel.fit(x, labels, { epochs: 2, seed: 1 });
    const b = await byValue.fit(x, oneHot, { epochs: 2, seed: 1 });
    expect(byLabel.weights()).toEqual(byValue.weights());
    expect(a).toEqual(b);
  });

  test("metrics see the targets as they are", async () => {
    const { loss: plain, ...want } = await make(0).evaluate(x, oneHot);
    for (const y of [labels, oneHot]) {
      const { loss, ...figures } = await make(share).evaluate(x, y);
      expect(figures).toEqual(want);
      expect(Math.abs(loss - plain)).toBeGreaterThan(1e-3);
    }
  });

  test("gradients are those of the smoothed loss", async () => {
    expect((await checkGradients(make(share), x, labels)).worst).toBeLessThan(0.01);
    expect((await checkGradients(make(share), x, oneHot)).worst).toBeLessThan(0.01);
  });
});

test("one sigmoid output takes labels 0 and 1", async () => {
  const model = identity(1, "sigmoid", smoothed("binaryCrossentropy", 0.5));
  const x = [[2], [-1]];
  const byLabel = await model.evaluate(x, Int32Array.of(1, 0));
  const byValue = await model.evaluate(x, [[1], [0]]);
  expect(byLabel).toEqual(byValue);
  expect(byLabel.accuracy).toBe(1);
});

test("a file keeps it", async () => {
  const { x, labels } = clouds(24);
  const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [4] })]).compile({
    loss: smoothed("categoricalCrossentropy"),
  });
  await model.fit(x, labels);
  const again = load(model.save());
  expect(configOf(again).training!.loss).toEqual(smoothed("categoricalCrossentropy"));
  expect(await again.evaluate(x, labels)).toEqual(await model.evaluate(x, labels));
});

test("losses without classes, and shares that leave nothing, are refused", () => {
  const compile = (loss: unknown) => () =>
    sequential([dense({ units: 2, inputShape: [2] })]).compile({ loss: loss as TrainingOptions["loss"] });
  expect(compile({ name: "hinge", labelSmoothing: 0.1 })).toThrow("loss.labelSmoothing: unknown field");
  for (const labelSmoothing of [1, -0.1, Number.NaN])
    expect(compile({ name: "categoricalCrossentropy", labelSmoothing })).toThrow(
      "loss.labelSmoothing: expected a finite number ≥ 0 and < 1",
    );
});
