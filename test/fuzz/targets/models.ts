/** Small models of every sort that a file may hold. */
import {
  add,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  dropout,
  flatten,
  input,
  type Model,
  maxPooling2d,
  model,
  sequential,
} from "../../../src/index.ts";
import { writeSafetensors } from "../../support/checkpoints.ts";
import type { Sample } from "../guide/target.ts";
import { DOCUMENT } from "./signed.ts";

const X = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 1],
  [1, 1, 0],
];
const Y = [0, 1, 1, 0];

/** A chain that has been trained: with the optimizer's slots, history and a callback's state. */
async function trained(): Promise<Model> {
  const chain = sequential(
    [
      dense({ units: 4, activation: "relu" }),
      dropout({ rate: 0.1 }),
      dense({ units: 2, activation: "softmax" }),
    ],
    {
      seed: 1,
      inputShape: [3],
    },
  );
  chain.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
  await chain.fit(X, Y, { epochs: 2, batchSize: 2, worker: false });
  chain.metadata = { classes: ["no", "yes"] };
  return chain;
}

/** A model of the columns of a table. */
export function tabular(): Model {
  const chain = sequential(
    [dense({ units: 3, activation: "tanh" }), dense({ units: 2, activation: "softmax" })],
    { seed: 2, inputShape: [4] },
  );
  chain.compile({ loss: "categoricalCrossentropy" });
  chain.metadata = {
    classes: ["cat", "dog"],
    standardisation: {
      mean: [1, 0, 0, 0],
      scale: [2, 1, 1, 1],
      columns: ["age", "city = Paris", "city = Rome", "city = others"],
    },
    extra: {
      data: { name: "a.csv", kind: "csv", inputType: "float32", inputScale: 1 },
      csv: {
        columns: ["age", "city"],
        label: "pet",
        named: true,
        classes: ["cat", "dog"],
        encoding: [{ kind: "number" }, { kind: "category", values: ["Paris", "Rome"], other: true }],
      },
    },
  };
  return chain;
}

function pictures(): Model {
  return sequential(
    [
      conv2d({ filters: 2, kernelSize: 3, activation: "relu" }),
      maxPooling2d({ poolSize: 2 }),
      batchNormalization(),
      flatten(),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 3, inputShape: [6, 6, 1] },
  ).compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
}

function graph(): Model {
  const left = input({ shape: [4], name: "left" });
  const tower = dense({ units: 4, name: "tower", activation: "tanh" });
  const twice = tower.apply(tower.apply(left));
  const sum = concatenate({ name: "joined" }).apply([left, add({ name: "sum" }).apply([left, twice])]);
  return model({ inputs: left, outputs: { y: dense({ units: 2, name: "last" }).apply(sum) } }).compile({
    loss: "quadratic",
    optimizer: "adam",
  });
}

export async function checkpoints(): Promise<Sample[]> {
  return [await trained(), tabular(), pictures(), graph()].map((one) => ({ bytes: one.save() }));
}

/** A file of any document, and these tensors. */
export const checkpoint = (
  document: unknown,
  tensors: readonly (readonly [name: string, shape: readonly number[]])[],
): Uint8Array =>
  writeSafetensors(
    tensors.map(([name, shape]) => ({
      name,
      shape,
      data: new Float32Array(shape.reduce((product, n) => product * n, 1)),
    })),
    { [DOCUMENT]: JSON.stringify(document) },
  );
