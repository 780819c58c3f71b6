/** A threshold that was chosen for the only output: which it is, and who heeds it. */
import { describe, expect, test } from "vitest";
import { exportWasm } from "../../src/export/index.ts";
import { describeExport } from "../../src/export/wasm.ts";
import {
  arrayDataset,
  chooseThreshold,
  concatenate,
  dense,
  ensemble,
  model as graphOf,
  input,
  load,
  type Model,
  sequential,
} from "../../src/index.ts";
import { exp } from "../../src/math/elementary.ts";
import * as predicting from "../../src/predict/index.ts";

const LOGITS = [-3, -2, -1.5, -1, 0.5, 2];
/** Few are of class 1, all of them below ½ but the last. */
const Y = [0, 0, 1, 1, 0, 1];
const X = LOGITS.map((z) => [z]);
const sigmoid = (z: number) => 1 / (1 + exp(-z));

/** What it gives for a row is the row itself, or its sigmoid. */
function identity(activation: "sigmoid" | "linear" = "sigmoid"): Model {
  const model = sequential([dense({ units: 1, activation })], { inputShape: [1] });
  model.compile({ loss: "binaryCrossentropy", optimizer: "sgd", metrics: ["accuracy", "f1"] });
  return model.setWeights({ "dense_1.kernel": [1], "dense_1.bias": [0] });
}

/** By trying every cut. */
function bestOf(figure: (tp: number, fp: number, fn: number, tn: number) => number): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let cut = 1; cut < LOGITS.length; cut++) {
    const at = (yes: boolean, said: boolean) =>
      Y.filter((y, i) => (y === 1) === yes && i >= cut === said).length;
    best = Math.max(best, figure(at(true, true), at(false, true), at(true, false), at(false, false)));
  }
  return best;
}

describe("is where the figure is largest", () => {
  test.each([
    ["f1", (tp: number, fp: number, fn: number) => (2 * tp) / (2 * tp + fp + fn)],
    ["youden", (tp: number, fp: number, fn: number, tn: number) => tp / (tp + fn) - fp / (fp + tn)],
    ["accuracy", (tp: number, fp: number, fn: number, tn: number) => (tp + tn) / (tp + fp + fn + tn)],
  ] as const)("%s", async (by, figure) => {
    const { value, threshold, before } = await chooseThreshold(identity(), X, Y, { by });
    expect(value).toBeCloseTo(bestOf(figure), 12);
    expect(before).toBeLessThan(value);
    // between the rows −2 and −1.5
    expect(threshold).toBeGreaterThan(sigmoid(-2));
    expect(threshold).toBeLessThan(sigmoid(-1.5));
  });

  test("of logits as of probabilities", async () => {
    const { threshold } = await chooseThreshold(identity("linear"), { xs: X, ys: Y });
    expect(threshold).toBe(-1.75);
  });

  test("and the usual one where that does as well", async () => {
    const good = LOGITS.map((z) => Number(z > 0));
    expect(await chooseThreshold(identity(), X, good)).toEqual({
      threshold: 0.5,
      by: "f1",
      value: 1,
      before: 1,
    });
  });
});

test("is kept with the model and heeded wherever it answers", async () => {
  const model = identity();
  const said = model.predict(X).classes();
  expect(said).toEqual([0, 0, 0, 0, 1, 1]);
  const { threshold } = await chooseThreshold(model, arrayDataset(X, Y, { names: ["no", "yes"] }));
  model.metadata = { ...model.metadata, classes: ["no", "yes"] };
  const wanted = ["no", "no", "yes", "yes", "yes", "yes"];
  const numbers = Int32Array.of(0, 0, 1, 1, 1, 1);
  expect(model.predict(X).classes()).toEqual(wanted);
  expect(model.predict(X).argMax()).toEqual(numbers);
  // asked for another, that one
  expect(model.predict(X).argMax(0.5)).toEqual(Int32Array.of(0, 0, 0, 0, 1, 1));
  const bytes = model.save();
  expect(load(bytes).predict(X).classes()).toEqual(wanted);
  expect(predicting.load(bytes).predict(X).classes()).toEqual(wanted);
  expect((await predicting.loadAsync(bytes)).predict(X).classes()).toEqual(wanted);
  expect(describeExport(model).output).toMatchObject({ threshold });
  expect(exportWasm(model).length).toBeGreaterThan(0);
  const { accuracy, f1 } = await model.evaluate(X, Y);
  expect(accuracy).toBeCloseTo(5 / 6, 12);
  expect(f1).toBeCloseTo(6 / 7, 12);
  expect((await model.confusionMatrix(X, Y)).counts).toEqual([
    [2, 1],
    [0, 3],
  ]);
  // a metric with one of its own keeps that
  const own = await model.evaluate(X, Y, { metrics: [{ name: "accuracy", threshold: 0.5 }] });
  expect(own.accuracy).toBe(0.5);
});

