/**
 * No call of a public function or method ends in a raw error: whatever it is given, it takes it or says with a NablaError what is wrong. What
 * is tried follows from what modules export; those with parameters have a list of right arguments here, one of which is spoiled at a time.
 */
import { expect, test } from "vitest";
import * as arrow from "../../src/data/arrow/index.ts";
import * as data from "../../src/data/index.ts";
import * as parquet from "../../src/data/parquet/index.ts";
import * as exporting from "../../src/export/index.ts";
import * as importing from "../../src/import/index.ts";
import * as nabla from "../../src/index.ts";
import * as predicting from "../../src/predict/index.ts";
import * as sequences from "../../src/sequences/index.ts";
import arrowed from "../fixtures/tables/table.arrow?url&inline";
import people from "../fixtures/tables/table.parquet?url&inline";
import { inlined } from "../support/bytes.ts";
import { dealt } from "../support/dealt.ts";
import { type Callables, callablesOf, methodsOf, misuses, rawErrors } from "../support/misuse.ts";

const { dense, sequential } = nabla;

const X = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const Y = [0, 1, 0, 1];
const rows = () => nabla.arrayDataset(X, Y);
const images = () =>
  nabla.arrayDataset({ data: new Uint8Array(4 * 36).fill(7), shape: [4, 6, 6, 1] }, Y, { name: "images" });
const chain = () =>
  sequential([dense({ units: 3, activation: "relu" }), dense({ units: 2, activation: "softmax" })], {
    inputShape: [2],
  }).compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
/** One output whose values differ from row to row. */
const binary = () =>
  sequential([dense({ units: 1, activation: "sigmoid" })], { inputShape: [2] })
    .compile({ loss: "binaryCrossentropy" })
    .setWeights({ "dense_1.kernel": [1, 2] });
function graph(): nabla.Model {
  const x = nabla.input({ shape: [2], name: "x" });
  const y = dense({ units: 2, activation: "softmax", name: "y" }).apply(x);
  const z = dense({ units: 1, name: "z" }).apply(x);
  return nabla
    .model({ inputs: [x], outputs: [y, z] })
    .compile({ loss: { y: "categoricalCrossentropy", z: "meanSquaredError" }, optimizer: "sgd" });
}
const LOAD = [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3];
const loadWindows = () => sequences.windows({ load: LOAD }, { length: 2 });
function forecaster(): nabla.Model {
  const model = sequential([nabla.flatten(), dense({ units: 1 })], { inputShape: [2, 1] });
  model.metadata = { extra: { series: loadWindows().info } };
  return model;
}
function writer(): nabla.Model {
  const { info } = sequences.textSplit("abcabcabcabc", { length: 2 });
  const model = sequential([nabla.flatten(), dense({ units: 4, activation: "softmax" })], {
    inputShape: [2, 4],
  });
  model.metadata = { extra: { text: info } };
  return model;
}
const value = () => nabla.input({ shape: [2], name: "x" });
const picture = () => ({
  data: new Uint8Array(28 * 28).fill(0).fill(255, 200, 260),
  width: 28,
  height: 28,
  channels: 1,
});
const idx = (shape: number[]) => ({
  name: "idx",
  type: "uint8",
  shape,
  data: new Uint8Array(shape.reduce((a, b) => a * b)),
});
const CSV = "a,b,label\n1,2,x\n2,3,y\n3,1,x\n4,4,y\n5,1,x\n";
const offline = { fetch: () => Promise.reject(new Error("offline")) };

