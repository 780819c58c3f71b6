// Layers that walk the steps of sequences, with masks and without.
import { at, chain, classes, values } from "./network.mjs";

/** @typedef {import("./network.mjs").Network} Network */

const walks = chain(
  [9, 5],
  [
    { type: "masking", maskValue: -2 },
    {
      type: "lstm",
      units: 7,
      returnSequences: true,
      dropout: 0.2,
      recurrentDropout: 0.3,
      kernelInitializer: "heNormal",
      recurrentInitializer: "glorotNormal",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      recurrentRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    { type: "lstm", units: 6, returnSequences: true, biasInitializer: "ones", unitForgetBias: false },
    {
      type: "lstm",
      units: 6,
      returnSequences: true,
      activation: "hardSigmoid",
      recurrentActivation: "hardSigmoid",
    },
    {
      type: "gru",
      units: 7,
      returnSequences: true,
      dropout: 0.2,
      recurrentDropout: 0.3,
      kernelInitializer: "heNormal",
      recurrentInitializer: "heUniform",
      biasInitializer: "ones",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      recurrentRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    {
      type: "gru",
      units: 8,
      resetAfter: false,
      recurrentDropout: 0.1,
      returnSequences: true,
      activation: "linear",
      recurrentActivation: "hardSigmoid",
    },
    {
      type: "simpleRnn",
      units: 5,
      returnSequences: true,
      activation: "relu",
      dropout: 0.2,
      recurrentDropout: 0.3,
      kernelInitializer: "heNormal",
      recurrentInitializer: "glorotNormal",
      biasInitializer: "ones",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      recurrentRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    { type: "dense", units: 2 },
  ],
  { loss: "meanSquaredError", optimizer: { name: "adam", clipNorm: 1 }, metrics: ["meanAbsoluteError"] },
  values(9, 2),
);

const words = chain(
  [8],
  [
    {
      type: "embedding",
      inputDim: 11,
      outputDim: 6,
      maskZero: true,
      embeddingsInitializer: "glorotUniform",
      embeddingsRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    { type: "gru", units: 5, returnSequences: true, trainable: false, useBias: false },
    { type: "lstm", units: 5, goBackwards: true, useBias: false },
    { type: "dense", units: 3, activation: "softmax" },
  ],
  { loss: "categoricalCrossentropy", optimizer: "rmsprop", metrics: ["accuracy"] },
  classes(3),
  { numbers: 11 },
);

const backwards = chain(
  [8],
  [
    { type: "embedding", inputDim: 4, outputDim: 3, trainable: false },
    { type: "simpleRnn", units: 4, returnSequences: true, goBackwards: true, useBias: false },
    { type: "gru", units: 4, goBackwards: true, returnSequences: true },
    { type: "lstm", units: 4, trainable: false, returnSequences: true },
    { type: "simpleRnn", units: 4, trainable: false },
    { type: "dense", units: 1 },
  ],
  { loss: "huber", optimizer: "sgd" },
  values(1),
  { numbers: 4 },
);

const gru = { type: "gru", units: 3, returnSequences: true, dropout: 0.2 };
const held = chain(
  [6, 4, 2],
  [
    {
      type: "timeDistributed",
      layer: [
        { type: "conv1d", filters: 3, kernelSize: 2, activation: "tanh" },
        { type: "dropout", rate: 0.2 },
        { type: "flatten" },
      ],
    },
    { type: "masking", maskValue: -2 },
    { type: "bidirectional", layer: gru },
    {
      type: "bidirectional",
      layer: [gru, { type: "lstm", units: 3, returnSequences: true, goBackwards: true }],
      mergeMode: "sum",
    },
    {
      type: "bidirectional",
      layer: { type: "simpleRnn", units: 4, returnSequences: true },
      mergeMode: "average",
    },
    { type: "bidirectional", layer: { ...gru, resetAfter: false }, mergeMode: "multiply" },
    { type: "globalAveragePooling1d" },
    { type: "repeatVector", n: 3 },
    { type: "timeDistributed", layer: { type: "dense", units: 2 } },
  ],
  { loss: "meanSquaredError", optimizer: "adam" },
  values(3, 2),
);

const goesOn = { stateful: true, batchSize: 8 };
const carried = chain(
  [5, 3],
  [
    { type: "lstm", units: 5, returnSequences: true, recurrentDropout: 0.2, ...goesOn },
    { type: "gru", units: 6, returnSequences: true, ...goesOn },
    { type: "simpleRnn", units: 4, ...goesOn },
    { type: "dense", units: 2 },
  ],
  { loss: "meanSquaredError", optimizer: { name: "adam", clipNorm: 1 }, shuffle: false },
  values(2),
  { rows: 48 },
);

const attending = chain(
  [8],
  [
    { type: "embedding", inputDim: 11, outputDim: 6, maskZero: true },
    { type: "positionalEmbedding", sequenceLength: 9, embeddingsInitializer: "lecunNormal" },
    {
      type: "multiHeadAttention",
      numHeads: 3,
      keyDim: 3,
      valueDim: 2,
      outputShape: 5,
      dropout: 0.2,
      useCausalMask: true,
      kernelInitializer: "heNormal",
      biasInitializer: "ones",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
    },
    { type: "positionalEmbedding", sinusoidal: true },
    {
      type: "residual",
      layers: [{ type: "layerNormalization" }, { type: "multiHeadAttention", numHeads: 2, keyDim: 4 }],
    },
    { type: "multiHeadAttention", numHeads: 1, keyDim: 2, useBias: false, trainable: false },
    { type: "attention", scoreMode: "dot", useScale: true, causal: true, dropout: 0.1 },
    { type: "positionalEmbedding", trainable: false },
    { type: "attention", useScale: true, trainable: false, useCausalMask: true },
    { type: "multiHeadAttention", numHeads: 2, keyDim: 2, causal: true },
    { type: "dense", units: 2 },
  ],
  { loss: "meanSquaredError", optimizer: "adam" },
  values(8, 2),
  { numbers: 11 },
);

const state = (/** @type {string} */ which, /** @type {string} */ layer) => ({
  type: "finalState",
  state: which,
  ...at(`${which}_of_${layer}`, layer),
});
/** @type {Network} */
const coder = {
  document: {
    nabla: 2,
    model: {
      layers: [
        { type: "input", name: "heard", shape: [7, 3] },
        { type: "input", name: "said", shape: [5, 2] },
        { type: "masking", maskValue: -2, ...at("listened", "heard") },
        {
          type: "bidirectional",
          layer: { type: "lstm", units: 3, returnState: true, recurrentDropout: 0.2 },
          ...at("both", "listened"),
        },
        ...["h", "c", "backwardH", "backwardC"].map((which) => state(which, "both")),
        { type: "concatenate", ...at("h", "h_of_both", "backwardH_of_both") },
        { type: "concatenate", ...at("c", "c_of_both", "backwardC_of_both") },
        {
          type: "lstm",
          units: 6,
          returnSequences: true,
          returnState: true,
          ...at("speaks", "said", "h", "c"),
        },
        state("h", "speaks"),
        {
          type: "gru",
          units: 6,
          returnSequences: true,
          returnState: true,
          ...at("on", "speaks", "h_of_speaks"),
        },
        state("h", "on"),
        { type: "simpleRnn", units: 6, returnState: true, ...at("last", "on", "h_of_on") },
        state("h", "last"),
        { type: "dense", units: 2, ...at("y", "on") },
        { type: "dense", units: 3, activation: "softmax", ...at("kind", "h_of_last") },
      ],
      outputs: { y: "y", kind: "kind" },
    },
    training: {
      loss: { y: "meanSquaredError", kind: "categoricalCrossentropy" },
      optimizer: { name: "adam", clipNorm: 1 },
      batchSize: 8,
      epochs: 2,
      seed: 4,
    },
  },
  data: { rows: 45, shapes: { heard: [7, 3], said: [5, 2] }, targets: { y: values(5, 2), kind: classes(3) } },
};

/** @type {Record<string, Network>} */
export const SEQUENCES = {
  "states that another layer begins with": coder,
  "states that go on from batch to batch": carried,
  "steps and masks": walks,
  "numbers, some of which are padding": words,
  "steps from the last to the first": backwards,
  "layers in both directions, and for each step": held,
  "steps that look at each other": attending,
};
