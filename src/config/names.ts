/** The names that configurations may use, each list once. */

export const ACTIVATIONS = [
  "linear",
  "step",
  "sigmoid",
  "tanh",
  "relu",
  "leakyRelu",
  "gaussian",
  "elu",
  "gelu",
  "silu",
  "softplus",
  "softmax",
] as const;

export const LOSSES = [
  "meanSquaredError",
  "quadratic",
  "meanAbsoluteError",
  "huber",
  "binaryCrossentropy",
  "crossEntropy",
  "categoricalCrossentropy",
  "sparseCategoricalCrossentropy",
  "hinge",
  "categoricalHinge",
  "perceptron",
] as const;

export const OPTIMIZERS = ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop", "adagrad"] as const;

export const SCHEDULES = ["constant", "step", "exponential", "inverseTime", "cosine"] as const;

export const INITIALIZERS = [
  "zeros",
  "ones",
  "gaussian",
  "gaussianScaled",
  "glorotUniform",
  "glorotNormal",
  "heNormal",
  "heUniform",
  "lecunNormal",
  "lecunUniform",
] as const;

export const LAYERS = [
  "dense",
  "activation",
  "flatten",
  "reshape",
  "conv2d",
  "maxPooling2d",
  "averagePooling2d",
  "globalAveragePooling2d",
  "zeroPadding2d",
  "batchNormalization",
  "layerNormalization",
  "dropout",
  "gaussianNoise",
  "residual",
] as const;

export const METRICS = [
  "accuracy",
  "binaryAccuracy",
  "top5Accuracy",
  "top3Accuracy",
  "top2Accuracy",
  "meanSquaredError",
  "mse",
  "meanAbsoluteError",
  "mae",
  "precision",
  "recall",
  "f1",
] as const;

export type ActivationName = (typeof ACTIVATIONS)[number];
export type LossName = (typeof LOSSES)[number];
export type OptimizerName = (typeof OPTIMIZERS)[number];
export type ScheduleName = (typeof SCHEDULES)[number];
export type InitializerName = (typeof INITIALIZERS)[number];
export type MetricName = (typeof METRICS)[number];
