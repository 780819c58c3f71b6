/** Outputs that are images of classes: losses, weights and metrics count pixels. */
import { describe, expect, test } from "vitest";
import {
  activation,
  arrayDataset,
  checkGradients,
  conv2d,
  cropping2d,
  dense,
  flatten,
  globalAveragePooling2d,
  type LayerInput,
  load,
  type Model,
  maxPooling2d,
  permute,
  reshape,
  sequential,
  upSampling2d,
} from "../../src/index.ts";
import stored from "../golden/pixels.json";
import { near } from "../support/harness.ts";
import { values } from "../support/kernel.ts";

type Shape = readonly number[];
const product = (shape: Shape) => shape.reduce((a, b) => a * b, 1);
const classes = (shape: Shape, among: number) => ({
  data: Float32Array.from({ length: product(shape) }, (_, i) => (i * 7) % among),
  shape,
});

/** Models that give back their inputs, or a function of them that the loss undoes. */
const through = (shape: Shape, f: "softmax" | "sigmoid" | "linear", ...more: LayerInput[]) =>
  sequential([activation({ activation: f }), ...more], { inputShape: shape });

describe("what PyTorch computes", () => {
  const cases = stored.flatMap((golden) =>
    (["fused", "logits", "plain"] as const).map((how) => [how, golden.channels, golden] as const),
  );
  test.each(cases)("%s, %i channels", async (how, channels, golden) => {
    const { rows, height, width, smoothing, loss, dz } = golden;
    const shape = [height, width, channels];
    const f = channels > 1 ? "softmax" : "sigmoid";
    // behind a reshape the loss takes the outputs as they are
    const model = through(
      shape,
      how === "logits" ? "linear" : f,
      ...(how === "plain" ? [reshape({ targetShape: [width, height, channels] })] : []),
    );
    const name = channels > 1 ? "categoricalCrossentropy" : "binaryCrossentropy";
    model.compile({ loss: { name, labelSmoothing: smoothing }, optimizer: "sgd" });
    const z = Float32Array.from(values(rows * product(shape), 1), (v) => v * 3);
    const x = { data: z, shape: [rows, ...shape] };
    const y = classes(how === "plain" ? [rows, width, height] : [rows, height, width], Math.max(2, channels));
    near("loss", [(await model.evaluate(x, y)).loss], [loss], 1e-6);
    // gradients are of each row's own loss
    near(
      "dz",
      (await model.inputGradients(x, y)).data,
      dz.map((d) => d * rows),
      2e-6,
    );
  });
});

const [rows, height, width] = [6, 4, 5];
const shape = [height, width, 2];
const x = { data: values(rows * product(shape), 4), shape: [rows, ...shape] };
function net(channels: number, f: "softmax" | "sigmoid" | "linear" = "softmax"): Model {
  const layers = [
    conv2d({ filters: 6, kernelSize: 3, padding: "same", activation: "tanh" }),
    conv2d({ filters: channels, kernelSize: 1, activation: f }),
  ];
  const model = sequential(layers, { inputShape: shape, seed: 2 });
  model.compile({
    loss: channels > 1 ? "categoricalCrossentropy" : "binaryCrossentropy",
    optimizer: "adam",
    metrics: ["accuracy"],
  });
  return model;
}

/** −ln of the probability of the class that each pixel has. */
function pixelLosses(model: Model, channels: number, labels: ArrayLike<number>): number[] {
  const p = model.predict(x).data;
  return Array.from(labels, (label, i) =>
    channels > 1 ? -Math.log(p[i * channels + label]) : -Math.log(label ? p[i] : 1 - p[i]),
  );
}
const mean = (of: readonly number[]) => of.reduce((s, v) => s + v, 0) / of.length;

