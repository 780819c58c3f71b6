/** Small models that have a layer of every kind between them, for documents that are changed field by field. */
import {
  activation,
  add,
  attention,
  average,
  averagePooling1d,
  averagePooling2d,
  batchNormalization,
  bidirectional,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  dot,
  dropout,
  embedding,
  finalState,
  flatten,
  gaussianNoise,
  globalAveragePooling1d,
  globalAveragePooling2d,
  globalMaxPooling1d,
  globalMaxPooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  type Model,
  masking,
  maximum,
  maxPooling1d,
  maxPooling2d,
  minimum,
  model,
  multiHeadAttention,
  multiply,
  normalization,
  permute,
  positionalEmbedding,
  prelu,
  repeatVector,
  rescaling,
  reshape,
  residual,
  type SymbolicTensor,
  separableConv2d,
  sequential,
  simpleRnn,
  subtract,
  timeDistributed,
  upSampling1d,
  upSampling2d,
  zeroPadding1d,
  zeroPadding2d,
} from "../../../src/index.ts";

const flat = () =>
  sequential(
    [
      normalization({ mean: [0.1, 0.2, 0.3, 0.4], variance: [1, 2, 3, 4] }),
      dense({
        units: 6,
        activation: { name: "elu", alpha: 0.5 },
        kernelRegularizer: { l2: 0.1 },
        kernelInitializer: { name: "gaussian", stddev: 0.5 },
      }),
      reshape({ targetShape: [2, 3] }),
      permute({ dims: [2, 1] }),
      prelu({ sharedAxes: [1] }),
      flatten(),
      residual([dense({ units: 6 })], { shortcut: [dense({ units: 6, useBias: false })] }),
      dropout({ rate: 0.5 }),
      activation({ activation: { name: "leakyRelu", alpha: 0.2 } }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { inputShape: [4], seed: 1 },
  );

/** What the program for dense layers of nabla/predict reads itself. */
const layersOfDense = () =>
  sequential(
    [
      flatten(),
      dense({
        units: 5,
        activation: { name: "relu", negativeSlope: 0.1 },
        biasInitializer: { name: "constant", value: 0.5 },
      }),
      dropout({ rate: 0.25 }),
      dense({ units: 3, useBias: false }),
      activation({ activation: "tanh" }),
    ],
    { inputShape: [2, 2, 3], seed: 1 },
  );

const images = () =>
  sequential(
    [
      rescaling({ scale: 0.5, offset: 0.1 }),
      conv2d({ filters: 4, kernelSize: 2, padding: "same", activation: "relu" }),
      groupNormalization({ groups: 2 }),
      separableConv2d({ filters: 4, kernelSize: 2 }),
      conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, outputPadding: 1 }),
      maxPooling2d({ poolSize: 2, strides: 1 }),
      averagePooling2d({ poolSize: 2, padding: 1, countIncludePad: true }),
      zeroPadding2d({
        padding: [
          [1, 0],
          [0, 1],
        ],
      }),
      cropping2d({ cropping: [1, 1] }),
      upSampling2d({ size: 2, interpolation: "bilinear" }),
      globalAveragePooling2d(),
      gaussianNoise({ stddev: 0.1 }),
    ],
    { inputShape: [5, 5, 2], seed: 2 },
  );

const sequences = () =>
  sequential(
    [
      conv1d({ filters: 4, kernelSize: 2, padding: "causal", dilationRate: 2 }),
      batchNormalization(),
      maxPooling1d({ poolSize: 2, strides: 1 }),
      layerNormalization(),
      averagePooling1d({ poolSize: 2, strides: 1, padding: [1, 0] }),
      upSampling1d({ size: 2 }),
      zeroPadding1d({ padding: [1, 0] }),
      cropping1d({ cropping: [0, 1] }),
      globalMaxPooling1d(),
    ],
    { inputShape: [6, 3], seed: 3 },
  );

const steps = () =>
  sequential(
    [
      // whole numbers, whatever the rows are
      rescaling({ scale: 0, offset: 1 }),
      embedding({ inputDim: 3, outputDim: 3 }),
      masking({ maskValue: 9 }),
      simpleRnn({ units: 3, returnSequences: true }),
      lstm({ units: 2, returnSequences: true, dropout: 0.2, recurrentDropout: 0.1 }),
      bidirectional(gru({ units: 2, returnSequences: true }), { mergeMode: "sum" }),
      timeDistributed(dense({ units: 2 })),
      positionalEmbedding({ sequenceLength: 5 }),
      multiHeadAttention({ numHeads: 2, keyDim: 2, outputShape: 3 }),
      attention({ useScale: true, causal: true }),
      gru({ units: 2, goBackwards: true }),
      repeatVector({ n: 2 }),
    ],
    { inputShape: [4], seed: 5 },
  );

function graph(): Model {
  const x = input({ shape: [3, 2], name: "left" });
  const tower = conv1d({ filters: 2, kernelSize: 1, name: "tower" });
  const [a, b] = [tower.apply(x), tower.apply(x)];
  const sums = [add(), subtract(), multiply(), average(), maximum(), minimum()].map((layer) =>
    layer.apply([a, b]),
  );
  const joined = concatenate({ axis: -1 }).apply(sums);
  const mean = globalAveragePooling1d().apply(joined);
  const most = dense({ units: 12 }).apply(mean);
  const turned = reshape({ targetShape: [2, 2, 3] }).apply(most);
  const last = globalMaxPooling2d().apply(turned);
  return model({ inputs: x, outputs: { y: dot({ axes: 1 }).apply([most, mean]), z: last } });
}

function coder(): Model {
  const x = input({ shape: [3, 2], name: "heard" });
  const walk = lstm({ units: 2, returnSequences: true, returnState: true });
  const [y, h, c] = walk.apply<SymbolicTensor[]>(x);
  const [, last] = gru({ units: 2, returnState: true }).apply<SymbolicTensor[]>(y, { initialState: c });
  return model({
    inputs: x,
    outputs: { y: add().apply([h, last]), again: finalState({ state: "h" }).apply(y) },
  });
}

/** States that go on from batch to batch, padding by its number, and two layers for the two directions. */
const carried = () =>
  sequential(
    [
      rescaling({ scale: 0, offset: 1 }),
      embedding({ inputDim: 3, outputDim: 2, maskZero: true }),
      lstm({ units: 2, stateful: true, batchSize: 1, returnSequences: true }),
      gru({ units: 2, stateful: true, batchSize: 1, returnSequences: true, resetAfter: false }),
      bidirectional([
        lstm({ units: 2, returnSequences: true }),
        simpleRnn({ units: 2, goBackwards: true, returnSequences: true }),
      ]),
      globalAveragePooling1d(),
    ],
    { inputShape: [4], seed: 6 },
  );

/** By name, each with the values of a row, or of several, that it predicts. */
export const NETS: Readonly<Record<string, { readonly make: () => Model; readonly width: number }>> = {
  flat: { make: flat, width: 4 },
  layersOfDense: { make: layersOfDense, width: 12 },
  images: { make: images, width: 50 },
  sequences: { make: sequences, width: 18 },
  steps: { make: steps, width: 4 },
  graph: { make: graph, width: 6 },
  coder: { make: coder, width: 6 },
  carried: { make: carried, width: 4 },
};
