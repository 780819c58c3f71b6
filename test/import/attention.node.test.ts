/** Attention in ONNX files, written as products of matrices: constants beside the scores hide keys, or are refused. */
import { expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import { importOf, toRows } from "./operators.ts";
import { onnxFile } from "./written.ts";

type Nodes = Parameters<typeof onnxFile>[0]["nodes"];

/** Two steps of two numbers that attend to themselves. @param nodes from "scores" to "masked" */
const file = (
  nodes: Nodes,
  mask: readonly number[],
  border = 0,
  low = -1e9,
  shape = mask.length === 4 ? [2, 2] : [mask.length],
) =>
  onnxFile({
    nodes: [
      ["Transpose", ["x"], ["t"], { perm: [0, 2, 1] }],
      ["MatMul", ["x", "t"], ["scores"]],
      ...nodes,
      ["Softmax", ["masked"], ["shares"], { axis: -1 }],
      ["MatMul", ["shares", "x"], ["y"]],
    ],
    inputs: { x: ["N", 2, 2] },
    outputs: ["y"],
    weights: {
      mask: { shape, data: mask },
      low: { shape: [], data: [low] },
      unit: { shape: [], data: [1] },
      one: { shape: [1], data: [1], int: true },
      three: { shape: [1], data: [3], int: true },
      border: { shape: [], data: [border] },
      never: { shape: [], data: [-1e9] },
    },
  });
const added = (mask: readonly number[]) => file([["Add", ["scores", "mask"], ["masked"]]], mask);
const chosen = (mask: readonly number[], border: number) =>
  file(
    [
      ["Greater", ["mask", "border"], ["seen"]],
      ["Where", ["seen", "scores", "never"], ["masked"]],
    ],
    mask,
    border,
  );
const less = (mask: readonly number[]) => file([["Sub", ["scores", "mask"], ["masked"]]], mask);
/** As PyTorch's masked_fill() is written. */
const filled = (mask: readonly number[], low: number) =>
  file(
    [
      ["Equal", ["mask", "border"], ["hidden"]],
      ["Where", ["hidden", "low", "scores"], ["masked"]],
    ],
    mask,
    0,
    low,
  );
const scaledBy = (numbers: readonly number[]) => file([["Mul", ["scores", "mask"], ["masked"]]], numbers);
/** A softmax that says no axis, of a version of the operators where that is axis 1 and all behind it; later the last one. */
const old = (opset = 12) =>
  onnxFile({
    opset,
    nodes: [
      ["Transpose", ["x"], ["t"], { perm: [0, 2, 1] }],
      ["MatMul", ["x", "t"], ["scores"]],
      ["Softmax", ["scores"], ["shares"]],
      ["MatMul", ["shares", "x"], ["y"]],
    ],
    inputs: { x: ["N", 2, 2] },
    outputs: ["y"],
  });
/** Queries or keys times numbers. */
const weighed = (of: "x" | "t", by: readonly number[]) =>
  onnxFile({
    nodes: [
      ["Transpose", ["x"], ["t"], { perm: [0, 2, 1] }],
      ["Mul", [of, "by"], ["m"]],
      ["MatMul", of === "x" ? ["m", "t"] : ["x", "m"], ["scores"]],
      ["Softmax", ["scores"], ["shares"], { axis: -1 }],
      ["MatMul", ["shares", "x"], ["y"]],
    ],
    inputs: { x: ["N", 2, 2] },
    outputs: ["y"],
    weights: { by: { shape: by.length === 4 ? [2, 2] : [2], data: by } },
  });
/** As PyTorch's is_causal is written: of the shapes of what comes in. */
const triangular = file(
  [
    ["Shape", ["scores"], ["all"]],
    ["Slice", ["all", "one", "three"], ["sizes"]],
    ["Expand", ["unit", "sizes"], ["ones"]],
    ["Trilu", ["ones"], ["lower"], { upper: 0 }],
    ["Equal", ["lower", "border"], ["later"]],
    ["Where", ["later", "low", "border"], ["bias"]],
    ["Add", ["scores", "bias"], ["masked"]],
  ],
  [],
);
const identity = { data: Float32Array.of(1, 0, 0, 1), shape: [1, 2, 2] };
const near = Math.E / (Math.E + 1);
const WHOLE = [near, 1 - near, 1 - near, near];
const CAUSAL = [1, 0, 1 - near, near];

test.each<[string, Uint8Array, number[]]>([
  ["zeros that are added", added([0, 0, 0, 0]), WHOLE],
  ["a large negative number for later keys", added([0, -1e4, 0, 0]), CAUSAL],
  ["minus infinity for later keys", added([0, Number.NEGATIVE_INFINITY, 0, 0]), CAUSAL],
  ["0 for later keys, compared with 0", chosen([1, 0, 1, 1], 0), CAUSAL],
  ["0 for later keys, compared with a half", chosen([1, 0, 1, 1], 0.5), CAUSAL],
  ["1 for all keys", chosen([1, 1, 1, 1], 0), WHOLE],
  ["a border that all are above", chosen([1, 0, 1, 1], -1), WHOLE],
  ["other numbers, compared with 0", chosen([1, 0, 0.5, 1], 0), CAUSAL],
  ["minus infinity where a mask is 0", filled([1, 0, 1, 1], Number.NEGATIVE_INFINITY), CAUSAL],
  ["a large number that is subtracted", less([0, 1e5, 0, 0]), CAUSAL],
  ["a triangle that is made when it runs", triangular, CAUSAL],
  ["scores times several numbers that are the same", scaledBy([1, 1, 1, 1]), WHOLE],
  ["queries times several numbers that are the same", weighed("x", [1, 1]), WHOLE],
  ["a softmax along the last axis, which need not be said", old(13), WHOLE],
])("%s: attention", async (_, bytes, expected) => {
  const model = await openModel(bytes);
  expect(model.layers.map(({ type }) => type)).toEqual(["attention"]);
  model.predict(identity).data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
});

const x: readonly number[] = [1, 0.5, -0.3, 2];
const by: readonly number[] = [3, 2, 1, 0.5];
/** Σ x[i, k] · x[j, k] · f */
const score = (i: number, j: number, f: (k: number) => number) =>
  [0, 1].reduce((sum, k) => sum + x[2 * i + k]! * x[2 * j + k]! * f(k), 0);
test.each<[string, Uint8Array, (i: number, j: number) => number]>([
  ["scores", scaledBy(by), (i, j) => by[2 * i + j]! * score(i, j, () => 1)],
  ["scores of each key", scaledBy([3, 2]), (i, j) => by[j]! * score(i, j, () => 1)],
  ["queries", weighed("x", [3, 2]), (i, j) => score(i, j, (k) => by[k]!)],
  ["keys", weighed("t", by), (i, j) => score(i, j, (k) => by[2 * k + j]!)],
])("%s that are multiplied by numbers that differ: layers of their own", async (_, bytes, of) => {
  const model = await openModel(bytes);
  // its input may lie otherwise than the file's
  const given = toRows({ shape: [1, 2, 2], data: x }, importOf(model).inputs[0]!, 0);
  const { data } = model.predict({ data: given, shape: [1, 2, 2] });
  for (const i of [0, 1]) {
    const [one, other] = [0, 1].map((j) => Math.exp(of(i, j))) as [number, number];
    for (const k of [0, 1])
      expect(data[2 * i + k]).toBeCloseTo((one * x[k]! + other * x[2 + k]!) / (one + other), 5);
  }
});

test.each<[string, Uint8Array, RegExp]>([
  ["a bias of the scores", added([0, -3, -5, 0]), /its scores are changed by a constant with -3/],
  ["a bias that is positive", added([0.5, -1e9, 0, 0]), /its scores are changed by a constant with 0\.5/],
  ["a mask that is no number", added([0, Number.NaN, 0, 0]), /its scores are changed by a constant with NaN/],
  [
    "a mask that lets scores through that are low",
    filled([1, 0, 1, 1], -5),
    /keys that are hidden become -5/,
  ],
  // the same for all queries, another for each row
  [
    "a mask for each row",
    file([["Add", ["scores", "mask"], ["masked"]]], [0, -1e9, 0, 0], 0, 0, [2, 1, 2]),
    /its mask is another for each row or head/,
  ],
  [
    "masks of more axes",
    file([["Add", ["scores", "mask"], ["masked"]]], [0, -1e9, 0, 0], 0, 0, [1, 1, 2, 2]),
    /its mask or a number beside its scores has more axes than they have/,
  ],
  ["a softmax of all that is behind axis 1", old(), /its softmax is not along the keys/],
  ["earlier keys that are hidden", added([0, 0, -1e9, 0]), /hides other keys than those that come later/],
  ["a border that none is above", chosen([1, 0, 1, 1], 1), /hides other keys than those that come later/],
])("%s: refused", async (_, bytes, message) => {
  await expect(openModel(bytes)).rejects.toThrow(message);
});
