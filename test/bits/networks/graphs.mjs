// Sequences, and graphs that fork, join in every way there is, share layers and have several inputs and outputs.
import { joins } from "./forks.mjs";
import { at, chain, classes, values } from "./network.mjs";

/** @typedef {import("./network.mjs").Network} Network */

const sequence = chain(
  [24, 5],
  [
    {
      type: "conv1d",
      filters: 8,
      kernelSize: 3,
      padding: "causal",
      dilationRate: 2,
      activation: "softplus",
      kernelInitializer: "heNormal",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    { type: "maxPooling1d", poolSize: 3, strides: 2, padding: "same", ceilMode: true },
    { type: "conv1d", filters: 6, kernelSize: 2, strides: 1, groups: 2, biasInitializer: "ones" },
    { type: "layerNormalization", epsilon: 0.01, center: false },
    { type: "upSampling1d", size: 3 },
    {
      type: "averagePooling1d",
      poolSize: 4,
      strides: 3,
      padding: 1,
      ceilMode: true,
      countIncludePad: true,
    },
    { type: "zeroPadding1d", padding: [2, 1] },
    { type: "cropping1d", cropping: [1, 2] },
    { type: "conv1d", filters: 6, kernelSize: 3, strides: 2, useBias: false, activation: "gaussian" },
    {
      type: "layerNormalization",
      betaInitializer: "ones",
      gammaInitializer: { name: "constant", value: 0.7 },
    },
    { type: "conv1d", filters: 6, kernelSize: 1, trainable: false },
    { type: "layerNormalization", scale: false },
    { type: "layerNormalization", trainable: false },
    { type: "averagePooling1d", padding: "same" },
    { type: "globalAveragePooling1d" },
    { type: "dense", units: 4, activation: "softmax" },
  ],
  { loss: "categoricalCrossentropy", optimizer: "nesterov", metrics: ["accuracy"] },
  classes(4),
);

/** @type {Network} */
const joining = {
  document: joins([9, 8, 1], {
    side: { axis: 2 },
    likeness: { axes: [1, 1] },
    training: { epochs: 2, seed: 9 },
  }),
  data: { rows: 70, type: "uint8", shape: [9, 8, 1], target: classes(10) },
};

/** @type {Network} */
const several = {
  document: {
    nabla: 2,
    model: {
      layers: [
        { type: "input", name: "signal", shape: [12, 3] },
        { type: "input", name: "facts", shape: [6] },
        { type: "conv1d", ...at("heard", "signal"), filters: 8, kernelSize: 3, activation: "relu" },
        { type: "globalMaxPooling1d", ...at("loudest", "heard") },
        { type: "dense", ...at("known", "facts"), units: 8, activation: "selu" },
        { type: "shared", ...at("twice", "known"), layer: "more" },
        { type: "add", ...at("both", "loudest", "twice") },
        { type: "dense", ...at("kind", "both"), units: 3, activation: "softmax" },
        { type: "dense", ...at("size", "both"), units: 2 },
      ],
      outputs: { kind: "kind", size: "size" },
    },
    training: {
      loss: { kind: "categoricalCrossentropy", size: "huber" },
      lossWeights: { size: 0.3 },
      metrics: { kind: ["accuracy"], size: ["meanAbsoluteError"] },
      optimizer: "adagrad",
      batchSize: 16,
      epochs: 2,
      seed: 4,
    },
  },
  data: {
    rows: 50,
    shapes: { signal: [12, 3], facts: [6] },
    targets: { kind: classes(3), size: values(2) },
  },
};
// a layer applied twice to values of the same shape
several.document.model.layers.splice(5, 0, { type: "dense", ...at("more", "known"), units: 8 });
several.document.model.layers.splice(6, 1, { type: "shared", ...at("twice", "more"), layer: "more" });

/** @type {Record<string, Network>} */
export const GRAPHS = {
  sequences: sequence,
  "a graph that joins in every way": joining,
  "several inputs and outputs": several,
};
