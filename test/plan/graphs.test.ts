/** Graphs through a plan: values that are used several times, layers that are applied several times, several inputs and outputs. */
import { describe, expect, test } from "vitest";
import { checkGraph, givenFor, referenceHolds } from "../support/graphs/check.ts";
import type { GraphConfig, GraphLayer } from "../support/graphs/reference.ts";
import { subjectOf } from "../support/graphs/run.ts";
import type { Watched } from "../support/watch.ts";

const input = (name: string, ...shape: number[]): GraphLayer => ({ type: "input", name, shape });
const dense = (name: string, units: number, from: string, activation = "tanh"): GraphLayer => ({
  type: "dense",
  name,
  units,
  activation,
  inputs: [from],
});
const conv = (name: string, filters: number, from: string, activation = "relu"): GraphLayer => ({
  type: "conv2d",
  name,
  filters,
  kernelSize: 3,
  padding: "same",
  activation,
  inputs: [from],
});
const again = (name: string, layer: string, ...inputs: string[]): GraphLayer => ({
  type: "shared",
  name,
  layer,
  inputs,
});
const merge = (type: "add" | "multiply" | "subtract", name: string, ...inputs: string[]): GraphLayer => ({
  type,
  name,
  inputs,
});
const side = (name: string, ...inputs: string[]): GraphLayer => ({ type: "concatenate", name, inputs });

const graphs: Record<string, [GraphConfig, rows: number]> = {
  "a value used three times": [
    {
      layers: [
        input("x", 6),
        dense("a", 5, "x"),
        dense("b", 5, "a"),
        dense("c", 5, "a", "sigmoid"),
        merge("add", "sum", "a", "b", "c"),
        dense("y", 3, "sum", "linear"),
      ],
      outputs: { y: "y" },
    },
    4,
  ],
  "linear values used by an activation and by others": [
    {
      layers: [
        input("x", 6),
        dense("z", 5, "x", "linear"),
        { type: "activation", name: "f", activation: "relu", inputs: ["z"] },
        { type: "activation", name: "g", activation: "tanh", inputs: ["z"] },
        merge("multiply", "m", "f", "z", "g"),
      ],
      outputs: { y: "m" },
    },
    3,
  ],
  "a value in two shapes": [
    {
      layers: [
        input("x", 12),
        dense("a", 12, "x"),
        { type: "reshape", name: "r", targetShape: [2, 3, 2], inputs: ["a"] },
        { type: "activation", name: "f", activation: "elu", inputs: ["r"] },
        { type: "flatten", name: "flat", inputs: ["f"] },
        merge("subtract", "d", "a", "flat"),
      ],
      outputs: { y: "d" },
    },
    2,
  ],
  "an aliased value: reshapes that need no copy": [
    {
      layers: [
        input("x", 8),
        dense("a", 8, "x", "linear"),
        { type: "reshape", name: "r", targetShape: [2, 4], inputs: ["a"] },
        { type: "activation", name: "f", activation: "relu", inputs: ["r"] },
        { type: "reshape", name: "s", targetShape: [8], inputs: ["r"] },
        { type: "flatten", name: "flat", inputs: ["f"] },
        merge("multiply", "m", "s", "flat", "a"),
      ],
      outputs: { y: "m", z: "r" },
    },
    3,
  ],
  "a shared tower for two inputs": [
    {
      layers: [
        input("left", 7),
        input("right", 7),
        dense("tower", 6, "left"),
        again("second", "tower", "right"),
        side("both", "tower", "second"),
        dense("y", 2, "both", "linear"),
      ],
      outputs: { y: "y" },
    },
    5,
  ],
  "a layer applied to its own outputs": [
    {
      layers: [
        input("x", 6),
        dense("a", 6, "x"),
        again("b", "a", "a"),
        again("c", "a", "b"),
        merge("add", "s", "a", "c"),
      ],
      outputs: { y: "s" },
    },
    3,
  ],
  "shared convolutions, normalisation and a shared sum": [
    {
      layers: [
        input("p", 5, 4, 3),
        input("q", 5, 4, 3),
        conv("c", 5, "p", "linear"),
        again("d", "c", "q"),
        { type: "batchNormalization", name: "n", inputs: ["c"] },
        again("m", "n", "d"),
        merge("add", "s", "n", "m"),
        { type: "activation", name: "f", activation: "relu", inputs: ["s"] },
        { type: "maxPooling2d", name: "pool", inputs: ["f"] },
        again("t", "s", "m", "d"),
        { type: "layerNormalization", name: "l", inputs: ["t"] },
        { type: "globalAveragePooling2d", name: "g", inputs: ["l"] },
        { type: "flatten", name: "flat", inputs: ["pool"] },
        side("all", "g", "flat"),
      ],
      outputs: { y: "all" },
    },
    3,
  ],
  "activations before poolings that others see, too": [
    {
      layers: [
        input("x", 6, 6, 3),
        conv("a", 5, "x", "relu"),
        { type: "maxPooling2d", name: "p", inputs: ["a"] },
        { type: "maxPooling2d", name: "q", inputs: ["a"] },
        conv("b", 5, "p", "tanh"),
        { type: "maxPooling2d", name: "r", inputs: ["b"] },
        { type: "activation", name: "f", activation: "leakyRelu", inputs: ["q"] },
        { type: "maxPooling2d", name: "t", inputs: ["f"] },
        merge("add", "s", "r", "t"),
      ],
      outputs: { y: "s", z: "a" },
    },
    2,
  ],
  "shared layers that hold layers": [
    {
      layers: [
        input("x", 4, 4, 5),
        {
          type: "residual",
          name: "block",
          layers: [
            { type: "conv2d", filters: 5, kernelSize: 3, padding: "same", activation: "tanh" },
            { type: "layerNormalization" },
          ],
          shortcut: [{ type: "conv2d", filters: 5, kernelSize: 1 }],
          inputs: ["x"],
        },
        again("twice", "block", "block"),
        merge("add", "s", "block", "twice"),
      ],
      outputs: { y: "s" },
    },
    2,
  ],
  "random layers, one of them applied twice": [
    {
      layers: [
        input("x", 9),
        { type: "dropout", name: "drop", rate: 0.4, inputs: ["x"] },
        dense("a", 9, "drop"),
        again("more", "drop", "a"),
        { type: "gaussianNoise", name: "noise", stddev: 0.2, inputs: ["more"] },
        merge("add", "s", "noise", "drop", "x"),
      ],
      outputs: { y: "s" },
    },
    5,
  ],
  "outputs that others are made of, and one value twice an output": [
    {
      layers: [
        input("x", 6),
        dense("a", 5, "x", "softmax"),
        dense("b", 7, "a"),
        dense("c", 4, "b", "sigmoid"),
      ],
      outputs: { c: "c", a: "a", b: "b", again: "b" },
    },
    4,
  ],
  "images as outputs, and an input that two layers see": [
    {
      layers: [
        input("x", 5, 6, 3),
        conv("a", 3, "x", "sigmoid"),
        conv("b", 8, "x", "linear"),
        { type: "averagePooling2d", name: "p", inputs: ["b"] },
        { type: "flatten", name: "f", inputs: ["x"] },
      ],
      outputs: { a: "a", p: "p", f: "f" },
    },
    3,
  ],
  "one row, one value": [
    {
      layers: [
        input("x", 1),
        input("y", 1),
        merge("multiply", "m", "x", "y"),
        dense("a", 1, "m"),
        again("b", "a", "a"),
      ],
      outputs: { a: "a", b: "b" },
    },
    1,
  ],
};