describe.each([1, 2, 3, 4])("%i channels", (channels) => {
  const among = Math.max(2, channels);
  const y = classes([rows, height, width], among);
  const pixels = height * width;

  test("the loss is the mean over all pixels; classes and values are the same targets", async () => {
    const model = net(channels, channels > 1 ? "softmax" : "sigmoid");
    const own = net(channels, channels > 1 ? "softmax" : "sigmoid");
    own.setWeights(model.weights());
    const losses = pixelLosses(own, channels, y.data);
    const { loss, accuracy } = await own.evaluate(x, y);
    near("loss", [loss], [mean(losses)], 1e-6);
    const p = own.predict(x).data;
    const right = Array.from(y.data, (label, i) => {
      if (channels === 1) return Number(p[i] > 0.5 === (label === 1));
      const pixel = [...p.subarray(i * channels, (i + 1) * channels)];
      return Number(pixel.indexOf(Math.max(...pixel)) === label);
    });
    near("accuracy", [accuracy], [mean(right)], 1e-12);
    const values = {
      data:
        channels > 1
          ? Float32Array.from({ length: y.data.length * channels }, (_, i) =>
              Number(i % channels === y.data[Math.floor(i / channels)]),
            )
          : y.data,
      shape: [rows, height, width, channels],
    };
    expect(await own.evaluate(x, values)).toEqual({ loss, accuracy });
    const each: number[] = [];
    await own.evaluate(x, y, { onRow: (_, value, outputs) => each.push(value, outputs.length) });
    near(
      "losses of rows",
      each,
      Array.from({ length: rows }, (_, r) => [
        mean(losses.slice(r * pixels, (r + 1) * pixels)),
        pixels * channels,
      ]).flat(),
      1e-6,
    );
    const { counts } = await own.confusionMatrix(arrayDataset(x, y));
    expect([counts.length, counts.flat().reduce((a, b) => a + b)]).toEqual([among, rows * pixels]);
  });

  test("weights of rows, and of the class of each pixel", async () => {
    const model = net(channels, channels > 1 ? "softmax" : "sigmoid");
    const losses = pixelLosses(model, channels, y.data);
    const sampleWeight = Array.from({ length: rows }, (_, r) => r / 2);
    const { loss } = await model.evaluate(x, y, { sampleWeight, classWeight: { 1: 3 } });
    const weighted = losses.map(
      (v, i) => v * sampleWeight[Math.floor(i / pixels)] * (y.data[i] === 1 ? 3 : 1),
    );
    near("loss", [loss], [mean(weighted)], 1e-6);
    const options = { sampleWeight, classWeight: { 1: 3 } };
    near("loss in training", [(await model.gradients(x, y, options)).loss], [mean(weighted)], 1e-6);
  });

  test("gradients are those of the loss, batches in pieces have their bits, and it trains and resumes", async () => {
    const model = net(channels, channels > 1 ? "softmax" : "sigmoid");
    expect(await checkGradients(model, x, y, { samples: 8 })).toMatchObject({ ok: true });
    const fit = async (options: object) => {
      const other = net(channels, channels > 1 ? "softmax" : "sigmoid");
      await other.fit(x, y, { epochs: 4, batchSize: 4, seed: 1, ...options });
      return other;
    };
    const whole = await fit({});
    expect((await fit({ microBatchSize: 1 })).weights()).toEqual(whole.weights());
    const { loss } = await whole.evaluate(x, y);
    expect(loss).toBeLessThan((await model.evaluate(x, y)).loss);
    const half = await fit({ epochs: 2 });
    const again = load(half.save());
    await again.fit(x, y, { resume: true, epochs: 4 });
    expect(again.weights()).toEqual(whole.weights());
  });
});

