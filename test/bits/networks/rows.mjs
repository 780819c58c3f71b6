// Networks of dense layers: every activation, every initializer, every optimizer with its options, every schedule, every loss, every metric.
import { at, bits, chain, classes, positive, values } from "./network.mjs";

/** @typedef {import("./network.mjs").Network} Network */

const ACTIVATIONS = [
  "linear",
  "sigmoid",
  "tanh",
  { name: "relu", maxValue: 1.5, negativeSlope: 0.125, threshold: 0.25 },
  "relu",
  { name: "leakyRelu", alpha: 0.2 },
  "gaussian",
  { name: "elu", alpha: 0.7 },
  "gelu",
  "silu",
  "softplus",
  "softmax",
  "selu",
  "hardSigmoid",
  "hardSwish",
  "softsign",
  "logSoftmax",
];

const INITIALIZERS = [
  "zeros",
  "ones",
  { name: "gaussian", mean: 0.1, stddev: 0.3 },
  "gaussianScaled",
  "glorotUniform",
  "glorotNormal",
  "heNormal",
  "heUniform",
  "lecunNormal",
  "lecunUniform",
  { name: "constant", value: 0.25 },
];
const turn = (/** @type {number} */ i) => INITIALIZERS[i % INITIALIZERS.length];

const ways = ACTIVATIONS.map((activation, i) => ({
  type: "dense",
  ...at(`way_${i}`, "x"),
  units: 3 + (i % 6),
  activation,
  kernelInitializer: turn(i),
  biasInitializer: turn(i + 3),
}));

/** @type {Network} a graph with a way for each activation */
const activations = {
  document: {
    nabla: 2,
    model: {
      layers: [
        { type: "input", name: "x", shape: [7] },
        ...ways,
        { type: "concatenate", ...at("all", ...ways.map(({ name }) => name)) },
        { type: "dense", ...at("out", "all"), units: 5, activation: "softmax" },
      ],
      outputs: { out: "out" },
    },
    training: {
      loss: "categoricalCrossentropy",
      optimizer: { name: "adam", learningRate: 0.01 },
      metrics: ["accuracy", "top2Accuracy"],
      batchSize: 16,
      epochs: 3,
      seed: 11,
    },
  },
  data: { rows: 75, shape: [7], target: classes(5) },
};

const small = [
  { type: "dense", name: "first", units: 9, activation: "tanh" },
  { type: "dense", units: 3, activation: "softmax" },
];
const three = classes(3);

/** @type {(optimizer: object, more?: object) => Network} */
const optimized = (optimizer, more) =>
  chain([6], small, { loss: "categoricalCrossentropy", epochs: 3, optimizer, ...more }, three);

const layers = { first: { learningRate: 0.03, weightDecay: 0.02 } };

