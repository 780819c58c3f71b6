/** Layers with options for TensorFlow.js, and the shapes they are given. */
import { input, type Model, model } from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import { wave } from "../support/tfjs.ts";

export type Options = object | ((all: typeof ALL) => object);
type Cases = Readonly<Record<string, readonly (readonly [Options, ...(readonly number[])[]])[]>>;
export const CASES: Cases = {
  dense: [
    [{ units: 3, activation: "tanh" }, [5]],
    [{ units: 3, useBias: false, kernelRegularizer: { l2: 0.01 } }, [4, 5]],
    [{ units: 2, activation: { name: "leakyRelu", alpha: 0.2 } }, [3]],
  ],
  activation: [[{ activation: "softmax" }, [2, 3, 4]]],
  flatten: [[{}, [2, 3, 4]]],
  reshape: [[{ targetShape: [4, -1] }, [2, 3, 4]]],
  permute: [[{ dims: [3, 1, 2] }, [2, 3, 4]]],
  repeatVector: [[{ n: 3 }, [4]]],
  conv1d: [
    [{ filters: 3, kernelSize: 2, padding: "causal", dilationRate: 2 }, [6, 4]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }, [7, 4]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: [1, 2], groups: 2 }, [7, 2]],
  ],
  conv2d: [
    [{ filters: 3, kernelSize: [2, 3], activation: "relu" }, [5, 6, 2]],
    [{ filters: 8, kernelSize: 3, strides: 2, padding: "same", groups: 4, useBias: false }, [6, 7, 4]],
    [
      {
        filters: 2,
        kernelSize: 2,
        padding: [
          [1, 0],
          [0, 2],
        ],
        dilationRate: 2,
      },
      [5, 5, 3],
    ],
  ],
  conv2dTranspose: [
    [{ filters: 3, kernelSize: 3, strides: 2, padding: "same" }, [3, 4, 2]],
    [{ filters: 2, kernelSize: 2, strides: 3 }, [3, 2, 2]],
    [{ filters: 4, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 }, [3, 3, 4]],
  ],
  separableConv2d: [[{ filters: 3, kernelSize: 3, padding: "same", depthMultiplier: 2 }, [4, 5, 2]]],
  maxPooling1d: [[{ poolSize: 3, strides: 2, padding: "same" }, [8, 3]]],
  maxPooling2d: [[{ poolSize: 2 }, [4, 5, 3]]],
  averagePooling1d: [[{ poolSize: 2 }, [6, 3]]],
  averagePooling2d: [[{ poolSize: 3, strides: 2, padding: "same" }, [6, 5, 2]]],
  globalAveragePooling1d: [[{}, [5, 3]]],
  globalAveragePooling2d: [[{}, [4, 5, 3]]],
  globalMaxPooling1d: [[{}, [5, 3]]],
  globalMaxPooling2d: [[{}, [4, 5, 3]]],
  zeroPadding1d: [[{ padding: [1, 2] }, [4, 3]]],
  zeroPadding2d: [
    [
      {
        padding: [
          [1, 2],
          [0, 3],
        ],
      },
      [4, 3, 2],
    ],
  ],
  cropping1d: [[{ cropping: [1, 2] }, [6, 3]]],
  cropping2d: [
    [
      {
        cropping: [
          [1, 0],
          [2, 1],
        ],
      },
      [5, 6, 2],
    ],
  ],
  upSampling1d: [[{ size: 3 }, [4, 3]]],
  upSampling2d: [[{ size: [2, 3] }, [3, 4, 2]]],
  batchNormalization: [
    [{}, [5]],
    [{ scale: false }, [4, 5]],
    [{ center: false, epsilon: 0.01 }, [3, 4, 5]],
  ],
  layerNormalization: [
    [{}, [6]],
    [{ center: false }, [3, 4, 5]],
  ],
  normalization: [
    [{ mean: [0.5, 1, -1], variance: [0.25, 2, 1] }, [4, 3]],
    [{ axis: [1, 2], mean: [1, 2, 3, 4, 5, 6], variance: [2] }, [3, 2]],
  ],
  rescaling: [[{ scale: 0.5, offset: -1 }, [3, 4]]],
  prelu: [
    [{ alphaInitializer: "gaussian" }, [4]],
    [{ sharedAxes: [1, 2], alphaInitializer: "gaussian" }, [3, 4, 2]],
  ],
  embedding: [[{ inputDim: 7, outputDim: 3 }, [5]]],
  masking: [[{ maskValue: 0 }, [5, 2]]],
  simpleRnn: [
    [{ units: 4 }, [5, 3]],
    [{ units: 3, activation: "relu", returnSequences: true, goBackwards: true }, [4, 3]],
    [{ units: 3, activation: "hardSigmoid" }, [4, 3]],
  ],
  lstm: [
    [{ units: 4 }, [5, 3]],
    [{ units: 3, returnSequences: true, recurrentActivation: "hardSigmoid" }, [4, 3]],
  ],
  gru: [[{ units: 3, resetAfter: false, returnSequences: true, goBackwards: true }, [4, 3]]],
  bidirectional: [
    [({ lstm }) => ({ layer: lstm({ units: 3 }) }), [5, 2]],
    [
      ({ gru }) => ({
        layer: gru({ units: 2, resetAfter: false, returnSequences: true }),
        mergeMode: "average",
      }),
      [5, 2],
    ],
  ],
  timeDistributed: [
    [({ dense }) => ({ layer: dense({ units: 3, activation: "relu" }) }), [4, 2]],
    [
      ({ conv2d, flatten, dense }) => ({
        layer: [conv2d({ filters: 2, kernelSize: 2 }), flatten(), dense({ units: 3 })],
      }),
      [3, 4, 4, 2],
    ],
  ],
  residual: [[({ dense }) => [dense({ units: 4, activation: "relu" }), dense({ units: 4 })], [4]]],
  dropout: [[{ rate: 0.25 }, [5]]],
  gaussianNoise: [[{ stddev: 1 }, [5]]],
  add: [[{}, [3, 4, 2], [3, 4, 2], [3, 4, 2]]],
  subtract: [[{}, [5], [5]]],
  multiply: [[{}, [3, 4], [3, 4], [3, 4]]],
  average: [[{}, [3, 4], [3, 4]]],
  maximum: [[{}, [3, 4], [3, 4], [3, 4]]],
  minimum: [[{}, [5], [5]]],
  concatenate: [
    [{}, [3, 4, 2], [3, 4, 5]],
    [{ axis: 1 }, [2, 3], [4, 3]],
  ],
  dot: [
    [{}, [5], [5]],
    [{ axes: [1, 2] }, [4, 3], [2, 4]],
  ],
};

