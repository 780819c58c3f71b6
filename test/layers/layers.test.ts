/** Every layer through a plan: see the harness for what is checked. */
import { describe, expect, test } from "vitest";
import { dealt } from "../support/dealt.ts";
import { near } from "../support/harness.ts";
import { checkGolden, checkLayer, type Result } from "../support/layerHarness.ts";
import { runLayer } from "../support/layerRun.ts";
import { goldens, title } from "../support/layers/golden.ts";
import { type ReferenceConfig, reference, type Shape } from "../support/layers/index.ts";
import { gradients, inputs } from "../support/layers/inputs.ts";

const cases = goldens.map((golden) => [title(golden), golden] as const);

describe("what PyTorch computes", () => {
  test.each(dealt(cases))("%s", (_, golden) => checkGolden(golden));
});

describe("what the reference computes, in any shares, any room, first or not, training or not", () => {
  test.each(dealt(cases))("%s", (_, { config, inputShape, rows, scale = 1, shift = 0 }) => {
    checkLayer(config, inputShape, rows, { scale, shift, loose: 1 + Math.abs(shift) / scale });
  });

  const larger: [ReferenceConfig, Shape, number][] = [
    [{ type: "dense", units: 13, activation: "tanh" }, [21], 5],
    [{ type: "dense", units: 6, useBias: false, activation: "softmax" }, [9], 3],
    [{ type: "dense", units: 13, activation: "gelu" }, [7, 6, 21], 3],
    [{ type: "dense", units: 40 }, [33, 17], 2],
    [{ type: "activation", activation: "gelu" }, [9], 2],
    [{ type: "activation", activation: "softmax" }, [5, 7, 11], 3],
    [{ type: "activation", activation: "softmax" }, [6], 3],
    [{ type: "activation", activation: "silu" }, [3, 4, 5], 2],
    [{ type: "conv2d", filters: 8, kernelSize: 5, activation: "relu" }, [28, 28, 1], 3],
    [{ type: "conv2d", filters: 16, kernelSize: 3, padding: "same", activation: "relu" }, [14, 13, 8], 4],
    [{ type: "conv2d", filters: 24, kernelSize: 3, padding: "same", strides: 2 }, [9, 11, 16], 5],
    [{ type: "conv2d", filters: 33, kernelSize: 1 }, [7, 7, 20], 3],
    [{ type: "conv2d", filters: 8, kernelSize: 5 }, [7, 8, 5], 6],
    [{ type: "conv2d", filters: 12, kernelSize: [4, 7], padding: "same" }, [3, 4, 8], 5],
    [{ type: "conv2d", filters: 4, kernelSize: 3, padding: "same", dilationRate: [2, 1] }, [6, 3, 12], 9],
    [{ type: "conv2dTranspose", filters: 9, kernelSize: 3, padding: "same" }, [5, 4, 8], 7],
    [
      { type: "conv2d", filters: 9, groups: 9, kernelSize: [4, 5], padding: "same", dilationRate: [1, 2] },
      [6, 17, 9],
      2,
    ],
    [{ type: "conv2d", filters: 6, groups: 6, kernelSize: 3 }, [5, 9, 6], 2],
    [
      { type: "conv2d", filters: 5, groups: 5, kernelSize: 3, padding: "same", dilationRate: [3, 4] },
      [4, 3, 5],
      2,
    ],
    [{ type: "conv2d", filters: 64, kernelSize: 3, padding: "same" }, [5, 4, 32], 2],
    [{ type: "conv2d", filters: 20, kernelSize: 3, padding: "same", groups: 20 }, [12, 11, 20], 3],
    [{ type: "conv2d", filters: 32, kernelSize: 3, padding: "same", groups: 4 }, [6, 7, 16], 2],
    [{ type: "conv2d", filters: 3, kernelSize: 7, strides: 2, padding: "same" }, [17, 15, 3], 2],
    [{ type: "maxPooling2d", poolSize: 3, strides: 2, padding: "same" }, [15, 14, 9], 3],
    [{ type: "averagePooling2d", poolSize: 3, strides: 2, padding: "same" }, [15, 14, 9], 3],
    [{ type: "conv1d", filters: 16, kernelSize: 5, padding: "causal", activation: "relu" }, [40, 9], 3],
    [{ type: "conv1d", filters: 12, kernelSize: 3, padding: "same", groups: 12 }, [50, 12], 2],
    [{ type: "conv2dTranspose", filters: 16, kernelSize: 4, strides: 2, padding: "same" }, [7, 6, 12], 3],
    [{ type: "conv2dTranspose", filters: 3, kernelSize: 3, padding: 1 }, [9, 8, 20], 4],
    [{ type: "separableConv2d", filters: 12, kernelSize: 3, padding: "same" }, [9, 8, 10], 4],
    [{ type: "maxPooling1d", poolSize: 3, strides: 2, padding: "same" }, [45, 9], 3],
    [{ type: "globalMaxPooling2d" }, [15, 14, 9], 3],
    [{ type: "upSampling2d", size: [2, 3], interpolation: "bilinear" }, [9, 7, 6], 3],
    [{ type: "permute", dims: [2, 3, 1] }, [9, 8, 6], 3],
    [{ type: "batchNormalization" }, [11, 10, 6], 4],
    [{ type: "layerNormalization" }, [5, 6, 13], 3],
    [{ type: "groupNormalization", groups: 4 }, [7, 9, 12], 3],
    [{ type: "normalization", mean: [0], variance: [1], axis: [1, 2, 3] }, [5, 6, 13], 3],
    [{ type: "prelu", sharedAxes: [1, 2] }, [5, 6, 13], 3],
    [{ type: "prelu" }, [5, 6, 13], 3],
    [{ type: "rescaling", scale: 0.5, offset: 3 }, [5, 6, 13], 3],
  ];
  test.each(
    dealt(larger).map((one) => [`${JSON.stringify(one[0])} of [${one[1]}], ${one[2]} rows`, ...one] as const),
  )("%s", (_, config, inputShape, rows) => checkLayer(config, inputShape, rows));
});

