/** nabla/predict: the bits of Model.predict, from the sources and from the bundle with its own core. */
import { describe, expect, test } from "vitest";
import {
  activation,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  dropout,
  flatten,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  type LayerInput,
  layerNormalization,
  maxPooling1d,
  maxPooling2d,
  permute,
  reshape,
  residual,
  separableConv2d,
  sequential,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "../../src/index.ts";
import * as sources from "../../src/predict/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

const built: typeof sources = await import(
  /* @vite-ignore */ new URL("../../build/predict.js", import.meta.url).href
);

const images: LayerInput[] = [
  zeroPadding2d({ padding: 1, inputShape: [9, 7, 3] }),
  conv2d({ filters: 6, kernelSize: 3, activation: "relu" }),
  batchNormalization(),
  residual([conv2d({ filters: 6, kernelSize: 3, padding: "same", groups: 2 }), layerNormalization()]),
  conv2d({ filters: 6, kernelSize: 3, padding: "same", groups: 6 }),
  maxPooling2d({ poolSize: 2, padding: "same" }),
  gaussianNoise({ stddev: 0.1 }),
  averagePooling2d({ poolSize: 2, strides: 1 }),
  dropout({ rate: 0.5 }),
  conv2d({ filters: 5, kernelSize: 1, activation: { name: "leakyRelu", alpha: 0.2 } }),
];
const sequences: LayerInput[] = [
  conv1d({ filters: 6, kernelSize: 3, padding: "causal", activation: "relu", inputShape: [14, 3] }),
  maxPooling1d({ ceilMode: true }),
  zeroPadding1d(),
  averagePooling1d({ poolSize: 3, strides: 1, padding: [1, 0], countIncludePad: true }),
  upSampling1d(),
  cropping1d(),
  permute({ dims: [2, 1] }),
];
const enlarged: LayerInput[] = [
  separableConv2d({ filters: 6, kernelSize: 3, depthMultiplier: 2, inputShape: [7, 6, 3] }),
  conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: "same", activation: "tanh" }),
  upSampling2d({ interpolation: "bilinear" }),
  cropping2d({ cropping: 1 }),
  upSampling2d({ size: [1, 2] }),
];
const nets: [string, LayerInput[], readonly number[]][] = [
  [
    "a dense network",
    [dense({ units: 7, activation: "gelu", inputShape: [5] }), dense({ units: 3, activation: "softmax" })],
    [5],
  ],
  ["every layer for images", [...images, globalAveragePooling2d(), dense({ units: 2 })], [9, 7, 3]],
  ["an image as output", images, [9, 7, 3]],
  ["a sequence as output", sequences, [14, 3]],
  ["the largest of a sequence", [...sequences, globalMaxPooling1d()], [14, 3]],
  ["the mean of a sequence", [...sequences, globalAveragePooling1d()], [14, 3]],
  ["a larger image as output", enlarged, [7, 6, 3]],
  ["the largest of an image", [...enlarged, globalMaxPooling2d()], [7, 6, 3]],
  [
    "flatten and reshape",
    [
      reshape({ targetShape: [2, 3, 1], inputShape: [6] }),
      flatten(),
      dense({ units: 2 }),
      activation({ activation: "tanh" }),
    ],
    [6],
  ],
  ...(["step", "sigmoid", "tanh", "relu", "gaussian", "elu", "silu", "softplus"] as const).map(
    (name): [string, LayerInput[], readonly number[]] => [
      name,
      [dense({ units: 9, activation: name, inputShape: [4] })],
      [4],
    ],
  ),
];

