/** Which pieces of the readers are loaded for which file: those it needs. scripts/sizes.mjs has their sizes. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { Building } from "../../src/import/building.ts";
import { openModel } from "../../src/import/index.ts";
import { LATER } from "../../src/import/keras/later.ts";
import { HANDLERS as LAYERS } from "../../src/import/keras/layers.ts";
import { FOLDS } from "../../src/import/onnx/fold.ts";
import { Code, OF_CONSTANTS, OPERATORS } from "../../src/import/onnx/later.ts";
import { HANDLERS } from "../../src/import/onnx/operators.ts";
import type { PartName } from "../../src/import/onnx/parts.ts";
import { numbers, onnxFile } from "./written.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("ONNX", () => {
  test("the table of parts names what each reads", async () => {
    const code = new Code(new Building());
    await code.load(Object.keys(OPERATORS) as PartName[]);
    const named = Object.entries(OPERATORS).flatMap(([part, types]) => {
      const { handlers } = code.parts[part as PartName] as unknown as { handlers: object };
      // names of no operators, which have signs that none has
      const own = Object.keys(handlers).filter((type) => /^\w+$/.test(type));
      expect(types.split(" ").sort(), part).toEqual(own.sort());
      return own;
    });
    expect(named.filter((type) => Object.hasOwn(HANDLERS, type))).toEqual([]);
    const all = new Set([...named, ...Object.keys(HANDLERS)]);
    expect(OF_CONSTANTS.split(" ").sort()).toEqual(
      Object.keys(FOLDS)
        .filter((type) => !all.has(type))
        .sort(),
    );
  });

  const image = { x: ["N", 2, 4, 4] };
  const conv = { w: { shape: [2, 2, 1, 1], data: numbers(4) } };
  const one = { shape: [1], data: [1] };
  const int = (...data: number[]) => ({ shape: [data.length], data, int: true });
  /** Nodes, from x to y, and what is loaded beside what is there at once. */
  const CASES: readonly (readonly [string, Parameters<typeof onnxFile>[0], readonly PartName[]])[] = [
    [
      "convolutions, pooling, a flatten, a product",
      {
        nodes: [
          ["Conv", ["x", "w"], ["a"]],
          ["Relu", ["a"], ["b"]],
          ["MaxPool", ["b"], ["c"], { kernel_shape: [2, 2] }],
          ["Flatten", ["c"], ["d"]],
          ["Gemm", ["d", "g"], ["e"], { transB: 1 }],
          ["Softmax", ["e"], ["y"], { axis: -1 }],
        ],
        inputs: image,
        outputs: ["y"],
        weights: { ...conv, g: { shape: [3, 18], data: numbers(54) } },
      },
      [],
    ],
    [
      "a MobileNet's",
      {
        nodes: [
          ["Conv", ["x", "w"], ["a"]],
          ["Clip", ["a", "low", "high"], ["b"]],
          ["Conv", ["b", "w"], ["c"]],
          ["Add", ["a", "c"], ["d"]],
          ["GlobalAveragePool", ["d"], ["e"]],
          ["Flatten", ["e"], ["f"]],
          ["Gemm", ["f", "g"], ["y"]],
        ],
        inputs: image,
        outputs: ["y"],
        weights: {
          ...conv,
          g: { shape: [2, 3], data: numbers(6) },
          low: { shape: [], data: [0] },
          high: { shape: [], data: [6] },
        },
      },
      ["arithmetic", "reduce"],
    ],
    [
      "a constant that is added",
      { nodes: [["Add", ["x", "v"], ["y"]]], inputs: image, outputs: ["y"], weights: { v: one } },
      ["arithmetic", "constants"],
    ],
    [
      "a shape that is computed",
      {
        nodes: [
          ["Shape", ["x"], ["s"]],
          ["Gather", ["s", "zero"], ["n"]],
          ["Concat", ["n", "rest"], ["t"], { axis: 0 }],
          ["Reshape", ["x", "t"], ["y"]],
        ],
        inputs: image,
        outputs: ["y"],
        weights: { zero: int(0), rest: int(-1) },
      },
      ["folds", "moving"],
    ],
    [
      // only reading shows that both depend on the input
      "a product of two values",
      {
        nodes: [
          ["Flatten", ["x"], ["a"]],
          ["Reshape", ["a", "s"], ["b"]],
          ["Transpose", ["b"], ["c"], { perm: [0, 2, 1] }],
          ["MatMul", ["b", "c"], ["y"]],
        ],
        inputs: image,
        outputs: ["y"],
        weights: { s: int(0, 8, 4) },
      },
      ["products"],
    ],
    [
      "a walk along steps",
      {
        nodes: [["GRU", ["x", "w", "r"], ["y"], { hidden_size: 2 }]],
        inputs: { x: [3, "N", 2] },
        outputs: ["y"],
        weights: { w: { shape: [1, 6, 2], data: numbers(12) }, r: { shape: [1, 6, 2], data: numbers(12) } },
      },
      ["masked", "recurrent"],
    ],
  ];
  test.each(CASES)("%s", async (_, file, expected) => {
    const load = vi.spyOn(Code.prototype, "load");
    await openModel(onnxFile(file));
    expect([...new Set(load.mock.calls.flatMap(([names]) => [...names]))].sort()).toEqual(expected);
  });
});

