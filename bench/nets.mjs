// The networks whose speed is claimed.
import {
  conv1d,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling1d,
  globalAveragePooling2d,
  maxPooling1d,
  maxPooling2d,
  upSampling2d,
} from "nabla";
import { NETS as SHARED } from "../build/internals.js";

export const NETS = {
  ...SHARED,
  L7: {
    what: "28×28, conv 5×5×20, pool, conv 5×5×40, pool, 100, 10, ReLU, SGD",
    layers: () => [
      ...book(),
      dense({ units: 100, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "sgd", loss: "categoricalCrossentropy" },
  },
  L9: {
    what: "the same with two layers of 1000 and dropout",
    layers: () => [
      ...book(),
      dropout({ rate: 0.5 }),
      dense({ units: 1000, activation: "relu" }),
      dropout({ rate: 0.5 }),
      dense({ units: 1000, activation: "relu" }),
      dropout({ rate: 0.5 }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "sgd", loss: "categoricalCrossentropy" },
  },
  S128: {
    what: "128 steps × 9, conv 5×32 same, pool, conv 5×64 same, pool, mean, 10, ReLU, Adam",
    layers: () => [
      conv1d({ filters: 32, kernelSize: 5, padding: "same", activation: "relu", inputShape: [128, 9] }),
      maxPooling1d(),
      conv1d({ filters: 64, kernelSize: 5, padding: "same", activation: "relu" }),
      maxPooling1d(),
      globalAveragePooling1d(),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
  D32: {
    what: "32×32×3, conv 3×3×32 same, depthwise 3×3 same, conv 1×1×64, pool, depthwise 3×3 same, conv 1×1×64, mean, 10, ReLU, Adam",
    layers: () => [
      conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu", inputShape: [32, 32, 3] }),
      conv2d({ filters: 32, groups: 32, kernelSize: 3, padding: "same", activation: "relu" }),
      conv2d({ filters: 64, kernelSize: 1, activation: "relu" }),
      maxPooling2d(),
      conv2d({ filters: 64, groups: 64, kernelSize: 3, padding: "same", activation: "relu" }),
      conv2d({ filters: 64, kernelSize: 1, activation: "relu" }),
      globalAveragePooling2d(),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
  U32: {
    what: "segmentation of 32×32×3: conv 3×3×16 same, pool, conv 3×3×32 same, up, conv 3×3×16 same, conv 1×1×10, ReLU, Adam",
    layers: () => [
      conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu", inputShape: [32, 32, 3] }),
      maxPooling2d(),
      conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu" }),
      upSampling2d(),
      conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu" }),
      conv2d({ filters: 10, kernelSize: 1, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
};

function book() {
  return [
    conv2d({ filters: 20, kernelSize: 5, activation: "relu", inputShape: [28, 28, 1] }),
    maxPooling2d(),
    conv2d({ filters: 40, kernelSize: 5, activation: "relu" }),
    maxPooling2d(),
    flatten(),
  ];
}

export const CASES = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
  ["W4", 64],
  ["L7", 10],
  ["L9", 10],
  ["C32", 64],
  ["S128", 64],
  ["U32", 16],
];

/**
 * Floating-point operations of one sample's multiplications: forward, weight gradients, input gradients but for the first layer.
 * A kernel is applied once for each pixel of its layer's output.
 */
export function flops(model) {
  const layers = model.layers.filter(({ type }) => ["dense", "conv1d", "conv2d"].includes(type));
  const weights = model.weightShapes();
  const size = (shape) => shape.reduce((a, b) => a * b, 1);
  return layers.reduce((sum, { name, outputShape }, i) => {
    const pixels = size(outputShape.slice(0, -1));
    return sum + 2 * pixels * size(weights[`${name}.kernel`]) * (i === 0 ? 2 : 3);
  }, 0);
}