describe.each([
  ["sources", sources],
  ["bundle", built],
])("from the %s", (_which, { load, loadAsync, Predictor }) => {
  test.each(nets)("%s: what loadAsync() gives is no other", async (_name, layers, shape) => {
    const bytes = sequential(layers, { seed: 5 }).save();
    const values = shape.reduce((product, n) => product * n, 1);
    const [one, other] = [load(bytes, "m"), await loadAsync(bytes, "m")];
    for (const predictor of [one, other]) expect(predictor).toBeInstanceOf(Predictor);
    expect(other.inputShape).toEqual(one.inputShape);
    expect(other.outputShape).toEqual(one.outputShape);
    expect(other.metadata).toEqual(one.metadata);
    const floats = Float32Array.from({ length: 3 * values }, (_, i) => Math.cos(i));
    const bits = Uint8Array.from({ length: 3 * values }, (_, i) => (i * 41) & 255);
    for (const x of [floats, bits]) {
      expect(other.predict(x).shape).toEqual(one.predict(x).shape);
      expect(new Uint8Array(other.predict(x).data.buffer)).toEqual(
        new Uint8Array(one.predict(x).data.buffer),
      );
    }
  });

  test.each(nets)("%s: the same bits as the model's", (_name, layers, shape) => {
    const model = sequential(layers, { seed: 5 });
    const values = shape.reduce((product, n) => product * n, 1);
    const x = Float32Array.from({ length: 5 * values }, (_, i) => Math.sin(i));
    const predictor = load(model.save());
    expect(predictor.inputShape).toEqual(model.inputShape);
    expect(predictor.outputShape).toEqual(model.outputShape);
    const expected = model.predict(x);
    for (const batchSize of [1, 2, 256]) {
      const outputs = predictor.predict(x, { batchSize });
      expect(outputs.shape).toEqual(expected.shape);
      expect(new Uint8Array(outputs.data.buffer)).toEqual(new Uint8Array(expected.data.buffer));
    }
    const bytes = Uint8Array.from({ length: 3 * values }, (_, i) => (i * 37) & 255);
    expect(predictor.predict(bytes).data).toEqual(model.predict(bytes).data);
  });

  test("a trained model's classes and metadata come along; optimizer and callbacks stay behind", async () => {
    const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [2] })], { seed: 1 });
    model.compile({ loss: "categoricalCrossentropy" });
    await model.fit(
      [
        [0, 1],
        [1, 0],
      ],
      [0, 1],
      { epochs: 2 },
    );
    model.metadata = { ...model.metadata, classes: ["a", "b"], extra: { threshold: -0 } };
    const predictor = load(model.save());
    expect(predictor.classes).toEqual(["a", "b"]);
    expect(Object.is(predictor.metadata.extra?.threshold, -0)).toBe(true);
    expect(predictor.predict([[3, 4]]).data).toEqual(model.predict([[3, 4]]).data);
  });

  const bytes = sequential([dense({ units: 2, inputShape: [3] })]).save();
  /** The document of the checkpoint, changed, under a right checksum. */
  const altered = (
    change: (document: { version: number; config: { model: { layers: Record<string, unknown>[] } } }) => void,
  ) => {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const document = JSON.parse(header.__metadata__["nabla.checkpoint"]);
    change(document);
    const tensors = ["dense_1.kernel", "dense_1.bias"].map((name) => {
      const { shape, data_offsets } = header[name];
      return {
        name,
        shape,
        data: new Float32Array(bytes.slice(8 + length).buffer.slice(data_offsets[0], data_offsets[1])),
      };
    });
    return writeSafetensors(tensors, { "nabla.checkpoint": JSON.stringify(document) });
  };
  const flipped = bytes.slice();
  flipped[flipped.length - 1] ^= 1;

  test("loadAsync() refuses files in the words of load()", async () => {
    const files = [
      bytes.subarray(0, bytes.length - 4),
      flipped,
      new Uint8Array(),
      writeSafetensors([]),
      altered((document) => (document.version = 99)),
      altered(({ config }) => (config.model.layers[0].type = "capsule")),
      altered(({ config }) => (config.model.layers[0].units = -1)),
      altered(({ config }) => delete config.model.layers[0].units),
      "no bytes" as never,
    ];
    for (const file of files) {
      let words = "";
      try {
        load(file, "m.bin");
      } catch (error) {
        words = (error as Error).message;
      }
      expect(words).toMatch(/^m\.bin: /);
      await expect(loadAsync(file, "m.bin")).rejects.toMatchObject({ name: "NablaError", message: words });
    }
  });

  test("a predictor of loadAsync() refuses rows in the words of another", async () => {
    const [one, other] = [load(bytes), await loadAsync(bytes)];
    const rows: [unknown, object?][] = [
      [[1, 2]],
      [new Float32Array(4)],
      [[[1, 2, 3]], { batchsize: 3 }],
      [[[1, 2, 3]], { batchSize: 0 }],
      [[[1, 2, 3]], 3 as never],
      [[[1, 2, Number.NaN]]],
      [[[1, 2, "3"]]],
      [[[1, 2]]],
      ["123"],
    ];
    for (const [x, options] of rows) {
      let words = "";
      try {
        one.predict(x as never, options);
      } catch (error) {
        words = (error as Error).message;
      }
      expect(words).toMatch(/^predict: /);
      expect(() => other.predict(x as never, options)).toThrow(
        expect.objectContaining({ name: "NablaError", message: words }),
      );
    }
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "cut short",
      () => load(bytes.subarray(0, bytes.length - 4), "m.bin"),
      /^m\.bin: truncated: expected \d+ bytes, got \d+/,
    ],
    ["changed", () => load(flipped, "m.bin"), /^m\.bin: damaged or changed since it was saved/],
    ["empty", () => load(new Uint8Array(), "m.bin"), /^m\.bin: not a safetensors file/],
    [
      "of another tool",
      () => load(writeSafetensors([]), "m.bin"),
      /^m\.bin: (expected a checkpoint|damaged)/,
    ],
    [
      "newer",
      () =>
        load(
          altered((document) => (document.version = 99)),
          "m.bin",
        ),
      /^m\.bin: checkpoint: it has version 99, .*update nabla/,
    ],
    [
      "with an unknown layer",
      () =>
        load(
          altered(({ config }) => (config.model.layers[0].type = "capsule")),
          "m.bin",
        ),
      /^m\.bin: checkpoint: config\.model\.layers\[0\]\.type: expected one of dense, .*"capsule"/,
    ],
    [
      "with wrong units",
      () =>
        load(
          altered(({ config }) => (config.model.layers[0].units = -1)),
          "m.bin",
        ),
      /^m\.bin: checkpoint: config\.model\.layers\[0\]\.units: expected a whole number ≥ 1, got -1/,
    ],
    [
      "with fields missing",
      () =>
        load(
          altered(({ config }) => delete config.model.layers[0].units),
          "m.bin",
        ),
      /^m\.bin: checkpoint: config\.model\.layers\[0\]\.units: missing/,
    ],
    ["too few values", () => load(bytes).predict([1, 2]), /expected a multiple of 3 values .*got 2/],
    [
      "a single row",
      () => load(bytes).predict(new Float32Array(4)),
      /expected a multiple of 3 values .*got 4/,
    ],
    ["a misspelt option", () => load(bytes).predict([[1, 2, 3]], { batchsize: 3 } as object), /batchSize/],
  ])("%s: an error that says so", (_name, act, message) => {
    expect(act).toThrow(
      expect.objectContaining({ name: "NablaError", message: expect.stringMatching(message) }),
    );
  });
});

test("the bundle shortens no name that programs use", async () => {
  const names = (value: object) => Object.getOwnPropertyNames(Object.getPrototypeOf(value)).sort();
  const bytes = sequential([dense({ units: 2, inputShape: [3] })]).save();
  expect(Object.keys(built).sort()).toEqual(Object.keys(sources).sort());
  const ours = sources.load(bytes);
  const x = { data: Float32Array.of(1, 2, 3), shape: [1, 3] };
  for (const theirs of [built.load(bytes), await built.loadAsync(bytes)]) {
    expect(names(theirs)).toEqual(names(ours));
    expect(Object.keys(theirs.metadata)).toEqual(Object.keys(ours.metadata));
    const [outputs, others] = [ours.predict(x), theirs.predict(x)];
    expect(names(others)).toEqual(names(outputs));
    expect(Object.keys(others)).toEqual(Object.keys(outputs));
  }
  const flipped = bytes.slice();
  flipped[flipped.length - 1] ^= 1;
  expect(() => built.load(flipped)).toThrow(
    expect.objectContaining({ details: { stored: expect.any(String), found: expect.any(String) } }),
  );
});
