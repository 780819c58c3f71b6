/** One number of a map, worked out: it is the number that the map shows. */

import {
  batchNormalization,
  conv2d,
  dense,
  dropout,
  flatten,
  type LayerInput,
  type Model,
  maxPooling2d,
  sequential,
} from "nabla";
import { digits } from "nabla/data";
import { describe, expect, it } from "vitest";
import { made, softmaxOf } from "../../web/digits/inspect.ts";
import { makeModel } from "../../web/digits/network.ts";
import { readyModel } from "../../web/digits/ready.ts";
import { DEFAULTS, type NetworkName } from "../../web/digits/settings.ts";
import { generated } from "../../web/digits/source.ts";

const input = new Uint8Array(784);
digits({ samples: 10 }).read(Uint32Array.of(3), input, new Int32Array(1));

const source = generated(100);
const preset = (network: NetworkName): Model => makeModel({ ...DEFAULTS, network }, source).model;
const MODELS: [string, () => Model][] = [
  ["the ready one", readyModel],
  ["cnn", () => preset("cnn")],
  ["mlp", () => preset("mlp")],
];

describe.each(MODELS)("a number of a map of %s", (_, make) => {
  const model = make();
  const maps = model.layers
    .slice(0, -1)
    .filter(({ type }) => ["conv2d", "maxPooling2d", "dense"].includes(type))
    .map(({ name }) => {
      const part = model.truncated(name);
      const values = part.predict({ data: input, shape: [1, 28, 28, 1] }).data;
      const { outputShape } = part.layers.at(-1)!;
      const [height = 1, width = 1, of = 1] = outputShape.length === 3 ? outputShape : [1, 1, values.length];
      return { layer: name, title: name, count: of, of, width, height, values, top: 1, pools: false };
    });

  it.each(maps.map(({ layer }, i) => [layer, i] as const))("is what it is made of: %s", (_, layer) => {
    const { height, width, of, values } = maps[layer]!;
    let positive = 0;
    for (let k = 0; k < 40; k++) {
      const [row, column, map] = [(k * 7) % height, (k * 5) % width, (k * 3) % of];
      const shown = values[(row * width + column) * of + map]!;
      const found = made(model, maps, input, { layer, map, row, column })!;
      expect(found.a).toBe(shown);
      const worked =
        found.kind === "pooling"
          ? Math.max(...found.window)
          : Math.max(
              0,
              found.bias +
                (found.kind === "dense"
                  ? found.rest + found.terms.reduce((sum, { x, w }) => sum + x * w, 0)
                  : found.channels.reduce(
                      (sum, { patch, kernel }) => sum + patch.reduce((s, v, i) => s + v * kernel[i]!, 0),
                      0,
                    )),
            );
      expect(worked).toBeCloseTo(shown, 4);
      if (shown > 0) positive++;
    }
    expect(positive).toBeGreaterThan(0);
  });

  it("and the outputs are their softmax", () => {
    const outputs = model.predict({ data: input, shape: [1, 28, 28, 1] }).data;
    const shares = softmaxOf(model, maps.at(-1)!.values).map(({ share }) => share);
    shares.forEach((share, j) => {
      expect(share).toBeCloseTo(outputs[j]!, 4);
    });
  });
});

describe("networks from files", () => {
  /** What the inspector says of the middle of the first map of a layer. */
  const foundIn = (layers: LayerInput[], name: string) => {
    const model = sequential([...layers, flatten(), dense({ units: 10, activation: "softmax" })], {
      inputShape: [28, 28, 1],
    });
    const maps = model.layers
      .slice(0, -1)
      .filter(({ type }) => ["conv2d", "maxPooling2d"].includes(type))
      .map((shown) => {
        const values = model.truncated(shown.name).predict({ data: input, shape: [1, 28, 28, 1] }).data;
        const [height, width, of] = shown.outputShape as [number, number, number];
        return { layer: shown.name, title: "", count: of, of, width, height, values, top: 1, pools: false };
      });
    const layer = maps.findIndex((map) => map.layer === name);
    return made(model, maps, input, { layer, map: 0, row: 10, column: 10 });
  };
  const conv = (more: object = {}) => conv2d({ name: "c", filters: 3, kernelSize: 3, ...more });
  const pool = (more: object = {}) => maxPooling2d({ name: "p", poolSize: 2, ...more });

  it.each(["tanh", "sigmoid", "relu", "linear"] as const)("say their activation: %s", (activation) => {
    const found = foundIn([conv({ activation })], "c")!;
    if (found.kind !== "convolution") throw new Error(found.kind);
    expect(found.activation).toBe(activation);
    const { tanh, exp } = Math;
    const g = {
      tanh,
      sigmoid: (z: number) => 1 / (1 + exp(-z)),
      relu: (z: number) => Math.max(0, z),
      linear: (z: number) => z,
    };
    expect(g[activation](found.z)).toBeCloseTo(found.a, 5);
  });

  it("show pooling behind layers that hand numbers on, and nothing where the formula would be another", () => {
    expect(foundIn([conv(), dropout({ rate: 0.5 }), pool()], "p")).toMatchObject({ kind: "pooling" });
    expect(foundIn([conv(), batchNormalization(), pool()], "p")).toBeUndefined();
    expect(foundIn([conv(), pool({ padding: "same" })], "p")).toBeUndefined();
    expect(foundIn([conv({ dilationRate: 2 })], "c")).toBeUndefined();
    expect(foundIn([conv({ strides: 2 })], "c")).toBeUndefined();
  });
});