/** Right arguments, of those that have some. Layers have the options of their kind. */
const GOOD: Readonly<Record<string, () => readonly unknown[]>> = {
  "nabla.earlyStopping": () => [{ monitor: "loss", patience: 2 }],
  "nabla.reduceLROnPlateau": () => [{ monitor: "loss", factor: 0.5 }],
  "nabla.modelCheckpoint": () => [{ save: () => {}, monitor: "loss" }],
  "nabla.learningRateScheduler": () => [(epoch: number) => epoch],
  "nabla.checkConfig": () => [{ nabla: 1, model: { inputShape: [2], layers: [] } }, "document"],
  "nabla.parseConfig": () => ["{}", "document"],
  "nabla.configSchema": () => [],
  "nabla.loadCore": () => [],
  "nabla.arrayDataset": () => [
    X,
    Y,
    { name: "rows", inputShape: [2], classes: 2, names: ["a", "b"], target: "class" },
  ],
  "nabla.augment": () => [images(), { shift: 1, seed: 3, fill: 0, imageShape: [6, 6] }],
  "nabla.shifted": () => [images(), 1, { fill: 0, imageShape: [6, 6] }],
  "nabla.joinDatasets": () => [{ inputs: { a: rows(), b: rows() }, targets: { a: rows() }, name: "joined" }],
  "nabla.splitDataset": () => [
    rows(),
    0.5,
    { seed: 1, stratified: false, split: "random", groups: [0, 1, 2, 3] },
  ],
  "nabla.subset": () => [rows(), [0, 1], "part"],
  "nabla.chooseThreshold": () => [binary(), X, Y, { by: "f1" }],
  "nabla.crossValidate": () => [chain, rows(), { folds: 2, epochs: 1 }],
  "nabla.Ensemble": () => [[chain(), chain()], { voting: "soft", names: ["a", "b"] }],
  "nabla.ensemble": () => [[chain(), chain()], { voting: "soft", names: ["a", "b"] }],
  "nabla.NablaError": () => ["text", { details: { at: 1 } }],
  "nabla.ConfusionMatrix": () => [3],
  "nabla.checkGradients": () => [chain(), X, Y, { samples: 2, epsilon: 0.01, tolerance: 0.1 }],
  "nabla.fineTune": () => [chain(), { classes: ["a", "b", "c"], freeze: true, seed: 1 }],
  "nabla.fromConfig": () => [nabla.configOf(chain()), "document"],
  "nabla.input": () => [{ shape: [2], name: "x" }],
  "nabla.model": () => {
    const x = value();
    return [{ inputs: [x], outputs: [dense({ units: 1 }).apply(x)] }, { seed: 1 }];
  },
  "nabla.load": () => [chain().save(), "file", { custom: [] }],
  "nabla.Model": () => [[dense({ units: 1 })], { seed: 1, inputShape: [2] }],
  "nabla.sequential": () => [[dense({ units: 1 })], { seed: 1, inputShape: [2] }],
  "nabla.configOf": () => [chain()],
  "nabla.weightsSha256": () => [chain()],
  "nabla.layerSummaries": () => [chain()],
  "nabla.readDigits": () => [digitModel(), picture(), {}],
  "data.digits": () => [{ samples: 3, seed: 1, part: "train" }],
  "data.kFold": () => [rows(), { folds: 2, seed: 1, stratified: true }],
  "data.makeGenerated": () => ["moons", { samples: 10, seed: 1, noise: 0.1, classes: 2 }],
  "data.moons": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train" }],
  "data.spirals": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train", classes: 3 }],
  "data.circles": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train", classes: 3 }],
  "data.blobs": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train", classes: 3 }],
  "data.sine": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train" }],
  "data.cubic": () => [{ samples: 10, seed: 1, noise: 0.1, part: "train" }],
  "data.gunzip": () => [Uint8Array.of(1, 2), "file", 100, ""],
  "data.isGzip": () => [Uint8Array.of(1, 2)],
  "data.idxDataset": () => [idx([4, 2, 2]), idx([4]), { name: "idx", classes: 2, inputScale: 1 }],
  "data.idxSplit": () => [
    { images: idx([4, 2, 2]), labels: idx([4]) },
    { images: idx([4, 2, 2]), labels: idx([4]) },
    "idx",
    { scaling: "pixels" },
  ],
  "data.parseIdx": () => [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 7), "file"],
  "data.crop": () => [picture(), 1, 1, 2, 2],
  "data.fitPicture": () => [picture(), { width: 4, height: 5 }, "pad"],
  "data.invert": () => [picture()],
  "data.prepareDigit": () => [picture(), { size: 28, box: 20, name: "digit" }],
  "data.resize": () => [picture(), 4, 4],
  "data.toChannels": () => [picture(), 3],
  "data.toGray": () => [picture()],
  "data.parseNpz": () => [Uint8Array.of(1, 2), "file", { limit: 100, only: ["x"] }],
  "data.parseNpy": () => [Uint8Array.of(1, 2), "file"],
  "data.npzSplit": () => [Uint8Array.of(1, 2), "file", { limit: 100, arrays: { x: "x", y: "y" } }],
  "data.Prefetcher": () => [rows(), Uint32Array.of(0, 1), 2, 0, 0],
  "data.batches": () => [4, 2, { shuffle: true, seed: 1, epoch: 0 }],
  "data.epochOrder": () => [4, 1, 0, true],
  "data.labelsOf": () => [rows()],
  "data.fitStandardisation": () => [rows(), Uint32Array.of(0, 1)],
  "data.standardise": () => [rows(), { mean: [0, 0], scale: [1, 1] }],
  "data.standardiseSplit": () => [rows(), rows(), ["a", "b"]],
  "data.csvSplit": () => [
    CSV,
    { name: "t.csv", testFraction: 0.4, seed: 1, standardise: true, label: "label" },
  ],
  "arrow.arrowSplit": () => [inlined(arrowed), { name: "t.arrow", label: "label", ignore: ["count"] }],
  "parquet.parquetSplit": () => [inlined(people), { name: "t.parquet", label: "label", ignore: ["count"] }],
  "data.parseCsvDataset": () => [CSV, { name: "t.csv", label: "label", ignore: ["b"] }],
  "data.encodeCsvRow": () => [
    "1,2",
    { columns: ["a", "b"], standardisation: { mean: [0, 0], scale: [1, 1] } },
    "row",
  ],
  "data.encodeRows": () => [
    { metadata: { columns: ["a", "b"] } },
    { a: 1, b: 2 },
    { name: "row", onExtra: () => {} },
  ],
  "data.fetchFile": () => [{ url: "http://localhost:1/x", sha256: "00" }, offline],
  "data.fetchIdx": () => [{ url: "http://localhost:1/x", sha256: "00" }, offline],
  "data.fetchIdxSplit": () => {
    const file = { url: "http://localhost:1/x" };
    return [
      { name: "set", train: { images: file, labels: file }, test: { images: file, labels: file } },
      offline,
    ];
  },
  "export.verifyExport": () => [exporting.exportWasm(chain()), "file"],
  "export.exportModule": () => [chain(), { rows: 2, weights: "float32", metadata: {} }],
  "export.exportOnnx": () => [chain(), { layout: "nhwc", scaling: false, classes: false }],
  "export.exportKeras": () => [chain(), { scaling: false }],
  "export.exportTfjs": () => [chain(), { name: "net", scaling: false }],
  "export.exportPytorch": () => [chain()],
  "import.loadWeights": () => [chain(), exporting.exportPytorch(chain()), { from: "pytorch", strict: true }],
  "import.openModel": () => [
    exporting.exportOnnx(chain()),
    { batch: 0, dimensions: { height: 2 }, outputs: ["dense_2"], constants: {}, files: {} },
  ],
  "export.quantised": () => [chain(), "int8"],
  "export.describeExport": () => [chain(), { rows: 2, weights: "float32", metadata: {} }],
  "export.exportWasm": () => [chain(), { rows: 2, weights: "float32", metadata: {} }],
  "sequences.series": () => [
    { date: ["2024-01-01", "2024-01-02"], load: [1, 2] },
    { name: "load", time: "date", missing: "error", gaps: "error" },
  ],
  "sequences.sequences": () => [
    [
      { x: [1, 2], label: "a" },
      { x: [3, 4, 6], label: "b" },
    ],
    { label: "label", keep: "first", steps: 3, maskValue: 9, testFraction: 0, seed: 1, standardise: false },
  ],
  "sequences.jsonSequences": () => [
    '[{ "x": [1, 2], "label": "a" }, { "x": [3, 4, 6], "label": "b" }]',
    { name: "own", label: "label", missing: "error", task: "classification", testFraction: 0 },
  ],
  "sequences.csvSequences": () => [
    "id,x,label\n1,1,a\n1,2,a\n2,4,b\n",
    { sequence: "id", label: "label", time: undefined, testFraction: 0, decimal: "." },
  ],
  "sequences.encodeSequences": () => [
    [[1, 2], [3]],
    sequences.sequences(
      [
        { x: [1, 2], label: "a" },
        { x: [3, 4, 6], label: "b" },
      ],
      {
        label: "label",
        testFraction: 0,
      },
    ).info,
    { name: "own", keep: "last" },
  ],
  "sequences.csvSeries": () => [
    "date,load\n2024-01-01,1\n2024-01-02,2\n",
    { name: "load", time: "date", ignore: [], only: ["load"], missing: "fill", gaps: "fill", decimal: "." },
  ],
  "sequences.windows": () => [
    { load: LOAD },
    { length: 2, horizon: 1, step: 1, features: ["load"], targets: "load", standardise: true, season: 3 },
  ],
  "sequences.windowSplit": () => [
    LOAD.map((v) => [v]),
    {
      length: 2,
      horizon: 1,
      testFraction: 0.2,
      validationFraction: 0.1,
      columns: ["load"],
      like: loadWindows().info,
    },
  ],
  "sequences.forecast": () => [forecaster(), LOAD, 2, { name: "load", future: {}, missing: "error" }],
  "sequences.Forecast": () => [["load"], Float64Array.of(1), [1, 1], ["2024-01-01"]],
  "sequences.scoreForecast": () => [forecaster(), loadWindows(), { season: 3 }],
  "sequences.findSeason": () => [LOAD, 8],
  "sequences.charVocabulary": () => ["abc", { unknown: "token", minCount: 1, maxSize: 9, lowercase: true }],
  "sequences.wordVocabulary": () => ["a b c", { unknown: "token", minCount: 1, maxSize: 9, lowercase: true }],
  "sequences.Vocabulary": () => [{ kind: "chars", tokens: ["a"], unknown: "error", lowercase: false }],
  "sequences.tokenise": () => ["ab", sequences.charVocabulary("ab")],
  "sequences.textSplit": () => [
    "a text of some length",
    { name: "t", length: 2, step: 1, encoding: "ids", targets: "each", testFraction: 0.3 },
  ],
  "sequences.generate": () => [
    writer(),
    { seedText: "ab", temperature: 1, topK: 2, seed: 1, length: 3, stop: "b" },
  ],
  "sequences.ngramBits": () => [[1, 2, 1], [2, 1], 3, 2],
  "vocabulary.split": () => ["ab"],
  "vocabulary.tokenise": () => ["ab"],
  "vocabulary.encode": () => ["ab", "text"],
  "vocabulary.decode": () => [[1, 2]],
  "predict.load": () => [chain().save(), "file"],
  "predict.loadAsync": () => [chain().save(), "file"],
  "predict.loadCore": () => [],
  "predict.NablaError": () => ["text", { details: { at: 1 } }],
  "predict.encodeRows": () => [{ metadata: { columns: ["a", "b"] } }, { a: 1, b: 2 }, { name: "row" }],
  "model.build": () => [[2]],
  "model.compile": () => [
    {
      loss: "categoricalCrossentropy",
      optimizer: { name: "adam", learningRate: 0.1 },
      metrics: ["accuracy"],
      schedule: "cosine",
    },
  ],
  "model.fit": () => [
    X,
    Y,
    {
      epochs: 1,
      batchSize: 2,
      microBatchSize: 1,
      shards: 2,
      seed: 1,
      shuffle: true,
      validationData: [X, Y],
      classWeight: { 0: 1 },
      sampleWeight: [1, 1, 1, 1],
      callbacks: [],
      worker: false,
    },
  ],
  "model.evaluate": () => [X, Y, { batchSize: 2, sampleWeight: [1, 1, 1, 1] }],
  "model.confusionMatrix": () => [X, Y, { batchSize: 2 }],
  "model.predict": () => [X, { batchSize: 2 }],
  "model.predictRows": () => [[{ a: 1, b: 2 }], { name: "row" }],
  "model.gradients": () => [X, Y, { classWeight: { 0: 1 }, sampleWeight: [1, 1, 1, 1] }],
  "model.inputGradients": () => [X, Y, { classWeight: { 0: 1 }, sampleWeight: [1, 1, 1, 1] }],
  "model.truncated": () => ["dense_1"],
  "model.stream": () => [{ batchSize: 2 }],
  "model.apply": () => [value()],
  "model.listing": () => [{ rows: 2, offsets: true }],
  "model.trainable =": () => [false],
  "model.stopTraining =": () => [true],
  "model.stop_training =": () => [true],
  "model.metadata =": () => [
    { classes: ["a", "b"], extra: { at: 1 }, standardisation: { mean: [0], scale: [1] } },
  ],
  "model.trainOnBatch": () => [X, Y, { learningRate: 0.1, sampleWeight: [1, 1, 1, 1] }],
  "model.testOnBatch": () => [X, Y, { sampleWeight: [1, 1, 1, 1] }],
  "model.forward": () => [X],
  "model.backward": () => [X],
  "model.applyGradients": () => [{ learningRate: 0.1 }],
  "model.setWeights": () => [{ "dense_1.bias": [1, 2, 3] }],
  "ensemble.predict": () => [X, { batchSize: 2 }],
  "ensemble.evaluate": () => [X, Y],
  "outputs.row": () => [0],
  "confusion.add": () => [
    {
      rows: 0,
      units: 3,
      outputs: new Float32Array(0),
      stride: 4,
      threshold: 0.5,
      on: 1,
      off: 0,
      labels: new Int32Array(0),
    },
  ],
  "predictor.predictRows": () => [[{ a: 1, b: 2 }], { name: "row" }],
  "predictor.stream": () => [{}],
  "walker.predict": () => [
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ],
    ],
    { batchSize: 2 },
  ],
  "predictor.predict": () => [X, { batchSize: 2 }],
  "walker.stream": () => [{ batchSize: 2 }],
  "stream.push": () => [[1, 2], new Float32Array(3)],
  "stream.states =": () => [{ "w.h": [1, 2, 3] }],
  "forecast.column": () => ["load"],
  "layer.apply": () => [value()],
};

