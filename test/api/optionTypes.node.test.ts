/** Every option of the public functions: a value of another type is refused, and the error says which option it is. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import * as data from "../../src/data/index.ts";
import {
  describeExport,
  exportKeras,
  exportModule,
  exportOnnx,
  exportTfjs,
  exportWasm,
} from "../../src/export/index.ts";
import * as nabla from "../../src/index.ts";
import * as node from "../../src/node/index.ts";

const { dense, sequential } = nabla;
const folder = mkdtempSync(join(tmpdir(), "nabla-options-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const CSV = "a,b,c\n1,2,x\n2,3,y\n3,4,x\n5,6,y\n";
writeFileSync(at("t.csv"), CSV);

// biome-ignore lint/suspicious/noExplicitAny: these are options of wrong types
type Wrong = any;
const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const y = [0, 1, 1, 0];
const ready = () =>
  sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [2] }).compile({
    loss: "categoricalCrossentropy",
    optimizer: "sgd",
  });
const saved = ready().save();
writeFileSync(at("m.safetensors"), saved);
const set = () => nabla.arrayDataset(x, y);
const stream = () => [{ x, y }][Symbol.iterator]() as Wrong;

/** Values of every type, and numbers that are rarely meant. */
const VALUES: Readonly<Record<string, unknown>> = {
  text: "yes",
  one: 1,
  negative: -1,
  half: 1.5,
  NaN: Number.NaN,
  true: true,
  object: {},
  list: [],
  objects: [{}],
  function: () => 1,
  bigint: 1n,
};

