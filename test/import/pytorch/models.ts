/** The networks of make_pytorch.py, built here. Names are given where the file's are to be found by them. */
import {
  activation,
  add,
  batchNormalization,
  bidirectional,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling2d,
  groupNormalization,
  gru,
  input,
  layerNormalization,
  lstm,
  type Model,
  maxPooling2d,
  model,
  multiHeadAttention,
  prelu,
  reshape,
  separableConv2d,
  sequential,
  simpleRnn,
  timeDistributed,
} from "../../../src/index.ts";

const epsilon = 1e-5;
const mlp = () =>
  sequential(
    [
      dense({ units: 5, activation: "tanh", name: "fc1" }),
      dense({ units: 5, activation: "relu", name: "fc2" }),
      dense({ units: 3, activation: "softmax", useBias: false, name: "out" }),
    ],
    { inputShape: [4] },
  );
const steps = { inputShape: [5, 3] };

function block(): Model {
  const x = input({ shape: [4, 5, 2] });
  const conv = (name: string, kernelSize = 3) =>
    conv2d({ filters: 4, kernelSize, padding: "same", useBias: false, name });
  const norm = (name: string) => batchNormalization({ epsilon, name });
  const first = activation({ activation: "relu" }).apply(norm("bn1").apply(conv("conv1").apply(x)));
  const second = norm("bn2").apply(conv("conv2").apply(first));
  const side = norm("downsample_1").apply(conv("downsample_0", 1).apply(x));
  const sum = activation({ activation: "relu" }).apply(add().apply([second, side]));
  const y = dense({ units: 3, name: "fc" }).apply(globalAveragePooling2d().apply(sum));
  return model({ inputs: x, outputs: y });
}

function two(): Model {
  const image = input({ shape: [3, 4, 2], name: "image" });
  const table = input({ shape: [4], name: "table" });
  const pixels = flatten().apply(conv2d({ filters: 3, kernelSize: 2, activation: "relu" }).apply(image));
  const y = dense({ units: 2 }).apply(concatenate().apply([table, pixels]));
  return model({ inputs: { image, table }, outputs: y });
}

const attending = (more: object) =>
  sequential([multiHeadAttention({ numHeads: 2, keyDim: 2, ...more }), dense({ units: 2 })], {
    inputShape: [3, 4],
  });

export const MODELS: Readonly<Record<string, () => Model>> = {
  mlp,
  cnn: () =>
    sequential(
      [
        // a bias where the file has none: it is 0 then
        conv2d({ filters: 4, kernelSize: 3, padding: "same" }),
        batchNormalization({ epsilon }),
        activation({ activation: "relu" }),
        maxPooling2d({ poolSize: 2 }),
        conv2d({ filters: 4, kernelSize: [2, 3], groups: 2 }),
        prelu({ sharedAxes: [1, 2] }),
        flatten(),
        dropout({ rate: 0.5 }),
        batchNormalization({ epsilon }),
        dense({ units: 6, activation: "relu" }),
        dense({ units: 2 }),
      ],
      { inputShape: [6, 8, 3] },
    ),
  conv1d: () =>
    sequential(
      [
        conv1d({ filters: 4, kernelSize: 2, dilationRate: 2, activation: "relu" }),
        conv1d({ filters: 4, kernelSize: 3, strides: 2 }),
        flatten(),
        dense({ units: 2 }),
      ],
      { inputShape: [7, 3] },
    ),
  separable: () =>
    sequential(
      [separableConv2d({ filters: 4, kernelSize: 3, depthMultiplier: 2 }), globalAveragePooling2d()],
      { inputShape: [5, 4, 3] },
    ),
  generator: () =>
    sequential(
      [
        dense({ units: 12 }),
        batchNormalization({ epsilon }),
        activation({ activation: "relu" }),
        reshape({ targetShape: [2, 2, 3] }),
        conv2dTranspose({
          filters: 4,
          kernelSize: 3,
          strides: 2,
          padding: 1,
          outputPadding: 1,
          activation: "relu",
        }),
        conv2dTranspose({ filters: 2, kernelSize: 2, strides: 2, groups: 2 }),
      ],
      { inputShape: [5] },
    ),
  lstm: () =>
    sequential([lstm({ units: 4, returnSequences: true }), lstm({ units: 4 }), dense({ units: 2 })], steps),
  gru: () =>
    sequential([gru({ units: 4, returnSequences: true }), gru({ units: 4 }), dense({ units: 2 })], steps),
  rnn: () => sequential([simpleRnn({ units: 4, name: "rnn" }), dense({ units: 2, name: "head" })], steps),
  rnnPlain: () =>
    sequential([simpleRnn({ units: 4, activation: "relu", useBias: false }), dense({ units: 2 })], steps),
  bidirectional: () =>
    sequential([bidirectional(lstm({ units: 4, returnSequences: true })), dense({ units: 2 })], steps),
  bidirectionalGru: () =>
    sequential(
      [
        bidirectional(gru({ units: 4, returnSequences: true }), { name: "rnn" }),
        dense({ units: 2, name: "head" }),
      ],
      steps,
    ),
  words: () =>
    sequential(
      [
        embedding({ inputDim: 7, outputDim: 3 }),
        layerNormalization({ epsilon }),
        gru({ units: 4 }),
        prelu({ sharedAxes: [1] }),
        dense({ units: 2 }),
      ],
      { inputShape: [5] },
    ),
  norms: () =>
    sequential(
      [
        conv2d({ filters: 4, kernelSize: 1 }),
        groupNormalization({ groups: 2, epsilon }),
        activation({ activation: "relu" }),
        groupNormalization({ groups: -1, epsilon }),
        conv2d({ filters: 4, kernelSize: 1 }),
        batchNormalization({ epsilon, scale: false, center: false }),
      ],
      { inputShape: [3, 4, 2] },
    ),
  block,
  two,
  frames: () =>
    sequential(
      [
        timeDistributed([
          conv2d({ filters: 3, kernelSize: 2, activation: "relu" }),
          flatten(),
          dense({ units: 4 }),
        ]),
        gru({ units: 3 }),
      ],
      { inputShape: [3, 3, 3, 2] },
    ),
  double: mlp,
  views: mlp,
  half: mlp,
  bfloat16: mlp,
  parallel: mlp,
  checkpoint: mlp,
  attention: () => attending({}),
  attentionPlain: () => attending({ useBias: false }),
  attentionAcross: () => {
    const [x, y] = [input({ shape: [3, 4], name: "x" }), input({ shape: [6, 5], name: "y" })];
    const found = multiHeadAttention({ numHeads: 2, keyDim: 2 }).apply([x, y]);
    return model({ inputs: { x, y }, outputs: dense({ units: 2 }).apply(found) });
  },
};
