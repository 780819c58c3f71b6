/** Every layer of TensorFlow.js that there is here: made by it, read here, within 1e-5 of what it predicts. */
import { describe, expect, test } from "vitest";
import { openModel } from "../../../src/import/index.ts";
import { differs, outputsOf } from "../../export/onnxRound.ts";
import { demandTfjs, filesOf, hasTfjs, predicted, spread, tfjs, wave } from "../../support/tfjs.ts";

demandTfjs();

type Case = readonly [make: string, options: object, ...shapes: (readonly number[])[]];

const inner = (make: string, options: object) => ({ make, options });
const CASES: readonly Case[] = [
  ["dense", { units: 3, activation: "tanh" }, [5]],
  ["dense", { units: 3, useBias: false, activation: "hardSigmoid" }, [4, 5]],
  ["dense", { units: 3, activation: "relu6" }, [4]],
  ["activation", { activation: "softmax" }, [3, 4]],
  ...[
    "elu",
    "selu",
    "relu",
    "sigmoid",
    "softplus",
    "softsign",
    "linear",
    "swish",
    "gelu",
    "hardSigmoid",
    "logSoftmax",
  ].map((activation): Case => ["activation", { activation }, [7]]),
  ["reLU", {}, [6]],
  ["reLU", { maxValue: 0.5 }, [6]],
  ["leakyReLU", {}, [6]],
  ["elu", {}, [6]],
  ["thresholdedReLU", { theta: 0.4 }, [6]],
  ["softmax", {}, [6]],
  ["prelu", {}, [4, 3]],
  ["prelu", { sharedAxes: [1, 2] }, [4, 3, 2]],
  ["flatten", {}, [2, 3, 4]],
  ["reshape", { targetShape: [4, 6] }, [2, 3, 4]],
  ["reshape", { targetShape: [-1, 3] }, [6]],
  ["permute", { dims: [3, 1, 2] }, [2, 3, 4]],
  ["repeatVector", { n: 3 }, [4]],
  ["conv1d", { filters: 3, kernelSize: 2, dilationRate: 2, activation: "relu" }, [6, 4]],
  ["conv1d", { filters: 3, kernelSize: 3, strides: 2, padding: "same" }, [7, 4]],
  ["conv2d", { filters: 3, kernelSize: [2, 3], strides: [2, 1], padding: "same" }, [5, 6, 2]],
  ["conv2d", { filters: 2, kernelSize: 2, dilationRate: 2, useBias: false }, [5, 5, 3]],
  ["conv2dTranspose", { filters: 3, kernelSize: 3, strides: 2, padding: "same" }, [3, 4, 2]],
  ["conv2dTranspose", { filters: 2, kernelSize: 2, strides: 3 }, [3, 2, 2]],
  ["depthwiseConv2d", { kernelSize: 3, depthMultiplier: 2, activation: "relu" }, [5, 6, 3]],
  ["depthwiseConv2d", { kernelSize: 3, strides: 2, padding: "same", useBias: false }, [6, 6, 4]],
  ["separableConv2d", { filters: 3, kernelSize: 3, padding: "same", depthMultiplier: 2 }, [4, 5, 2]],
  ["maxPooling1d", { poolSize: 3, strides: 2, padding: "same" }, [8, 3]],
  ["maxPooling2d", { poolSize: [2, 3] }, [5, 6, 2]],
  ["averagePooling1d", { poolSize: 2 }, [6, 3]],
  ["averagePooling2d", { poolSize: 3, strides: 2, padding: "same" }, [6, 5, 2]],
  ["globalMaxPooling1d", {}, [5, 3]],
  ["globalMaxPooling2d", {}, [4, 5, 3]],
  ["globalAveragePooling1d", {}, [5, 3]],
  ["globalAveragePooling2d", {}, [4, 5, 3]],
  [
    "zeroPadding2d",
    {
      padding: [
        [1, 2],
        [0, 3],
      ],
    },
    [4, 3, 2],
  ],
  [
    "cropping2D",
    {
      cropping: [
        [1, 0],
        [2, 1],
      ],
    },
    [5, 6, 2],
  ],
  ["upSampling2d", { size: [2, 3] }, [3, 4, 2]],
  ["batchNormalization", {}, [5]],
  ["batchNormalization", { scale: false, epsilon: 0.01 }, [3, 4, 5]],
  ["layerNormalization", {}, [6]],
  ["layerNormalization", { center: false }, [3, 4, 5]],
  ["embedding", { inputDim: 7, outputDim: 3 }, [5]],
  ["simpleRNN", { units: 4 }, [5, 3]],
  ["simpleRNN", { units: 4, activation: "hardSigmoid" }, [5, 3]],
  ["lstm", { units: 4 }, [5, 3]],
  ["lstm", { units: 4, recurrentActivation: "sigmoid", returnSequences: true, goBackwards: true }, [5, 3]],
  ["gru", { units: 4 }, [5, 3]],
  ["gru", { units: 4, recurrentActivation: "sigmoid", returnSequences: true, useBias: false }, [5, 3]],
  ["bidirectional", { layer: inner("lstm", { units: 3 }), mergeMode: "concat" }, [5, 2]],
  ["bidirectional", { layer: inner("gru", { units: 3, returnSequences: true }), mergeMode: "ave" }, [5, 2]],
  ["timeDistributed", { layer: inner("dense", { units: 3, activation: "relu" }) }, [4, 2]],
  ["timeDistributed", { layer: inner("conv2d", { filters: 2, kernelSize: 2 }) }, [3, 4, 4, 2]],
  ["rnn", { cell: inner("lstmCell", { units: 3 }), returnSequences: true }, [4, 2]],
  ["dropout", { rate: 0.25 }, [5]],
  ["spatialDropout1d", { rate: 0.25 }, [5, 3]],
  ["gaussianNoise", { stddev: 1 }, [5]],
  ["gaussianDropout", { rate: 0.25 }, [5]],
  ["alphaDropout", { rate: 0.25 }, [5]],
  ["masking", { maskValue: 0 }, [5, 2]],
  ["rescaling", { scale: 0.5, offset: -1 }, [4]],
  ["add", {}, [3, 4, 2], [3, 4, 2], [3, 4, 2]],
  ["multiply", {}, [3, 4], [3, 4]],
  ["average", {}, [3, 4], [3, 4]],
  ["maximum", {}, [3, 4], [3, 4]],
  ["minimum", {}, [5], [5]],
  ["concatenate", {}, [3, 4, 2], [3, 4, 5]],
  ["concatenate", { axis: 1 }, [2, 3], [4, 3]],
  ["dot", { axes: -1 }, [5], [5]],
  ["dot", { axes: [1, 2] }, [4, 3], [2, 4]],
];

