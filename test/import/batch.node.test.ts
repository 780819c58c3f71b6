/** Which axis of an ONNX file's inputs is the batch, and states that recurrent layers begin with. */
import { expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import { differs, hasRuntime, runtimeOutputs } from "../export/onnxRound.ts";
import { importOf } from "./operators.ts";
import { type Given, numbers, onnxFile } from "./written.ts";

const point = (dims: readonly (number | string)[]) =>
  onnxFile({ nodes: [["Relu", ["x"], ["y"]]], inputs: { x: dims }, outputs: ["y"] });

test.each<[(number | string)[], Record<string, number>, number, number[]]>([
  [["batch", 3], {}, 0, [3]],
  [[4, "batch", 3], {}, 1, [4, 3]],
  [["steps", "batch_size", 3], { steps: 4 }, 1, [4, 3]],
  [["N", 3], {}, 0, [3]],
  [[4, "N", 3], {}, 1, [4, 3]],
  // a number of points
  [[1, "n", 3], { n: 5 }, 0, [5, 3]],
  [[1, "N", 3], { N: 5 }, 0, [5, 3]],
  [["rows", "N", 3], { N: 5 }, 0, [5, 3]],
  [["rows", "n", 3], { n: 5 }, 0, [5, 3]],
])("%j with %j: the batch is axis %i", async (dims, dimensions, batch, shape) => {
  const model = await openModel(point(dims), { dimensions });
  expect(importOf(model).batch).toBe(batch);
  expect(model.inputShape).toEqual(shape);
});

const [T, I, U] = [4, 3, 2];
/** As PyTorch writes an LSTM with the batch first. */
const states = (inputs: Given["inputs"], from: readonly string[]) =>
  onnxFile({
    nodes: [
      ["Transpose", ["x"], ["t"], { perm: [1, 0, 2] }],
      ["LSTM", ["t", "w", "r", "b", "", ...from], ["all", "h"], { hidden_size: U }],
      ["Squeeze", ["h", "first"], ["y"]],
    ],
    inputs,
    outputs: ["y"],
    weights: {
      w: { shape: [1, 4 * U, I], data: numbers(4 * U * I) },
      r: { shape: [1, 4 * U, U], data: numbers(4 * U * U, 2) },
      b: { shape: [1, 8 * U], data: numbers(8 * U, 3) },
      first: { shape: [1], data: [0], int: true },
      none: { shape: [1, 1, U], data: numbers(U).map(() => 0) },
    },
  });

test.each<[string, Given["inputs"], string[]]>([
  ["both", { x: ["batch", T, I], h0: [1, "batch", U], c0: [1, "batch", U] }, ["h0", "c0"]],
  ["the first, the other is left out", { x: ["b", T, I], h0: [1, "b", U] }, ["h0"]],
  ["the first, the other is zeros", { x: ["b", T, I], h0: [1, "b", U] }, ["h0", "none"]],
  ["the second, the other is left out", { x: ["b", T, I], c0: [1, "b", U] }, ["", "c0"]],
])("states that a file gives an LSTM with the batch first: %s", async (_, inputs, from) => {
  const bytes = states(inputs, from);
  const model = await openModel(bytes);
  const rows = from.includes("none") ? 1 : 2;
  const x = { data: numbers(rows * T * I, 5), shape: [rows, T, I] };
  const given = Object.keys(inputs).slice(1);
  const own = Object.fromEntries(given.map((name, i) => [name, numbers(rows * U, 6 + i)]));
  const ports = importOf(model).inputs;
  expect(ports.map(({ batch }) => batch)).toEqual(ports.map(({ file }) => (file === "x" ? undefined : 1)));
  const named = Object.fromEntries(
    ports.map(({ name, file }, i) => [
      name,
      file === "x" ? x : { data: own[file]!, shape: [rows, ...model.inputs[i]!.shape] },
    ]),
  );
  const { data } = model.predict(named as never) as { data: Float32Array };
  expect(differs(data, byHand(x.data, rows, own.h0, own.c0))).toBeLessThan(1e-6);
  if (!hasRuntime()) return;
  const feeds = Object.fromEntries(given.map((name) => [name, { data: own[name]!, shape: [1, rows, U] }]));
  const there = await runtimeOutputs(bytes, { x, ...feeds });
  expect(differs(data, there.y!)).toBeLessThan(1e-6);
});

/** The last outputs of the LSTM above; gates are input, output, forget, cell. */
function byHand(x: Float32Array, rows: number, h0?: Float32Array, c0?: Float32Array): Float32Array {
  const [w, r, b] = [numbers(4 * U * I), numbers(4 * U * U, 2), numbers(8 * U, 3)];
  const sigmoid = (n: number) => 1 / (1 + Math.exp(-n));
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const start = (given?: Float32Array) => Array.from({ length: U }, (_, u) => given?.[row * U + u] ?? 0);
    let [h, c] = [start(h0), start(c0)];
    for (let t = 0; t < T; t++) {
      const gates = Array.from({ length: 4 * U }, (_, g) => {
        let sum = b[g]! + b[4 * U + g]!;
        for (let i = 0; i < I; i++) sum += w[g * I + i]! * x[(row * T + t) * I + i]!;
        for (let u = 0; u < U; u++) sum += r[g * U + u]! * h[u]!;
        return sum;
      });
      c = c.map((n, u) => sigmoid(gates[2 * U + u]!) * n + sigmoid(gates[u]!) * Math.tanh(gates[3 * U + u]!));
      h = c.map((n, u) => sigmoid(gates[U + u]!) * Math.tanh(n));
    }
    out.push(...h);
  }
  return Float32Array.from(out);
}

test("an input whose batch is another axis that nothing names says so", async () => {
  await expect(openModel(states({ x: ["b", T, I], h0: [1, 2, U] }, ["h0"]))).rejects.toThrow(
    /input "h0": its axis 0 has 1 steps .*if its batch is another axis, export with dynamic_axes that name it alike/,
  );
});