/** Layers that Keras has and TensorFlow.js has not, or otherwise. */
export const MORE: Cases = {
  conv2d: [[{ filters: 4, kernelSize: 2, groups: 2 }, [4, 4, 4]]],
  gru: [[{ units: 3, returnSequences: true }, [4, 3]]],
  groupNormalization: [[{ groups: 2 }, [3, 4, 6]]],
  upSampling2d: [[{ size: 2, interpolation: "bilinear" }, [3, 4, 2]]],
  lstm: [[{ units: 3, dropout: 0.1 }, [4, 3]]],
  attention: [
    [{}, [4, 3], [5, 3]],
    [{ useScale: true, causal: true, dropout: 0.1 }, [4, 3]],
    [{}, [4, 3], [5, 2], [5, 3]],
  ],
  multiHeadAttention: [
    [{ numHeads: 2, keyDim: 3 }, [4, 6]],
    [{ numHeads: 3, keyDim: 2, valueDim: 4, outputShape: 5, useBias: false, causal: true }, [4, 6]],
    [{ numHeads: 2, keyDim: 3, dropout: 0.2 }, [4, 6], [5, 7], [5, 2]],
  ],
  positionalEmbedding: [
    [{ sequenceLength: 7 }, [4, 6]],
    [{ sinusoidal: true }, [4, 6]],
  ],
};

/** One or more for every layer. */
export const EXAMPLES: Cases = { ...MORE, ...CASES };

export function modelWith(type: string, options: Options, shapes: readonly (readonly number[])[]): Model {
  const make = (ALL as unknown as Record<string, (options: object) => { apply(x: unknown): never }>)[type]!;
  const inputs = shapes.map((shape, i) => input({ shape, name: `x${i}` }));
  const given = typeof options === "function" ? options(ALL) : options;
  const made = model({ inputs, outputs: { y: make(given).apply(inputs) as never }, seed: 3 });
  const weights = Object.entries(made.weights()).map(([name, values]) => {
    const fixed = /\.(?:mean|variance)$/.test(name);
    const shift = /variance$/i.test(name) ? 1.5 : 0;
    return [
      name,
      fixed ? values : values.map((value, i) => value * 0.5 + shift + 0.3 * wave(i * 2.1 + name.length)),
    ] as const;
  });
  return made.setWeights(Object.fromEntries(weights));
}
