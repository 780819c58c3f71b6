/** Graphs for tests of what shows them. */
import {
  add,
  concatenate,
  conv2d,
  dense,
  flatten,
  input,
  type Model,
  maxPooling2d,
  model,
} from "../../src/index.ts";

/** Two inputs, two outputs, a layer that is applied twice, and a value that is used three times. */
export function forked(): Model {
  const image = input({ shape: [8, 8, 1], name: "image" });
  const table = input({ shape: [4], name: "table" });
  const filters = conv2d({ filters: 4, kernelSize: 3, activation: "relu" }).apply(image);
  const flat = flatten().apply(maxPooling2d().apply(filters));
  const tower = dense({ units: 8, activation: "tanh", name: "tower" });
  const a = tower.apply(dense({ units: 6 }).apply(flat));
  const b = tower.apply(dense({ units: 6, activation: "relu" }).apply(table));
  const digit = dense({ units: 10, activation: "softmax" }).apply(concatenate().apply([a, b, flat]));
  const box = dense({ units: 4 }).apply(add().apply([a, b]));
  return model({ inputs: [image, table], outputs: { digit, box } });
}