/** What is called with an option, and for each option the values that may pass, by their names in VALUES. */
const CALLS: Readonly<Record<string, [(options: Wrong) => unknown, Readonly<Record<string, string>>]>> = {
  fit: [
    (o) => ready().fit(x, y, o),
    {
      ...{
        batchSize: "one",
        microBatchSize: "one",
        shards: "one",
        epochs: "one",
        seed: "one",
        stepsPerEpoch: "one",
      },
      ...{ shuffle: "true", dropLast: "", validationSplit: "", classWeight: "object", shifted: "" },
      ...{ augment: "", validationData: "", sampleWeight: "", callbacks: "list", signal: "", worker: "true" },
      ...{
        transfer: "true",
        onProgress: "function",
        progressInterval: "one half",
        resume: "",
        otherData: "true",
      },
    },
  ],
  evaluate: [
    (o) => ready().evaluate(x, y, o),
    {
      ...{ batchSize: "one", onRow: "function", signal: "", classWeight: "object", sampleWeight: "" },
      ...{ metrics: "list", bootstrap: "one", confidence: "", seed: "" },
    },
  ],
  "evaluate, batches": [
    (o) => ready().evaluate(stream(), o),
    { steps: "one", onRow: "function", signal: "", classWeight: "object", metrics: "list", bootstrap: "one" },
  ],
  confusionMatrix: [
    (o) => ready().confusionMatrix(set(), o),
    { batchSize: "one", onRow: "function", signal: "", classWeight: "object", sampleWeight: "" },
  ],
  predict: [(o) => ready().predict(x, o), { batchSize: "one" }],
  trainOnBatch: [
    (o) => ready().trainOnBatch(x, y, o),
    { classWeight: "object", sampleWeight: "", learningRate: "one half" },
  ],
  testOnBatch: [(o) => ready().testOnBatch(x, y, o), { classWeight: "object", sampleWeight: "" }],
  compile: [
    (o) => sequential([dense({ units: 2 })]).compile({ loss: "meanSquaredError", ...o }),
    { loss: "", lossWeights: "object", optimizer: "", metrics: "object list", schedule: "" },
  ],
  sequential: [(o) => sequential([dense({ units: 2 })], o), { seed: "one", inputShape: "" }],
  listing: [(o) => ready().listing(o), { mode: "", rows: "one", inputType: "object list", offsets: "true" }],
  load: [(o) => nabla.load(saved, "m", o), { custom: "list objects" }],
  checkGradients: [
    (o) => nabla.checkGradients(ready(), x, y, o),
    { samples: "one", epsilon: "one half", tolerance: "one half" },
  ],
  fineTune: [
    (o) => nabla.fineTune(ready(), o),
    { classes: "", layers: "", upTo: "", freeze: "true list", seed: "one" },
  ],
  ensemble: [(o) => nabla.ensemble([ready(), ready()], o), { voting: "", names: "list" }],
  crossValidate: [
    (o) => nabla.crossValidate(ready, set(), { folds: 2, epochs: 1, ...o }),
    { folds: "", seed: "one", stratified: "true", onFold: "function", worker: "true" },
  ],
  exportWasm: [
    (o) => exportWasm(ready(), o),
    { rows: "one", weights: "", scale: "one negative half", metadata: "object" },
  ],
  exportModule: [
    (o) => exportModule(ready(), o),
    { rows: "one", weights: "", scale: "one negative half", metadata: "object" },
  ],
  exportKeras: [(o) => exportKeras(ready(), o), { scaling: "true" }],
  exportTfjs: [(o) => exportTfjs(ready(), o), { name: "text", scaling: "true" }],
  exportOnnx: [
    (o) => exportOnnx(Object.assign(ready(), { metadata: { classes: ["no", "yes"] } }), o),
    { layout: "", scaling: "true", classes: "true" },
  ],
  describeExport: [
    (o) => describeExport(ready(), o),
    { rows: "one", weights: "", scale: "one negative half", metadata: "object" },
  ],
  arrayDataset: [
    (o) => nabla.arrayDataset(x, y, o),
    { name: "text", inputScale: "one negative half", target: "", names: "list" },
  ],
  splitDataset: [
    (o) => data.splitDataset(set(), 0.5, o),
    { seed: "one", stratified: "true", split: "", groups: "" },
  ],
  kFold: [
    (o) => data.kFold(set(), { folds: 2, ...o }),
    { folds: "", seed: "one", stratified: "true", groups: "" },
  ],
  batches: [(o) => [...data.batches(8, 2, o)], { shuffle: "true", epoch: "one" }],
  joinDatasets: [
    (o) => nabla.joinDatasets({ inputs: { a: set() }, targets: { b: set() }, ...o }),
    { inputs: "", targets: "", name: "text" },
  ],
  shifted: [(o) => nabla.shifted(data.digits({ samples: 4 }), 1, o), { fill: "one" }],
  makeGenerated: [
    (o) => data.makeGenerated("moons", { samples: 10, ...o }),
    { samples: "one", noise: "one half", seed: "one" },
  ],
  csvSplit: [
    (o) => data.csvSplit(CSV, o),
    { ignore: "list", columns: "object", maxCategories: "", maxBytes: "", seed: "one", header: "true" },
  ],
  fetchFile: [(o) => data.fetchFile({ url: "nowhere:x" }, o), { cache: "", signal: "" }],
  saveModel: [
    (o) => node.saveModel(ready(), at("n.safetensors"), o),
    { keepPrevious: "true", replace: "true", fs: "object" },
  ],
  writeFileAtomic: [
    (o) => node.writeFileAtomic(at("f"), new Uint8Array(1), o),
    { keepPrevious: "true", replace: "true", fs: "object" },
  ],
  loadModel: [(o) => node.loadModel(at("m.safetensors"), o), { custom: "list objects" }],
  checkpointIn: [
    (o) => node.checkpointIn(at("c"), o),
    { keep: "one", everySteps: "one", monitor: "text", mode: "", onError: "function" },
  ],
  openData: [
    (o) => node.openData(at("t.csv"), o),
    { ignore: "list", columns: "object", maxCategories: "", maxBytes: "", seed: "one", header: "true" },
  ],
  earlyStopping: [
    (o) => nabla.earlyStopping(o),
    { monitor: "text", patience: "one", minDelta: "one half", mode: "", restoreBestWeights: "true" },
  ],
  reduceLROnPlateau: [
    (o) => nabla.reduceLROnPlateau(o),
    { monitor: "text", patience: "one", factor: "", minDelta: "one half", cooldown: "one", mode: "" },
  ],
  modelCheckpoint: [
    (o) => nabla.modelCheckpoint({ save: () => {}, ...o }),
    { monitor: "text", mode: "", saveBestOnly: "true", everySteps: "one", onError: "function" },
  ],
};

test.each(Object.entries(CALLS))("%s", async (_, [call, options]) => {
  for (const [option, may] of Object.entries(options)) {
    const passed: string[] = [];
    for (const [name, value] of Object.entries(VALUES)) {
      const error = await Promise.resolve()
        .then(() => call({ [option]: value }))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      if (error === undefined) passed.push(name);
      else {
        expect(error, `${option}: ${name}`).toBeInstanceOf(nabla.NablaError);
        expect((error as Error).message, `${option}: ${name}`).toContain(option);
      }
    }
    expect(passed.join(" "), option).toBe(may);
  }
});

test("what a program may say that a document cannot", () => {
  expect(() => nabla.earlyStopping({ patience: Number.POSITIVE_INFINITY })).not.toThrow();
  expect(() => nabla.earlyStopping({ patience: Number.NaN })).toThrow(
    "earlyStopping: patience: expected a whole number ≥ 0, got NaN",
  );
});

test("what is expected is said", async () => {
  await expect(ready().fit(x, y, { otherData: "yes" } as Wrong)).rejects.toThrow(
    'fit: otherData: expected true or false, got "yes"',
  );
  await expect(ready().fit(x, y, { signal: new AbortController() } as Wrong)).rejects.toThrow(
    "fit: signal: expected that of an AbortController, got the controller: pass controller.signal",
  );
  // as fetch() takes it
  await ready().fit(x, y, { signal: null } as Wrong);
});
