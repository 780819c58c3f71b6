/** Layers that hold others, through a plan and in models. */
import { describe, expect, test } from "vitest";
import {
  batchNormalization,
  bidirectional,
  configOf,
  conv2d,
  dense,
  dropout,
  embedding,
  fineTune,
  flatten,
  fromConfig,
  globalAveragePooling1d,
  gru,
  type LayerInput,
  load,
  lstm,
  masking,
  repeatVector,
  residual,
  sequential,
  simpleRnn,
  timeDistributed,
} from "../../src/index.ts";
import { dealt } from "../support/dealt.ts";
import { checkGolden, checkLayer } from "../support/layerHarness.ts";
import { runLayer, sameBits } from "../support/layerRun.ts";
import { title, wrapperGoldens } from "../support/layers/golden.ts";
import type { ReferenceConfig, Shape } from "../support/layers/index.ts";
import { reference } from "../support/layers/index.ts";
import { gradients, inputs, tensors } from "../support/layers/inputs.ts";

describe("what Keras computes", () => {
  test.each(wrapperGoldens.map((golden) => [title(golden), golden] as const))("%s", (_, golden) =>
    checkGolden(golden),
  );
});

const lstm3 = { type: "lstm", units: 3 } as const;
const cases: [ReferenceConfig, Shape, number][] = [
  [{ type: "repeatVector", n: 4 }, [5], 3],
  [{ type: "repeatVector", n: 1 }, [8], 1],
  [{ type: "bidirectional", layer: lstm3 }, [4, 2], 3],
  [{ type: "bidirectional", layer: { ...lstm3, returnSequences: true } }, [4, 2], 3],
  [{ type: "bidirectional", layer: { ...lstm3, returnSequences: true }, mergeMode: "sum" }, [3, 5], 2],
  [{ type: "bidirectional", layer: { type: "gru", units: 5 }, mergeMode: "average" }, [3, 2], 5],
  [
    {
      type: "bidirectional",
      layer: { type: "gru", units: 2, resetAfter: false, returnSequences: true },
      mergeMode: "multiply",
    },
    [4, 3],
    2,
  ],
  [{ type: "bidirectional", layer: { type: "simpleRnn", units: 4, returnSequences: true } }, [1, 1], 1],
  [
    {
      type: "bidirectional",
      layer: [
        { type: "gru", units: 2 },
        { ...lstm3, goBackwards: true },
      ],
    },
    [3, 2],
    2,
  ],
  [{ type: "timeDistributed", layer: { type: "dense", units: 3, activation: "tanh" } }, [4, 5], 3],
  [{ type: "timeDistributed", layer: { type: "dense", units: 3, activation: "softmax" } }, [2, 3, 5], 2],
  [
    {
      type: "timeDistributed",
      layer: [
        { type: "conv2d", filters: 3, kernelSize: 2, activation: "relu" },
        { type: "maxPooling2d", poolSize: 2, strides: 1 },
        { type: "flatten" },
        { type: "dense", units: 2 },
      ],
    },
    [3, 5, 4, 2],
    3,
  ],
  [{ type: "timeDistributed", layer: { type: "batchNormalization" } }, [3, 4, 5], 2],
  [{ type: "timeDistributed", layer: { type: "gru", units: 3 } }, [2, 4, 3], 3],
  [{ type: "timeDistributed", layer: { type: "layerNormalization" } }, [1, 6], 1],
];

describe("what the reference computes", () => {
  test.each(
    dealt(cases).map((one) => [`${JSON.stringify(one[0])} of [${one[1]}], ${one[2]} rows`, ...one] as const),
  )("%s", (_, config, shape, rows) => checkLayer(config, shape, rows, { scale: 0.5 }));
});

test("what is drawn within steps depends on the place in the batch, in pieces as in the whole", () => {
  for (const layer of [
    { type: "dropout", rate: 0.4 },
    { type: "gaussianNoise", stddev: 1 },
  ] as const) {
    const config: ReferenceConfig = { type: "timeDistributed", layer };
    const [shape, rows] = [[3, 5], 4] as const;
    const given = { x: inputs(rows, shape), p: {}, dy: gradients(rows, shape) };
    const whole = runLayer(config, shape, rows, given);
    const cut = runLayer(config, shape, rows, given, { pieces: [1, 3], room: 2 });
    sameBits("y", cut.y, whole.y);
    const steps = [0, 1, 2].map((s) => whole.y.slice(s * 5, s * 5 + 5).map((v, i) => v - given.x[s * 5 + i]));
    expect(steps[0]).not.toEqual(steps[1]);
  }
  const walk = { type: "lstm", units: 3, dropout: 0.4, recurrentDropout: 0.4 } as ReferenceConfig;
  const config: ReferenceConfig = { type: "timeDistributed", layer: walk };
  const [shape, rows] = [[2, 3, 2], 4] as const;
  const layer = reference(config, shape);
  const given = { x: inputs(rows, shape), p: tensors(layer), dy: gradients(rows, layer.outputShape) };
  const whole = runLayer(config, shape, rows, given);
  sameBits("y", runLayer(config, shape, rows, given, { pieces: [1, 3], room: 2 }).y, whole.y);
});

