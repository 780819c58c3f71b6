/** Models as ONNX files: each layer and random graphs, run by onnxruntime and read back. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { WRITTEN } from "../../src/export/onnx/layers.ts";
import { openModel } from "../../src/import/index.ts";
import {
  activation,
  bidirectional,
  gru,
  input,
  type LayerInput,
  lstm,
  type Model,
  masking,
  model,
  sequential,
  simpleRnn,
} from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import type { SymbolicTensor } from "../../src/layers/symbolic.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { type Given, numbers, onnxFile } from "../import/written.ts";
import { modelOf, recipes } from "../support/graphs/random.ts";
import { differs, hasRuntime, outputsOf, round, rowsFor, runtimeOutputs } from "./onnxRound.ts";
import { modelWith, type Options } from "./tfjsCases.ts";

if (process.env.NABLA_REQUIRE_ALL === "1")
  test("onnxruntime is installed: node scripts/tools.mjs interop", () => {
    expect(hasRuntime()).toBe(true);
  });
else
  test.skipIf(hasRuntime())(
    "onnxruntime is asked as well (skipped: node scripts/tools.mjs interop installs it)",
    () => {},
  );

const wave = (i: number) => Math.sin(i * 1.3 + 1);

/** Options of layers, and shapes they take; several for those that have several ways. */
const CASES: Readonly<Record<string, readonly (readonly [Options, ...shapes: (readonly number[])[]])[]>> = {
  dense: [
    [{ units: 3, activation: "tanh" }, [5]],
    [{ units: 3, useBias: false }, [4, 5]],
    [{ units: 2, activation: "softmax" }, [2, 3, 4]],
  ],
  activation: [[{ activation: "softmax" }, [2, 3, 4]]],
  flatten: [[{}, [2, 3, 4]]],
  reshape: [[{ targetShape: [4, 6] }, [2, 3, 4]]],
  permute: [[{ dims: [3, 1, 2] }, [2, 3, 4]]],
  conv1d: [
    [{ filters: 3, kernelSize: 2, padding: "causal", dilationRate: 2 }, [6, 4]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: "same", groups: 2 }, [7, 4]],
  ],
  conv2d: [
    [{ filters: 3, kernelSize: [2, 3], activation: "relu" }, [5, 6, 2]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: "same", groups: 4, useBias: false }, [6, 7, 4]],
    [
      {
        filters: 2,
        kernelSize: 2,
        padding: [
          [1, 0],
          [0, 2],
        ],
        dilationRate: 2,
      },
      [5, 5, 3],
    ],
  ],
  conv2dTranspose: [
    [{ filters: 3, kernelSize: 3, strides: 2, padding: "same" }, [3, 4, 2]],
    [{ filters: 2, kernelSize: 2, strides: 3 }, [3, 2, 2]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1, groups: 2 }, [3, 3, 4]],
  ],
  separableConv2d: [[{ filters: 3, kernelSize: 3, padding: "same" }, [4, 5, 2]]],
  maxPooling1d: [[{ poolSize: 3, strides: 2, padding: "same" }, [8, 3]]],
  maxPooling2d: [
    [{ poolSize: 2 }, [4, 5, 3]],
    [{ poolSize: 3, strides: 2, ceilMode: true, padding: 1 }, [6, 6, 2]],
  ],
  averagePooling1d: [[{ poolSize: 2 }, [6, 3]]],
  averagePooling2d: [
    [{ poolSize: 3, strides: 2, padding: "same" }, [6, 5, 2]],
    [{ poolSize: 3, strides: 2, padding: 1, countIncludePad: true, ceilMode: true }, [6, 6, 2]],
  ],
  globalAveragePooling1d: [[{}, [5, 3]]],
  globalAveragePooling2d: [[{}, [4, 5, 3]]],
  globalMaxPooling1d: [[{}, [5, 3]]],
  globalMaxPooling2d: [[{}, [4, 5, 3]]],
  zeroPadding1d: [[{ padding: [1, 2] }, [4, 3]]],
  zeroPadding2d: [
    [
      {
        padding: [
          [1, 2],
          [0, 3],
        ],
      },
      [4, 3, 2],
    ],
  ],
  cropping1d: [[{ cropping: [1, 2] }, [6, 3]]],
  cropping2d: [
    [
      {
        cropping: [
          [1, 0],
          [2, 1],
        ],
      },
      [5, 6, 2],
    ],
  ],
  upSampling1d: [[{ size: 3 }, [4, 3]]],
  upSampling2d: [
    [{ size: [2, 3] }, [3, 4, 2]],
    [{ size: 2, interpolation: "bilinear" }, [3, 4, 2]],
  ],
  batchNormalization: [
    [{}, [5]],
    [{ scale: false }, [4, 5]],
    [{ center: false, epsilon: 0.01 }, [3, 4, 5]],
  ],
  layerNormalization: [
    [{}, [6]],
    [{ center: false }, [3, 4, 5]],
  ],
  groupNormalization: [
    [{ groups: 2 }, [3, 4, 6]],
    [{ groups: -1, scale: false }, [5, 4]],
  ],
  normalization: [
    [{ mean: [0.5, 1, -1], variance: [0.25, 2, 1] }, [4, 3]],
    [{ axis: [1, 2], mean: [1, 2, 3, 4, 5, 6], variance: [2] }, [3, 2]],
  ],
  rescaling: [[{ scale: 0.5, offset: -1 }, [3, 4]]],
  prelu: [
    [{ alphaInitializer: "gaussian" }, [4]],
    [{ sharedAxes: [1, 2], alphaInitializer: "gaussian" }, [3, 4, 2]],
  ],
  embedding: [[{ inputDim: 7, outputDim: 3 }, [5]]],
  simpleRnn: [
    [{ units: 4 }, [5, 3]],
    [{ units: 3, activation: "relu", returnSequences: true, goBackwards: true }, [4, 3]],
  ],
  lstm: [
    [{ units: 4 }, [5, 3]],
    [{ units: 3, returnSequences: true }, [4, 3]],
  ],
  gru: [
    [{ units: 4 }, [5, 3]],
    [{ units: 3, resetAfter: false, returnSequences: true, goBackwards: true }, [4, 3]],
  ],
  bidirectional: [
    [({ lstm }) => ({ layer: lstm({ units: 3 }) }), [5, 2]],
    [({ gru }) => ({ layer: gru({ units: 2, returnSequences: true }), mergeMode: "average" }), [5, 2]],
    [({ simpleRnn }) => ({ layer: simpleRnn({ units: 2, returnSequences: true }) }), [5, 2]],
    [({ lstm }) => ({ layer: lstm({ units: 2 }), mergeMode: "multiply" }), [5, 2]],
    [({ gru }) => ({ layer: gru({ units: 3, resetAfter: false }), mergeMode: "sum" }), [5, 2]],
    [
      ({ lstm, gru }) => ({
        layer: [
          lstm({ units: 3, returnSequences: true }),
          gru({ units: 2, returnSequences: true, goBackwards: true }),
        ],
      }),
      [5, 2],
    ],
  ],
  timeDistributed: [
    [({ dense }) => ({ layer: dense({ units: 3, activation: "relu" }) }), [4, 2]],
    [
      ({ conv2d, flatten, dense }) => ({
        layer: [conv2d({ filters: 2, kernelSize: 2, activation: "relu" }), flatten(), dense({ units: 3 })],
      }),
      [3, 4, 4, 2],
    ],
    [
      ({ conv1d, maxPooling1d, globalAveragePooling1d }) => ({
        layer: [
          conv1d({ filters: 2, kernelSize: 2, padding: "same" }),
          maxPooling1d({ poolSize: 2 }),
          globalAveragePooling1d(),
        ],
      }),
      [3, 6, 2],
    ],
    [
      ({ conv2dTranspose }) => ({ layer: conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2 }) }),
      [3, 2, 3, 2],
    ],
  ],
  repeatVector: [[{ n: 3 }, [4]]],
  attention: [
    [{}, [4, 3]],
    [{ useScale: true, causal: true }, [4, 3]],
    [{}, [4, 3], [5, 2], [5, 3]],
  ],
  multiHeadAttention: [
    [{ numHeads: 2, keyDim: 3 }, [4, 6]],
    [{ numHeads: 3, keyDim: 2, valueDim: 4, outputShape: 5, useBias: false, causal: true }, [4, 6]],
    [{ numHeads: 2, keyDim: 3 }, [4, 6], [5, 7], [5, 2]],
  ],
  positionalEmbedding: [
    [{ sequenceLength: 7 }, [4, 6]],
    [{ sinusoidal: true }, [4, 6]],
  ],
  masking: [[{ maskValue: 0.5 }, [5, 2]]],
  dropout: [[{ rate: 0.25 }, [5]]],
  gaussianNoise: [[{ stddev: 1 }, [5]]],
  add: [[{}, [3, 4, 2], [3, 4, 2], [3, 4, 2]]],
  subtract: [[{}, [5], [5]]],
  multiply: [[{}, [3, 4], [3, 4], [3, 4]]],
  average: [[{}, [3, 4], [3, 4]]],
  maximum: [[{}, [3, 4], [3, 4], [3, 4]]],
  minimum: [[{}, [5], [5]]],
  concatenate: [
    [{}, [3, 4, 2], [3, 4, 5]],
    [{ axis: 1 }, [2, 3], [4, 3]],
  ],
  dot: [
    [{}, [5], [5]],
    [{ axes: [1, 2] }, [4, 3], [2, 4]],
  ],
};

