/** Configurations by structure: layers and trainings that are right, or nearly. */
import * as fc from "fast-check";

const size = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, -1, 1.5, 64, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, null, "2", true),
  },
);
const pair = fc.oneof(size, fc.tuple(size, size), fc.array(size, { maxLength: 3 }));
const activation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("relu", "softmax", "linear", "tanh", "sigmoid", "gelu", "leakyRelu"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "mish",
      "__proto__",
      "toString",
      "",
      null,
      1,
      { name: "relu" },
      { name: "leakyRelu", alpha: 1e308 },
      { name: "mish" },
    ),
  },
);
const options = {
  units: size,
  filters: size,
  kernelSize: pair,
  strides: pair,
  dilationRate: pair,
  poolSize: pair,
  padding: fc.oneof(fc.constantFrom("same", "valid", "causal", "__proto__"), pair),
  size: pair,
  cropping: pair,
  targetShape: fc.array(size, { maxLength: 4 }),
  dims: fc.array(size, { maxLength: 4 }),
  activation,
  rate: fc.constantFrom(0, 0.5, 1, -1, "x"),
  axis: fc.constantFrom(-1, 0, 1, 9, null),
  groups: size,
  epsilon: fc.constantFrom(1e-3, 0, -1, 1e308),
  momentum: fc.constantFrom(0.9, 2),
  useBias: fc.constantFrom(true, false, 1),
  name: fc.constantFrom("a", "b", "__proto__", "optimizer", "a.b", "", "\u001b[31m", "left"),
  inputs: fc.array(fc.constantFrom("a", "b", "left", "right", "__proto__"), { maxLength: 3 }),
  scale: fc.constantFrom(1, 1 / 255, "x"),
  shape: fc.array(size, { maxLength: 4 }),
};
const TYPES = [
  "dense",
  "conv2d",
  "conv1d",
  "flatten",
  "dropout",
  "maxPooling2d",
  "averagePooling1d",
  "globalAveragePooling2d",
  "batchNormalization",
  "layerNormalization",
  "groupNormalization",
  "activation",
  "reshape",
  "permute",
  "upSampling2d",
  "zeroPadding2d",
  "cropping2d",
  "separableConv2d",
  "conv2dTranspose",
  "rescaling",
  "prelu",
  "add",
  "concatenate",
  "dot",
  "input",
  "residual",
  "normalization",
  "gaussianNoise",
  "globalMaxPooling1d",
  "toString",
  "__proto__",
  "attention",
];

export const layer = fc
  .tuple(fc.constantFrom(...TYPES), fc.record(options, { requiredKeys: [] }), fc.integer({ min: 0, max: 3 }))
  .map(([type, given, few]) => ({
    type,
    // most of what a layer is given is its own
    ...Object.fromEntries(
      Object.entries(given).filter(
        ([key], i) =>
          i % 4 === few || ["units", "filters", "kernelSize", "poolSize", "targetShape"].includes(key),
      ),
    ),
  }));
export const layers = fc.array(layer, { maxLength: 5 });
export const inputShape = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom([4], [6, 6, 1], [8, 2]) },
  { weight: 1, arbitrary: fc.array(size, { maxLength: 4 }) },
);
export const modelDocument = fc.oneof(
  fc.record({ inputShape, layers }),
  fc.record({
    layers,
    outputs: fc.dictionary(fc.constantFrom("y", "a", "__proto__"), fc.constantFrom("a", "b", "left", "none")),
  }),
);
export const training = fc.record(
  {
    loss: fc.constantFrom(
      "categoricalCrossentropy",
      "quadratic",
      "meanSquaredError",
      "own",
      "__proto__",
      { name: "huber", delta: -1 },
      ["quadratic"],
      { y: "quadratic" },
    ),
    optimizer: fc.constantFrom(
      "adam",
      "sgd",
      { name: "sgd", learningRate: 1e300 },
      { name: "adam", beta1: 2 },
      "toString",
      null,
    ),
    metrics: fc.constantFrom(
      ["accuracy"],
      ["topKAccuracy"],
      [{ name: "f1" }],
      "accuracy",
      ["__proto__"],
      [[]],
    ),
    epochs: size,
    batchSize: size,
    microBatchSize: size,
    shards: size,
    seed: fc.constantFrom(0, 1, -1, 2 ** 32, "x"),
    validationSplit: fc.constantFrom(0.1, 1, -1),
    schedule: fc.constantFrom(
      "cosine",
      "step:0.5,10",
      "step:",
      "cosine+warmup:1",
      "x".repeat(3000),
      { name: "cosine" },
      "exponential:1e999",
    ),
    augment: fc.constantFrom({ shift: 2 }, { rotate: 1e9 }, { flip: true }, {}, { __proto__x: 1 }),
    earlyStopping: fc.constantFrom({ patience: 2 }, { monitor: "__proto__" }, true),
    callbacks: fc.constantFrom([], [{ name: "earlyStopping", patience: 1 }], [{ name: "x" }]),
    l2: fc.constantFrom(0.1, -1, 1e308),
    clipNorm: fc.constantFrom(1, 0, "x"),
  },
  { requiredKeys: [] },
);
export const WORDS = [
  ...TYPES,
  ...Object.keys(options),
  "relu",
  "softmax",
  "same",
  "valid",
  "layers",
  "inputShape",
  "outputs",
  "training",
  "loss",
  "optimizer",
  "adam",
  "glorotUniform",
  "kernelInitializer",
  "nabla",
  "version",
  "config",
  "progress",
  "history",
  "running",
  "callbacks",
  "classes",
  "standardisation",
  "mean",
  "columns",
  "extra",
  "csv",
  "encoding",
  "kind",
  "category",
  "values",
  "rateFactor",
  "metrics",
];
