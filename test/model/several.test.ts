/** Models with several inputs and outputs: records of arrays, a loss and metrics for each output, everywhere. */
import { describe, expect, test } from "vitest";
import {
  add,
  arrayDataset,
  checkGradients,
  concatenate,
  dense,
  dropout,
  input,
  joinDatasets,
  load,
  type Model,
  model,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import type { OutputRecord } from "../../src/network/predict.ts";
import { load as loadToPredict } from "../../src/predict/index.ts";
import type { TrainingOptions } from "../../src/training/compile.ts";
import { near } from "../support/harness.ts";
import { values } from "../support/kernel.ts";

const ROWS = 40;
const grid = (width: number, seed: number): number[][] => {
  const flat = values(ROWS * width, seed);
  return Array.from({ length: ROWS }, (_, r) => [...flat.subarray(r * width, (r + 1) * width)]);
};
const left = grid(5, 1);
const right = grid(3, 2);
const x = { left, right };
const y = {
  digit: left.map(([a, b]) => (a! > 0.3 ? 2 : b! > 0 ? 1 : 0)),
  box: left.map(([a, b], r) => [a! + right[r]![0]!, b!]),
};
const compiled: TrainingOptions = {
  optimizer: { name: "adam", learningRate: 0.01 },
  loss: { digit: "categoricalCrossentropy", box: "meanSquaredError" },
  lossWeights: { box: 0.5 },
  metrics: { digit: ["accuracy"], box: ["meanAbsoluteError"] },
};

/** Two inputs, two outputs, a shared layer, a concatenation, a skip. */
function fresh(options = compiled, drop = 0): Model {
  const [a, b] = [input({ shape: [5], name: "left" }), input({ shape: [3], name: "right" })];
  const tower = dense({ units: 6, activation: "tanh" });
  const [l, r] = [tower.apply(a), tower.apply(dense({ units: 5, activation: "relu" }).apply(b))];
  const skip = dense({ units: 12 }).apply(dropout({ rate: drop }).apply(l));
  const both = add().apply([concatenate().apply([l, r]), skip]);
  return model({
    inputs: [a, b],
    outputs: {
      digit: dense({ units: 3, activation: "softmax" }).apply(both),
      box: dense({ units: 2 }).apply(both),
    },
    seed: 3,
  }).compile(options);
}

describe("fit, evaluate, predict", () => {
  test("learn, and give a figure for each output", async () => {
    const net = fresh();
    const { history } = await net.fit(x, y, { epochs: 40, batchSize: 8, validationSplit: 0.2 });
    expect(Object.keys(history)).toEqual([
      "loss",
      "digitLoss",
      "digitAccuracy",
      "boxLoss",
      "boxMeanAbsoluteError",
      "valLoss",
      "valDigitLoss",
      "valDigitAccuracy",
      "valBoxLoss",
      "valBoxMeanAbsoluteError",
      "learningRate",
    ]);
    for (const part of ["", "val"]) {
      const of = (name: string) =>
        history[part === "" ? name : `val${name[0]!.toUpperCase()}${name.slice(1)}`]!.at(-1)!;
      expect(of("loss")).toBeCloseTo(of("digitLoss") + 0.5 * of("boxLoss"), 6);
    }
    expect(history.digitAccuracy!.at(-1)).toBeGreaterThan(0.9);
    expect(history.boxLoss!.at(-1)).toBeLessThan(history.boxLoss![0]! / 5);
  });

  test("evaluate() is what predict() says, whatever the batch size", async () => {
    const net = fresh();
    await net.fit(x, y, { epochs: 3, batchSize: 8 });
    const { digit, box } = net.predict<OutputRecord>(x);
    const right = digit!.argMax().filter((c, r) => c === y.digit[r]).length / ROWS;
    const square = box!.data.reduce((sum, v, i) => sum + (v - y.box[i >> 1]![i & 1]!) ** 2, 0) / (2 * ROWS);
    for (const batchSize of [1, 7, 40]) {
      const scores = await net.evaluate(x, y, { batchSize });
      expect(scores.digitAccuracy).toBe(right);
      expect(scores.boxLoss).toBeCloseTo(square, 6);
      expect(scores).toEqual(await net.evaluate(x, y));
    }
    const seen: number[] = [];
    await net.evaluate(x, y, {
      onRow: (row, _, outputs) => {
        seen.push(row);
        const named = outputs as unknown as Record<string, Float32Array>;
        near("digit", named.digit!, digit!.row(row), 0);
        near("box", named.box!, box!.row(row), 0);
      },
    });
    expect(seen).toHaveLength(ROWS);
  });

  test("bytes, joined data sets and one array for the only output", async () => {
    const bytes = { data: Uint8Array.from(left.flat(), (v) => 128 + 100 * v), shape: [ROWS, 5] };
    const scaled = {
      data: Float32Array.from(bytes.data, (v) => Math.fround(v * Math.fround(1 / 255))),
      shape: [ROWS, 5],
    };
    const [a, b] = [fresh(), fresh()];
    await a.fit({ left: bytes, right }, y, { epochs: 2, batchSize: 8 });
    await b.fit({ left: scaled, right }, y, { epochs: 2, batchSize: 8 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    const joined = joinDatasets({
      inputs: { left: arrayDataset(left, y.digit), right: arrayDataset(right, y.digit) },
      targets: { digit: arrayDataset(left, y.digit), box: arrayDataset(left, y.box) },
    });
    expect(await a.evaluate(joined)).toEqual(await a.evaluate(x, y));
    expect(a.predict<OutputRecord>(joined)).toEqual(a.predict<OutputRecord>(x));
    const [p, q] = [input({ shape: [5], name: "left" }), input({ shape: [3], name: "right" })];
    const one = model({
      inputs: [p, q],
      outputs: dense({ units: 3, activation: "softmax" }).apply(concatenate().apply([p, q])),
    });
    one.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const { history } = await one.fit(x, y.digit, { epochs: 2 });
    expect(Object.keys(history)).toEqual(["loss", "accuracy", "learningRate"]);
    expect(one.predict(x).shape).toEqual([ROWS, 3]);
  });
});

describe("the same bits", () => {
  const settings = { epochs: 3, batchSize: 8, validationSplit: 0.2 } as const;
  const whole = (async () => {
    const net = fresh(compiled, 0.3);
    await net.fit(x, y, settings);
    return { sha: weightsSha256(net), history: net.history.history };
  })();

  test.each([
    ["in pieces", { microBatchSize: 3 }],
    ["in a worker", { worker: true }],
    ["in a worker, in pieces", { worker: true, microBatchSize: 5 }],
  ])("%s", async (_, how) => {
    const net = fresh(compiled, 0.3);
    await net.fit(x, y, { ...settings, ...how });
    expect(weightsSha256(net)).toBe((await whole).sha);
    expect(net.history.history).toEqual((await whole).history);
  });

  test("resumed in mid-epoch from a file", async () => {
    const net = fresh(compiled, 0.3);
    let saved: Uint8Array | undefined;
    const stop = new AbortController();
    await net
      .fit(x, y, {
        ...settings,
        signal: stop.signal,
        callbacks: [
          {
            onBatchEnd(_batch, _logs, { step }) {
              if (step < 6) return;
              saved ??= net.save();
              stop.abort();
            },
          },
        ],
      })
      .catch(() => {});
    const again = load(saved!);
    await again.fit(x, y, { ...settings, resume: true });
    expect(weightsSha256(again)).toBe((await whole).sha);
    expect(again.history.history).toEqual((await whole).history);
  });

  test("in nabla/predict", async () => {
    const net = fresh();
    await net.fit(x, y, { epochs: 2 });
    const want = net.predict<OutputRecord>(x);
    const got = loadToPredict(net.save()).predict<OutputRecord>(x);
    for (const name of ["digit", "box"]) expect(got[name]!.data).toEqual(want[name]!.data);
  });
});

test("gradients, with and without losses of one's own", async () => {
  expect((await checkGradients(fresh(), x, y)).ok).toBe(true);
  const own = {
    name: "squares",
    value: (o: { length: number; row(r: number): Float32Array }, t: typeof o) =>
      Array.from({ length: o.length }, (_, r) => (o.row(r)[0]! - t.row(r)[0]!) ** 2),
    gradient: (o: { data: Float32Array; shape: readonly number[] }, t: typeof o) => ({
      data: Float32Array.from(o.data, (v, i) => (i % 2 === 0 ? 2 * (v - t.data[i]!) : 0)),
      shape: o.shape,
    }),
  };
  const options: TrainingOptions = { loss: { digit: "categoricalCrossentropy", box: own } };
  const check = await checkGradients(fresh(options), x, y);
  expect(check.ok).toBe(true);
  expect(check.loss?.name).toBe("squares");
  const [here, there] = [fresh(options), fresh(options)];
  await here.fit(x, y, { epochs: 2, batchSize: 8 });
  await there.fit(x, y, { epochs: 2, batchSize: 8, worker: true });
  expect(weightsSha256(there)).toBe(weightsSha256(here));
  const gradients = await fresh().inputGradients(x, y);
  expect(Object.entries(gradients).map(([name, { shape }]) => [name, shape])).toEqual([
    ["left", [ROWS, 5]],
    ["right", [ROWS, 3]],
  ]);
});

test("records from an iterator", async () => {
  const make = () => {
    const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [1], name: "b" })];
    const h = concatenate().apply([a, b]);
    return model({
      inputs: [a, b],
      outputs: { c: dense({ units: 2, activation: "softmax" }).apply(h), d: dense({ units: 1 }).apply(h) },
    }).compile({ loss: { c: "categoricalCrossentropy", d: "meanSquaredError" } });
  };
  const batch = (i: number) => ({
    x: {
      a: [
        [i, 1],
        [2, i],
      ],
      b: [[1], [i]],
    },
    y: { c: [0, i % 2], d: [[i], [1]] },
  });
  const net = make();
  await net.fit(
    function* () {
      for (let i = 0; i < 5; i++) yield batch(i);
    },
    { epochs: 2 },
  );
  const by = make();
  for (let e = 0; e < 2; e++) for (let i = 0; i < 5; i++) await by.trainOnBatch(batch(i).x, batch(i).y);
  expect(weightsSha256(net)).toBe(weightsSha256(by));
  const w = make();
  await w.fit(
    function* () {
      for (let i = 0; i < 5; i++) yield batch(i);
    },
    { epochs: 2, worker: true },
  );
  expect(weightsSha256(w)).toBe(weightsSha256(by));
});

