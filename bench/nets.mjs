// The networks whose speed is claimed.
import {
  conv1d,
  conv2d,
  dense,
  dropout,
  flatten,
  globalAveragePooling1d,
  maxPooling1d,
  maxPooling2d,
  upSampling2d,
} from "nabla";

export const NETS = {
  W1: {
    what: "784-30-10 sigmoid, quadratic cost, SGD",
    layers: () => [
      dense({ units: 30, activation: "sigmoid", inputShape: [784] }),
      dense({ units: 10, activation: "sigmoid" }),
    ],
    compile: { optimizer: { name: "sgd", learningRate: 3 }, loss: "quadratic" },
  },
  W2: {
    what: "784-100-50-10 ReLU, softmax + NLL, Nesterov",
    layers: () => [
      dense({ units: 100, activation: "relu", inputShape: [784] }),
      dense({ units: 50, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: { name: "nesterov", learningRate: 0.01 }, loss: "categoricalCrossentropy" },
  },
  W3: {
    what: "784-512-512-10 ReLU, softmax + NLL, Adam",
    layers: () => [
      dense({ units: 512, activation: "relu", inputShape: [784] }),
      dense({ units: 512, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
  W4: {
    what: "28×28, conv 3×3×8, pool, conv 3×3×16, pool, 128, 10, ReLU, Adam",
    layers: () => [
      conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
      maxPooling2d(),
      conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 128, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
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
  C32: {
    what: "32×32×3, conv 3×3×32 same, pool, conv 3×3×64 same, pool, 128, 10, ReLU, Adam",
    layers: () => [
      conv2d({ filters: 32, kernelSize: 3, padding: "same", activation: "relu", inputShape: [32, 32, 3] }),
      maxPooling2d(),
      conv2d({ filters: 64, kernelSize: 3, padding: "same", activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 128, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
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
  U64: {
    what: "segmentation of 64×64×3: conv 3×3×16 same, pool, conv 3×3×32 same, up, conv 3×3×16 same, conv 1×1×10, ReLU, Adam",
    layers: () => [
      conv2d({ filters: 16, kernelSize: 3, padding: "same", activation: "relu", inputShape: [64, 64, 3] }),
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
  ["U64", 16],
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
