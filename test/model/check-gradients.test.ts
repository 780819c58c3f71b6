/** checkGradients: kinks are left out, wrong gradients are not. */
import { expect, test } from "vitest";
import { checkGradients, dense, type Model, sequential } from "../../src/index.ts";

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

test.each([1, 2, 3, 4, 5])("relu at 0, where XOR's first row stands, seed %i", (seed) => {
  const result = checkGradients(net("relu", seed), x, y);
  expect(result).toMatchObject({ ok: true });
  expect(result.skipped).toBeGreaterThan(0);
  const { checked, skipped } = result.tensors["dense_1.kernel"];
  expect(checked + skipped).toBe(12);
});

test("a smooth net: nothing is left out", () => {
  expect(checkGradients(net("tanh", 1), x, y)).toMatchObject({ ok: true, skipped: 0 });
});

test.each(["relu", "tanh"] as const)("wrong gradients are found, %s", (activation) => {
  for (const name of ["dense_1.kernel", "dense_2.kernel", "dense_2.bias"]) {
    const model = net(activation, 1);
    const right = model.gradients.bind(model) as Model["gradients"];
    model.gradients = ((...data: Parameters<Model["gradients"]>) => {
      const result = right(...data);
      result.gradients[name] = result.gradients[name].map((g) => 1.1 * g + 0.01);
      return result;
    }) as Model["gradients"];
    expect(checkGradients(model, x, y).ok, name).toBe(false);
  }
});