/** Right ones of another kind: data sets in place of arrays. */
const OTHERS: Readonly<Record<string, () => readonly unknown[]>> = {
  "nabla.arrayDataset": () => [{ xs: X, ys: Y }, { names: ["a", "b"] }],
  "nabla.chooseThreshold": () => [binary(), { xs: X, ys: Y }, { by: "youden" }],
  "nabla.crossValidate": () => [chain, { xs: X, ys: Y }, { folds: 2, epochs: 1 }],
  "model.confusionMatrix": () => [rows(), { batchSize: 2 }],
  "model.fit": () => [rows(), { epochs: 1, worker: false, validationData: rows(), validationSplit: 0.5 }],
  "model.evaluate": () => [rows(), {}],
  "model.predict": () => [rows(), {}],
  "model.gradients": () => [rows(), {}],
  "model.inputGradients": () => [rows(), {}],
  "model.trainOnBatch": () => [rows(), {}],
  "model.testOnBatch": () => [rows(), {}],
  "ensemble.predict": () => [rows(), {}],
  "ensemble.evaluate": () => [rows()],
  "data.encodeRows": () => [
    { metadata: { columns: ["a", "b"] } },
    [
      [1, 2],
      [3, 4],
    ],
    {},
  ],
};

function digitModel(): nabla.Model {
  return sequential([dense({ units: 10, activation: "softmax" })], { inputShape: [784] });
}

