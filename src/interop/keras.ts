/**
 * What Keras, and TensorFlow.js after it, call things: one table for those who read their files and those who write them. Weights need none:
 * they have Keras' order and layout here, and their names are these with underscores.
 */

/** recurrentKernel → recurrent_kernel */
export const underscored = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Of a class, as Keras 3 names groups of weights: Conv2DTranspose → conv2d_transpose. Source: keras/src/utils/naming.py, to_snake_case. */
export const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** Options by their names here, for layers that are the same there: type here, class there, options. */
export const SAME: readonly (readonly [type: string, className: string, ...options: string[]])[] = [
  ["dense", "Dense", "units", "activation", "useBias"],
  ["flatten", "Flatten"],
  ["reshape", "Reshape", "targetShape"],
  ["permute", "Permute", "dims"],
  ["repeatVector", "RepeatVector", "n"],
  ["dropout", "Dropout", "rate"],
  ["gaussianNoise", "GaussianNoise", "stddev"],
  ["masking", "Masking", "maskValue"],
  ["embedding", "Embedding", "inputDim", "outputDim", "maskZero"],
  ["activation", "Activation", "activation"],
  ["add", "Add"],
  ["subtract", "Subtract"],
  ["multiply", "Multiply"],
  ["average", "Average"],
  ["maximum", "Maximum"],
  ["minimum", "Minimum"],
  ["layerNormalization", "LayerNormalization", "epsilon", "center", "scale"],
  ["batchNormalization", "BatchNormalization", "momentum", "epsilon", "center", "scale"],
  ["groupNormalization", "GroupNormalization", "groups", "epsilon", "center", "scale"],
  ["maxPooling1d", "MaxPooling1D", "poolSize", "strides", "padding"],
  ["maxPooling2d", "MaxPooling2D", "poolSize", "strides", "padding"],
  ["averagePooling1d", "AveragePooling1D", "poolSize", "strides", "padding"],
  ["averagePooling2d", "AveragePooling2D", "poolSize", "strides", "padding"],
  ["globalMaxPooling1d", "GlobalMaxPooling1D"],
  ["globalMaxPooling2d", "GlobalMaxPooling2D"],
  ["globalAveragePooling1d", "GlobalAveragePooling1D"],
  ["globalAveragePooling2d", "GlobalAveragePooling2D"],
  ["upSampling1d", "UpSampling1D", "size"],
  ["upSampling2d", "UpSampling2D", "size", "interpolation"],
  ["zeroPadding1d", "ZeroPadding1D", "padding"],
  ["zeroPadding2d", "ZeroPadding2D", "padding"],
  ["cropping1d", "Cropping1D", "cropping"],
  ["cropping2d", "Cropping2D", "cropping"],
  [
    "conv1d",
    "Conv1D",
    "filters",
    "kernelSize",
    "strides",
    "padding",
    "dilationRate",
    "groups",
    "activation",
    "useBias",
  ],
  [
    "conv2d",
    "Conv2D",
    "filters",
    "kernelSize",
    "strides",
    "padding",
    "dilationRate",
    "groups",
    "activation",
    "useBias",
  ],
  [
    "conv2dTranspose",
    "Conv2DTranspose",
    "filters",
    "kernelSize",
    "strides",
    "padding",
    "outputPadding",
    "dilationRate",
    "activation",
    "useBias",
  ],
  [
    "separableConv2d",
    "SeparableConv2D",
    "filters",
    "kernelSize",
    "strides",
    "padding",
    "dilationRate",
    "depthMultiplier",
    "activation",
    "useBias",
  ],
  [
    "simpleRnn",
    "SimpleRNN",
    "units",
    "activation",
    "useBias",
    "returnSequences",
    "goBackwards",
    "dropout",
    "recurrentDropout",
  ],
  [
    "lstm",
    "LSTM",
    "units",
    "activation",
    "recurrentActivation",
    "useBias",
    "returnSequences",
    "goBackwards",
    "dropout",
    "recurrentDropout",
  ],
  [
    "gru",
    "GRU",
    "units",
    "activation",
    "recurrentActivation",
    "useBias",
    "resetAfter",
    "returnSequences",
    "goBackwards",
    "dropout",
    "recurrentDropout",
  ],
];

/** Activations without options: ours, and theirs; the first of theirs is written. */
export const ACTIVATIONS: readonly (readonly [name: string, ...keras: string[]])[] = [
  ["linear", "linear"],
  ["relu", "relu"],
  ["sigmoid", "sigmoid"],
  ["tanh", "tanh"],
  ["softmax", "softmax"],
  ["elu", "elu"],
  ["selu", "selu"],
  ["softplus", "softplus"],
  ["softsign", "softsign"],
  ["silu", "swish", "silu"],
  ["gelu", "gelu"],
  ["hardSwish", "hard_silu", "hard_swish", "hardSwish"],
  ["logSoftmax", "log_softmax", "logSoftmax"],
];

/**
 * z / 5 + ½ between 0 and 1 is what Keras 2 and TensorFlow.js call hardSigmoid; Keras 3 and this library divide by 6. It is that of 1.2 · z:
 * gates have the factor in their weights.
 */
export const HARD_SIGMOID = 1.2;

/** Of ReLU 6, which Keras 2 and TensorFlow.js know as an activation. */
export const RELU6 = 6;
