/** What predict() returns says classes and probabilities, also of a single output. */
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { dense, load, type Model, NablaError, sequential } from "../../src/index.ts";
import { outputThreshold, resolveLoss } from "../../src/losses/resolve.ts";
import { type LossName, losses } from "../../src/losses/table.ts";
import { Outputs } from "../../src/network/outputs.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";
import { thresholdOf } from "../../src/predict/threshold.ts";

/** A layer that gives its input back, so that outputs are known. */
function through(activation: "sigmoid" | "linear" | "tanh", loss: string): Model {
  const model = sequential([dense({ units: 1, activation })], { inputShape: [1] });
  model.compile({ loss: loss as "hinge", optimizer: "sgd" });
  model.metadata = { classes: ["stays", "leaves"] };
  return model.setWeights({ "dense_1.kernel": [1], "dense_1.bias": [0] });
}

const X = [[-2], [0], [0.1], [3]];

describe("a single output tells two classes apart", () => {
  test.each([
    ["sigmoid", "binaryCrossentropy", [0, 0, 1, 1]],
    ["linear", "binaryCrossentropy", [0, 0, 1, 1]],
    ["linear", "hinge", [0, 0, 1, 1]],
    ["tanh", "hinge", [0, 0, 1, 1]],
    ["linear", "meanSquaredError", [0, 0, 0, 1]],
  ] as const)("%s with %s", (activation, loss, expected) => {
    const model = through(activation, loss);
    const file = model.save();
    for (const each of [model, load(file), loadPredictor(file)]) {
      const outputs = each.predict(X);
      expect([...outputs.argMax()]).toEqual(expected);
      expect(outputs.classes()).toEqual(expected.map((c) => ["stays", "leaves"][c]));
    }
  });

  test("above a threshold that is given", () => {
    const outputs = through("sigmoid", "binaryCrossentropy").predict(X);
    expect([...outputs.argMax(0.9)]).toEqual([0, 0, 0, 1]);
    expect(outputs.classes(0.1)).toEqual(
      ["leaves", "leaves", "leaves", "leaves"].map((c, i) => (i ? c : "leaves")),
    );
    for (const [wrong, shown] of [
      ["0.9", '"0.9"'],
      [Symbol("s"), "a symbol"],
      [1n, "a bigint"],
    ] as const) {
      expect(() => outputs.argMax(wrong as never)).toThrow(`argMax: expected a number, got ${shown}`);
      expect(() => outputs.top(wrong as never)).toThrow(`top: expected a number, got ${shown}`);
    }
  });

  test("what predicting alone takes for a loss's threshold is the loss's", () => {
    for (const name of Object.keys(losses) as LossName[])
      for (const after of ACTIVATIONS) {
        const loss = resolveLoss({ name, ...(name === "huber" && { delta: 1 }) } as never);
        const says = (given: unknown) => thresholdOf(given, "output", after);
        expect([name, after, says(name)]).toEqual([name, after, outputThreshold(loss, after)]);
        expect([name, after, says({ name })]).toEqual([name, after, outputThreshold(loss, after)]);
        expect([name, after, says({ output: { name } })]).toEqual([
          name,
          after,
          outputThreshold(loss, after),
        ]);
      }
  });
});

describe("rows", () => {
  const outputs = new Outputs(Float32Array.of(0.1, 0.2, 0.7, 0.5, 0.5, 0), [2, 3], {
    classes: ["a", "b", "c"],
  });

  test("by number and one after the other", () => {
    expect([...outputs]).toEqual([outputs.row(0), outputs.row(1)]);
    expect(outputs[1]).toEqual(outputs.row(1));
    expect(outputs[2]).toBeUndefined();
    expect(`${outputs}`).toBe("[object Object]");
    expect(outputs.toArray()).toEqual([...outputs].map((row) => [...row]));
    expect(Object.keys(outputs)).toEqual(["data", "shape"]);
    expect(Object.hasOwn(outputs, "data")).toBe(true);
  });

  test("the surest classes, the first of equals first", () => {
    const f = Math.fround;
    expect(outputs.top(2)).toEqual([
      [
        { class: "c", probability: f(0.7) },
        { class: "b", probability: f(0.2) },
      ],
      [
        { class: "a", probability: 0.5 },
        { class: "b", probability: 0.5 },
      ],
    ]);
    expect(outputs.top()[0]).toHaveLength(3);
    expect(outputs.probabilities()[0]).toEqual({ a: f(0.1), b: f(0.2), c: f(0.7) });
  });

  test("numbers for classes without names, a place at a time where outputs are images", () => {
    const image = new Outputs(Float32Array.of(0.9, 0.1, 0.3, 0.7), [1, 1, 2, 2]);
    expect(image.classes()).toEqual([0, 1]);
    expect(image.top(1).map(([{ class: name }]) => name)).toEqual([0, 1]);
  });

  test("one output has the other class as well", () => {
    const [row] = new Outputs(Float32Array.of(0.75), [1, 1], { classes: ["no", "yes"] }).probabilities();
    expect(row).toEqual({ no: 0.25, yes: 0.75 });
  });

  test("logits are no probabilities", () => {
    for (const outputs of [
      through("linear", "binaryCrossentropy").predict([[0.5]]),
      new Outputs(Float32Array.of(2, 1), [1, 2]),
    ]) {
      expect(() => outputs.probabilities()).toThrow(NablaError);
      expect(() => outputs.top()).toThrow(/expected probabilities, as softmax and sigmoid give them, got/);
    }
  });
});