/** What is not the same in every bit, and why. */
const ROUNDED: Readonly<Record<string, string>> = {
  permute: "is moved into the weights that follow it",
  separableConv2d: "is two convolutions there",
  groupNormalization: "is a composition there",
  upSampling2d: "bilinear: rows and columns after each other",
};

test("every layer that is written has a case", () => {
  expect([...Object.keys(CASES), "finalState"].sort()).toEqual([...WRITTEN].sort());
  const absent = Object.keys(ALL).filter((type) => !WRITTEN.includes(type));
  // the graph's own; states by themselves have tests of their own
  expect(absent.sort()).toEqual(["input", "residual", "shared"]);
});

describe("states of recurrent layers", () => {
  const encoder = input({ shape: [5, 3], name: "encoder" });
  const decoder = input({ shape: [4, 2], name: "decoder" });
  const layers = { lstm, gru, simpleRnn };
  test.each([
    ["lstm", {}],
    ["lstm", { goBackwards: true }],
    ["lstm", { returnSequences: true }],
    ["gru", { returnSequences: true }],
    ["gru", { returnSequences: true, goBackwards: true }],
    ["simpleRnn", {}],
  ] as const)("%s %o: a decoder begins where an encoder ended", async (type, options) => {
    const layer = layers[type] as typeof lstm;
    const [y, ...states] = layer({ units: 4, returnState: true, ...options }).apply(
      encoder,
    ) as never as SymbolicTensor[];
    const walked = layer({ units: 4, returnSequences: true }).apply(decoder, {
      initialState: states as never,
    });
    const made = model({
      inputs: [encoder, decoder],
      outputs: {
        walked: walked as never,
        y: y!,
        ...Object.fromEntries(states.map((one, i) => [`s${i}`, one])),
      },
    });
    const { runtime, difference } = await round(made, rowsFor(made, 3, wave));
    if (runtime !== undefined) expect(runtime).toBeLessThan(1e-5);
    expect(difference).toBe(0);
  });

  test("those of sequences with padding", async () => {
    const [, h, c] = lstm({ units: 4, returnState: true }).apply(
      masking().apply(encoder),
    ) as never as SymbolicTensor[];
    const made = shaken(model({ inputs: encoder, outputs: { h: h!, c: c! } }));
    const { runtime, difference } = await round(made, paddedRows(made));
    if (runtime !== undefined) expect(runtime).toBeLessThan(1e-5);
    expect(difference).toBe(0);
  });

  test.each([
    ["lstm", {}],
    ["lstm", { returnSequences: true }],
    ["gru", {}],
    ["gru", { returnSequences: true, resetAfter: false }],
    ["simpleRnn", { returnSequences: true }],
  ] as const)("%s %o: of both directions, with and without padding", async (type, options) => {
    for (const padded of [false, true]) {
      const [x, z] = [encoder, decoder].map((one) => (padded ? (masking().apply(one) as never) : one));
      const layer = layers[type] as typeof lstm;
      const [y, ...states] = bidirectional({
        layer: layer({ units: 4, returnState: true, ...options }),
      }).apply(x as never) as never as SymbolicTensor[];
      const walked = bidirectional({
        layer: layer({ units: 4, returnState: true, ...options }),
        mergeMode: "sum",
      }).apply(z as never, { initialState: states as never }) as never as SymbolicTensor[];
      const made = shaken(
        model({
          inputs: [encoder, decoder],
          outputs: {
            y: y!,
            ...Object.fromEntries([...states, ...walked].map((one, i) => [`s${i}`, one])),
          },
        }),
      );
      const { runtime, difference, types } = await round(made, paddedRows(made));
      if (runtime !== undefined) expect(runtime).toBeLessThan(1e-5);
      expect(difference).toBe(0);
      expect([...types!].sort()).toEqual(made.layers.map((one) => one.type).sort());
    }
  });
});