test("a segmentation learns what a pixel's neighbours are", async () => {
  const n = 32;
  const images = { data: values(n * 64, 3), shape: [n, 8, 8, 1] };
  const labels = Float32Array.from(images.data, (v, i) => {
    const left = i % 8 ? images.data[i - 1] : 0;
    return v + left > 0.4 ? 2 : v + left < -0.4 ? 1 : 0;
  });
  const model = sequential(
    [
      conv2d({ filters: 12, kernelSize: 3, padding: "same", activation: "relu" }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { inputShape: [8, 8, 1], seed: 1 },
  );
  model.compile({
    loss: "sparseCategoricalCrossentropy",
    optimizer: { name: "adam", learningRate: 0.02 },
    metrics: ["accuracy"],
  });
  await model.fit(images, { data: labels, shape: [n, 8, 8] }, { epochs: 60, batchSize: 8 });
  const { accuracy } = await model.evaluate(images, { data: labels, shape: [n, 8, 8] });
  expect(accuracy).toBeGreaterThan(0.95);
});

describe("outputs that only changed their shape since their activation", () => {
  const flat = (shape: Shape, ...after: LayerInput[]) =>
    sequential([conv2d({ filters: shape[2], kernelSize: 1, activation: "sigmoid" }), ...after], {
      inputShape: [shape[0], shape[1], 1],
      seed: 1,
    });
  test.each([
    [1, []],
    [3, []],
    [4, []],
    [1, [flatten()]],
    [4, [flatten()]],
    [4, [reshape({ targetShape: [4, 4] })]],
  ] as [number, LayerInput[]][])(
    "%i channels, then %j: probabilities are not taken for logits",
    async (channels, after) => {
      const model = flat([2, 2, channels], ...after);
      model.compile({ loss: "binaryCrossentropy", optimizer: "sgd" });
      const x = { data: Float32Array.of(1, -2, 3, 4), shape: [1, 2, 2, 1] };
      const p = model.predict(x).data;
      const y = { data: Float32Array.from(p, (_, i) => i % 2), shape: [1, p.length] };
      const want = mean([...p].map((v, i) => -Math.log(i % 2 ? v : 1 - v)));
      near("loss", [(await model.evaluate(x, y)).loss], [want], 1e-6);
      expect(await checkGradients(model, x, y)).toMatchObject({ ok: true });
    },
  );
});

describe("what does not fit", () => {
  const model = net(3);
  const labels = Array.from({ length: rows }, (_, r) => r % 3);
  test.each([
    [
      labels,
      "classifies each of the 20 pixels of its output [4, 5, 3]: expected labels [n, 4, 5] or values [n, 4, 5, 3]",
    ],
    [
      labels,
      "has one label a row; for one answer a row add flatten() or globalAveragePooling2d() before the layer",
    ],
    [classes([rows, 7], 2), "has 7 target values a row"],
    [classes([rows, height, width], 5), "row 0, pixel 2: expected a label from 0 to 2, got 4"],
  ])("%j", async (y, message) => {
    await expect(model.evaluate(x, y as never)).rejects.toThrow(message);
  });

  test("with one answer a row it fits", async () => {
    const pooled = sequential(
      [
        conv2d({ filters: 3, kernelSize: 3 }),
        globalAveragePooling2d(),
        activation({ activation: "softmax" }),
      ],
      { inputShape: shape, seed: 2 },
    );
    pooled.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
    expect((await pooled.evaluate(x, labels)).loss).toBeGreaterThan(0);
    const one = sequential(
      [maxPooling2d({ poolSize: [4, 5] }), conv2d({ filters: 3, kernelSize: 1, activation: "softmax" })],
      { inputShape: shape, seed: 2 },
    );
    one.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
    expect((await one.evaluate(x, labels)).loss).toBeGreaterThan(0);
  });

  test("weights of classes where pixels are taken together", async () => {
    const logits = net(1, "linear");
    await expect(
      logits.evaluate(x, classes([rows, height, width], 2), { classWeight: { 1: 2 } }),
    ).rejects.toThrow('classWeight: loss "binaryCrossentropy" takes the pixels of these outputs together');
  });
});

describe("values that only change their place are what the activation made of them", () => {
  test.each([
    ["reshape", reshape({ targetShape: [16, 4] }), [16, 4]],
    ["permute", permute({ dims: [2, 1, 3] }), [4, 4, 4]],
    ["cropping2d", cropping2d({ cropping: 1 }), [2, 2, 4]],
    ["upSampling2d", upSampling2d(), [8, 8, 4]],
    ["upSampling2d, bilinear", upSampling2d({ interpolation: "bilinear" }), [8, 8, 4]],
  ])("%s after a sigmoid", async (_, after, shape) => {
    const last = conv2d({ filters: 4, kernelSize: 1, activation: "sigmoid", inputShape: [4, 4, 4] });
    const model = sequential([last, after], { seed: 1 }).compile({ loss: "binaryCrossentropy" });
    const x = { data: Float32Array.from({ length: 2 * 64 }, (_, i) => Math.sin(i)), shape: [2, 4, 4, 4] };
    const p = model.predict(x).data;
    const y = { data: Float32Array.from(p, (_, i) => i % 2), shape: [2, ...shape] };
    const want = p.reduce((sum, v, i) => sum - Math.log(i % 2 ? v : 1 - v) / p.length, 0);
    expect((await model.evaluate(x, y)).loss).toBeCloseTo(want, 5);
  });
});