function madeOf([make, options, ...shapes]: Case) {
  const tf = tfjs();
  const filled = Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key,
      value?.make ? tf.layers[value.make]!(value.options) : value,
    ]),
  );
  const inputs = shapes.map((shape, i) => tf.input({ shape, name: `x${i}` }));
  const made = tf.model({
    inputs,
    outputs: tf.layers[make]!(filled).apply(inputs.length === 1 ? inputs[0] : inputs),
  });
  spread(made);
  return made;
}

const rowsOf = (shapes: readonly (readonly number[])[], of: (i: number) => number) =>
  shapes.map((shape, k) => ({
    shape: [3, ...shape],
    data: Float32Array.from({ length: 3 * shape.reduce((a, b) => a * b, 1) }, (_, i) => of(i + 1000 * k)),
  }));

describe.runIf(hasTfjs())("layers of TensorFlow.js", () => {
  test.each(CASES.map((each) => ({ each, name: `${each[0]} ${JSON.stringify(each[1])}` })))(
    "$name",
    async ({ each }) => {
      const made = madeOf(each);
      const { json, files } = await filesOf(made);
      const model = await openModel(json, { files });
      const rows = rowsOf(
        each.slice(2) as never,
        each[0] === "embedding" ? (i) => (i * 3) % 7 : (i) => 2 * wave(i),
      );
      const theirs = predicted(made, rows);
      const ours = Object.values(outputsOf(model, Object.fromEntries(rows.map((row, i) => [`x${i}`, row]))));
      expect(differs(ours[0]!, theirs[0]!)).toBeLessThan(1e-5);
    },
  );
});
