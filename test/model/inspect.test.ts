/** inputGradients() against differences of the loss; truncated() against what its layers should give. */
import { expect, test } from "vitest";
import {
  activation,
  arrayDataset,
  averagePooling2d,
  batchNormalization,
  conv2d,
  type Dataset,
  dense,
  dropout,
  flatten,
  gaussianNoise,
  layerNormalization,
  type Model,
  maxPooling2d,
  reshape,
  residual,
  sequential,
  weightsSha256,
} from "../../src/index.ts";

const ROWS = 3;
const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);
/** Values between −1 and 1. */
const noise = (n: number, salt = 0) =>
  Float32Array.from({ length: n }, (_, i) => (((i + salt) * 7919 + 13 * salt) % 199) / 99.5 - 1);

function made(layers: Parameters<typeof sequential>[0], inputShape: readonly number[]): [Model, Dataset] {
  const model = sequential(layers, { seed: 5, inputShape });
  model.compile({ optimizer: { name: "sgd", learningRate: 0.05 }, loss: "categoricalCrossentropy" });
  const y = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
  return [model, arrayDataset(noise(ROWS * size(inputShape)), y, { inputShape })];
}

/** The loss of every row. */
async function losses(model: Model, x: Float32Array, inputShape: readonly number[]): Promise<number[]> {
  const found: number[] = [];
  const y = Int32Array.from({ length: x.length / size(inputShape) }, (_, i) => i % 3);
  await model.evaluate(arrayDataset(x, y, { inputShape }), {
    onRow(row, loss) {
      found[row] = loss;
    },
  });
  return found;
}

/** The largest error over all inputs, relative to the largest gradient; where differences to both sides disagree, none. */
async function worst(model: Model, data: Dataset, h: number): Promise<{ error: number; skipped: number }> {
  const { inputShape } = data;
  const width = size(inputShape);
  const x = noise(ROWS * width);
  const got = await model.inputGradients(data);
  expect(got.shape).toEqual([ROWS, ...inputShape]);
  const middle = await losses(model, x, inputShape);
  const top = Math.max(...got.data.map(Math.abs));
  expect(top).toBeGreaterThan(1e-3);
  let error = 0;
  let skipped = 0;
  for (let i = 0; i < width; i++) {
    const moved = async (by: number) => {
      const copy = x.slice();
      for (let r = 0; r < ROWS; r++) copy[r * width + i] += by;
      return losses(model, copy, inputShape);
    };
    const [up, down] = [await moved(h), await moved(-h)];
    for (let r = 0; r < ROWS; r++) {
      const [above, below] = [(up[r] - middle[r]) / h, (middle[r] - down[r]) / h];
      if (Math.abs(above - below) > 0.1 * top) skipped++;
      else error = Math.max(error, Math.abs((above + below) / 2 - got.row(r)[i]) / top);
    }
  }
  return { error, skipped };
}

const smooth = (channels: number) => [
  conv2d({ filters: channels, kernelSize: 3, padding: "same", activation: "tanh" }),
  batchNormalization({ momentum: 0.5 }),
  residual([
    conv2d({ filters: channels, kernelSize: 3, padding: "same" }),
    batchNormalization({ momentum: 0.5 }),
    activation({ activation: "softplus" }),
    dropout({ rate: 0.4 }),
  ]),
  averagePooling2d(),
  gaussianNoise({ stddev: 0.5 }),
  flatten(),
  layerNormalization(),
  dropout({ rate: 0.5 }),
  dense({ units: 3, activation: "softmax" }),
];

test.each([
  ["an image of one channel", [6, 5, 1], smooth(5)],
  ["an image of three channels", [4, 6, 3], smooth(3)],
  ["an image without channels", [6, 5], [reshape({ targetShape: [6, 5, 1] }), ...smooth(2)]],
  [
    "an image laid flat",
    [4, 3, 3],
    [flatten(), dense({ units: 4, activation: "tanh" }), ...smooth(1).slice(-3)],
  ],
  ["rows", [5], [dense({ units: 6, activation: "sigmoid" }), dense({ units: 3, activation: "softmax" })]],
])(
  "inputGradients() of %s: what differences of the loss say, layers being as they are when predicting",
  async (_, shape, layers) => {
    const [model, data] = made(layers, shape);
    await model.fit(data, { epochs: 4, batchSize: 3 }); // moving means that are not where they began
    const { error, skipped } = await worst(model, data, 0.01);
    expect(skipped).toBe(0);
    expect(error).toBeLessThan(5e-3);
  },
);

test("inputGradients() through ReLU and max pooling", async () => {
  const [model, data] = made(
    [
      conv2d({ filters: 6, kernelSize: 3, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 8, activation: "relu" }),
      dense({ units: 3, activation: "softmax" }),
    ],
    [8, 8, 1],
  );
  const { error, skipped } = await worst(model, data, 0.003);
  expect(skipped).toBeLessThan(0.2 * ROWS * 64);
  expect(error).toBeLessThan(0.05);
});

