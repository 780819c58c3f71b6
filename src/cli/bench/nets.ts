/** The networks whose speed is told: by nabla bench, and in bench/ beside other libraries. */

import type { LayerInput } from "../../layers/configs.ts";
import { conv2d } from "../../layers/conv2d.ts";
import { dense } from "../../layers/dense.ts";
import { flatten } from "../../layers/flatten.ts";
import { maxPooling2d } from "../../layers/maxPooling2d.ts";
import type { TrainingOptions } from "../../training/compile.ts";

export interface Net {
  /** In a few words. */
  readonly what: string;
  layers(): LayerInput[];
  readonly compile: TrainingOptions;
}

const classes = () => dense({ units: 10, activation: "softmax" });
const loss = "categoricalCrossentropy";

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
      classes(),
    ],
    compile: { optimizer: { name: "nesterov", learningRate: 0.01 }, loss },
  },
  W3: {
    what: "784-512-512-10 ReLU, softmax + NLL, Adam",
    layers: () => [
      dense({ units: 512, activation: "relu", inputShape: [784] }),
      dense({ units: 512, activation: "relu" }),
      classes(),
    ],
    compile: { optimizer: "adam", loss },
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
      classes(),
    ],
    compile: { optimizer: "adam", loss },
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
      classes(),
    ],
    compile: { optimizer: "adam", loss },
  },
} as const satisfies Record<string, Net>;

export type NetName = keyof typeof NETS;

/** Each with the batch it is trained with. */
export const CASES: readonly (readonly [NetName, number])[] = [
  ["W1", 10],
  ["W2", 32],
  ["W2", 128],
  ["W3", 128],
  ["W4", 64],
  ["C32", 64],
];