/** Biases as well: a row without a step does not end with zeros by itself. */
function shaken(made: Model): Model {
  made.setWeights(
    Object.fromEntries(
      Object.entries(made.weights()).map(([name, data]) => [name, data.map((n, i) => n + 0.3 * wave(i))]),
    ),
  );
  return made;
}

/** Rows that are whole, that begin or end with padding, that have it in between, and one of padding alone. */
const paddedRows = (made: Model) => {
  const steps = ["11111", "11100", "00111", "10101", "00000", "01000"];
  const x = rowsFor(made, steps.length, wave);
  for (const { data, shape } of Object.values(x)) {
    const [, most, features = 1] = shape as [number, number, number?];
    for (let i = 0; i < data.length; i++) {
      const step = Math.floor(i / features);
      if (steps[Math.floor(step / most)]![step % most] === "0") data[i] = 0;
    }
  }
  return x;
};

// layers that walk steps within steps are not read
const unreadTypes = /^timeDistributed$/;

/** Several nodes there that are one layer again. */
const WHOLE = /^(?:bidirectional|masking|repeatVector|attention|multiHeadAttention|positionalEmbedding)$/;

const cases = Object.entries(CASES).flatMap(([type, each]) =>
  each.map(([options, ...shapes], i) => ({ type, options, shapes, name: `${type} ${i + 1}` })),
);
describe("layers as ONNX", () => {
  test.each(cases)("$name $options", async ({ type, options, shapes }) => {
    const made = modelWith(type, options, shapes);
    const x = rowsFor(made, 3, type === "embedding" ? (i) => (i * 3) % 7 : wave);
    const { runtime, difference, types } = await round(made, x);
    if (WHOLE.test(type)) expect(types).toContain(type);
    if (runtime !== undefined) expect(runtime).toBeLessThan(1e-5);
    if (ROUNDED[type]) expect(difference).toBeLessThan(1e-6);
    else expect(difference).toBe(0);
  });

  test.each(ACTIVATIONS)("activation %s", async (name) => {
    const made = sequential([activation({ activation: name })], { inputShape: [12] });
    const { runtime, difference } = await round(
      made,
      rowsFor(made, 3, (i) => 3 * wave(i)),
    );
    if (runtime !== undefined) expect(runtime).toBeLessThan(1e-5);
    expect(difference).toBe(0);
  });

  test.each([
    { maxValue: 1.5 },
    { negativeSlope: 0.2 },
    { threshold: 0.7 },
    { threshold: -0.4 },
    { maxValue: 1.25, negativeSlope: 0.1, threshold: 0.5 },
    { maxValue: 1.25, threshold: 0.5 },
  ])("relu with %j", async (options) => {
    const made = sequential([activation({ activation: { name: "relu", ...options } })], { inputShape: [12] });
    const x = rowsFor(made, 3, (i) => 3 * wave(i));
    const own = outputsOf(made, x);
    if (hasRuntime()) {
      const there = Object.values(await runtimeOutputs(exportOnnx(made), x))[0]!;
      expect(differs(Object.values(own)[0]!, there)).toBeLessThan(1e-6);
    }
  });
});

