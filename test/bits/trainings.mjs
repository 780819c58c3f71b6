// Trainings of the command line, whose weights must be the same, bit for bit, wherever they run.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { houses, joins } from "./networks/forks.mjs";
import { run } from "./run.mjs";

/**
 * Between them: generated and drawn data, a table; every kind of arithmetic that JavaScript does for a training.
 *
 * @type {(table: string, deep: string, graph: string) => Record<string, string>}
 */
const lines = (table, deep, graph) => ({
  points: "train moons --samples 500 --epochs 3 --seed 1",
  images: "train digits --samples 600 --model mlp --epochs 1 --seed 1",
  "images made anew":
    "train digits --samples 600 --model mlp --epochs 1 --seed 1 --augment shift:1.5,rotate:15,scale:0.1,shear:10,elastic,flip:both,noise:0.1,cutout:5",
  "the classic network": "train digits --samples 600 --model nielsen --epochs 1 --seed 1",
  "Adam, tanh and a schedule":
    "train spirals --samples 300 --hidden 20,10 --activation tanh --optimizer adam --schedule cosine --weight-decay 0.001 --clip-norm 1 --epochs 3 --seed 7",
  "a convolutional network": "train digits --samples 400 --model cnn --epochs 1 --seed 1",
  "every layer there is": `train digits --samples 200 --model ${deep} --epochs 1 --seed 5`,
  "a graph of layers": `train digits --samples 200 --model ${graph} --epochs 1 --seed 9`,
  "a table of numbers": `train ${table} --hidden 12 --activation gelu --validation-split 0.2 --epochs 3 --seed 3`,
});

/** A network that has one of everything, and an average of its weights. */
const DEEP = {
  nabla: 1,
  model: {
    inputShape: [28, 28, 1],
    layers: [
      { type: "gaussianNoise", stddev: 0.1 },
      { type: "conv2d", filters: 6, kernelSize: 3, strides: 2, padding: "same", useBias: false },
      { type: "batchNormalization" },
      { type: "activation", activation: "gelu" },
      {
        type: "residual",
        layers: [
          { type: "conv2d", filters: 6, kernelSize: 3, padding: "same", groups: 6, activation: "tanh" },
        ],
      },
      { type: "averagePooling2d", padding: "same" },
      {
        type: "separableConv2d",
        filters: 6,
        kernelSize: 3,
        depthMultiplier: 2,
        padding: [
          [1, 0],
          [0, 1],
        ],
      },
      { type: "conv2dTranspose", filters: 6, kernelSize: 3, strides: 2, padding: "same", activation: "silu" },
      { type: "upSampling2d", size: [1, 2], interpolation: "bilinear" },
      { type: "averagePooling2d", strides: [2, 3], padding: 1, countIncludePad: true, ceilMode: true },
      { type: "cropping2d", cropping: [1, 0] },
      { type: "permute", dims: [2, 1, 3] },
      { type: "zeroPadding2d" },
      { type: "conv2d", filters: 10, kernelSize: [2, 3], dilationRate: 2, groups: 2, activation: "sigmoid" },
      { type: "maxPooling2d", poolSize: 3, strides: 1 },
      { type: "layerNormalization" },
      { type: "reshape", targetShape: [-1, 5] },
      {
        type: "conv1d",
        filters: 7,
        kernelSize: 3,
        padding: "causal",
        dilationRate: 2,
        activation: "softplus",
      },
      { type: "maxPooling1d", ceilMode: true },
      { type: "upSampling1d" },
      { type: "flatten" },
      { type: "dropout", rate: 0.3 },
      { type: "dense", units: 10, activation: "softmax" },
    ],
  },
  training: {
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adamw", useEma: true },
    batchSize: 30,
    microBatchSize: 8,
  },
};

/**
 * Writes the files that trainings need into a folder.
 *
 * @param {string} folder
 * @returns {Record<string, string[]>} arguments of the command line, by what they train
 */
export function writeTrainings(folder) {
  mkdirSync(folder, { recursive: true });
  const table = join(folder, "houses.csv");
  const deep = join(folder, "deep.json");
  const graph = join(folder, "graph.json");
  writeFileSync(table, houses(150));
  writeFileSync(deep, JSON.stringify(DEEP));
  writeFileSync(graph, JSON.stringify(joins([28, 28, 1])));
  const named = Object.entries(lines(table, deep, graph));
  return Object.fromEntries(named.map(([name, line]) => [name, [...line.split(" "), "--json"]]));
}

/** Their names. */
export const TRAININGS = Object.keys(lines("", "", ""));

/**
 * The hash of the weights that the built command line ends with, run by the program that `command` names.
 *
 * @param {readonly string[]} command
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<string>}
 */
export async function hashIn(command, args, env) {
  const { stdout } = await run([...command, join("build", "cli.js"), ...args], env);
  return JSON.parse(/** @type {string} */ (stdout.trim().split("\n").at(-1))).weightsSha256;
}

/**
 * What the command line trains, said in a way that travels: see page.mjs.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Promise<import("./tasks.mjs").Task>}
 */
export async function taskOf(folder, name) {
  const args = writeTrainings(folder)[name];
  const out = join(folder, `${name}.safetensors`);
  await hashIn([process.execPath], [...args, "--out", out]);
  /** @type {typeof import("../../src/index.ts")} */
  const { configOf, load } = await import(`${"../../build"}/index.js`);
  const model = load(readFileSync(out));
  const config = configOf(model);
  if (args[1].endsWith(".csv")) return { config, csv: readFileSync(args[1], "utf8") };
  return { config, generated: args[1], options: { samples: Number(args[args.indexOf("--samples") + 1]) } };
}
