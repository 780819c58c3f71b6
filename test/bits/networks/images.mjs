// Networks of images: every layer for them, every augmentation.
import { chain, classes, values } from "./network.mjs";

const softmax = (/** @type {number} */ units) => ({ type: "dense", units, activation: "softmax" });
/** [top, bottom], [left, right] */
const uneven = [
  [1, 0],
  [0, 1],
];

const deep = chain(
  [14, 15, 1],
  [
    { type: "gaussianNoise", stddev: 0.1 },
    {
      type: "conv2d",
      filters: 6,
      kernelSize: 3,
      strides: 2,
      padding: "same",
      useBias: false,
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      kernelInitializer: "heNormal",
    },
    {
      type: "batchNormalization",
      momentum: 0.9,
      epsilon: 0.01,
      betaInitializer: { name: "constant", value: 0.1 },
      gammaInitializer: { name: "constant", value: 0.9 },
      movingMeanInitializer: { name: "constant", value: 0.2 },
      movingVarianceInitializer: { name: "constant", value: 0.8 },
    },
    { type: "activation", activation: "gelu" },
    {
      type: "residual",
      layers: [{ type: "conv2d", filters: 6, kernelSize: 3, padding: "same", groups: 6, activation: "tanh" }],
    },
    { type: "averagePooling2d", poolSize: [2, 1], padding: "same" },
    {
      type: "separableConv2d",
      filters: 6,
      kernelSize: [3, 2],
      strides: 1,
      depthMultiplier: 2,
      padding: uneven,
      useBias: false,
      depthwiseInitializer: "heNormal",
      pointwiseInitializer: "lecunNormal",
      depthwiseRegularizer: { l1: 1e-4, l2: 1e-3 },
      pointwiseRegularizer: { l2: 2e-3 },
    },
    { type: "conv2dTranspose", filters: 6, kernelSize: 3, strides: 2, padding: "same", activation: "silu" },
    { type: "upSampling2d", size: [1, 2], interpolation: "bilinear" },
    { type: "averagePooling2d", strides: [2, 3], padding: 1, countIncludePad: true, ceilMode: true },
    { type: "permute", dims: [2, 1, 3] },
    { type: "zeroPadding2d", padding: [1, 2] },
    { type: "cropping2d", cropping: [1, 0] },
    {
      type: "conv2d",
      filters: 10,
      kernelSize: [2, 3],
      dilationRate: 2,
      groups: 2,
      activation: "sigmoid",
      biasInitializer: "ones",
    },
    { type: "maxPooling2d", poolSize: 2, strides: 1 },
    { type: "layerNormalization" },
    { type: "flatten" },
    { type: "dropout", rate: 0.3 },
    softmax(10),
  ],
  {
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adamw", useEma: true },
    batchSize: 30,
    microBatchSize: 8,
    augment: {
      shift: 1.5,
      rotate: 15,
      scale: 0.1,
      shear: 10,
      elastic: true,
      flip: "both",
      noise: 0.1,
      cutout: 4,
      fill: 3,
    },
  },
  classes(10),
  { rows: 60, type: "uint8" },
);

const other = chain(
  [11, 10, 3],
  [
    { type: "rescaling", scale: 2, offset: -1 },
    { type: "normalization", axis: 3, mean: [0.1, 0.2, 0.3], variance: [0.5, 0.7, 0.9] },
    { type: "conv2d", filters: 9, kernelSize: 3, padding: "same" },
    { type: "prelu", sharedAxes: [1, 2], alphaInitializer: { name: "constant", value: 0.2 } },
    {
      type: "groupNormalization",
      groups: 3,
      epsilon: 0.01,
      betaInitializer: "ones",
      gammaInitializer: { name: "constant", value: 0.8 },
    },
    { type: "maxPooling2d", poolSize: [2, 3], strides: [2, 1], padding: "same", ceilMode: true },
    {
      type: "conv2dTranspose",
      filters: 6,
      kernelSize: 3,
      strides: 2,
      padding: 1,
      outputPadding: 1,
      groups: 3,
      dilationRate: 1,
      useBias: false,
      kernelInitializer: "heUniform",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      activation: "softsign",
    },
    { type: "upSampling2d", size: 2 },
    { type: "conv2dTranspose", filters: 4, kernelSize: 2, dilationRate: 2, biasInitializer: "ones" },
    {
      type: "separableConv2d",
      filters: 5,
      kernelSize: 3,
      dilationRate: 2,
      biasInitializer: { name: "constant", value: 0.1 },
      activation: "hardSwish",
    },
    { type: "separableConv2d", filters: 4, kernelSize: 3, strides: 2, trainable: false },
    { type: "conv2d", filters: 4, kernelSize: 1, trainable: false },
    { type: "conv2dTranspose", filters: 4, kernelSize: 1, trainable: false },
    { type: "groupNormalization", groups: 2, center: false, scale: false },
    { type: "groupNormalization", groups: 2, trainable: false },
    { type: "prelu", trainable: false },
    { type: "batchNormalization", center: false, scale: false },
    { type: "batchNormalization", trainable: false },
    {
      type: "residual",
      layers: [{ type: "conv2d", filters: 5, kernelSize: 3, padding: "same" }],
      shortcut: [{ type: "conv2d", filters: 5, kernelSize: 1 }],
    },
    { type: "globalAveragePooling2d" },
    softmax(4),
  ],
  {
    loss: "sparseCategoricalCrossentropy",
    optimizer: { name: "momentum", learningRate: 0.02 },
    metrics: ["accuracy"],
    augment: { crop: 2, elastic: { alpha: 5, sigma: 3 }, flip: "horizontal", seed: 5 },
    validationSplit: { fraction: 0.2, from: "end" },
    batchSize: 10,
  },
  classes(4),
  { rows: 50 },
);

/** Flat rows that are images; what it predicts is an image as well. */
const drawn = chain(
  [64],
  [
    { type: "reshape", targetShape: [8, 8, 1] },
    { type: "conv2d", filters: 8, kernelSize: 5, strides: 2, padding: "same", activation: "relu" },
    { type: "globalMaxPooling2d" },
    { type: "dense", units: 48, activation: "elu" },
    { type: "reshape", targetShape: [4, 4, 3] },
    { type: "conv2dTranspose", filters: 1, kernelSize: 2, strides: 2 },
  ],
  {
    loss: "meanSquaredError",
    optimizer: "rmsprop",
    shifted: 1,
    augment: { rotate: 20, imageShape: [8, 8] },
    batchSize: 25,
  },
  values(8, 8, 1),
  { rows: 20, type: "uint8" },
);

/** @type {Record<string, import("./network.mjs").Network>} */
export const IMAGES = {
  "images, every kind of randomness": deep,
  "images, the other layers": other,
  "images from images": drawn,
};
