/** Networks that between them have every layer, loss, optimizer and way of planning: configurations of version 1, as people write them. */
import { arrayDataset, type ConfigInput, type Dataset } from "../../src/index.ts";
import { values } from "./kernel.ts";

type Layers = ConfigInput["model"]["layers"];
type Training = ConfigInput["training"];

const net = (inputShape: number[], layers: Layers, training: Training): ConfigInput => ({
  nabla: 1,
  model: { inputShape, layers },
  training: { batchSize: 8, epochs: 2, seed: 3, ...training },
});
const image = [9, 9, 3];
const three = { type: "dense", units: 3, activation: "softmax" } as const;
const plain: Training = { loss: "categoricalCrossentropy" };

export const NETS: Record<string, ConfigInput> = {
  "mlp, softmax, nesterov": net([13], [{ type: "dense", units: 9, activation: "relu" }, three], {
    ...plain,
    optimizer: { name: "nesterov", learningRate: 0.05 },
    metrics: ["accuracy", "f1"],
  }),
  "one unit, binary cross-entropy, adagrad": net(
    [4],
    [
      { type: "dense", units: 5, activation: "gelu" },
      { type: "dense", units: 1, activation: "sigmoid" },
    ],
    { loss: { name: "binaryCrossentropy", labelSmoothing: 0.1 }, optimizer: "adagrad" },
  ),
  "penalties, clipping, decay, an average, in pieces": net(
    [6],
    [
      {
        type: "dense",
        units: 11,
        activation: { name: "elu", alpha: 0.5 },
        kernelRegularizer: { l1: 0.001, l2: 0.002 },
        kernelInitializer: "heNormal",
      },
      { type: "dropout", rate: 0.2 },
      three,
    ],
    {
      loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
      optimizer: { name: "adamw", clipNorm: 1, clipValue: 0.5, useEma: true },
      microBatchSize: 3,
      schedule: { name: "cosine", warmupEpochs: 0.5 },
    },
  ),
  "regression, huber, rmsprop": net(
    [5],
    [
      { type: "dense", units: 7, activation: "silu", useBias: false },
      { type: "dense", units: 1 },
    ],
    {
      loss: { name: "huber", delta: 0.7 },
      optimizer: { name: "rmsprop", momentum: 0.3 },
      schedule: { name: "step", everyEpochs: 1 },
    },
  ),
  "sigmoid, quadratic, sgd": net(
    [3],
    [
      { type: "dense", units: 4, activation: "sigmoid", kernelInitializer: "gaussianScaled" },
      { type: "dense", units: 3, activation: "sigmoid" },
    ],
    { loss: "quadratic", optimizer: { name: "sgd", learningRate: 1, weightDecay: 0.01 } },
  ),
  perceptron: net([3], [{ type: "dense", units: 3, activation: "step" }], {
    loss: "perceptron",
    optimizer: "sgd",
  }),
  "hinge, frozen layer, momentum": net(
    [4],
    [
      { type: "dense", units: 6, activation: "leakyRelu", trainable: false },
      { type: "activation", activation: "tanh" },
      { type: "dense", units: 3 },
    ],
    { loss: "categoricalHinge", optimizer: { name: "momentum", learningRate: 0.02 } },
  ),
  "logits, softplus, gaussian": net(
    [4],
    [
      { type: "dense", units: 6, activation: "softplus" },
      { type: "dense", units: 5, activation: "gaussian" },
      { type: "dense", units: 3 },
    ],
    { ...plain, loss: "sparseCategoricalCrossentropy", optimizer: { name: "adam", beta1: 0.8 } },
  ),
  "cnn: pooling before its activation": net(
    [12, 12, 1],
    [
      { type: "conv2d", filters: 5, kernelSize: 3, activation: "relu" },
      { type: "maxPooling2d" },
      { type: "conv2d", filters: 8, kernelSize: [2, 3], padding: "same", activation: "tanh" },
      { type: "averagePooling2d" },
      { type: "flatten" },
      { type: "dropout", rate: 0.25 },
      three,
    ],
    { ...plain, optimizer: "adam", metrics: ["accuracy"] },
  ),
  "modern cnn": net(
    image,
    [
      { type: "gaussianNoise", stddev: 0.1 },
      { type: "conv2d", filters: 6, kernelSize: 3, strides: 2, padding: "same", useBias: false },
      { type: "batchNormalization" },
      { type: "activation", activation: "gelu" },
      {
        type: "residual",
        layers: [
          { type: "conv2d", filters: 6, kernelSize: 3, padding: "same", groups: 6, activation: "tanh" },
        ],
      },
      {
        type: "residual",
        layers: [{ type: "conv2d", filters: 4, kernelSize: 1, activation: "relu" }],
        shortcut: [{ type: "conv2d", filters: 4, kernelSize: 1 }],
      },
      { type: "globalAveragePooling2d" },
      three,
    ],
    { ...plain, optimizer: { name: "adamw", useEma: true } },
  ),
  "all else: padding, groups, dilation, layer normalisation, reshape": net(
    image,
    [
      {
        type: "zeroPadding2d",
        padding: [
          [1, 0],
          [2, 1],
        ] as never,
      },
      { type: "conv2d", filters: 6, kernelSize: 3, dilationRate: 2, groups: 3, activation: "sigmoid" },
      { type: "maxPooling2d", poolSize: 3, strides: 1, padding: "same" },
      { type: "layerNormalization" },
      { type: "reshape", targetShape: [-1, 1, 6] },
      { type: "averagePooling2d", poolSize: [2, 1], padding: "same" },
      { type: "flatten" },
      three,
    ],
    { ...plain, microBatchSize: 5 },
  ),
  "an image without padding channels, no weights before the last layer": net(
    [4, 4, 4],
    [{ type: "maxPooling2d" }, { type: "flatten" }, three],
    { loss: "meanAbsoluteError", optimizer: "sgd", metrics: ["mae"] },
  ),
  "batch normalisation of a table, hinge": net(
    [5],
    [{ type: "batchNormalization" }, { type: "dense", units: 1, activation: "tanh" }],
    { loss: "hinge", optimizer: { name: "rmsprop" } },
  ),
  "outputs that are an image": net(
    [6, 6, 2],
    [{ type: "conv2d", filters: 3, kernelSize: 3, strides: 3 }, { type: "flatten" }],
    { loss: "meanSquaredError", optimizer: "adam" },
  ),
};

const ROWS = 20;
/** Rows of numbers; labels where the loss takes classes, as bytes where rows are images. */
export function dataFor({ model, training }: ConfigInput): Dataset {
  const inputShape = model.inputShape!;
  const size = inputShape.reduce((a, b) => a * b, 1);
  const flat = values(ROWS * size, 7);
  const bytes = inputShape.length > 1;
  const data = bytes ? Uint8Array.from(flat, (v) => Math.abs(v) * 100) : Float32Array.from(flat);
  const { layers } = model;
  const last = layers[layers.length - 1] as { units?: number };
  const units = last.units ?? 12;
  const labels = Array.from({ length: ROWS }, (_, r) => (r * 7) % Math.max(2, units));
  const x = { data, shape: [ROWS, ...inputShape] };
  const { loss } = training;
  const name = typeof loss === "string" ? loss : (loss.name as string);
  if (/Squared|Absolute|huber/.test(name)) {
    const y = { data: Float32Array.from(values(ROWS * units, 8)), shape: [ROWS, units] };
    return arrayDataset(x, y, { name: "values" });
  }
  return arrayDataset(x, labels, { name: "labels" });
}