describe("what the reference computes, in any shares, any room, pieces, training or not", () => {
  test.each(Object.entries(graphs))("%s", (_, [config, rows]) => {
    const subject = subjectOf(config);
    if (!JSON.stringify(config).includes("dropout")) referenceHolds(subject, givenFor(subject, rows));
    const factors = Object.keys(config.outputs).map((_, k) => 1 - 0.75 * k);
    checkGraph(subject, rows, { factors });
  });
});

describe("what goes wrong in a plan is noticed", () => {
  const [config, rows] = graphs["a shared tower for two inputs"];
  const subject = subjectOf(config);
  /** Points a field of the record of the first such instruction elsewhere. */
  const falsified = (kernel: string, field: string, by: (watched: Watched) => number) => () => {
    const given = givenFor(subject, rows);
    return checkGraphWith((watched, core) => {
      const i = watched.instructions.findIndex((one) => one.kernel === kernel);
      const record = core.i32(watched.plan.tape + i * 8, 2)[1];
      const { at } = (core.record(kernel as never) as Record<string, { at: number }>)[field];
      core.i32(record + at, 1)[0] = by(watched);
    }, given);
  };
  const checkGraphWith = (tamper: NonNullable<Parameters<typeof checkGraph>[2]>["tamper"], given: unknown) =>
    checkGraph(subject, rows, { tamper, given: given as ReturnType<typeof givenFor> });

  test("gradients of shared weights that are not added", () => {
    expect(falsified("ADD_GRADIENT", "n", () => 0)).toThrow(/gradient of tower\.kernel\[0\] is/);
  });

  test("a part that is put beside where it belongs", () => {
    expect(falsified("COPY_COLUMNS", "yAt", () => 1)).toThrow();
  });
});
