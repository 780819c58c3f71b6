/**
 * What the types of the public API allow and refuse. Never run: types.test.ts lets the compiler read it, with and without the
 * marks, and the repository's own check (tsc) does too.
 */
import { openData as openFiles } from "../../src/browser/index.ts";
import { csvSplit } from "../../src/data/index.ts";
import {
  activation,
  arrayDataset,
  type Callback,
  dense,
  earlyStopping,
  flatten,
  fromConfig,
  type History,
  type LayerInput,
  load,
  type Model,
  modelCheckpoint,
  type Outputs,
  reduceLROnPlateau,
  sequential,
} from "../../src/index.ts";
import { openData } from "../../src/node/index.ts";
import { csvSequences, jsonSequences, sequences, textSplit, windowSplit } from "../../src/sequences/index.ts";

// --- allowed

const model: Model = sequential(
  [
    flatten({ inputShape: [28, 28] }),
    dense({
      units: 30,
      activation: "relu",
      kernelInitializer: "heNormal",
      kernelRegularizer: { l2: 1e-4 },
      name: "hidden",
    }),
    activation({ activation: { name: "leakyRelu", alpha: 0.1 } }),
    dense({
      units: 10,
      activation: "softmax",
      useBias: false,
      kernelInitializer: { name: "gaussian", stddev: 0.1 },
    }),
  ],
  { seed: 1 },
);
model.compile({ loss: "categoricalCrossentropy" });
model.compile({
  loss: { name: "huber", delta: 2 },
  optimizer: "adam",
  metrics: ["accuracy", "mse"],
  schedule: "cosine+warmup:1",
});
model.compile({
  loss: "meanSquaredError",
  optimizer: { name: "sgd", learningRate: 0.1, clipNorm: 1 },
  schedule: { name: "step", factor: 0.5, everyEpochs: 3 },
});
await model.trainOnBatch([[1], [2]], ["cat", "dog"]);
await model.trainOnBatch({ xs: [[1], [2]], ys: ["cat", "dog"] }, { learningRate: 0.1 });
await model.testOnBatch([[1], [2]], { out: ["cat", "dog"] }, { classWeight: { cat: 2 } });
await model.gradients({ x: [[1]], y: [["cat"]] });
export const saliency: Outputs = await model.inputGradients([[1]], ["cat"], { classWeight: { cat: 2 } });
await model.fit(function* () {
  yield { xs: [[1]], ys: ["cat"], sampleWeight: [2] };
});
const history: History = await model.fit(new Uint8Array(784), [3], {
  batchSize: 1,
  epochs: 2,
  validationSplit: 0.1,
  classWeight: { 3: 10 },
  callbacks: [
    earlyStopping({ monitor: "valAccuracy", patience: 3, restoreBestWeights: true }),
    reduceLROnPlateau({ factor: 0.5 }),
    modelCheckpoint({ save: async (bytes) => void bytes.byteLength }),
    { onEpochEnd: (epoch, logs) => void (epoch + logs.loss + logs.valLoss) },
    { onBatchEnd: (_batch, _logs, { model }) => void model.predict([[1]]).argMax() },
  ],
  signal: new AbortController().signal,
});
const losses: readonly number[] = history.history.loss;
await model.fit(arrayDataset([[1, 2]], [0]), { epochs: 1 });
const { loss, accuracy } = await model.evaluate([[1], [2]], [0, 1]);
const outputs: Outputs = model.predict([[[1], [2]]], { batchSize: 3 });
const weights: Record<string, Float32Array> = model.weights();
const chained: Model = model.setWeights(weights).compile({ loss: "hinge" });
const layers: LayerInput[] = [dense({ units: 3 })];
const again: Model = load(model.save());
const callback: Callback = {
  name: "mine",
  state: () => ({ values: { best: 1 } }),
  restore: ({ values }) => void values.best,
  async onEpochEnd(_epoch, logs, { model, stop }) {
    logs.test = (await model.evaluate([[1]], [0])).loss;
    if (logs.test < 0.1) stop("good enough");
  },
};
fromConfig({
  nabla: 1,
  model: { inputShape: [4], layers: [{ type: "dense", units: 3, activation: "tanh" }] },
  training: { loss: "meanSquaredError", optimizer: { name: "rmsprop", rho: 0.8 } },
});
export const used = [losses, loss, accuracy, outputs, chained, layers, again, callback];