describe("rows of different lengths", () => {
  const LENGTHS = [5, 1, 3, 2, 4];
  const value = (i: number) => Math.sin(i * 7.3) + 0.1;
  const row = (r: number, steps: number) =>
    Array.from({ length: steps }, (_, t) =>
      t < LENGTHS[r] ? [value(r * 31 + t), value(r + t * 5)] : [0, 0],
    );
  const nets: Record<string, () => LayerInput[]> = {
    "bidirectional, last": () => [bidirectional(lstm({ units: 3 }))],
    "bidirectional, all steps": () => [
      bidirectional(gru({ units: 3, returnSequences: true }), { mergeMode: "sum" }),
      bidirectional(simpleRnn({ units: 2 }), { mergeMode: "average" }),
    ],
    "mean of the steps": () => [
      timeDistributed(dense({ units: 4, activation: "tanh" })),
      globalAveragePooling1d(),
    ],
  };
  test.each(Object.entries(nets))("%s: a padded row gives what it gives alone", (_, make) => {
    const model = sequential([masking(), ...make(), dense({ units: 2 })], { seed: 2 });
    model.build([5, 2]);
    const all = model.predict(LENGTHS.map((_, r) => row(r, 5)));
    LENGTHS.forEach((length, r) => {
      const alone = sequential([...make(), dense({ units: 2 })], { seed: 2 });
      alone.build([length, 2]);
      alone.setWeights(model.weights() as never);
      const want = alone.predict([row(r, length)]).data;
      want.forEach((v, i) => {
        expect(Math.abs(all.row(r)[i] - v)).toBeLessThan(1e-6);
      });
    });
  });
  test.each(Object.entries(nets))("%s: gradients are those of finite differences", async (_, make) => {
    const model = sequential([masking(), ...make(), dense({ units: 1 })], { seed: 2 });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    model.build([5, 2]);
    const x = LENGTHS.map((_, r) => row(r, 5));
    const y = LENGTHS.map((_, r) => [value(r)]);
    const { gradients } = await model.gradients(x, y);
    const weights = model.weights();
    for (const [name, tensor] of Object.entries(weights)) {
      const at = Math.floor(tensor.length / 2);
      const lossWith = async (by: number) => {
        const data = Float32Array.from(tensor);
        data[at] += by;
        model.setWeights({ ...weights, [name]: data } as never);
        const { loss } = await model.evaluate(x, y);
        model.setWeights(weights as never);
        return loss;
      };
      const difference = ((await lossWith(1e-2)) - (await lossWith(-1e-2))) / 2e-2;
      expect(Math.abs(difference - gradients[name][at])).toBeLessThan(2e-3);
    }
  });
  test("a row of nothing but padding has the mean 0", () => {
    const model = sequential([masking(), globalAveragePooling1d()], { inputShape: [3, 2] });
    expect([...model.predict([Array(3).fill([0, 0])]).data]).toEqual([0, 0]);
  });
});

describe("in models", () => {
  const make = () =>
    sequential(
      [
        timeDistributed([
          conv2d({ filters: 2, kernelSize: 2 }),
          batchNormalization(),
          flatten(),
          dropout({ rate: 0.2 }),
        ]),
        bidirectional(lstm({ units: 3, name: "words" })),
        repeatVector({ n: 2 }),
        timeDistributed(dense({ units: 3, activation: "softmax" })),
      ],
      { inputShape: [3, 4, 4, 1], seed: 3 },
    );
  const x = Array.from({ length: 6 }, (_, r) => Array.from({ length: 48 }, (_, i) => Math.sin(r + i * 3)));
  const rows = x.map((row) =>
    [0, 1, 2].map((t) => [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => [row[t * 16 + i * 4 + j]]))),
  );
  const y = x.map((_, r) => [0, 1].map((s) => [0, 1, 2].map((c) => Number((r + s) % 3 === c))));

  test("names, documents, files and fine-tuning know the layers within", async () => {
    const model = make().compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
    expect(Object.keys(model.weights())).toEqual([
      "conv2d_1.kernel",
      "conv2d_1.bias",
      "batchNormalization_1.gamma",
      "batchNormalization_1.beta",
      "batchNormalization_1.movingMean",
      "batchNormalization_1.movingVariance",
      "words.kernel",
      "words.recurrentKernel",
      "words.bias",
      "backward_words.kernel",
      "backward_words.recurrentKernel",
      "backward_words.bias",
      "dense_1.kernel",
      "dense_1.bias",
    ]);
    await model.fit(rows, y, { epochs: 2, batchSize: 4 });
    const want = model.predict(rows).data;
    expect(load(model.save()).predict(rows).data).toEqual(want);
    const { model: again } = fromConfig(JSON.parse(JSON.stringify(configOf(model))));
    expect(Object.keys(again.weights())).toEqual(Object.keys(model.weights()));
    const tuned = fineTune(model, { freeze: ["bidirectional_1"] }).compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "adam", learningRate: 0.1 },
    });
    expect(tuned.predict(rows).data).toEqual(want);
    const before = tuned.weights();
    await tuned.fit(rows, y, { epochs: 1 });
    const after = tuned.weights();
    const changed = Object.keys(before).filter((name) => before[name].some((v, i) => v !== after[name][i]));
    expect(changed.filter((name) => name.includes("words"))).toEqual([]);
    expect(changed).toContain("dense_1.kernel");
  });

  test("a document may have the layer, or a list", () => {
    const at = (layer: unknown) =>
      fromConfig({
        nabla: 1,
        model: { inputShape: [4, 2], layers: [{ type: "bidirectional", layer, mergeMode: "sum" }] },
        training: { loss: "meanSquaredError" },
      } as never);
    const { model: one } = at({ type: "gru", units: 2 });
    const { model: two } = at([
      { type: "gru", units: 2 },
      { type: "gru", units: 2, goBackwards: true },
    ]);
    expect(Object.keys(one.weights())).toEqual(Object.keys(two.weights()));
  });
});

