/** Presets that look at images with convolutions. */
import type { LayerDefaults, Preset, PresetLayer } from "./preset.ts";

/** Convolution, its mean and variance made even, ReLU; the normalisation has the bias. */
const normalised = (filters: number, common: LayerDefaults, strides = 1): PresetLayer[] => {
  const { activation, biasInitializer: _, ...rest } = common;
  return [
    { type: "conv2d", filters, kernelSize: 3, strides, padding: "same", useBias: false, ...rest },
    { type: "batchNormalization", momentum: 0.9 },
    { type: "activation", activation },
  ];
};

export const imagePresets = {
  cnn: {
    description: "images: convolutions 3×3×8 and 3×3×16, each with pooling, dense 128; Adam, cosine schedule",
    features: {
      smallest: 10,
      layers: (common) => [
        { type: "conv2d", filters: 8, kernelSize: 3, ...common },
        { type: "maxPooling2d" },
        { type: "conv2d", filters: 16, kernelSize: 3, ...common },
        { type: "maxPooling2d" },
      ],
    },
    hidden: [128],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    training: { optimizer: { name: "adam", learningRate: 0.002 }, schedule: "cosine", batchSize: 32 },
  },
  // LeCun, Bottou, Bengio & Haffner 1998, as it is built today: ReLU for tanh, the largest value of a window for its mean,
  // softmax for radial units, every map of the second layer seeing all of the first
  lenet: {
    description:
      "images: LeNet-5 with ReLU and max pooling: 5×5×6, 5×5×16, dense 120 and 84; Adam, cosine schedule",
    features: {
      smallest: 12,
      layers: (common) => [
        { type: "conv2d", filters: 6, kernelSize: 5, padding: "same", ...common },
        { type: "maxPooling2d" },
        { type: "conv2d", filters: 16, kernelSize: 5, ...common },
        { type: "maxPooling2d" },
      ],
    },
    hidden: [120, 84],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    training: { optimizer: { name: "adam", learningRate: 0.002 }, schedule: "cosine", batchSize: 32 },
  },
  best: {
    description:
      "images: five normalised 3×3 convolutions of 16, 32 and 64 filters, dense 128, augmentation; AdamW, 15 epochs",
    features: {
      smallest: 8,
      layers: (common) => [
        ...normalised(16, common),
        ...normalised(16, common),
        { type: "maxPooling2d" },
        ...normalised(32, common),
        ...normalised(32, common),
        { type: "maxPooling2d" },
        ...normalised(64, common),
        { type: "maxPooling2d" },
      ],
    },
    hidden: [128],
    dropout: 0.3,
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    training: {
      optimizer: { name: "adamw", learningRate: 0.003, weightDecay: 0.01 },
      schedule: { name: "cosine", warmupEpochs: 0.5 },
      batchSize: 64,
      epochs: 15,
      augment: { shift: 2, rotate: 10 },
    },
  },
} satisfies Record<string, Preset>;
