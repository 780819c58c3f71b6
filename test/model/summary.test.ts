/** Networks as tables. */
import { expect, test } from "vitest";
import {
  activation,
  batchNormalization,
  conv2d,
  dense,
  flatten,
  layerSummaries,
  residual,
  sequential,
} from "../../src/index.ts";
import { forked } from "../support/seenNets.ts";

test("a chain: layers, types, shapes, parameters", () => {
  const model = sequential([
    conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 1] }),
    activation({ activation: "relu" }),
    residual([conv2d({ filters: 4, kernelSize: 3, padding: "same" }), batchNormalization()]),
    flatten(),
    dense({ units: 200, activation: "sigmoid" }),
  ]);
  expect(model.summary()).toBe(
    `
Layer         Type            Output     Parameters
────────────  ──────────────  ─────────  ──────────
input                         [8, 8, 1]
conv2d_1      conv2d          [6, 6, 4]          40
activation_1  relu            [6, 6, 4]           0
residual_1    residual        [6, 6, 4]         164
flatten_1     flatten         [144]               0
dense_1       dense, sigmoid  [200]          29,000
────────────  ──────────────  ─────────  ──────────
29,204 parameters, 116,816 bytes; 29,196 of them are trained`.slice(1),
  );
  expect(layerSummaries(model)[2]).toEqual({
    name: "residual_1",
    type: "residual",
    inputShape: [6, 6, 4],
    outputShape: [6, 6, 4],
    parameters: 164,
    bytes: 656,
  });
});

test("a graph: what each layer is applied to, whose weights it has, inputs and outputs by name", () => {
  const model = forked();
  expect(model.summary()).toBe(
    `
Layer           Type                            Output     Parameters  Connected to
──────────────  ──────────────────────────────  ─────────  ──────────  ──────────────────────────
image           input                           [8, 8, 1]
table           input                           [4]
conv2d_1        conv2d, relu                    [6, 6, 4]          40  image
maxPooling2d_1  maxPooling2d                    [3, 3, 4]           0  conv2d_1
flatten_1       flatten                         [36]                0  maxPooling2d_1
dense_1         dense                           [6]               222  flatten_1
tower           dense, tanh                     [8]                56  dense_1
dense_2         dense, relu                     [6]                30  table
shared_1        dense, tanh (weights of tower)  [8]                 0  dense_2
concatenate_1   concatenate                     [52]                0  tower, shared_1, flatten_1
dense_3         dense, softmax                  [10]              530  concatenate_1
add_1           add                             [8]                 0  tower, shared_1
dense_4         dense                           [4]                36  add_1
digit           output                          [10]                   dense_3
box             output                          [4]                    dense_4
──────────────  ──────────────────────────────  ─────────  ──────────  ──────────────────────────
914 parameters, 3,656 bytes`.slice(1),
  );
  const all = layerSummaries(model);
  expect(all.find(({ name }) => name === "shared_1")).toEqual({
    name: "shared_1",
    type: "dense",
    activation: "tanh",
    inputShape: [6],
    outputShape: [8],
    parameters: 0,
    bytes: 0,
    inputs: ["dense_2"],
    weightsOf: "tower",
  });
  const values = Object.values(model.weights()).reduce((sum, each) => sum + each.length, 0);
  expect(all.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(values);
});
