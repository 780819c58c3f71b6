/** ONNX files that join steps with the batch, as [batch, steps, channels, height, width]: each step is an image by itself. */
import { expect, test } from "vitest";
import { Building } from "../../src/import/building.ts";
import { openModel } from "../../src/import/index.ts";
import { Importing } from "../../src/import/onnx/importing.ts";
import type { Model } from "../../src/model/model.ts";
import { differs, hasRuntime, runtimeOutputs } from "../export/onnxRound.ts";
import { importOf, toRows } from "./operators.ts";
import { type Given, numbers, onnxFile } from "./written.ts";

const STEPS = 3;
const IMAGE = [2, 5, 4];
const ROWS = 2;
const PIXELS = 40;

/** What stands behind a convolution, of images or of steps of them. @param nodes from "c" to "z" @param n values of each image of "z" */
const file = (nodes: Given["nodes"], n: number, steps: boolean) =>
  onnxFile({
    nodes: [
      ["Reshape", ["x", "images"], ["i"]],
      ["Conv", ["i", "w"], ["c"]],
      ...nodes,
      ["Reshape", ["z", "rows"], ["y"]],
    ],
    inputs: { x: ["batch", ...(steps ? [STEPS] : []), ...IMAGE] },
    outputs: ["y"],
    opset: 21,
    weights: {
      w: { shape: [4, 2, 2, 2], data: numbers(32) },
      gamma: { shape: [4], data: numbers(4, 2) },
      beta: { shape: [4], data: numbers(4, 3) },
      twice: { shape: [4], data: [1, 1, 2, 2] },
      uneven: { shape: [4], data: [1, 1, 1.5, 2] },
      images: { shape: [4], data: [-1, ...IMAGE], int: true },
      rows: steps
        ? { shape: [3], data: [-1, STEPS, n], int: true }
        : { shape: [2], data: [-1, n], int: true },
    },
  });

function predicted(model: Model, x: Float32Array, shape: readonly number[]): Float32Array {
  const [port] = importOf(model).inputs;
  const data = toRows({ shape, data: x }, port!, 0);
  return model.predict({ data, shape: [shape[0]!, ...model.inputShape] }).data;
}

const norms = { epsilon: 0.01 };
const resized = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
test.each<[string, Given["nodes"], number, number]>([
  ["InstanceNormalization", [["InstanceNormalization", ["c", "gamma", "beta"], ["z"], norms]], 48, 2],
  [
    "GroupNormalization",
    [["GroupNormalization", ["c", "gamma", "beta"], ["z"], { ...norms, num_groups: 2 }]],
    48,
    2,
  ],
  ["GlobalAveragePool", [["GlobalAveragePool", ["c"], ["z"]]], 4, 2],
  ["GlobalMaxPool", [["GlobalMaxPool", ["c"], ["z"]]], 4, 2],
  ["Resize by whole numbers", [["Resize", ["c", "", "twice"], ["z"], resized]], 192, 2],
  ["Resize by others", [["Resize", ["c", "", "uneven"], ["z"], { mode: "linear" }]], 144, 1],
])("%s of steps is that of each", async (_, nodes, n, each) => {
  const x = numbers(ROWS * STEPS * PIXELS, 7);
  const bytes = file(nodes, n, true);
  const model = await openModel(bytes);
  expect(model.layers.filter(({ type }) => type === "timeDistributed")).toHaveLength(each);
  const own = predicted(model, x, [ROWS, STEPS, ...IMAGE]);
  expect(own.length).toBe(ROWS * STEPS * n);
  // the same network of images, each step a row
  const images = await openModel(file(nodes, n, false));
  expect(differs(own, predicted(images, x, [ROWS * STEPS, ...IMAGE]))).toBeLessThan(1e-5);
  if (!hasRuntime()) return;
  const there = await runtimeOutputs(bytes, { x: { data: x, shape: [ROWS, STEPS, ...IMAGE] } });
  expect(differs(own, there.y!)).toBeLessThan(1e-5);
});

test("values are not put in an order of axes that they have not", () => {
  const building = new Building();
  const at = new Importing(building, new Map(), 1e6, {});
  const [a, b, c] = [{ size: 2 }, { size: 3 }, { size: 4 }];
  const { name } = building.input("x", [2, 3]).config;
  const value = { kind: "value", layer: name, axes: [[a], [b]], held: [[a], [b]] } as const;
  expect(at.arrange(value, [[b], [a]]).held).toEqual([[b], [a]]);
  for (const axes of [[[a]], [[a], [b], [c]], [[a], [c]], [[c], [b], [a]], [[a], [a]]])
    expect(() => at.arrange(value, axes)).toThrow(/its input has other axes than layers here take at once/);
});