describe("Keras and TensorFlow.js", () => {
  test("the table of pieces names the classes that each reads", async () => {
    const all = new Set(LAYERS.keys());
    for (const [classes, load] of LATER) {
      const own = Object.keys(await load());
      expect(classes.split(" ").sort()).toEqual(own.sort());
      for (const name of own) {
        expect(all.has(name), name).toBe(false);
        all.add(name);
      }
    }
  });

  const layer = (class_name: string, config: object = {}) => ({
    class_name,
    config: { name: class_name.toLowerCase(), ...config },
  });
  const opened = (layers: object[], more: object = {}) =>
    openModel(
      new TextEncoder().encode(
        JSON.stringify({
          modelTopology: {
            keras_version: "2.15.0",
            model_config: { class_name: "Sequential", config: { name: "s", layers, ...more } },
          },
          weightsManifest: [],
        }),
      ),
    );
  const start = layer("Flatten", { batch_input_shape: [null, 2, 3, 1] });

  test.each<[string, object[], number]>([
    ["a row of layers", [start], 0],
    ["a layer that a piece reads", [start, layer("Rescaling", { scale: 2 })], 1],
    ["a layer within another, whose piece is another", [start, layer("Dropout", { rate: 0.5 })], 0],
    [
      "a graph",
      [
        { ...layer("InputLayer", { batch_input_shape: [null, 4] }), name: "inputlayer", inbound_nodes: [] },
        { ...layer("Flatten"), name: "flatten", inbound_nodes: [[["inputlayer", 0, 0, {}]]] },
      ],
      1,
    ],
  ])("%s", async (name, layers, expected) => {
    const piece = vi.spyOn(Building.prototype, "piece");
    const graph =
      name === "a graph" ? { input_layers: [["inputlayer", 0, 0]], output_layers: [["flatten", 0, 0]] } : {};
    const model = await opened(layers, graph);
    expect(piece).toHaveBeenCalledTimes(expected);
    expect(model.inputs).toHaveLength(1);
  });

  test("a class that there is not is explained, wherever it is", async () => {
    const inner = layer("TimeDistributed", { layer: layer("Conv3D") });
    await expect(opened([start, inner])).rejects.toThrow("three axes of pixels are not here");
    // initializers have classes that are no layers
    const piece = vi.spyOn(Building.prototype, "piece");
    await opened([start, layer("Dropout", { rate: 0.5, kernel_initializer: layer("GlorotUniform") })]);
    expect(piece).not.toHaveBeenCalled();
  });
});