describe("is refused", () => {
  const several = () =>
    sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [1] }).compile({
      loss: "categoricalCrossentropy",
    });
  const regression = () =>
    sequential([dense({ units: 1 })], { inputShape: [1] }).compile({ loss: "meanSquaredError" });
  test.each([
    [
      "several outputs",
      () => chooseThreshold(several(), X, Y),
      "a model with one output that tells two classes apart",
    ],
    [
      "quantities",
      () => chooseThreshold(regression(), X, Y),
      "a model with one output that tells two classes apart",
    ],
    [
      "rows of one class",
      () => chooseThreshold(identity(), X, [0, 0, 0, 0, 0, 0]),
      "all 6 rows are of one class",
    ],
    [
      "one output for every row",
      () => chooseThreshold(identity().setWeights({ "dense_1.kernel": [0] }), X, Y),
      "the model gives 0.5 for every row",
    ],
    [
      "another figure",
      () => chooseThreshold(identity(), X, Y, { by: "f2" as "f1" }),
      "by: expected one of f1, youden, accuracy",
    ],
    ["a misspelt option", () => chooseThreshold(identity(), X, Y, { bye: "f1" } as object), '"bye"'],
  ])("for %s", async (_, call, words) => {
    await expect(call()).rejects.toThrow(words);
  });
});

describe("set by hand", () => {
  const by = (threshold: unknown) => {
    const model = identity();
    model.metadata = { extra: { decision: { threshold } } };
    return model;
  };

  test.each(["0.15", Number.NaN, [0.2]])("to %s is refused where it would be heeded", async (threshold) => {
    const model = by(threshold);
    expect(() => model.predict(X).classes()).toThrow("argMax: expected a number");
    const words = "metadata.extra.decision: threshold: expected a number";
    await expect(model.evaluate(X, Y)).rejects.toThrow(words);
    await expect(model.confusionMatrix(X, Y)).rejects.toThrow(words);
    await expect(model.fit(X, Y, { epochs: 1 })).rejects.toThrow(words);
    expect(() => describeExport(model)).toThrow(words);
  });

  test("what a program keeps under that name is left alone", async () => {
    const model = identity();
    model.metadata = { extra: { decision: "ship it" } };
    expect(model.predict(X).argMax()).toEqual(Int32Array.of(0, 0, 0, 0, 1, 1));
    expect((await model.evaluate(X, Y)).accuracy).toBe(0.5);
  });
});

describe("is heeded", () => {
  const wanted = Int32Array.of(0, 0, 1, 1, 1, 1);
  const chosen = async () => {
    const model = identity();
    await chooseThreshold(model, X, Y);
    return model;
  };

  test.each([false, true])("by figures of a training, in a worker: %s", async (worker) => {
    const model = (await chosen()).compile({
      loss: "binaryCrossentropy",
      optimizer: { name: "sgd", learningRate: 1e-9 },
      metrics: ["accuracy"],
    });
    const { history } = await model.fit(X, Y, { epochs: 1, worker, validationData: [X, Y] });
    expect(history.accuracy![0]).toBeCloseTo(5 / 6, 12);
    expect(history.valAccuracy![0]).toBeCloseTo(5 / 6, 12);
    // more training leaves it as it is: it is chosen again by who trains
    expect(model.predict(X).argMax()).toEqual(wanted);
  });

  test("by hard votes; soft ones average probabilities", async () => {
    const models = [await chosen(), await chosen()];
    expect(ensemble(models, { voting: "hard" }).predict(X).argMax()).toEqual(wanted);
    expect(ensemble(models).predict(X).argMax()).toEqual(Int32Array.of(0, 0, 0, 0, 1, 1));
  });

  test("by models from a file, and by those that are not compiled", async () => {
    const model = await chosen();
    expect(load(model.save()).predict(X).argMax()).toEqual(wanted);
    const bare = sequential([dense({ units: 1, activation: "sigmoid" })], { inputShape: [1] });
    bare.metadata = model.metadata;
    expect(describeExport(bare).output.threshold).toBe(describeExport(model).output.threshold);
  });

  test("in descriptions of modules with several inputs", async () => {
    const [a, b] = [input({ shape: [1], name: "a" }), input({ shape: [1], name: "b" })];
    const said = dense({ units: 1, activation: "sigmoid" }).apply(concatenate().apply([a, b]));
    const both = graphOf({ inputs: [a, b], outputs: said }).compile({ loss: "binaryCrossentropy" });
    both.setWeights({ "dense_1.kernel": [1, 0], "dense_1.bias": [0] });
    const { threshold } = await chooseThreshold(both, { a: X, b: X }, Y);
    expect(describeExport(both).output).toMatchObject({ threshold });
  });
});
