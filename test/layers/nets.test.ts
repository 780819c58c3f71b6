/** Whole networks through the public API, against the composition of the reference layers. */
import { describe, expect, test } from "vitest";
import { checkGradients, type LayerInput, type Model, sequential } from "../../src/index.ts";
import { registerAll } from "../../src/layers/table.ts";
import { near } from "../support/harness.ts";
import { values } from "../support/kernel.ts";
import {
  type ReferenceConfig,
  referenceNet,
  type Shape,
  size,
  type Tensors,
} from "../support/layers/index.ts";
import { lossReferences } from "../support/reference.ts";

// the networks below are described, not written with the layers' factories
registerAll();

const relu = { activation: "relu" } as const;
const same = { padding: "same" } as const;
const conv = (filters: number, kernelSize: number, rest: object = {}): ReferenceConfig => ({
  type: "conv2d",
  filters,
  kernelSize,
  ...rest,
});
const bn: ReferenceConfig = { type: "batchNormalization" };
const softmax: ReferenceConfig = { type: "dense", units: 3, activation: "softmax" };

const nets: [string, Shape, ReferenceConfig[]][] = [
  [
    "conv, pool, conv, pool, dense",
    [10, 9, 2],
    [
      conv(5, 3, relu),
      { type: "maxPooling2d" },
      conv(6, 3, { ...relu, ...same }),
      { type: "averagePooling2d", ...same },
      { type: "flatten" },
      softmax,
    ],
  ],
  [
    "residual blocks with batch normalisation",
    [6, 7, 3],
    [
      conv(5, 3, { ...same, useBias: false }),
      bn,
      { type: "activation", ...relu },
      { type: "residual", layers: [conv(5, 3, { ...same, ...relu }), conv(5, 3, same), bn] },
      {
        type: "residual",
        layers: [conv(7, 3, { strides: 2, ...same, ...relu }), conv(7, 3, same)],
        shortcut: [conv(7, 1, { strides: 2 })],
      },
      { type: "globalAveragePooling2d" },
      softmax,
    ],
  ],
  [
    "of all sorts",
    [30],
    [
      { type: "dense", units: 30, activation: "tanh" },
      { type: "layerNormalization" },
      { type: "reshape", targetShape: [5, -1, 2] },
      {
        type: "zeroPadding2d",
        padding: [
          [0, 1],
          [2, 0],
        ],
      },
      conv(6, 3, { groups: 2, dilationRate: 2, ...same, activation: "silu" }),
      { type: "maxPooling2d", poolSize: 3, strides: 2, ...same },
      { type: "activation", activation: "gelu" },
      { type: "layerNormalization" },
      { type: "flatten" },
      softmax,
    ],
  ],
  [
    "images whose padded pixels take no more room than flat rows",
    [1, 2, 3],
    [
      { type: "layerNormalization" },
      conv(7, 1, { activation: "tanh" }),
      { type: "flatten" },
      { type: "dense", units: 9, activation: "tanh" },
      { type: "reshape", targetShape: [3, 1, 3] },
      { type: "averagePooling2d", poolSize: [2, 1], strides: 1 },
      { type: "flatten" },
      softmax,
    ],
  ],
  [
    "along sequences",
    [13, 3],
    [
      { type: "conv1d", filters: 6, kernelSize: 3, padding: "causal", ...relu },
      { type: "maxPooling1d", poolSize: 3, strides: 2, padding: 1, ceilMode: true },
      { type: "conv1d", filters: 6, kernelSize: 3, groups: 6, dilationRate: 2, ...same },
      { type: "upSampling1d" },
      { type: "averagePooling1d", poolSize: 3, padding: [2, 0], countIncludePad: true },
      { type: "layerNormalization" },
      { type: "permute", dims: [2, 1] },
      { type: "zeroPadding1d" },
      { type: "cropping1d", cropping: [0, 1] },
      { type: "globalAveragePooling1d" },
      softmax,
    ],
  ],
  [
    "images made small and large again",
    [6, 7, 3],
    [
      { type: "separableConv2d", filters: 6, kernelSize: 3, strides: 2, ...same, ...relu },
      {
        type: "separableConv2d",
        filters: 5,
        kernelSize: 3,
        padding: 1,
        depthMultiplier: 2,
        activation: "tanh",
      },
      {
        type: "conv2dTranspose",
        filters: 6,
        kernelSize: 3,
        strides: 2,
        padding: 1,
        outputPadding: 1,
        ...relu,
      },
      { type: "upSampling2d", interpolation: "bilinear", size: [1, 2] },
      { type: "conv2dTranspose", filters: 3, kernelSize: 2, strides: 2 },
      { type: "cropping2d", cropping: [2, 3] },
      { type: "permute", dims: [2, 1, 3] },
      conv(4, 3, {
        padding: [
          [2, 0],
          [0, 1],
        ],
      }),
      { type: "globalMaxPooling2d" },
      softmax,
    ],
  ],
];

nets.push([
  "dense layers and softmax on the last axis",
  [4, 5, 3],
  [
    { type: "dense", units: 6, activation: "softmax" },
    { type: "layerNormalization" },
    { type: "reshape", targetShape: [20, 6] },
    { type: "dense", units: 3, ...relu },
    { type: "flatten" },
    softmax,
  ],
]);

const ROWS = 5;