describe("refused, with what to do", () => {
  const shape = [3, 2];
  const wrong: [string, () => unknown, string][] = [
    [
      "no walk",
      () => sequential([bidirectional(dense({ units: 2 }))], { inputShape: shape }),
      "expected lstm, gru or simpleRnn, got dense",
    ],
    [
      "already backwards",
      () => sequential([bidirectional(lstm({ units: 2, goBackwards: true }))], { inputShape: shape }),
      "leave out goBackwards",
    ],
    [
      "two forwards",
      () => sequential([bidirectional([lstm({ units: 2 }), lstm({ units: 2 })])], { inputShape: shape }),
      "a second with goBackwards",
    ],
    [
      "other sizes",
      () =>
        sequential(
          [bidirectional([lstm({ units: 2 }), lstm({ units: 3, goBackwards: true })], { mergeMode: "sum" })],
          { inputShape: shape },
        ),
      "give [2] and [3], which sum cannot put together",
    ],
    [
      "a mode there is not",
      () =>
        sequential([bidirectional(lstm({ units: 2 }), { mergeMode: "mul" as never })], { inputShape: shape }),
      "concat, sum, average, multiply",
    ],
    [
      "three layers",
      () =>
        sequential([bidirectional([lstm({ units: 2 }), lstm({ units: 2 }), lstm({ units: 2 })])], {
          inputShape: shape,
        }),
      "layer",
    ],
    [
      "no steps",
      () => sequential([timeDistributed(dense({ units: 2 }))], { inputShape: [4] }),
      "expected input [steps, …], got [4]",
    ],
    [
      "masks within",
      () =>
        sequential([timeDistributed(embedding({ inputDim: 3, outputDim: 2, maskZero: true }))], {
          inputShape: [4, 3],
        }),
      "cannot be applied to each step",
    ],
    [
      "a sequence repeated",
      () => sequential([repeatVector({ n: 2 })], { inputShape: shape }),
      "expected input [values], got [3, 2]",
    ],
    [
      "no times",
      () => sequential([repeatVector({ n: 0 })], { inputShape: [3] }),
      "n: expected a whole number ≥ 1, got 0",
    ],
    [
      "a layer in a wrapper in a wrapper",
      () =>
        sequential([timeDistributed(bidirectional(lstm({ units: 2 })) as never)], { inputShape: [2, 3, 2] }),
      "layer",
    ],
  ];
  test.each(wrong)("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

test.each<[string, () => unknown]>([
  ["bidirectional", () => timeDistributed(bidirectional(gru({ units: 3 })) as never)],
  ["timeDistributed", () => bidirectional(timeDistributed(dense({ units: 3 })) as never)],
  ["residual", () => timeDistributed([dense({ units: 3 }), residual([dense({ units: 3 })]) as never])],
])("%s within a layer that holds layers is refused, with what to do", (type, make) => {
  expect(() => sequential([make() as LayerInput], { inputShape: [2, 4, 3] }).weights()).toThrow(
    `type: ${type} holds layers itself, so it cannot be within another that does; put it before or behind that one`,
  );
});

test("a stateful layer for each step is refused when the network is built", () => {
  const held = timeDistributed(gru({ units: 3, stateful: true, batchSize: 4 }));
  expect(() => sequential([held], { inputShape: [2, 4, 3] }).weights()).toThrow(
    /timeDistributed .* gru "gru_1" is stateful: it is applied to each step by itself.*leave out stateful and batchSize/,
  );
});