test("trainOnBatch goes as fit does", async () => {
  const [a, b] = [fresh(), fresh()];
  await a.fit(x, y, { epochs: 2, batchSize: ROWS, shuffle: false });
  await b.trainOnBatch(x, y);
  const scores = await b.trainOnBatch(x, y);
  expect(weightsSha256(b)).toBe(weightsSha256(a));
  expect(Object.keys(scores)).toEqual([
    "loss",
    "digitLoss",
    "digitAccuracy",
    "boxLoss",
    "boxMeanAbsoluteError",
  ]);
});

test("an output may be called value", async () => {
  const a = input({ shape: [5], name: "state" });
  const body = dense({ units: 4, activation: "tanh" }).apply(a);
  const net = model({
    inputs: a,
    outputs: {
      value: dense({ units: 1 }).apply(body),
      policy: dense({ units: 3, activation: "softmax" }).apply(body),
    },
  }).compile({ loss: { value: "meanSquaredError", policy: "categoricalCrossentropy" } });
  const { history } = await net.fit(
    left,
    { value: y.box.map(([v]) => [v!]), policy: y.digit },
    { epochs: 1 },
  );
  expect(Object.keys(history)).toEqual(["loss", "valueLoss", "policyLoss", "learningRate"]);
});

test("figures have one name each", () => {
  const a = input({ shape: [5] });
  const of = (name: string, metrics: TrainingOptions["metrics"]) =>
    model({
      inputs: a,
      outputs: { [name]: dense({ units: 1 }).apply(a), other: dense({ units: 1 }).apply(a) },
    }).compile({ loss: "meanSquaredError", metrics });
  expect(() => of("val", [])).toThrow('the loss of output "val" would be called valLoss');
  const mine = (factor: number) => ({ name: "mine", value: () => factor });
  expect(() => of("one", { one: [mine(1)], other: [mine(2)] })).toThrow('two functions are called "mine"');
  const same = mine(1);
  of("one", { one: [same], other: [same] });
});

