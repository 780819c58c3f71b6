/** Between them: every layer, every activation, widths that are and are not multiples of four. */

import { ACTIVATIONS } from "../../src/activations/table.ts";
import {
  activation,
  attention,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  dropout,
  flatten,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  layerNormalization,
  type Model,
  maxPooling1d,
  maxPooling2d,
  multiHeadAttention,
  normalization,
  permute,
  positionalEmbedding,
  prelu,
  rescaling,
  reshape,
  residual,
  separableConv2d,
  sequential,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "../../src/index.ts";

/** Weights as training leaves them: no zero biases, no mean of 0 and variance of 1. */
function worn(model: Model): Model {
  const weights = Object.fromEntries(
    Object.entries(model.weights()).map(([name, values], t) => [
      name,
      values.map((value, i) => {
        const noise = Math.fround(((i * 7919 + t * 104729) % 1009) / 1009);
        if (/variance/i.test(name)) return 0.5 + noise;
        return value + (noise - 0.5) / 10;
      }),
    ]),
  );
  return model.setWeights(weights);
}

const softmax = () => dense({ units: 10, activation: "softmax" });

export const nets: Record<string, () => Model> = {
  "one weight": () => worn(sequential([dense({ units: 1, useBias: false })], { inputShape: [1], seed: 1 })),
  // in linear memory the one column takes the room of four
  "many inputs, one output": () =>
    worn(sequential([dense({ units: 1, activation: "sigmoid" })], { inputShape: [3000], seed: 8 })),
  "no weights at all": () =>
    sequential([flatten(), activation({ activation: "softmax" })], { inputShape: [3, 2] }),
  "a perceptron of odd sizes": () =>
    worn(
      sequential([dense({ units: 13, activation: "tanh" }), dense({ units: 7 }), softmax()], {
        inputShape: [11],
        seed: 2,
      }),
    ),
  "784-100-50-10": () =>
    worn(
      sequential(
        [
          flatten(),
          dense({ units: 100, activation: "relu" }),
          dense({ units: 50, activation: "relu" }),
          softmax(),
        ],
        { inputShape: [28, 28, 1], seed: 3 },
      ),
    ),
  "a convolutional net for digits": () =>
    worn(
      sequential(
        [
          conv2d({ filters: 8, kernelSize: 3, activation: "relu" }),
          maxPooling2d(),
          conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
          maxPooling2d(),
          flatten(),
          dropout({ rate: 0.3 }),
          dense({ units: 128, activation: "relu" }),
          softmax(),
        ],
        { inputShape: [28, 28, 1], seed: 4 },
      ),
    ),
  "residual blocks": () =>
    worn(
      sequential(
        [
          conv2d({ filters: 6, kernelSize: 3, padding: "same", useBias: false }),
          batchNormalization(),
          activation({ activation: "relu" }),
          residual([conv2d({ filters: 6, kernelSize: 3, padding: "same" }), batchNormalization()]),
          residual([conv2d({ filters: 7, kernelSize: 3, strides: 2, padding: "same" })], {
            shortcut: [conv2d({ filters: 7, kernelSize: 1, strides: 2 })],
          }),
          globalAveragePooling2d(),
          softmax(),
        ],
        { inputShape: [9, 10, 3], seed: 5 },
      ),
    ),
  "every other layer": () =>
    worn(
      sequential(
        [
          gaussianNoise({ stddev: 0.1 }),
          dense({ units: 30, activation: "tanh" }),
          layerNormalization(),
          reshape({ targetShape: [5, -1, 2] }),
          zeroPadding2d({ padding: 1 }),
          conv2d({ filters: 6, kernelSize: [2, 3], groups: 2, dilationRate: 2, padding: "same" }),
          conv2d({ filters: 6, kernelSize: 3, groups: 6, padding: "same" }),
          maxPooling2d({ poolSize: 3, strides: 1, padding: "same" }),
          averagePooling2d({ poolSize: 2, padding: "same" }),
          layerNormalization(),
        ],
        { inputShape: [30], seed: 6 },
      ),
    ),
  "along sequences": () =>
    worn(
      sequential(
        [
          zeroPadding1d(),
          conv1d({ filters: 6, kernelSize: 3, padding: "causal", activation: "relu" }),
          maxPooling1d(),
          upSampling1d({ size: 3 }),
          permute({ dims: [2, 1] }),
          conv1d({ filters: 5, kernelSize: 2, padding: [2, 0], groups: 1 }),
          cropping1d(),
          averagePooling1d({ poolSize: 2, padding: 1, countIncludePad: true, ceilMode: true }),
          residual([conv1d({ filters: 5, kernelSize: 3, groups: 5, padding: "same" })]),
          globalMaxPooling1d(),
        ],
        { inputShape: [12, 3], seed: 8 },
      ),
    ),
  "images made small, in channels of their own": () =>
    worn(
      sequential(
        [
          separableConv2d({ filters: 6, kernelSize: 3, strides: 2, padding: "same", depthMultiplier: 2 }),
          separableConv2d({
            filters: 7,
            kernelSize: 3,
            padding: [
              [1, 0],
              [2, 1],
            ],
            activation: "tanh",
          }),
          permute({ dims: [3, 1, 2] }),
          conv2d({ filters: 3, kernelSize: 3, padding: 2 }),
        ],
        { inputShape: [5, 6, 3], seed: 9 },
      ),
    ),
  "images made large": () =>
    worn(
      sequential(
        [
          conv2dTranspose({ filters: 6, kernelSize: 2, strides: 3 }),
          conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, padding: "same", groups: 3 }),
          cropping2d({ cropping: 1 }),
          upSampling2d(),
          upSampling2d({ size: [1, 2], interpolation: "bilinear" }),
        ],
        { inputShape: [2, 3, 4], seed: 12 },
      ),
    ),
  "the largest of an image": () =>
    worn(
      sequential([conv2d({ filters: 5, kernelSize: 3, activation: "relu" }), globalMaxPooling2d()], {
        inputShape: [6, 7, 2],
        seed: 10,
      }),
    ),
  "the mean of a sequence": () =>
    worn(
      sequential([conv1d({ filters: 5, kernelSize: 3 }), globalAveragePooling1d()], {
        inputShape: [6, 2],
        seed: 11,
      }),
    ),
  "layers that need no more than their values": () =>
    worn(
      sequential(
        [
          normalization({ mean: [0.1, 0.2, -0.3], variance: [1, 2, 3] }),
          rescaling({ scale: 0.5, offset: 0.25 }),
          conv2d({ filters: 6, kernelSize: 3 }),
          prelu({ sharedAxes: [1, 2], alphaInitializer: { name: "constant", value: 0.25 } }),
          groupNormalization({ groups: 3 }),
          activation({ activation: { name: "relu", maxValue: 1, threshold: 0.1 } }),
        ],
        { inputShape: [5, 4, 3], seed: 10 },
      ),
    ),
  "steps that look at each other": () =>
    worn(
      sequential(
        [
          positionalEmbedding({ sequenceLength: 9 }),
          multiHeadAttention({ numHeads: 3, keyDim: 3, valueDim: 2, outputShape: 5, causal: true }),
          residual([layerNormalization(), multiHeadAttention({ numHeads: 2, keyDim: 4 })]),
          attention({ useScale: true }),
          dense({ units: 3, activation: "softmax" }),
        ],
        { inputShape: [7, 6], seed: 6 },
      ),
    ),
  "layers on the last axis of images": () =>
    worn(
      sequential([dense({ units: 6, activation: "relu" }), dense({ units: 5, activation: "softmax" })], {
        inputShape: [4, 3, 2],
        seed: 9,
      }),
    ),
  ...Object.fromEntries(
    ACTIVATIONS.map((name) => [
      `the activation ${name}`,
      () =>
        worn(
          sequential([dense({ units: 9, activation: name }), dense({ units: 3, activation: name })], {
            inputShape: [6],
            seed: 7,
          }),
        ),
    ]),
  ),
};

/** Rows of values between -2 and 2. */
export const rowsFor = (model: Model, rows: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(
    { length: rows * model.inputShape.reduce((a, b) => a * b, 1) },
    (_, i) => (((i * 7919) % 4001) - 2000) / 1000,
  );

export const bytesFor = (model: Model, rows: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(rowsFor(model, rows), (_, i) => (i * 151) % 256);