describe("padding columns that hold something", () => {
  const { sigmoid, same } = {
    sigmoid: { type: "activation", activation: "sigmoid" },
    same: { kernelSize: 3, padding: "same" },
  } as const;
  const layers: ReferenceConfig[] = [
    { type: "conv2d", filters: 3, ...same },
    { type: "conv2dTranspose", filters: 3, ...same },
    { type: "separableConv2d", filters: 3, ...same },
    { type: "averagePooling2d", poolSize: 3, strides: 1, padding: "same", countIncludePad: true },
  ];
  test.each(layers)("%o", (layer) =>
    checkLayer({ type: "residual", layers: [sigmoid, layer] }, [4, 5, 3], 3),
  );
});

describe("among equals the first is the maximum", () => {
  const pools: ReferenceConfig[] = [
    { type: "maxPooling2d" },
    { type: "maxPooling2d", poolSize: 3 },
    { type: "maxPooling2d", poolSize: 3, strides: 2, padding: "same" },
    { type: "maxPooling2d", poolSize: [2, 3], strides: 1 },
    { type: "maxPooling2d", poolSize: [1, 2] },
    { type: "maxPooling2d", poolSize: [1, 2], strides: [2, 3] },
    { type: "maxPooling2d", poolSize: 3, strides: 2, padding: 1, ceilMode: true },
    { type: "globalMaxPooling2d" },
  ];
  test.each(pools)("%o", (config) => {
    const [inputShape, rows] = [[9, 8, 6], 2] as const;
    const layer = reference(config, inputShape);
    const x = inputs(rows, inputShape).map((v) => Math.round(v) + 0);
    const dy = gradients(rows, layer.outputShape);
    const got = runLayer(config, inputShape, rows, { x, p: {}, dy });
    const want = layer.forward({}, x, true);
    near("y", got.y, want.y);
    near("dx", got.dx!, want.backward(Float64Array.from(got.dy)).dx);
  });
});

describe("one wrong value is noticed", () => {
  const spoilt: [ReferenceConfig, Shape][] = [
    [{ type: "dense", units: 5 }, [6]],
    [{ type: "dense", units: 5, activation: "softmax" }, [3, 2, 6]],
    [{ type: "conv2d", filters: 5, kernelSize: 3, padding: "same" }, [5, 6, 3]],
    [{ type: "maxPooling2d" }, [5, 6, 3]],
    [{ type: "conv1d", filters: 5, kernelSize: 3 }, [7, 3]],
    [{ type: "conv2dTranspose", filters: 5, kernelSize: 3, strides: 2 }, [3, 4, 3]],
    [{ type: "separableConv2d", filters: 5, kernelSize: 3 }, [5, 6, 3]],
    [{ type: "upSampling2d", interpolation: "bilinear" }, [3, 4, 3]],
    [{ type: "permute", dims: [3, 1, 2] }, [3, 4, 2]],
    [{ type: "batchNormalization" }, [4, 3, 5]],
    [{ type: "layerNormalization" }, [4, 3, 5]],
    [{ type: "groupNormalization", groups: 3 }, [4, 3, 6]],
    [{ type: "rescaling", scale: 2 }, [4, 3, 5]],
    [{ type: "prelu", sharedAxes: [1] }, [4, 3, 5]],
  ];
  const planted = spoilt.flatMap(([config, inputShape]) => {
    const { parameters, moving } = reference(config, inputShape);
    const parts: [string, (result: Result) => Float32Array][] = [
      ["y", (result) => result.y],
      ["dx", (result) => result.dx!],
    ];
    for (const name of Object.keys(parameters))
      parts.push([`gradient of ${name}`, (result) => result.gradients[name]]);
    for (const name of Object.keys(moving)) parts.push([name, (result) => result.moving[name]]);
    return parts.map(([what, part]) => [`${config.type}: ${what}`, config, inputShape, what, part] as const);
  });
  test.each(dealt(planted))("%s", (_, config, inputShape, what, part) => {
    for (const by of [1e-4, -1e-4, Number.NaN]) {
      const plant = (result: Result) => {
        const values = part(result);
        values[values.length - 1] += by * (1 + Math.abs(values[values.length - 1]));
      };
      expect(() => checkLayer(config, inputShape, 2, { plant })).toThrow(`${what}[`);
    }
  });
});