describe("refused", () => {
  const chain = () => fresh();
  test.each<[string, () => unknown, string]>([
    [
      "an input that is missing",
      () => chain().fit({ left }, y),
      'there is no input for "right"; expected { left, right }, got { left }',
    ],
    ["a target that is missing", () => chain().fit(x, { digit: y.digit }), 'there is no target for "box"'],
    [
      "an unknown input",
      () => chain().fit({ ...x, up: left }, y),
      'has an input "up", but the model has no input of that name',
    ],
    [
      "an unknown target",
      () => chain().fit(x, { ...y, boxes: y.box }),
      'has a target "boxes", but the model has no output of that name',
    ],
    [
      "fewer rows of an input",
      () => chain().fit({ left, right: right.slice(1) }, y),
      "fit: right: x has shape [39, 3], so 39 rows, but y has 40",
    ],
    [
      "fewer rows of a target",
      () => chain().fit(x, { ...y, box: y.box.slice(2) }),
      'fit: y: "box" has 38 rows, but "digit" has 40',
    ],
    [
      "rows of another shape",
      () => chain().fit({ left: right, right: left }, y),
      'input "left": expected rows of shape [5], got [3]',
    ],
    [
      "one array for two inputs",
      () => chain().fit(left, y),
      "fit: x: expected arrays by name, { left, right }, got one array",
    ],
    [
      "a loss for one of two outputs",
      () => fresh({ loss: { digit: "categoricalCrossentropy" } }),
      "compile: loss.box: missing; expected ",
    ],
    [
      "a loss without a name, of a model with one output",
      () =>
        sequential([dense({ units: 1, inputShape: [2] })]).compile({ loss: {} as never, optimizer: "sgd" }),
      "compile: loss.name: missing; expected that of a loss",
    ],
    [
      "a loss for no output",
      () => fresh({ loss: { ...(compiled.loss as object), bx: "hinge" } as never }),
      'compile: loss: there is no output "bx"; did you mean "box"?',
    ],
    [
      "a weight for no output",
      () => fresh({ ...compiled, lossWeights: { a: 1 } }),
      'compile: lossWeights: there is no output "a"',
    ],
    [
      "factors by class",
      () => chain().fit(x, y, { classWeight: [1, 2, 3] }),
      "fit: classWeight is for models with one output",
    ],
    ["predict() of one input", () => chain().predict({ left } as never), 'predict: input "right" is missing'],
    [
      "predict() of other rows",
      () => chain().predict({ left, right: right.slice(1) }),
      'predict: "right" has 39 rows, but "left" has 40',
    ],
  ])("%s", async (_, run, message) => {
    await expect((async () => run())()).rejects.toThrow(message);
  });
});
