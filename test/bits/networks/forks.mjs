// What several sets of trainings have: graphs that fork, share a layer and join again, and a table of houses.
import { at } from "./network.mjs";

/**
 * The beginning of a graph of images, from input x to their sum: a convolution that is applied twice beside one that is normalised.
 *
 * @param {readonly number[]} shape of an image
 * @param {number} filters
 * @param {number} strides
 */
export const fork = (shape, filters, strides) => [
  { type: "input", name: "x", shape },
  { type: "conv2d", ...at("stem", "x"), filters, kernelSize: 3, strides, activation: "relu" },
  { type: "conv2d", ...at("block", "stem"), filters, kernelSize: 3, padding: "same", activation: "silu" },
  { type: "shared", ...at("again", "block"), layer: "block" },
  { type: "batchNormalization", ...at("norm", "stem") },
  { type: "add", ...at("sum", "stem", "again", "norm") },
];

/**
 * A graph that forks, joins in every way there is, and shares layers; ten classes.
 *
 * @param {readonly number[]} shape of an image
 * @param {{ side?: object, likeness?: object, training?: object }} [more] options of its layers, and of the training
 */
export const joins = (shape, { side, likeness, training } = {}) => ({
  nabla: 2,
  model: {
    layers: [
      ...fork(shape, 5, 2),
      { type: "maximum", ...at("most", "sum", "block") },
      { type: "minimum", ...at("least", "stem", "norm") },
      { type: "concatenate", ...at("side", "most", "least"), ...side },
      { type: "maxPooling2d", ...at("pool", "side") },
      { type: "flatten", ...at("flat", "pool") },
      { type: "globalAveragePooling2d", ...at("mean", "side") },
      { type: "dense", ...at("seen", "flat"), units: 12, activation: "tanh" },
      { type: "dense", ...at("gate", "mean"), units: 12, activation: "sigmoid" },
      { type: "multiply", ...at("gated", "seen", "gate") },
      { type: "subtract", ...at("rest", "seen", "gated") },
      { type: "average", ...at("middle", "gated", "rest", "gate") },
      { type: "dot", ...at("likeness", "seen", "gate"), ...likeness },
      { type: "dropout", ...at("drop", "middle"), rate: 0.2 },
      { type: "concatenate", ...at("all", "drop", "likeness") },
      { type: "dense", ...at("digit", "all"), units: 10, activation: "softmax" },
    ],
    outputs: { digit: "digit" },
  },
  training: {
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", clipNorm: 1 },
    batchSize: 30,
    ...training,
  },
});

/**
 * Areas and ages of houses, their kinds where there are any, and prices, as CSV.
 *
 * @param {number} count
 * @param {readonly string[]} [kinds]
 */
export function houses(count, kinds = []) {
  const rows = Array.from({ length: count }, (_, i) => {
    const area = 40 + ((i * 7919) % 1201) / 10;
    const age = (i * 37) % 83;
    const kind = kinds.length > 0 ? [kinds[(i * 5) % kinds.length]] : [];
    const price = (1234.56 * area - 987.65 * age + ((i * 104729) % 20011)).toFixed(2);
    return [area, age, ...kind, price].join(",");
  });
  return `${["area", "age", ...(kinds.length > 0 ? ["kind"] : []), "price"].join(",")}\n${rows.join("\n")}\n`;
}
