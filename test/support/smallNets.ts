/** Networks like those of bench/nets.mjs (W1 to W4), with data enough for a few steps. */
import { conv2d, dense, flatten, type Model, maxPooling2d, sequential } from "../../src/index.ts";

const SMALL: Readonly<Record<string, { batchSize: number; make(): Model }>> = {
  W1: {
    batchSize: 10,
    make: () =>
      sequential(
        [
          dense({ units: 30, activation: "sigmoid", inputShape: [784] }),
          dense({ units: 10, activation: "sigmoid" }),
        ],
        { seed: 1 },
      ).compile({ optimizer: { name: "sgd", learningRate: 3 }, loss: "quadratic" }),
  },
  W2: {
    batchSize: 32,
    make: () =>
      sequential(
        [
          dense({ units: 100, activation: "relu", inputShape: [784] }),
          dense({ units: 50, activation: "relu" }),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 1 },
      ).compile({ optimizer: { name: "nesterov", learningRate: 0.01 }, loss: "categoricalCrossentropy" }),
  },
  W3: {
    batchSize: 128,
    make: () =>
      sequential(
        [
          dense({ units: 512, activation: "relu", inputShape: [784] }),
          dense({ units: 512, activation: "relu" }),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 1 },
      ).compile({ optimizer: "adam", loss: "categoricalCrossentropy" }),
  },
  W4: {
    batchSize: 64,
    make: () =>
      sequential(
        [
          conv2d({ filters: 8, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
          maxPooling2d(),
          conv2d({ filters: 16, kernelSize: 3, activation: "relu" }),
          maxPooling2d(),
          flatten(),
          dense({ units: 128, activation: "relu" }),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 1 },
      ).compile({ optimizer: "adam", loss: "categoricalCrossentropy" }),
  },
};

export interface SmallNet {
  readonly name: string;
  readonly batchSize: number;
  make(): Model;
  readonly x: { data: Float32Array; shape: number[] };
  readonly y: Int32Array;
  /** Default true. */
  readonly shuffle?: boolean;
}

/** With rows for four steps, the last of them smaller. */
export const smallNets = (): SmallNet[] =>
  Object.entries(SMALL).map(([name, { batchSize, make }]) => {
    const n = Math.round(batchSize * 3.5);
    const shape = name === "W4" ? [28, 28, 1] : [784];
    const data = Float32Array.from({ length: n * 784 }, (_, i) => ((i * 7919 + ((i * i) % 251)) & 255) / 255);
    return {
      name,
      batchSize,
      make,
      x: { data, shape: [n, ...shape] },
      y: Int32Array.from({ length: n }, (_, i) => i % 10),
    };
  });