export async function parts(share: number): Promise<number[]> {
  const byDefault = csvSplit("a,b");
  const told = csvSplit("a,b", { testFraction: 0.3 });
  const table = await openData("churn.csv", { label: "churned", ignore: ["customer"] });
  const chosen = (await openFiles([], { label: 2, testFraction: 0.1 })).test;
  const mayBe = csvSplit("a,b", { testFraction: share }).test?.length ?? 0;
  const steps = [sequences([]), jsonSequences("[]"), csvSequences("a", { sequence: "a", testFraction: 0.5 })];
  const others = [...steps, textSplit("a"), windowSplit([1], { length: 1, testFraction: 0.4 })];
  const season = windowSplit([1], { length: 1 }).test.series.length;
  const kept = others.map(({ test }) => test.length);
  return [byDefault.test.length, told.test.length, table.test.length, chosen.length, mayBe, season, ...kept];
}

// --- data

// @ts-expect-error none was asked for
export const noPart = csvSplit("a,b", { testFraction: 0 }).test.length;
// @ts-expect-error whether a set has one, its name does not say
export const setPart = (await openData("moons")).test.length;
// @ts-expect-error none was asked for
export const noLabelledPart = (await openData("a.csv", { label: "a", testFraction: 0 })).test.length;
// @ts-expect-error none was asked for
export const noTextPart = textSplit("a", { testFraction: 0 }).test.length;
// @ts-expect-error none was asked for
export const noSequences = sequences([], { testFraction: 0 }).test.length;
// @ts-expect-error it may be 0
export const noWindows = (share: number) => windowSplit([1], { length: 1, testFraction: share }).test.length;
// @ts-expect-error an option that there is not
await openData("a.csv", { label: "a", ignored: ["b"] });
// @ts-expect-error an option that there is not
csvSplit("a,b", { lable: "a" });

// --- layers

// @ts-expect-error misspelt activation
dense({ units: 3, activation: "reul" });
// @ts-expect-error units as text
dense({ units: "3" });
// @ts-expect-error units are needed
dense({ activation: "relu" });
// @ts-expect-error misspelt option
dense({ units: 3, activaton: "relu" });
// @ts-expect-error a shape is a list
dense({ units: 3, inputShape: 784 });
// @ts-expect-error an option of another activation
dense({ units: 3, activation: { name: "relu", alpha: 0.1 } });
// @ts-expect-error misspelt initializer
dense({ units: 3, kernelInitializer: "heNorm" });
dense({ units: 3, kernelRegularizer: "l2" });
dense({ units: 3, kernelInitializer: { name: "varianceScaling", scale: 2, mode: "fanOut" } });
// @ts-expect-error both penalties have no name
dense({ units: 3, kernelRegularizer: "l1l2" });
// @ts-expect-error useBias is true or false
dense({ units: 3, useBias: "no" });
// @ts-expect-error an activation layer needs one
activation({});
// @ts-expect-error a layer is not a function
sequential([dense]);
// @ts-expect-error layers come in a list
sequential(dense({ units: 3 }));
// @ts-expect-error a seed is a number
sequential([dense({ units: 3 })], { seed: "1" });

// --- compile

