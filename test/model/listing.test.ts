/** Tapes as text. */
import { describe, expect, test } from "vitest";
import { batchNormalization, conv2d, dense, flatten, sequential } from "../../src/index.ts";
import { forked } from "../support/seenNets.ts";
import { tapesOf } from "../support/tapes.ts";

const small = () =>
  sequential([
    dense({ units: 2, activation: "relu", inputShape: [4] }),
    dense({ units: 3, activation: "softmax" }),
  ]);

test("predicting: kernels in order, buffers with the shapes of their values, numbers", async () => {
  expect(await small().listing({ rows: 7 })).toBe(
    `
forward
  DENSE_FORWARD  y=outputs of dense_1 [7, 2]  x=inputs [7, 4]  w=dense_1.kernel [4, 2]  b=dense_1.bias [2]  inputs=4  units=2
  RELU_FORWARD  a=outputs of dense_1 [7, 2]  z=outputs of dense_1 [7, 2]  units=2  alpha=0
  DENSE_FORWARD  y=outputs of dense_2 [7, 3]  x=outputs of dense_1 [7, 2]  w=dense_2.kernel [2, 3]  b=dense_2.bias [3]  inputs=2  units=3
  SOFTMAX_FORWARD  a=outputs of dense_2 [7, 3]  z=outputs of dense_2 [7, 3]  units=3  alpha=0`.slice(1),
  );
});

const pixels = () =>
  sequential([
    conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 3], activation: "relu" }),
    dense({ units: 5, activation: "softmax" }),
  ]).compile({ loss: "categoricalCrossentropy" });

describe("it is the tape that runs", () => {
  const chain = () =>
    sequential([
      conv2d({ filters: 3, kernelSize: 3, inputShape: [6, 6, 3], kernelRegularizer: { l2: 0.1 } }),
      batchNormalization(),
      flatten(),
      dense({ units: 3, activation: "softmax" }),
    ]).compile({
      loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
      optimizer: { name: "adam", useEma: true, clipNorm: 1 },
    });
  const x = { data: new Uint8Array(5 * 108), shape: [5, 6, 6, 3] };
  const nets = {
    chain: { made: chain, y: [0, 1, 2, 0, 1] },
    pixels: { made: pixels, y: { data: new Int32Array(5 * 16), shape: [5, 4, 4] } },
  };
  const cases = (["chain", "pixels"] as const).flatMap((net) =>
    (["train", "evaluate", "predict"] as const).map((mode) => [net, mode] as const),
  );

  test.each(cases)("%s, %s: every field, every offset", async (net, mode) => {
    const { made, y } = nets[net];
    const runs = {
      train: () => made().fit(x, y, { epochs: 1, batchSize: 5, worker: false }),
      evaluate: () => made().evaluate(x, y, { batchSize: 5 }),
      predict: () => Promise.resolve(made().predict(x, { batchSize: 5 })),
    };
    const [tape] = await tapesOf(runs[mode]);
    const text = await made().listing({ mode, rows: 5, inputType: "uint8", offsets: true });
    const listed = text.split("\n").filter((line) => line.startsWith("  "));
    // the step's record is named, not placed
    const fields = (words: string[]) =>
      Object.fromEntries(words.map((word) => word.split("=")).filter(([name]) => name !== "step"));
    const shown = listed.map((line) => {
      const [kernel, ...words] = line.trim().split("  ");
      const numbers = words.map((word) => word.replace(/=none$/, "=0").replace(/=.*@/, "="));
      return [
        kernel.replace(" · ", "·"),
        fields(numbers.map((word) => word.replace(/[^=]+$/, (n) => `${Math.fround(Number(n))}`))),
      ];
    });
    const ran = tape!.slice(0, -1).map((line) => {
      const [kernel, ...words] = line.replace(" · ", "·").split(" ");
      return [kernel, fields(words)];
    });
    expect(shown).toEqual(ran);
  });
});

test("instructions for pixels: how many there are in a row of the batch", async () => {
  const text = await pixels().listing({ rows: 2 });
  expect(text).toContain("  16 · DENSE_FORWARD  y=outputs of dense_1 [2, 4, 4, 5]  ");
  expect(text).toContain("  16 · ONE_HOT  y=targets [2, 16, 5]  labels=labels [2, 16]  ");
  expect(text).toMatch(/ {2}16 · CATEGORICAL_CROSSENTROPY.* {2}weight=sample weights \[2, 16\] {2}/);
  expect(text).toContain("  16 · LOSS_REDUCE  losses=losses [2, 16]  ");
});

