/** checkGradients: kinks are left out, wrong gradients are not. */
import { expect, test } from "vitest";
import {
  checkGradients,
  conv2d,
  dense,
  flatten,
  type Model,
  maxPooling2d,
  sequential,
} from "../../src/index.ts";
import { values } from "../support/kernel.ts";

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [[0], [1], [1], [0]];
const net = (activation: "relu" | "tanh", seed: number): Model =>
  sequential([dense({ units: 6, activation, inputShape: [2] }), dense({ units: 1, activation: "sigmoid" })], {
    seed,
  }).compile({ loss: "binaryCrossentropy" });

test.each([1, 2, 3, 4, 5])("relu at 0, where XOR's first row stands, seed %i", async (seed) => {
  const result = await checkGradients(net("relu", seed), x, y);
  expect(result).toMatchObject({ ok: true });
  expect(result.skipped).toBeGreaterThan(0);
  const { checked, skipped } = result.tensors["dense_1.kernel"];
  expect(checked + skipped).toBe(12);
});

test("a smooth net: nothing is left out", async () => {
  expect(await checkGradients(net("tanh", 1), x, y)).toMatchObject({ ok: true, skipped: 0 });
});

test.each(["relu", "tanh"] as const)("wrong gradients are found, %s", async (activation) => {
  for (const name of ["dense_1.kernel", "dense_2.kernel", "dense_2.bias"]) {
    const model = net(activation, 1);
    const right = model.gradients.bind(model) as Model["gradients"];
    model.gradients = (async (...data: Parameters<Model["gradients"]>) => {
      const result = await right(...data);
      result.gradients[name] = result.gradients[name].map((g) => 1.1 * g + 0.01);
      return result;
    }) as Model["gradients"];
    expect((await checkGradients(model, x, y)).ok, name).toBe(false);
  }
});

// a filter moves hundreds of ReLUs and maxima at once, and black pixels stand exactly at the kink of a ReLU without bias
const filters = (): Model =>
  sequential(
    [
      conv2d({ filters: 6, kernelSize: 3, activation: "relu", inputShape: [14, 14, 1] }),
      maxPooling2d(),
      conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 1 },
  ).compile({ loss: "categoricalCrossentropy" });
const images = {
  data: values(6 * 196, 5).map((v) => (v > 0.3 ? v : 0)),
  shape: [6, 14, 14, 1],
};
const classes = Int32Array.from([1, 4, 9, 0, 2, 7]);

test("convolutions with ReLU and max pooling: right gradients pass", async () => {
  const result = await checkGradients(filters(), images, classes);
  expect(result).toMatchObject({ ok: true });
  for (const [name, { checked }] of Object.entries(result.tensors))
    if (name.endsWith("kernel")) expect(checked, name).toBeGreaterThan(0);
});

test.each(["conv2d_1.kernel", "conv2d_2.kernel", "dense_1.kernel"])(
  "and wrong ones do not: %s",
  async (name) => {
    const model = filters();
    const right = model.gradients.bind(model) as Model["gradients"];
    model.gradients = (async (...data: Parameters<Model["gradients"]>) => {
      const result = await right(...data);
      result.gradients[name] = result.gradients[name].map((g) => 1.1 * g);
      return result;
    }) as Model["gradients"];
    expect((await checkGradients(model, images, classes)).ok).toBe(false);
  },
);