const optimizers = {
  "sgd, a step schedule": optimized(
    {
      name: "sgd",
      learningRate: 0.3,
      weightDecay: 0.01,
      clipValue: 0.05,
      clipNorm: 0.1,
      useEma: true,
      emaMomentum: 0.8,
      decay: "kernels",
      layers,
    },
    { schedule: { name: "step", everyEpochs: 1, factor: 0.3, warmupEpochs: 0.5 } },
  ),
  "momentum, an exponential schedule": optimized(
    {
      name: "momentum",
      learningRate: 0.05,
      momentum: 0.7,
      weightDecay: 0.01,
      clipValue: 0.1,
      clipNorm: 0.2,
      useEma: true,
      emaMomentum: 0.9,
      decay: "kernels",
      layers,
    },
    { schedule: { name: "exponential", decayRate: 0.7, decayEpochs: 2, warmupEpochs: 1 } },
  ),
  "nesterov, an inverse-time schedule": optimized(
    {
      name: "nesterov",
      learningRate: 0.05,
      momentum: 0.8,
      weightDecay: 0.005,
      clipValue: 0.2,
      clipNorm: 0.3,
      useEma: true,
      emaMomentum: 0.95,
      decay: "all",
      layers,
    },
    { schedule: { name: "inverseTime", decayRate: 0.8, decayEpochs: 2, warmupEpochs: 0.3 } },
  ),
  "adam, a cosine": optimized(
    {
      name: "adam",
      learningRate: 0.02,
      beta1: 0.8,
      beta2: 0.95,
      epsilon: 1e-5,
      weightDecay: 0.01,
      clipValue: 0.3,
      clipNorm: 0.4,
      useEma: true,
      emaMomentum: 0.7,
      decay: "kernels",
      layers,
    },
    { schedule: { name: "cosine", decayEpochs: 2.5, alpha: 0.1, warmupEpochs: 0.5 }, microBatchSize: 3 },
  ),
  "adamw, a cosine over all epochs": optimized(
    {
      name: "adamw",
      learningRate: 0.02,
      beta1: 0.85,
      beta2: 0.9,
      epsilon: 1e-6,
      weightDecay: 0.02,
      clipValue: 0.25,
      clipNorm: 0.5,
      useEma: true,
      emaMomentum: 0.6,
      decay: "kernels",
      layers,
    },
    { schedule: "cosine" },
  ),
  "rmsprop, a constant after a warm-up": optimized(
    {
      name: "rmsprop",
      learningRate: 0.01,
      rho: 0.8,
      momentum: 0.4,
      epsilon: 1e-5,
      weightDecay: 0.01,
      clipValue: 0.5,
      clipNorm: 0.6,
      useEma: true,
      emaMomentum: 0.5,
      decay: "kernels",
      layers,
    },
    { schedule: { name: "constant", warmupEpochs: 1.5 } },
  ),
  adagrad: optimized({
    name: "adagrad",
    learningRate: 0.1,
    initialAccumulatorValue: 0.2,
    epsilon: 1e-5,
    weightDecay: 0.01,
    clipValue: 0.5,
    clipNorm: 0.7,
    useEma: true,
    emaMomentum: 0.5,
    decay: "kernels",
    layers,
  }),
};

/** @type {(loss: unknown, last: object, target: import("./network.mjs").TargetSpec, more?: object) => Network} */
const lost = (loss, last, target, more) =>
  chain([5], [{ type: "dense", units: 7, activation: "silu" }, last], { loss, ...more }, target);

const dense = (/** @type {number} */ units, /** @type {unknown} */ activation = "linear") => ({
  type: "dense",
  units,
  activation,
});

