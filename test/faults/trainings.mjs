// The trainings that are killed: between them everything that has a state, in runs of a second. Some are command lines, the others
// programs that use the library, which program.mjs makes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fork, houses } from "../bits/networks/forks.mjs";
import { at } from "../bits/networks/network.mjs";

/**
 * @typedef {object} Training
 * @property {string} name
 * @property {string[]} [command] of `nabla`, without --out, --resume and --checkpoint-every
 * @property {string} [program] of program.mjs
 * @property {number} every steps between checkpoints
 * @property {string} [how] a program saves
 * @property {number} [keep] checkpoints that have names of their own
 */

/** Noise, dropout, batch normalisation, augmentation, pieces of a batch, an average of the weights. */
const EVERYTHING = {
  nabla: 1,
  model: {
    layers: [
      { type: "gaussianNoise", stddev: 0.1 },
      { type: "conv2d", filters: 4, kernelSize: 5, strides: 2 },
      { type: "batchNormalization", momentum: 0.9 },
      { type: "activation", activation: "relu" },
      { type: "maxPooling2d" },
      { type: "dropout", rate: 0.2 },
      { type: "flatten" },
      { type: "dense", units: 12, activation: "gelu" },
      { type: "layerNormalization" },
      { type: "dropout", rate: 0.4 },
      { type: "dense", units: 10, activation: "softmax" },
    ],
  },
  training: {
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adam", learningRate: 0.005, useEma: true, emaMomentum: 0.98 },
    metrics: ["accuracy"],
    batchSize: 20,
    microBatchSize: 8,
    epochs: 4,
    seed: 11,
    augment: { shift: 2, rotate: 10, elastic: { alpha: 20, sigma: 4 }, noise: 0.05 },
  },
};

/** It forks, shares a layer, and joins again. */
const GRAPH = {
  nabla: 2,
  model: {
    layers: [
      ...fork([28, 28, 1], 4, 3),
      { type: "flatten", ...at("flat", "sum") },
      { type: "globalAveragePooling2d", ...at("mean", "sum") },
      { type: "dense", ...at("seen", "flat"), units: 8, activation: "tanh" },
      { type: "dense", ...at("gate", "mean"), units: 8, activation: "sigmoid" },
      { type: "multiply", ...at("gated", "seen", "gate") },
      { type: "dropout", ...at("drop", "gated"), rate: 0.2 },
      { type: "dense", ...at("digit", "drop"), units: 10, activation: "softmax" },
    ],
    outputs: { digit: "digit" },
  },
  training: {
    loss: "categoricalCrossentropy",
    optimizer: { name: "adamw", clipNorm: 1 },
    batchSize: 20,
    epochs: 4,
  },
};

/** Command lines, and how many steps they save after. @type {Record<string, [line: string, every: number]>} */
const COMMANDS = {
  "a chain": [
    "digits --samples 300 --hidden 16 --optimizer adam --schedule cosine --validation-split 0.1 --batch-size 18 --epochs 5 --seed 3",
    7,
  ],
  "noise, dropout, batch normalisation, augmentation, pieces, an average": [
    "digits --samples 200 --validation-split 0.1 --config everything.json",
    4,
  ],
  "a graph with a shared layer": ["digits --samples 200 --config graph.json --seed 9", 5],
  "a chain, the last three checkpoints and the best kept": [
    "digits --samples 250 --hidden 12 --validation-split 0.2 --batch-size 20 --epochs 6 --seed 5 --keep 3",
    6,
  ],
  "a table, plain text": [
    "houses.csv --hidden 12 --activation gelu --optimizer rmsprop --momentum 0.5 --schedule step:0.5,3 --validation-split 0.2 --patience 30 --batch-size 8 --epochs 6",
    11,
  ],
  "points, weights that decay": [
    "spirals --samples 300 --hidden 20,10 --activation tanh --optimizer adamw --weight-decay 0.001 --clip-norm 1 --schedule cosine+warmup:1 --epochs 12 --seed 7",
    13,
  ],
};

/** What program.mjs has, and how many steps they save after. @type {Record<string, number>} */
const PROGRAMS = {
  "two inputs, two outputs, a shared layer": 6,
  "batches that come one after the other": 5,
  "in a thread": 7,
  "rows that are read later": 6,
  "callbacks that remember": 5,
  "the last two checkpoints and the best kept": 8,
  "the optimizer sgd": 9,
  "the optimizer momentum": 9,
  "the optimizer nesterov": 9,
  "the optimizer adagrad": 9,
  "the optimizer rmsprop": 9,
};

/** Writes the files they need into a folder. @param {string} folder @returns {Training[]} */
export function trainings(folder) {
  writeFileSync(join(folder, "everything.json"), JSON.stringify(EVERYTHING));
  writeFileSync(join(folder, "graph.json"), JSON.stringify(GRAPH));
  writeFileSync(join(folder, "houses.csv"), houses(200, ["flat", "house", "hut"]));
  return [
    ...Object.entries(COMMANDS).map(([name, [line, every]]) => ({
      name,
      command: ["train", ...line.split(" "), "--json"],
      every,
      ...(line.includes("--keep 3") && { keep: 3 }),
    })),
    ...Object.entries(PROGRAMS).map(([name, every]) => ({
      name,
      program: name,
      every,
      ...(name.startsWith("the last two") && { keep: 2 }),
    })),
  ];
}