test("random graphs are what they were", async () => {
  let graphs = 0;
  for (const recipe of fc.sample(recipes, { numRuns: 500, seed: 11 })) {
    let made: Model;
    try {
      made = modelOf(recipe);
    } catch {
      continue; // a graph that model() refuses
    }
    const unread = made.layers.some(({ type }) => unreadTypes.test(type));
    const { runtime, difference } = await round(made, rowsFor(made, recipe.rows, wave), unread);
    graphs++;
    if (runtime !== undefined) expect(runtime, made.summary()).toBeLessThan(1e-5);
    if (difference === undefined) continue;
    // steps that a walk from the last to the first turned round are turned in the weights that follow them
    const turns = internalsOf(made).topology.layers.some(
      (layer) => "goBackwards" in layer && layer.goBackwards && layer.returnSequences,
    );
    const rounded = turns || made.layers.some(({ type }) => type in ROUNDED);
    if (rounded) expect(difference, made.summary()).toBeLessThan(1e-5);
    else expect(difference, made.summary()).toBe(0);
  }
  expect(graphs).toBeGreaterThanOrEqual(300);
});

test.skipIf(!hasRuntime())("heads of attention as transformers write them are one layer", async () => {
  const [heads, size, steps] = [2, 3, 4];
  const width = heads * size;
  const named = ["q", "k", "v", "o"];
  const bytes = onnxFile({
    nodes: [
      ...named.slice(0, 3).flatMap((name): Given["nodes"] => [
        ["MatMul", ["x", `w${name}`], [`m${name}`]],
        ["Add", [`b${name}`, `m${name}`], [`a${name}`]],
        ["Reshape", [`a${name}`, "split"], [`r${name}`]],
        ["Transpose", [`r${name}`], [`t${name}`], { perm: name === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3] }],
      ]),
      ["MatMul", ["tq", "tk"], ["s"]],
      ["Div", ["s", "root"], ["d"]],
      ["Add", ["d", "later"], ["e"]],
      ["Softmax", ["e"], ["p"], { axis: -1 }],
      ["MatMul", ["p", "tv"], ["c"]],
      ["Transpose", ["c"], ["f"], { perm: [0, 2, 1, 3] }],
      ["Reshape", ["f", "join"], ["g"]],
      ["MatMul", ["g", "wo"], ["h"]],
      ["Add", ["h", "bo"], ["y"]],
    ],
    inputs: { x: ["N", steps, width] },
    outputs: ["y"],
    weights: {
      ...Object.fromEntries(
        named.flatMap((name, i) => [
          [`w${name}`, { shape: [width, width], data: numbers(width * width, i + 1) }],
          [`b${name}`, { shape: [width], data: numbers(width, i + 7) }],
        ]),
      ),
      root: { shape: [], data: [Math.sqrt(size)] },
      split: { shape: [4], data: [0, -1, heads, size], int: true },
      join: { shape: [3], data: [0, 0, width], int: true },
      later: {
        shape: [1, 1, steps, steps],
        data: Array.from({ length: steps * steps }, (_, i) =>
          i % steps > Math.floor(i / steps) ? -3e38 : 0,
        ),
      },
    },
  });
  const made = await openModel(bytes);
  expect(made.layers.map(({ type }) => type)).toEqual(["multiHeadAttention"]);
  const x = rowsFor(made, 3, wave);
  const there = await runtimeOutputs(bytes, { x: Object.values(x)[0]! });
  expect(differs(made.predict(x as never).data, there.y!)).toBeLessThan(1e-6);
  made.compile({ loss: "meanSquaredError", optimizer: "sgd" });
  await made.fit(Object.values(x)[0]!, made.predict(x as never), { epochs: 1 });
});