/** The model's tensors under the reference's names: both list them layer by layer. */
function named(model: Model, names: readonly string[]): Map<string, string> {
  const left = Object.keys(model.weights());
  const last = (name: string) => name.slice(name.lastIndexOf(".") + 1);
  const found = names.map((name): [string, string] => {
    const at = left.findIndex((other) => last(other) === last(name));
    expect(at, `${name} among ${left}`).toBeGreaterThanOrEqual(0);
    return [name, left.splice(at, 1)[0]];
  });
  expect(left).toEqual([]);
  return new Map(found);
}

function build(shape: Shape, configs: readonly ReferenceConfig[]) {
  const [first, ...rest] = configs;
  const model = sequential([{ ...first, inputShape: shape }, ...rest] as LayerInput[], { seed: 3 });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
  const net = referenceNet(configs, shape);
  const weights = model.weights();
  const names = named(model, Object.keys({ ...net.parameters, ...net.moving }));
  // other than zeros and ones, which hide mistakes
  let seed = 40;
  for (const [name, own] of names) {
    const spread = name.endsWith("kernel") ? 0 : 0.25;
    weights[own] = weights[own].map((v, i) => v + spread * values(weights[own].length, seed)[i]);
    seed++;
  }
  model.setWeights(weights);
  const p: Tensors = Object.fromEntries(
    [...names].map(([name, own]) => [name, Float64Array.from(model.weights()[own])]),
  );
  const x = values(ROWS * size(shape), 11);
  const labels = Array.from({ length: ROWS }, (_, r) => r % 3);
  return { model, net, names, p, x, labels };
}

/** Mean loss over the rows, and dL/dy. */
function lossOf(y: Float64Array, labels: readonly number[]) {
  const { value, gradient } = lossReferences.categoricalCrossentropy;
  const units = y.length / labels.length;
  const dy = new Float64Array(y.length);
  let loss = 0;
  labels.forEach((label, r) => {
    const a = [...y.subarray(r * units, (r + 1) * units)];
    const target = a.map((_, i) => Number(i === label));
    loss += value(a, target, 0) / labels.length;
    dy.set(
      gradient(a, target, 0).map((v) => v / labels.length),
      r * units,
    );
  });
  return { loss, dy };
}

/** A weight of a filter moves hundreds of values: some cross a kink, where differences say nothing. */
const smooth = (configs: readonly ReferenceConfig[]): ReferenceConfig[] =>
  JSON.parse(
    JSON.stringify(configs)
      .replaceAll('"relu"', '"tanh"')
      .replaceAll("maxPooling", "averagePooling")
      .replaceAll("globalMaxPooling", "globalAveragePooling"),
  );

const rowsOf = (x: Float32Array, n: number) =>
  Array.from({ length: x.length / n }, (_, r) => [...x.subarray(r * n, (r + 1) * n)]);

describe.each(nets)("%s", (_, shape, configs) => {
  test("loss and gradients are the reference's", async () => {
    const { model, net, names, p, x, labels } = build(shape, configs);
    const before = model.weights();
    const got = await model.gradients(rowsOf(x, size(shape)), labels);
    const pass = net.forward(p, Float64Array.from(x), true);
    const { loss, dy } = lossOf(pass.y, labels);
    near("loss", [got.loss, got.lossExact], [loss, loss], 2e-6);
    const want = pass.backward(dy).gradients;
    expect(Object.keys(got.gradients).length).toBe(Object.keys(want).length);
    for (const name of Object.keys(net.parameters))
      near(`gradient of ${name}`, got.gradients[names.get(name)!], want[name], 5e-6);
    expect(model.weights()).toEqual(before);
    expect(await model.gradients(rowsOf(x, size(shape)), labels)).toEqual(got);
  });

  test("predict() gives the reference's outputs, row by row the same bits as together", () => {
    const { model, net, p, x } = build(shape, configs);
    const rows = rowsOf(x, size(shape));
    const { data } = model.predict(rows);
    near("y", data, net.forward(p, Float64Array.from(x), false).y, 5e-6);
    for (const batchSize of [1, 2, 3]) expect(model.predict(rows, { batchSize }).data).toEqual(data);
  });

  test("without kinks, the kernels' gradients are those of their values", async () => {
    const { model, x, labels } = build(shape, smooth(configs));
    const checked = await checkGradients(model, rowsOf(x, size(shape)), labels, { samples: 12 });
    expect(checked, JSON.stringify(checked)).toMatchObject({ ok: true });
    expect(checked.skipped).toBeLessThan(5);
  });
});

describe("bytes as inputs", () => {
  const image = { height: 7, width: 5 };
  test.each([1, 2, 3, 4, 5])("%i channels: the same bits as the numbers they stand for", async (channels) => {
    const shape = [image.height, image.width, channels];
    for (const first of [
      conv(6, 3, { ...same, ...relu }),
      conv(6, 1, { strides: 2 }),
      { type: "maxPooling2d" },
      { type: "flatten" },
      { type: "batchNormalization" },
    ] as ReferenceConfig[]) {
      const { model } = build(shape, [first, { type: "flatten" }, softmax]);
      const all = [ROWS, ...shape];
      const data = Uint8Array.from(values(size(all), 70), (v) => Math.floor((v + 1) * 128));
      const bytes = { data, shape: all };
      const numbers = { data: Float32Array.from(data, (v) => v * Math.fround(1 / 255)), shape: all };
      expect(model.predict(bytes).data).toEqual(model.predict(numbers).data);
      const labels = [0, 1, 2, 0, 1];
      expect(await model.gradients(bytes, labels)).toEqual(await model.gradients(numbers, labels));
    }
  });
});
