// Trainings of the command line, whose weights must be the same, bit for bit, wherever they run.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { houses, joins } from "./networks/forks.mjs";
import { run } from "./run.mjs";

/** @typedef {"table" | "deep" | "graph" | "series" | "book" | "traces" | "walks" | "tags"} File what a training is about, in a file */

/**
 * Between them: generated and drawn data, a table, series, texts, sequences; every kind of arithmetic that JavaScript does for a training.
 *
 * @type {(files: Readonly<Record<File, string>>) => Record<string, string>}
 */
const lines = ({ table, deep, graph, series, book, traces, walks, tags }) => ({
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
  "a series": `train ${series} --model forecast --forecast 4 --window 12 --label heat,load --hidden 16 --epochs 3 --seed 2`,
  "a series, step by step": `train ${series} --model lstm --forecast 3 --window 20 --hidden 8,6 --epochs 2 --seed 4`,
  characters: `train ${book} --model chars --window 8 --hidden 20 --epochs 1 --seed 1`,
  words: `train ${book} --model words --hidden 20 --epochs 1 --seed 1`,
  "characters, an LSTM": `train ${book} --model chars-lstm --window 24 --hidden 12 --epochs 2 --seed 1`,
  "characters, a GRU": `train ${book} --model chars-gru --window 24 --hidden 12,10 --epochs 2 --seed 2`,
  "words, an LSTM": `train ${book} --model words-lstm --window 9 --hidden 12 --epochs 2 --seed 3`,
  "words, a GRU": `train ${book} --model words-gru --window 9 --window-step 4 --hidden 12 --epochs 2 --seed 4`,
  "sequences of different lengths": `train ${traces} --model gru --hidden 8 --epochs 3 --seed 1 --validation-split 0.2`,
  "sequences out of a table": `train ${walks} --sequence walk --model lstm --hidden 7 --label far --epochs 3 --seed 6`,
  "a class for each step": `train ${tags} --ids --model lstm --hidden 9 --epochs 3 --seed 5`,
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

/** Whole numbers below so many, the same ones everywhere. @param {number} seed */
function numbers(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Two columns that repeat themselves, by the hour. */
function hours() {
  const next = numbers(31);
  const rows = Array.from({ length: 200 }, (_, i) => {
    const hour = new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16);
    const load = 500 + 40 * Math.abs((i % 24) - 12) + next(60);
    return [hour, load, (((i * 5) % 17) + next(10) / 10 - 8).toFixed(1)].join(",");
  });
  return `hour,load,heat\n${rows.join("\n")}\n`;
}

/** Sentences, with letters beyond ASCII. */
function prose() {
  const next = numbers(32);
  const names = ["the cat", "Zoë’s dog", "a naïve owl", "my 3 geese", "Ωmega"];
  const deeds = ["sat on", "looked at", "never saw", "won't leave"];
  const sentence = () =>
    `${names[next(5)]} ${deeds[next(4)]} ${names[next(5)]}${[".", "!", " – why?"][next(3)]}`;
  return Array.from({ length: 90 }, (_, i) => sentence() + (i % 4 === 3 ? "\n" : " ")).join("");
}

/** Traces of two numbers a step, of 3 to 9 steps; one in three turns back. */
function records() {
  const next = numbers(33);
  return Array.from({ length: 70 }, (_, i) => {
    const back = i % 3 === 0;
    const steps = Array.from({ length: 3 + next(7) }, (_, t) => [
      (back && t > 1 ? 2 - t : t) + next(100) / 100,
      next(1000) / 500 - 1,
    ]);
    return { steps, label: back ? "back" : i % 3 === 1 ? "on" : "away" };
  });
}

/** The steps of walks as rows, those of several walks in turn, and how far each came. */
function steps() {
  const walks = records().map(({ steps }) => steps);
  const far = walks.map((walk) => (walk.reduce((sum, [x, y]) => sum + x * 3 - y, 0) * 1000).toFixed(0));
  const rows = Array.from({ length: 9 }, (_, t) =>
    walks.flatMap((walk, i) => (t < walk.length ? [[`w${i}`, t, ...walk[t], far[i]].join(",")] : [])),
  );
  return `walk,when,x,y,far\n${rows.flat().join("\n")}\n`;
}

/** Ids, each told as what came before it. */
function tagged() {
  const next = numbers(34);
  return Array.from({ length: 60 }, () => {
    const x = Array.from({ length: 2 + next(7) }, () => 1 + next(9));
    return { x, label: x.map((_, t) => (t === 0 ? "first" : x[t - 1] % 2 ? "odd" : "even")) };
  });
}

/** @type {Record<File, readonly [name: string, text: () => string]>} */
const FILES = {
  table: ["houses.csv", () => houses(150)],
  deep: ["deep.json", () => JSON.stringify(DEEP)],
  graph: ["graph.json", () => JSON.stringify(joins([28, 28, 1]))],
  series: ["hours.csv", hours],
  book: ["book.txt", prose],
  traces: ["traces.json", () => JSON.stringify(records())],
  walks: ["walks.csv", steps],
  tags: ["tags.json", () => JSON.stringify(tagged())],
};

/** @type {(where: (name: string) => string) => any} */
const places = (where) =>
  Object.fromEntries(Object.entries(FILES).map(([key, [name]]) => [key, where(name)]));

/**
 * Writes the files that trainings need into a folder.
 *
 * @param {string} folder
 * @returns {Record<string, string[]>} arguments of the command line, by what they train
 */
export function writeTrainings(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.values(FILES)) writeFileSync(join(folder, name), text());
  const named = Object.entries(lines(places((name) => join(folder, name))));
  return Object.fromEntries(named.map(([name, line]) => [name, [...line.split(" "), "--json"]]));
}

/** What is given on the command line, by their names. @type {Record<string, string>} */
export const LINES = lines(places((name) => name));
/** Their names. */
export const TRAININGS = Object.keys(LINES);

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

/** What was said already: a training of its own each time. @type {Map<string, Promise<import("./tasks.mjs").Task>>} */
const said = new Map();

/**
 * What the command line trains, said in a way that travels: see page.mjs.
 *
 * @param {string} folder
 * @param {string} name
 * @returns {Promise<import("./tasks.mjs").Task>}
 */
export function taskOf(folder, name) {
  const key = join(folder, name);
  const task = said.get(key) ?? newTask(folder, name);
  said.set(key, task);
  return task;
}

/** @param {string} folder @param {string} name @returns {Promise<import("./tasks.mjs").Task>} */
async function newTask(folder, name) {
  const args = writeTrainings(folder)[name];
  const out = join(folder, `${name}.safetensors`);
  await hashIn([process.execPath], [...args, "--out", out]);
  /** @type {typeof import("../../src/index.ts")} */
  const { configOf, load } = await import(`${"../../build"}/index.js`);
  const model = load(readFileSync(out));
  const config = configOf(model);
  const { data, series, text, sequences } = /** @type {any} */ (model.metadata.extra);
  const { testSplit, seed } = data;
  const like = series ?? text ?? sequences;
  // the only thing about a text that its model does not keep
  const step = args.includes("--window-step") ? Number(args[args.indexOf("--window-step") + 1]) : 1;
  const kind = series
    ? "series"
    : text
      ? "text"
      : sequences
        ? sequences.sequence
          ? "steps"
          : "sequences"
        : "table";
  if (like || args[1].endsWith(".csv"))
    return { config, kind, file: readFileSync(args[1], "utf8"), like, step, testSplit, seed };
  return { config, generated: args[1], options: { samples: Number(args[args.indexOf("--samples") + 1]) } };
}