test("layout, classes and scaling", async () => {
  const made = sequential(
    [
      ALL.conv2d({ filters: 2, kernelSize: 2 }),
      ALL.flatten(),
      ALL.dense({ units: 2, activation: "softmax" }),
    ],
    { inputShape: [3, 4, 1] },
  );
  made.metadata = { classes: ["cat", "dog"] };
  const first = await openModel(exportOnnx(made, { layout: "nchw" }));
  expect(first.metadata.classes).toEqual(["cat", "dog"]);
  expect(first.metadata.extra).toMatchObject({ import: { inputs: [{ name: "input", axes: [2, 3, 1] }] } });
  expect(first.layers.map(({ type }) => type)).toEqual(["conv2d", "flatten", "dense"]);
  expect(first.layers.map(({ name }) => name)).toEqual(made.layers.map(({ name }) => name));
  const x = rowsFor(made, 2, wave);
  expect(first.predict(x).data).toEqual(made.predict(x).data);
  const scaled = exportOnnx(made, { scaling: true });
  const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
  const own = made.predict({ data: bytes, shape: [2, 3, 4, 1] }).data;
  const back = await openModel(scaled);
  expect(
    differs(back.predict({ data: Float32Array.from(bytes), shape: [2, 3, 4, 1] }).data, own),
  ).toBeLessThan(1e-6);
});

