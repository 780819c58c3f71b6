/**
 * The networks of Michael Nielsen, Neural Networks and Deep Learning (2015), chapters 1, 3 and 6, in the order in which they
 * get better: book-1 to book-10 as they are there, modern-1, -2 and -5 to -9 the same networks trained in fewer epochs.
 *
 * A sixth of the rows is kept for validation (10,000 of MNIST's 60,000; there the last ones, here chosen by the seed). The book's
 * λ is divided by the rows trained on in chapter 3, by the batches of an epoch in chapter 6, as its programs have it.
 * Weights begin with variance 1 in chapter 1, 1/inputs in chapter 3 and 1/outputs in chapter 6, biases with variance 1.
 */
import type { Initializer, LayerDefaults, Preset, PresetLayer } from "./preset.ts";

const NORMAL = { name: "gaussian", mean: 0, stddev: 1 } as const;
const SIXTH = 1 / 6;

/** Variance 1/units; of a convolution 1 / (filters · window / pool). */
function byOutputs(layer: PresetLayer): Initializer {
  const outputs =
    layer.type === "conv2d" ? (layer.filters * 25) / 4 : layer.type === "dense" ? layer.units : 1;
  return { name: "gaussian", mean: 0, stddev: Math.sqrt(1 / outputs) };
}

const sgd = (learningRate: number) => ({ name: "sgd", learningRate }) as const;

const conv =
  (filters: number) =>
  (common: LayerDefaults): PresetLayer[] => [
    { type: "conv2d", filters, kernelSize: 5, ...common },
    { type: "maxPooling2d" },
  ];
const one = { smallest: 6, layers: conv(20) };
const two = { smallest: 16, layers: (common: LayerDefaults) => [...conv(20)(common), ...conv(40)(common)] };

const quadratic: Omit<Preset, "description" | "hidden"> = {
  activation: "sigmoid",
  initializer: NORMAL,
  biasInitializer: NORMAL,
  outputBiasInitializer: NORMAL,
  training: { optimizer: sgd(3), batchSize: 10, epochs: 30, validationSplit: SIXTH },
  head: (task, loss = "quadratic") => ({
    units: task.kind === "classes" ? task.classes : task.size,
    activation: task.kind === "values" ? "linear" : "sigmoid",
    loss,
  }),
};

/** The same units and cost. */
const swift: Omit<Preset, "description" | "hidden"> = {
  ...quadratic,
  initializer: "gaussianScaled",
  training: {
    ...quadratic.training,
    optimizer: { name: "nesterov", learningRate: 0.3, momentum: 0.9 },
    schedule: "cosine",
    epochs: 15,
  },
};

/** Chapter 6: sigmoids under a softmax that begins with even guesses. */
const softmax: Omit<Preset, "description" | "hidden"> = {
  activation: "sigmoid",
  initializer: "gaussianScaled",
  initializerOf: byOutputs,
  biasInitializer: NORMAL,
  outputInitializer: "zeros",
  training: { optimizer: sgd(0.1), batchSize: 10, epochs: 60, validationSplit: SIXTH },
};

const relu: Omit<Preset, "description" | "hidden"> = {
  ...softmax,
  features: two,
  activation: "relu",
  training: { ...softmax.training, optimizer: sgd(0.03) },
};

const voter: Omit<Preset, "description"> = {
  ...relu,
  hidden: [1000, 1000],
  dropout: 0.5,
  training: { ...relu.training, shifted: 1, epochs: 40 },
};

/** Adam with a rate that falls to zero, larger batches, biases that begin at zero. */
const modern: Omit<Preset, "description" | "hidden"> = {
  activation: "relu",
  initializer: "heNormal",
  outputInitializer: "glorotUniform",
  training: {
    optimizer: { name: "adam", learningRate: 0.001 },
    schedule: "cosine",
    batchSize: 50,
    validationSplit: SIXTH,
  },
};

export const bookPresets = {
  "book-1": { ...quadratic, description: "n-30-k sigmoid, quadratic cost, SGD with η = 3", hidden: [30] },
  "book-2": { ...quadratic, description: "n-100-k, the same", hidden: [100] },
  "book-3": {
    ...quadratic,
    description: "n-100-k sigmoid, cross-entropy, λ = 5, η = 0.1, smaller first weights",
    hidden: [100],
    initializer: "gaussianScaled",
    training: { ...quadratic.training, optimizer: sgd(0.1), epochs: 60 },
    penalty: { lambda: 5, per: "row" },
    head: undefined,
    loss: "crossEntropy",
  },
  "book-4": { ...softmax, description: "n-100-k sigmoid under softmax, η = 0.1", hidden: [100] },
  "book-5": {
    ...softmax,
    description: "a convolution 5×5×20 with pooling before it",
    features: one,
    hidden: [100],
  },
  "book-6": { ...softmax, description: "a second one, 5×5×40", features: two, hidden: [100] },
  "book-7": {
    ...relu,
    description: "the same with ReLU, η = 0.03, λ = 0.1",
    hidden: [100],
    penalty: { lambda: 0.1, per: "batch" },
  },
  "book-8": {
    ...relu,
    description: "on five times the rows: images moved by a pixel",
    hidden: [100],
    penalty: { lambda: 0.1, per: "batch" },
    training: { ...relu.training, shifted: 1 },
  },
  "book-9": { ...voter, description: "two dense layers of 1,000 with dropout ½, no penalty" },
  "book-10": { ...voter, description: "one of five such networks that vote" },
  "modern-1": {
    ...swift,
    description: "book-1 from smaller weights, Nesterov momentum, η falling from 0.3",
    hidden: [30],
  },
  "modern-2": {
    ...swift,
    description: "book-2 from smaller weights, Nesterov momentum, η falling from 0.3",
    hidden: [100],
  },
  "modern-5": {
    ...modern,
    description: "book-5 with ReLU, dropout 0.3, Adam, batches of 50",
    features: one,
    hidden: [100],
    dropout: 0.3,
    training: { ...modern.training, epochs: 10 },
  },
  "modern-6": {
    ...modern,
    description: "book-6 with ReLU, dropout 0.3, Adam, batches of 50",
    features: two,
    hidden: [100],
    dropout: 0.3,
    training: { ...modern.training, epochs: 10 },
  },
  "modern-7": {
    ...modern,
    description: "book-7 with dropout 0.4 for its penalty, Adam, batches of 50",
    features: two,
    hidden: [100],
    dropout: 0.4,
    training: { ...modern.training, epochs: 20 },
  },
  "modern-8": {
    ...modern,
    description: "book-8, its images moved anew each epoch, dropout 0.3, Adam, batches of 50",
    features: two,
    hidden: [100],
    dropout: 0.3,
    training: { ...modern.training, augment: { shift: 1 }, epochs: 30 },
  },
  "modern-9": {
    ...modern,
    description: "book-9, its images moved and turned anew each epoch, AdamW, batches of 100",
    features: two,
    hidden: [1000, 1000],
    dropout: 0.5,
    training: {
      ...modern.training,
      augment: { shift: 2, rotate: 10 },
      optimizer: { name: "adamw", learningRate: 0.001, weightDecay: 0.01 },
      batchSize: 100,
      epochs: 30,
    },
  },
} satisfies Record<string, Preset>;