const walker = () => sequential([nabla.gru({ units: 3, name: "w", inputShape: [4, 2] })]);

const LAYER_OPTIONS = [{ units: 2, filters: 2, kernelSize: 2, rate: 0.5, stddev: 0.1, name: "l" }];
const layers = new Set(Object.keys(await import("../../src/layers/index.ts")));
const goodFor = (name: string) => {
  if (GOOD[name]) return GOOD[name]();
  const [room, own] = name.split(".") as [string, string];
  if (room === "graph") return GOOD[`model.${own}`]?.();
  if (room === "data" && GOOD[`nabla.${own}`]) return GOOD[`nabla.${own}`]!();
  return room === "nabla" && layers.has(own) ? LAYER_OPTIONS : undefined;
};

const MODULES = {
  nabla,
  data,
  export: exporting,
  import: importing,
  predict: predicting,
  sequences,
  arrow,
  parquet,
};
const OBJECTS: Readonly<Record<string, () => object>> = {
  model: chain,
  graph,
  ensemble: () => nabla.ensemble([chain(), chain()]),
  outputs: () => chain().predict(X),
  confusion: () => new nabla.ConfusionMatrix(3),
  predictor: () => predicting.load(chain().save()),
  walker: () => predicting.load(walker().save()),
  stream: () => walker().stream(),
  layer: () => dense({ units: 2 }),
  vocabulary: () => sequences.charVocabulary("abc"),
  forecast: () => sequences.forecast(forecaster(), LOAD, 2),
};