test("its parts, and what the model owns by name", async () => {
  const model = sequential([
    dense({ units: 3, inputShape: [4], kernelRegularizer: { l2: 0.1 } }),
    dense({ units: 3 }),
  ]).compile({ loss: "meanSquaredError", optimizer: { name: "momentum", useEma: true } });
  const text = await model.listing({ rows: 2 });
  expect(text.split("\n").filter((line) => !line.startsWith(" "))).toEqual([
    "forward",
    "loss",
    "backward",
    "penalties",
    "update",
  ]);
  expect(text).toContain("  PENALTY  w=dense_1.kernel [4, 3]  dw=gradient of dense_1.kernel [4, 3]  n=16  ");
  expect(text).toContain("  INPUT_F32  x=targets [2, 3]  from=targets as read [2, 3]  ");
  expect(text).toMatch(
    /MOMENTUM {2}w=all weights \[64\] {2}dw=all gradients \[64\] {2}v=optimizer\.\w+ \[64\]/,
  );
  expect(text).toMatch(/AVERAGE {2}mean=averages of all weights \[64\] {2}w=all weights \[64\]/);
  const evaluating = await model.listing({ rows: 2, mode: "evaluate" });
  expect(evaluating.split("\n").filter((line) => !line.startsWith(" "))).toEqual(["forward", "loss"]);
  expect(evaluating).toContain("da=none");
});

test("a graph: inputs and targets by name, weights that are used twice", async () => {
  const model = forked();
  const forward = await model.listing({ rows: 2, inputType: { image: "uint8" } });
  expect(forward).toContain(
    "INPUT_U8  x=inputs image [2, 8, 8, 1]  from=inputs image as uint8 [2, 8, 8, 1]  ",
  );
  expect(forward).toContain(
    "DENSE_FORWARD  y=outputs of tower (2) [2, 8]  x=outputs of dense_2 [2, 6]  w=tower.kernel [6, 8]",
  );
});

test("rates by layer: a pass over each stretch of parameters, with the rate it goes by", async () => {
  const model = small().compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "momentum", learningRate: 0.1, layers: { dense_1: { learningRate: 0.01 } } },
  });
  const lines = (await model.listing({ rows: 2 })).split("\n");
  const passes = lines.filter((line) => line.includes("MOMENTUM"));
  expect(passes).toHaveLength(2);
  expect(passes[0]).toContain(
    "w=dense_1.kernel … dense_1.bias  dw=gradient of dense_1.kernel … gradient of dense_1.bias  v=optimizer.velocity.dense_1.kernel … optimizer.velocity.dense_1.bias  n=32  step=learning rate 0.01  ",
  );
  expect(passes[1]).toMatch(/w=dense_2\.kernel … dense_2\.bias {2}.* {2}step( |$)/);
});

test("a loss of the program's own has no kernel", async () => {
  const own = { name: "mine", value: () => 0, gradient: () => new Float32Array(6) };
  const text = await small().compile({ loss: own }).listing({ rows: 2 });
  expect(text).toContain("\nloss\n  LOSS_REDUCE");
  expect(text).toContain("DENSE_WEIGHTS");
});

test("it changes nothing", async () => {
  const model = small().compile({ loss: "categoricalCrossentropy" });
  const before = model.weights();
  const x = [[1, 2, 3, 4]];
  const predicted = model.predict(x).data.slice();
  await model.listing();
  expect(model.weights()).toEqual(before);
  expect(model.predict(x).data).toEqual(predicted);
});

test.each([
  ["an option there is not", { row: 3 }, 'listing: unknown option "row"; did you mean "rows"?'],
  ["no rows", { rows: 0 }, "listing: rows: expected a whole number ≥ 1, got 0"],
  ["another mode", { mode: "training" }, "listing: mode: expected one of train, evaluate, predict"],
  ["another type", { inputType: "int8" }, "listing: inputType: expected one of float32, uint8"],
  [
    "an input there is not",
    { inputType: { picture: "uint8" } },
    'listing: inputType: there is no input "picture"; there are input',
  ],
  ["a model that is not compiled", { mode: "train" }, "compile"],
])("refused: %s", async (_, options, message) => {
  await expect(small().listing(options as never)).rejects.toThrow(message);
});
