// The networks whose speed is claimed.
import { dense } from "nabla";

export const NETS = {
  W1: {
    what: "784-30-10 sigmoid, quadratic cost, SGD",
    shape: [784, 30, 10],
    layers: () => [
      dense({ units: 30, activation: "sigmoid", inputShape: [784] }),
      dense({ units: 10, activation: "sigmoid" }),
    ],
    compile: { optimizer: { name: "sgd", learningRate: 3 }, loss: "quadratic" },
  },
  W2: {
    what: "784-100-50-10 ReLU, softmax + NLL, Nesterov",
    shape: [784, 100, 50, 10],
    layers: () => [
      dense({ units: 100, activation: "relu", inputShape: [784] }),
      dense({ units: 50, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: { name: "nesterov", learningRate: 0.01 }, loss: "categoricalCrossentropy" },
  },
  W3: {
    what: "784-512-512-10 ReLU, softmax + NLL, Adam",
    shape: [784, 512, 512, 10],
    layers: () => [
      dense({ units: 512, activation: "relu", inputShape: [784] }),
      dense({ units: 512, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    compile: { optimizer: "adam", loss: "categoricalCrossentropy" },
  },
};

export const CASES = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
];

/** Floating-point operations of one sample's multiplications: forward, weight gradients, input gradients but for the first layer. */
export function flops(shape) {
  let sum = 0;
  for (let i = 1; i < shape.length; i++) sum += 2 * shape[i - 1] * shape[i] * (i === 1 ? 2 : 3);
  return sum;
}