/** Rows of four steps: whole ones, padding at the end, at the beginning, in between, alone. */
const STEPS = [
  [1, 1, 1, 1],
  [1, 1, 0, 0],
  [0, 0, 1, 1],
  [1, 0, 1, 0],
  [0, 0, 0, 0],
  [0, 1, 0, 0],
];

describe("padding", () => {
  const steps = STEPS.flatMap((row, r) =>
    row.flatMap((is, t) => [0, 1].map((i) => is * wave(8 * r + 2 * t + i))),
  );
  const x = { data: Float32Array.from(steps), shape: [STEPS.length, 4, 2] };
  const mask = () => masking({});
  const { lstm, gru, simpleRnn, bidirectional, dense, timeDistributed } = ALL;
  const many = { returnSequences: true } as const;
  test.each<readonly [string, readonly LayerInput[]]>([
    ["lstm", [mask(), lstm({ units: 3 })]],
    ["lstm without bias, backwards", [mask(), lstm({ units: 3, useBias: false, goBackwards: true })]],
    ["gru of all steps", [mask(), gru({ units: 3, ...many })]],
    ["simpleRnn, which passes it on", [mask(), simpleRnn({ units: 3, ...many }), lstm({ units: 2 })]],
    ["gru without resetAfter", [mask(), dense({ units: 3 }), gru({ units: 3, resetAfter: false })]],
    ["bidirectional", [mask(), bidirectional(lstm({ units: 3 }))]],
    ["bidirectional of all steps", [mask(), bidirectional(gru({ units: 3, ...many }), { mergeMode: "sum" })]],
    ["mean", [mask(), timeDistributed(dense({ units: 3 })), ALL.globalAveragePooling1d()]],
    ["attention", [mask(), ALL.attention({ causal: true }), ALL.globalAveragePooling1d()]],
    ["heads", [mask(), ALL.multiHeadAttention({ numHeads: 2, keyDim: 2 }), lstm({ units: 2 })]],
  ])("%s", async (_, layers) => {
    const made = shaken(sequential([...layers], { inputShape: [4, 2], seed: 5 }));
    const { runtime, difference, types } = await round(made, { input: x });
    if (runtime !== undefined) expect(runtime).toBeLessThan(2e-6);
    expect(difference).toBe(0);
    const plain = ({ type }: { type: string }) => type !== "timeDistributed";
    expect(types!.filter((type) => type !== "dense")).toEqual(
      made.layers.filter(plain).flatMap(({ type }) => (type === "dense" ? [] : type)),
    );
  });

  test("numbers that are 0", async () => {
    const layers = [ALL.embedding({ inputDim: 5, outputDim: 3, maskZero: true }), gru({ units: 2 })];
    const made = sequential(layers, { inputShape: [4], seed: 5 });
    const numbers = { data: Float32Array.from(STEPS.flat(), (is, i) => is * (1 + (i % 4))), shape: [6, 4] };
    const { runtime, difference } = await round(shaken(made), { input: numbers });
    if (runtime !== undefined) expect(runtime).toBeLessThan(2e-6);
    expect(difference).toBe(0);
  });

  const between = ["dense", "normal", "walk", "both", "attention", "heads", "dropout", "sum"] as const;
  const recipe = fc.record({
    begin: fc.constantFrom("masking", "embedding"),
    middle: fc.array(
      fc.record({
        kind: fc.constantFrom(...between),
        cell: fc.constantFrom("lstm", "gru", "simpleRnn"),
        flag: fc.boolean(),
        mode: fc.constantFrom("concat", "sum", "average", "multiply"),
      }),
      { maxLength: 4 },
    ),
    end: fc.constantFrom("steps", "walk", "back", "both", "mean"),
  });

  test("random graphs with masks are what they were", async () => {
    let asked = 0;
    for (const { begin, middle, end } of fc.sample(recipe, { numRuns: 150, seed: 3 })) {
      const x = input({ shape: begin === "masking" ? [5, 3] : [5], name: "x" });
      const first =
        begin === "masking"
          ? masking({ maskValue: 0 })
          : ALL.embedding({ inputDim: 9, outputDim: 3, maskZero: true });
      let value = first.apply(x) as never;
      const put = (layer: unknown, ...more: unknown[]) => {
        value = (layer as { apply(...given: unknown[]): never }).apply(...(more.length > 0 ? more : [value]));
      };
      for (const { kind, cell, flag, mode } of middle) {
        const walk = ALL[cell]({ units: 3, returnSequences: true, useBias: flag });
        if (kind === "dense") put(dense({ units: 3, activation: flag ? "tanh" : "linear" }));
        if (kind === "normal") put(ALL.layerNormalization());
        if (kind === "walk") put(walk);
        if (kind === "both") put(bidirectional({ layer: walk, mergeMode: mode }));
        if (kind === "attention") put(ALL.attention({ causal: flag, useScale: !flag }));
        if (kind === "heads") put(ALL.multiHeadAttention({ numHeads: 2, keyDim: 2, causal: flag }));
        if (kind === "dropout") put(ALL.dropout({ rate: 0.3 }));
        if (kind === "sum") {
          const before = value;
          put(ALL.activation({ activation: "tanh" }));
          value = ALL.add().apply([before, value] as never) as never;
        }
      }
      if (end === "walk") put(gru({ units: 2 }));
      if (end === "back") put(lstm({ units: 2, goBackwards: true }));
      if (end === "both") put(bidirectional({ layer: simpleRnn({ units: 2 }) }));
      if (end === "mean") put(ALL.globalAveragePooling1d());
      const made = shaken(model({ inputs: x, outputs: value }));
      const rows = paddedRows(made);
      if (begin === "embedding") rows.x!.data.forEach((n, i, all) => (all[i] = n === 0 ? 0 : 1 + (i % 8)));
      const { runtime, difference } = await round(made, rows);
      asked++;
      if (runtime !== undefined) expect(runtime, made.summary()).toBeLessThan(1e-5);
      expect(difference, made.summary()).toBe(0);
    }
    expect(asked).toBe(150);
  });
});

test("what ONNX cannot say is said at once", () => {
  const made = sequential(
    [
      ALL.lstm({ units: 2, activation: "hardSigmoid", returnSequences: true, name: "first" }),
      ALL.gru({ units: 2, recurrentActivation: "hardSigmoid", name: "second" }),
    ],
    { inputShape: [4, 2] },
  );
  expect(() => exportOnnx(made)).toThrow(
    /^exportOnnx: this model has parts that ONNX has not:\n {2}lstm "first": hardSigmoid .*\n {2}gru "second": hardSigmoid/,
  );
});
