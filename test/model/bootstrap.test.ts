/** evaluate() with intervals, and with other metrics. */
import { expect, test } from "vitest";
import { dense, model as graph, input, sequential } from "../../src/index.ts";
import { STREAMS, Words } from "../../src/math/words.ts";

/** One sigmoid output of which 0 and 1 are known: rows are right or wrong. */
const made = () =>
  sequential([dense({ units: 1, activation: "sigmoid", inputShape: [1], name: "d" })])
    .compile({ loss: "binaryCrossentropy", metrics: ["accuracy", "auc"] })
    .setWeights({ "d.kernel": [1], "d.bias": [0] });
const X = Array.from({ length: 40 }, (_, i) => [Math.sin(i * 7 + 1) * 3]);
const Y = X.map(([x], i) => Number(i % 5 === 0 ? x! < 0 : x! > 0));

test("the ends of an interval are quantiles of figures of rows drawn with repetition", async () => {
  const model = made();
  const { accuracy, loss, intervals } = await model.evaluate(X, Y, {
    bootstrap: 200,
    seed: 3,
    confidence: 0.9,
  });
  expect(accuracy).toBe(0.8);
  const right = X.map(([x], i) => Number(Number(x! > 0) === Y[i]));
  const drawn = Array.from({ length: 200 }, (_, b) => {
    const random = new Words(3, STREAMS.bootstrap, b);
    let sum = 0;
    for (let r = 0; r < 40; r++) sum += right[random.int(40)]!;
    return sum / 40;
  }).sort((a, b) => a - b);
  // numpy's quantiles of 200 values: at 0.05 · 199 and 0.95 · 199
  const at = (q: number) => {
    const [i, part] = [Math.floor(q * 199), (q * 199) % 1];
    return drawn[i]! + part * (drawn[i + 1]! - drawn[i]!);
  };
  expect(intervals.accuracy![0]).toBeCloseTo(at(0.05), 12);
  expect(intervals.accuracy![1]).toBeCloseTo(at(0.95), 12);
  // about what the binomial distribution says: 0.8 ± 1.645 · √(0.8 · 0.2 / 40)
  expect(intervals.accuracy![0]).toBeCloseTo(0.8 - 0.104, 1);
  expect(intervals.accuracy![1]).toBeCloseTo(0.8 + 0.104, 1);
  for (const name of ["loss", "auc"]) expect(intervals[name]![0]).toBeLessThan(intervals[name]![1]);
  expect(intervals.loss![0]).toBeLessThan(loss);
  expect(intervals.loss![1]).toBeGreaterThan(loss);
});

test("the seed decides, the batch size does not", async () => {
  const model = made();
  const one = await model.evaluate(X, Y, { bootstrap: 50 });
  expect(await model.evaluate(X, Y, { bootstrap: 50, batchSize: 7, seed: 0 })).toEqual(one);
  expect((await model.evaluate(X, Y, { bootstrap: 50, seed: 1 })).intervals).not.toEqual(one.intervals);
  const { intervals: _, ...scores } = one;
  expect(await model.evaluate(X, Y)).toEqual(scores);
  const batches = [0, 10, 20, 30].map((at) => [X.slice(at, at + 10), Y.slice(at, at + 10)] as const);
  expect(await model.evaluate(batches.values(), { bootstrap: 50 })).toEqual(one);
});

test("of each output of a graph; penalties are in the loss of every drawing", async () => {
  const x = input({ shape: [1], name: "x" });
  const a = dense({ units: 1, kernelRegularizer: { l2: 2 }, name: "a" }).apply(x);
  const b = dense({ units: 1, activation: "sigmoid", name: "b" }).apply(x);
  const model = graph({ inputs: x, outputs: { a, b } }).compile({
    loss: { a: "meanSquaredError", b: "binaryCrossentropy" },
    metrics: { a: ["r2"], b: ["f1"] },
  });
  model.setWeights({ "a.kernel": [1], "a.bias": [0], "b.kernel": [1], "b.bias": [0] });
  const { intervals, ...scores } = await model.evaluate(X, { a: X, b: Y }, { bootstrap: 20 });
  expect(Object.keys(intervals)).toEqual(["loss", "aLoss", "aR2", "bLoss", "bF1"]);
  expect(Object.keys(scores)).toEqual(Object.keys(intervals));
  // the targets of a are what it gives
  expect(intervals.aR2).toEqual([1, 1]);
  const penalty = scores.loss - scores.aLoss! - scores.bLoss!;
  expect(penalty).toBeCloseTo(2, 5);
  expect(intervals.loss![0]).toBeCloseTo(intervals.bLoss![0] + penalty, 5);
});

test("other metrics than those of compile()", async () => {
  const model = made();
  const scores = await model.evaluate(X, Y, { metrics: ["precision", { name: "f1", average: "macro" }] });
  expect(Object.keys(scores)).toEqual(["loss", "precision", "f1"]);
  expect(Object.keys(await model.evaluate(X, Y))).toEqual(["loss", "accuracy", "auc"]);
  await expect(model.evaluate(X, Y, { metrics: ["acuracy" as "accuracy"] })).rejects.toThrow(
    "evaluate: metrics[0]: expected one of accuracy",
  );
});

test("what makes no sense is refused", async () => {
  const model = made();
  await expect(model.evaluate(X, Y, { bootstrap: 0 })).rejects.toThrow(
    "evaluate: bootstrap: expected a whole number ≥ 1, got 0",
  );
  await expect(model.evaluate(X, Y, { bootstrap: 10, confidence: 95 })).rejects.toThrow(
    "evaluate: confidence: expected a number between 0 and 1, got 95",
  );
  await expect(model.evaluate(X, Y, { seed: 1 })).rejects.toThrow(
    "evaluate: seed is for intervals; give bootstrap: 1000, too",
  );
});