const losses = {
  "mean squared error": lost("meanSquaredError", dense(2), positive(2), {
    metrics: ["mse", "meanSquaredError", "rmse", "rootMeanSquaredError", "r2"],
    validationSplit: 0.2,
    earlyStopping: {
      monitor: "loss",
      patience: 3,
      minDelta: 0.001,
      mode: "min",
      restoreBestWeights: true,
    },
    reduceLROnPlateau: {
      monitor: "loss",
      factor: 0.5,
      patience: 1,
      minDelta: 0.5,
      cooldown: 1,
      minLearningRate: 1e-5,
      mode: "min",
    },
    epochs: 5,
  }),
  quadratic: lost("quadratic", dense(3, "sigmoid"), bits(3), {
    metrics: ["binaryAccuracy", "hamming", "subsetAccuracy"],
    shuffle: false,
    stepsPerEpoch: 4,
  }),
  "mean absolute error": lost("meanAbsoluteError", dense(1), positive(1), {
    metrics: ["mae", "meanAbsoluteError", "medianAbsoluteError", "mape", "meanAbsolutePercentageError"],
    dropLast: true,
  }),
  huber: lost(
    { name: "huber", delta: 0.4 },
    {
      ...dense(4),
      kernelInitializer: { name: "varianceScaling", scale: 0.7, mode: "fanAvg", distribution: "uniform" },
    },
    values(4),
  ),
  "binary cross-entropy": lost(
    { name: "binaryCrossentropy", labelSmoothing: 0.1 },
    dense(1, "sigmoid"),
    classes(2),
    {
      metrics: [
        { name: "accuracy", threshold: 0.4 },
        { name: "acc", threshold: 0.45 },
        { name: "binaryAccuracy", threshold: 0.45 },
        { name: "balancedAccuracy", threshold: 0.45 },
        { name: "precision", threshold: 0.4 },
        { name: "recall", threshold: 0.4 },
        { name: "f1", threshold: 0.4 },
        { name: "matthewsCorrelation", threshold: 0.45 },
        { name: "cohenKappa", threshold: 0.45 },
        { name: "auc", curve: "PR" },
        "averagePrecision",
        "logLoss",
        "brier",
        { name: "expectedCalibrationError", bins: 7 },
      ],
    },
  ),
  "cross-entropy of several outputs": lost(
    { name: "crossEntropy", labelSmoothing: 0.05 },
    dense(4, "sigmoid"),
    bits(4),
    {
      metrics: [
        { name: "hamming", threshold: 0.45 },
        { name: "subsetAccuracy", threshold: 0.45 },
        { name: "auc", average: "macro" },
        { name: "averagePrecision", average: "macro" },
      ],
    },
  ),
  "categorical cross-entropy": lost(
    { name: "categoricalCrossentropy", labelSmoothing: 0.2 },
    dense(6, "softmax"),
    classes(6),
    {
      metrics: [
        "balancedAccuracy",
        { name: "topKAccuracy", k: 4 },
        "top5Accuracy",
        "top3Accuracy",
        { name: "precision", average: "macro" },
        { name: "recall", classId: 2 },
        { name: "f1", average: "weighted" },
        "matthewsCorrelation",
        { name: "cohenKappa", weights: "quadratic" },
      ],
      classWeight: { 1: 2.5, 4: 0.5 },
    },
  ),
  "cross-entropy of logits": lost(
    { name: "sparseCategoricalCrossentropy", labelSmoothing: 0.1 },
    dense(4),
    classes(4),
    {
      metrics: [
        { name: "precision", classId: 1 },
        { name: "recall", average: "macro" },
        { name: "f1", classId: 0 },
      ],
    },
  ),
  hinge: lost("hinge", dense(1, "tanh"), classes(2)),
  "categorical hinge": lost("categoricalHinge", dense(3), classes(3)),
  perceptron: chain([5], [dense(3, "step")], { loss: "perceptron", optimizer: "sgd" }, bits(3)),
};

/** Wide enough for every tile, several panels and odd remains of both. */
const wide = chain(
  [133],
  [
    {
      type: "dense",
      units: 211,
      activation: "gelu",
      kernelRegularizer: { l1: 1e-4, l2: 1e-3 },
      useBias: false,
    },
    { type: "dropout", rate: 0.3 },
    { type: "dense", units: 77, activation: "tanh", kernelInitializer: "heUniform" },
    { type: "dense", units: 19, trainable: false },
    { type: "activation", activation: "softplus" },
    { type: "dense", units: 10, activation: "softmax" },
  ],
  { loss: "categoricalCrossentropy", optimizer: "adam", batchSize: 61, microBatchSize: 37 },
  classes(10),
  { rows: 122 },
);

/** Of unequal sizes; the last batch has four rows, so half of its shards have none. */
const sharded = chain(
  [7],
  [
    { type: "dense", units: 9, activation: "relu" },
    { type: "dropout", rate: 0.3 },
    { type: "batchNormalization" },
    { type: "dense", units: 3, activation: "softmax" },
  ],
  {
    loss: "categoricalCrossentropy",
    optimizer: "adam",
    batchSize: 20,
    shards: 8,
    metrics: ["accuracy", "auc"],
  },
  classes(3),
  { rows: 44 },
);

/** @type {Record<string, Network>} */
export const ROWS = {
  shards: sharded,
  "every activation and initializer": activations,
  ...optimizers,
  ...losses,
  "wide layers": wide,
};
