/** fineTune() of graphs. */
import { describe, expect, test } from "vitest";
import {
  add,
  concatenate,
  dense,
  fineTune,
  flatten,
  input,
  layerSummaries,
  type Model,
  model,
} from "../../src/index.ts";
import { configOf } from "../../src/model/save.ts";
import { forked } from "../support/seenNets.ts";

/** One input and one output, with a skip; a layer that is applied twice below it. */
function skipping(): Model {
  const x = input({ shape: [4], name: "x" });
  const tower = dense({ units: 6, activation: "tanh", name: "tower" });
  const a = tower.apply(x);
  const b = tower.apply(dense({ units: 4, name: "turn" }).apply(x));
  const both = add().apply([a, b]);
  const hidden = dense({ units: 5, activation: "relu", name: "hidden" }).apply(
    concatenate().apply([both, a]),
  );
  return model({
    inputs: x,
    outputs: { kind: dense({ units: 3, activation: "softmax", name: "head" }).apply(hidden) },
  });
}

/** Names of tensors that are as they were in the other model. */
function kept(tuned: Model, from: Model): string[] {
  const before = from.weights();
  return Object.entries(tuned.weights())
    .filter(([name, values]) => name in before && !name.endsWith("bias") && `${values}` === `${before[name]}`)
    .map(([name]) => name.replace(".kernel", ""));
}
const frozen = (tuned: Model): string[] =>
  configOf(tuned)
    .model.layers.filter((layer) => (layer as { trainable?: boolean }).trainable === false)
    .map((layer) => (layer as { name: string }).name);

describe("one output", () => {
  test("classes: the head alone is new; inputs, outputs and connections stay", () => {
    const old = skipping();
    const tuned = fineTune(old, { classes: ["a", "b"], freeze: true });
    expect(kept(tuned, old)).toEqual(["tower", "turn", "hidden"]);
    expect(tuned.outputs).toEqual([{ name: "kind", shape: [2] }]);
    expect(layerSummaries(tuned).map(({ name, inputs, weightsOf }) => [name, inputs, weightsOf])).toEqual(
      layerSummaries(old).map(({ name, inputs, weightsOf }) => [name, inputs, weightsOf]),
    );
    expect(frozen(tuned)).toEqual(["tower", "turn", "hidden"]);
    expect(tuned.metadata.classes).toEqual(["a", "b"]);
  });

  test("the new head learns, what is frozen stays", async () => {
    const old = skipping();
    const tuned = fineTune(old, { classes: 2, freeze: true }).compile({ loss: "categoricalCrossentropy" });
    const before = tuned.weights();
    await tuned.fit([[1, 2, 3, 4]], [1], { epochs: 2 });
    const after = tuned.weights();
    for (const [name, values] of Object.entries(before)) {
      if (name.startsWith("head.")) expect(after[name], name).not.toEqual(values);
      else expect(after[name], name).toEqual(values);
    }
  });

  test("layers: in place of the head, with the output's name", () => {
    const old = skipping();
    const tuned = fineTune(old, { layers: [dense({ units: 8 }), dense({ units: 2, name: "last" })] });
    expect(kept(tuned, old)).toEqual(["tower", "turn", "hidden"]);
    expect(tuned.outputs).toEqual([{ name: "kind", shape: [2] }]);
    expect(
      layerSummaries(tuned)
        .slice(-2)
        .map(({ name, inputs }) => [name, inputs]),
    ).toEqual([
      ["dense_1", ["hidden"]],
      ["last", ["dense_1"]],
    ]);
  });

  test("freeze alone: everything but the head, or by name; of a layer applied twice by either name", () => {
    const old = skipping();
    const all = fineTune(old, { freeze: true });
    expect(frozen(all)).toEqual(["tower", "turn", "hidden"]);
    expect(kept(all, old)).toEqual(["tower", "turn", "hidden", "head"]);
    expect(frozen(fineTune(all, { freeze: false }))).toEqual([]);
    expect(frozen(fineTune(old, { freeze: ["turn"] }))).toEqual(["turn"]);
    expect(frozen(fineTune(old, { freeze: ["shared_1"] }))).toEqual(["tower"]);
    const values = [[0.3, -1, 2, 0.5]];
    expect(all.predict(values).data).toEqual(old.predict(values).data);
  });
});

describe("several inputs and outputs", () => {
  test("upTo: what the layer depends on, and a head behind it", () => {
    const old = forked();
    const tuned = fineTune(old, { upTo: "add_1", layers: [dense({ units: 2, name: "last" })], freeze: true });
    expect(tuned.inputs.map(({ name }) => name)).toEqual(["image", "table"]);
    expect(tuned.outputs).toEqual([{ name: "last", shape: [2] }]);
    expect(kept(tuned, old)).toEqual(["conv2d_1", "dense_1", "tower", "dense_2"]);
    expect(frozen(tuned)).toEqual(["conv2d_1", "dense_1", "tower", "dense_2"]);
  });

  test("upTo a layer that has its weights from one that goes", () => {
    const old = forked();
    const tuned = fineTune(old, { upTo: "shared_1", layers: [dense({ units: 2, name: "last" })] });
    expect(tuned.inputs.map(({ name }) => name)).toEqual(["table"]);
    expect(kept(tuned, old).sort()).toEqual(["dense_2", "tower"]);
  });

  test("freeze: true leaves every head", () => {
    expect(frozen(fineTune(forked(), { freeze: true }))).toEqual(["conv2d_1", "dense_1", "tower", "dense_2"]);
  });
});

const shared = (): Model => {
  const x = input({ shape: [4] });
  const layer = dense({ units: 4, name: "twice" });
  return model({ inputs: x, outputs: layer.apply(layer.apply(x)) });
};
const joined = (): Model => {
  const x = input({ shape: [4] });
  const two = [dense({ units: 3, name: "left" }).apply(x), dense({ units: 3, name: "right" }).apply(x)];
  return model({ inputs: x, outputs: add().apply(two) });
};
const bare = (): Model => {
  const x = input({ shape: [2, 2] });
  return model({ inputs: x, outputs: flatten().apply(x) });
};

test.each([
  [
    "classes of several outputs",
    forked,
    { classes: 2 },
    /classes: the model has several outputs \(digit, box\)/,
  ],
  [
    "a head of several outputs",
    forked,
    { layers: [dense({ units: 2 })] },
    /layers: the model has several outputs/,
  ],
  [
    "a layer that is not there",
    forked,
    { layers: [dense({ units: 2 })], upTo: "add_2" },
    /did you mean "add_1"/,
  ],
  [
    "a head that is used elsewhere",
    shared,
    { classes: 2 },
    /the weights of "twice" are used by "shared_1" as well, which would change with them/,
  ],
  [
    "a head of two layers",
    joined,
    { classes: 2 },
    /the output is made of several layers, which meet in "add_1"/,
  ],
  ["no weights", bare, { classes: 2 }, /no layer of the model has weights/],
])("refused: %s", (_, make, options, message) => {
  expect(() => fineTune(make(), options)).toThrow(message);
});