/** Private to the compiler; and what a data set or a loss has to be asked for elsewhere. */
const PRIVATE = ["truth", "checkInputs", "vote"].map((name) => `ensemble.${name}`);

const all: Callables = new Map(
  [
    ...Object.entries(MODULES).flatMap(([name, module]) => [...callablesOf(module, `${name}.`)]),
    ...Object.entries(OBJECTS).flatMap(([name, fresh]) => [...methodsOf(name, fresh)]),
  ].filter(([name]) => !PRIVATE.includes(name)),
);

/** Whose arguments are right, and there is no such file, server or earlier call. */
const REFUSED =
  /parseNp|npzSplit|fetch|backward|applyGradients|checkConfig|parseConfig|graph\.|readDigits|loadCore|predictRows|(model|predictor)\.stream|stop_?[tT]raining|model\.trainable =/;

test.each(Object.keys(GOOD).filter((name) => !REFUSED.test(name)))(
  "%s: the right arguments are right",
  async (name) => {
    const call = all.get(name)!;
    expect(call, name).toBeDefined();
    await call(...GOOD[name]!());
  },
);

test.each(dealt([...all]))("%s takes what it is given, or says what is wrong", async (name, call) => {
  const good = goodFor(name);
  if (call.length > 0) expect(good, `right arguments of ${name}, in this file`).toBeDefined();
  expect(
    await rawErrors(
      call,
      misuses(() => goodFor(name)),
    ),
  ).toEqual([]);
  const others = OTHERS[name];
  if (others) expect(await rawErrors(call, misuses(others))).toEqual([]);
});

test("a raw error is seen", async () => {
  const call = (text: string) => text.length;
  expect(
    await rawErrors(
      call as never,
      misuses(() => ["text"]),
    ),
  ).not.toEqual([]);
});
