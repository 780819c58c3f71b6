/** Models as ONNX files: each layer and random graphs, run by onnxruntime and read back. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { WRITTEN } from "../../src/export/onnx/layers.ts";
import { openModel } from "../../src/import/index.ts";
import {
  activation,
  input,
  type LayerInput,
  type Model,
  masking,
  model,
  sequential,
} from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { modelOf, recipes } from "../support/graphs/random.ts";
import { differs, hasRuntime, outputsOf, round, rowsFor, runtimeOutputs } from "./onnxRound.ts";

if (process.env.NABLA_REQUIRE_ALL === "1")
  test("onnxruntime-web is installed: node scripts/tools.mjs interop", () => {
    expect(hasRuntime()).toBe(true);
  });
else
  test.skipIf(hasRuntime())(
    "onnxruntime is asked as well (skipped: node scripts/tools.mjs interop installs it)",
    () => {},
  );

const wave = (i: number) => Math.sin(i * 1.3 + 1);

/** Options of layers, and shapes they take; several for those that have several ways. */
const CASES: Readonly<
  Record<string, readonly (readonly [options: object, ...shapes: (readonly number[])[]])[]>
> = {
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

function modelWith(type: string, options: object, shapes: readonly (readonly number[])[]): Model {
  const make = (
    ALL as unknown as Record<string, (options: object) => LayerInput & { apply(x: unknown): never }>
  )[type]!;
  const inputs = shapes.map((shape, i) => input({ shape, name: `x${i}` }));
  const made = model({ inputs, outputs: { y: make(options).apply(inputs) as never }, seed: 3 });
  // weights that begin as 0 or 1 would hide where they go
  const weights = Object.entries(made.weights()).map(([name, values]) => {
    const fixed = /\.(?:mean|variance)$/.test(name);
    const shift = /variance$/i.test(name) ? 1.5 : 0;
    return [
      name,
      fixed ? values : values.map((value, i) => value * 0.5 + shift + 0.3 * wave(i * 2.1 + name.length)),
    ] as const;
  });
  return made.setWeights(Object.fromEntries(weights));
}

const REFUSED = [
  "attention",
  "bidirectional",
  "masking",
  "multiHeadAttention",
  "positionalEmbedding",
  "repeatVector",
  "timeDistributed",
];

test("every layer that is written has a case", () => {
  expect(Object.keys(CASES).sort()).toEqual([...WRITTEN].sort());
  const absent = Object.keys(ALL).filter((type) => !WRITTEN.includes(type));
  // input, residual and shared are the graph's own; the others are refused by their names
  expect(absent.sort()).toEqual(["input", "residual", "shared", ...REFUSED].sort());
});

const cases = Object.entries(CASES).flatMap(([type, each]) =>
  each.map(([options, ...shapes]) => ({ type, options, shapes })),
);
describe("layers as ONNX", () => {
  test.each(cases)("$type $options", async ({ type, options, shapes }) => {
    const made = modelWith(type, options, shapes);
    const x = rowsFor(made, 3, type === "embedding" ? (i) => (i * 3) % 7 : wave);
    const { runtime, difference } = await round(made, x);
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
    if (made.layers.some(({ type }) => REFUSED.includes(type))) continue;
    const { runtime, difference } = await round(made, rowsFor(made, recipe.rows, wave));
    graphs++;
    if (runtime !== undefined) expect(runtime, made.summary()).toBeLessThan(1e-5);
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

test("masks are refused, by the layer's name", () => {
  const made = sequential([masking({ name: "gaps" }), ALL.lstm({ units: 2 })], { inputShape: [4, 2] });
  expect(() => exportOnnx(made)).toThrow(/exportOnnx: masking "gaps": ONNX has no masks/);
  const words = sequential([ALL.embedding({ inputDim: 4, outputDim: 2, maskZero: true, name: "words" })], {
    inputShape: [4],
  });
  expect(() => exportOnnx(words)).toThrow(/exportOnnx: embedding "words": maskZero/);
});