test("a row's gradient does not depend on the other rows; bytes count after their scale", async () => {
  const shape = [6, 5, 1];
  const [model, data] = made(smooth(5), shape);
  const all = await model.inputGradients(data);
  const x = noise(ROWS * 30);
  for (let r = 0; r < ROWS; r++) {
    const one = arrayDataset(x.slice(r * 30, r * 30 + 30), Int32Array.of(r % 3), { inputShape: shape });
    expect((await model.inputGradients(one)).data).toEqual(all.row(r).slice());
  }
  const bytes = Uint8Array.from({ length: 30 }, (_, i) => (i * 37) % 256);
  const scaled = Float32Array.from(bytes, (v) => Math.fround(v) * Math.fround(1 / 255));
  const of = async (values: Uint8Array | Float32Array) =>
    (await model.inputGradients(arrayDataset(values, Int32Array.of(1), { inputShape: shape }))).data;
  expect(await of(bytes)).toEqual(await of(scaled));
});

test("inputGradients() changes nothing, also in the middle of a training", async () => {
  const run = async (look: boolean) => {
    const [model, data] = made(smooth(5), [6, 5, 1]);
    const onBatchEnd = async () => {
      if (look) await model.inputGradients(data);
    };
    await model.fit(data, { epochs: 3, batchSize: 2, callbacks: [{ onBatchEnd }] });
    return weightsSha256(model);
  };
  expect(await run(true)).toBe(await run(false));
});

test("inputGradients() says what it cannot do", async () => {
  const model = sequential([dense({ units: 2, activation: "step" })], { inputShape: [2] });
  await expect(model.inputGradients([[1, 2]], [1])).rejects.toThrow(
    "the model has no loss and no optimizer yet",
  );
  model.compile({ optimizer: "sgd", loss: "perceptron" });
  await expect(model.inputGradients([[1, 2]], [1])).rejects.toThrow(
    'inputGradients: loss "perceptron" has a rule',
  );
  const [other, data] = made([flatten(), dense({ units: 3, activation: "softmax" })], [2, 2]);
  const slow = { ...data, read: async () => {} };
  await expect(other.inputGradients(slow)).rejects.toThrow(
    "inputGradients: the data set reads asynchronously",
  );
  await expect(other.inputGradients(noise(5), [1])).rejects.toThrow(/expected|rows/);
});

test("truncated() gives a layer's outputs: a convolution added up by hand, a pooling of it", () => {
  const model = sequential(
    [
      conv2d({ filters: 2, kernelSize: 3, activation: "relu", biasInitializer: "gaussian" }),
      maxPooling2d({ poolSize: 2 }),
      flatten(),
      dense({ units: 3, name: "maxPooling2d_2" }),
    ],
    { seed: 3, inputShape: [5, 6, 1] },
  );
  const x = noise(2 * 30);
  const maps = model.truncated("conv2d_1").predict(x);
  expect(maps.shape).toEqual([2, 3, 4, 2]);
  const { "conv2d_1.kernel": w, "conv2d_1.bias": b } = model.weights();
  const at = (r: number, i: number, j: number, f: number) => maps.data[((r * 3 + i) * 4 + j) * 2 + f];
  for (let r = 0; r < 2; r++)
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 4; j++)
        for (let f = 0; f < 2; f++) {
          let sum = b[f];
          for (let k = 0; k < 9; k++)
            sum += w[k * 2 + f] * x[r * 30 + (i + Math.floor(k / 3)) * 6 + j + (k % 3)];
          expect(at(r, i, j, f)).toBeCloseTo(Math.max(0, sum), 5);
        }
  const pooled = model.truncated("maxPooling2d_1").predict(x);
  expect(pooled.shape).toEqual([2, 1, 2, 2]);
  expect(pooled.row(1)[3]).toBe(Math.max(at(1, 0, 2, 1), at(1, 0, 3, 1), at(1, 1, 2, 1), at(1, 1, 3, 1)));
  expect(model.truncated("maxPooling2d_2").predict(x).data).toEqual(model.predict(x).data);
  expect(() => model.truncated("conv2d_2")).toThrow(
    'truncated: there is no layer "conv2d_2"; did you mean "conv2d_1"?; there are conv2d_1, maxPooling2d_1, flatten_1, maxPooling2d_2',
  );
});

test("truncated() keeps names and parameters, those within residual layers too, and is a copy", async () => {
  const [model, data] = made(smooth(5), [6, 5, 1]);
  await model.fit(data, { epochs: 2 });
  const before = weightsSha256(model);
  const part = model.truncated("residual_1");
  const all = model.weights();
  expect(Object.keys(part.weights())).toEqual(Object.keys(all).slice(0, Object.keys(part.weights()).length));
  for (const [name, values] of Object.entries(part.weights())) expect(values, name).toEqual(all[name]);
  expect(Object.keys(part.weights())).toContain("conv2d_2.kernel");
  part.setWeights({ "conv2d_1.bias": [1, 2, 3, 4, 5] });
  expect(weightsSha256(model)).toBe(before);
});