// @ts-expect-error a loss is needed
model.compile({ optimizer: "adam" });
// @ts-expect-error misspelt loss
model.compile({ loss: "msee" });
// @ts-expect-error misspelt optimizer
model.compile({ loss: "hinge", optimizer: "Adam" });
// @ts-expect-error an option the optimizer does not have
model.compile({ loss: "hinge", optimizer: { name: "sgd", momentum: 0.9 } });
// @ts-expect-error the option's name in Python
model.compile({ loss: "hinge", optimizer: { name: "adam", learning_rate: 0.1 } });
// @ts-expect-error the parameter of another loss
model.compile({ loss: { name: "hinge", delta: 1 } });
model.compile({
  loss: "hinge",
  metrics: ["auc", { name: "f1", average: "macro" }, { name: "recall", as: "easyRecall" }],
});
// @ts-expect-error an option of another metric
model.compile({ loss: "hinge", metrics: [{ name: "f1", curve: "PR" }] });
// @ts-expect-error an average that there is not
model.compile({ loss: "hinge", metrics: [{ name: "f1", average: "samples" }] });
model.compile({ loss: "hinge", metrics: ["acc"] });
// @ts-expect-error misspelt metric
model.compile({ loss: "hinge", metrics: ["accurcy"] });
// @ts-expect-error metrics come in a list
model.compile({ loss: "hinge", metrics: "accuracy" });
// @ts-expect-error a schedule without its name
model.compile({ loss: "hinge", schedule: { factor: 0.5 } });

// --- fit, evaluate, predict

model.evaluate([[1]], [1], { bootstrap: 100 }).then(({ intervals }) => intervals.loss![0].toFixed());
// @ts-expect-error without drawings there are no intervals
model.evaluate([[1]], [1]).then(({ intervals }) => intervals.loss);
// @ts-expect-error targets are needed with arrays
model.fit([[1]]);
// @ts-expect-error misspelt option
model.fit([[1]], [1], { batch_size: 3 });
// @ts-expect-error epochs as text
model.fit([[1]], [1], { epochs: "3" });
model.fit([[1]], ["cat"]);
model.fit({ xs: [[1]], ys: ["cat"] }, { epochs: 3 });
// @ts-expect-error labels are numbers or texts
model.fit([[1]], [null]);
// @ts-expect-error one object has both
model.fit({ xs: [[1]] });
// @ts-expect-error callbacks come in a list
model.fit([[1]], [1], { callbacks: earlyStopping() });
// @ts-expect-error a hook that does not exist
model.fit([[1]], [1], { callbacks: [{ onEpochFinished() {} }] });
// @ts-expect-error validation data are x and y
model.fit([[1]], [1], { validationData: [[[1]]] });
// @ts-expect-error a weight per class is a number
model.fit([[1]], [1], { classWeight: { 1: "2" } });
// @ts-expect-error evaluate is asynchronous
model.evaluate([[1]], [1]).loss;
// @ts-expect-error predict is not
model.predict([[1]]).then();
// @ts-expect-error outputs are not to be written
outputs.shape = [1];
// @ts-expect-error nor is a history
history.history.loss[0] = 1;
// @ts-expect-error weights are numbers
model.setWeights({ "hidden.kernel": "0" });
// @ts-expect-error load takes bytes
load("model.safetensors");

// --- callbacks

// @ts-expect-error a model has no member that is not for users
model.internals;
// @ts-expect-error nor does a callback's
model.fit([[1]], [1], { callbacks: [{ onTrainBegin: (context) => context.model.built }] });
// @ts-expect-error mode is auto, min or max
earlyStopping({ mode: "maximum" });
// @ts-expect-error Python's name
earlyStopping({ restore_best_weights: true });
// @ts-expect-error save is needed
modelCheckpoint({ monitor: "loss" });
// @ts-expect-error a factor is a number
reduceLROnPlateau({ factor: "half" });

// --- configuration

// @ts-expect-error the version
fromConfig({ nabla: 3, model: { inputShape: [4], layers: [] }, training: { loss: "hinge" } });
// @ts-expect-error a type of layer that does not exist
fromConfig({ nabla: 1, model: { inputShape: [4], layers: [{ type: "x" }] }, training: { loss: "hinge" } });
// @ts-expect-error a training needs a loss
fromConfig({ nabla: 1, model: { inputShape: [4], layers: [] }, training: { epochs: 3 } });
