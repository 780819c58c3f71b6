/** Names of Keras and TensorFlow.js: those that mean the same are taken, others say what it is here. */
import { expect, test } from "vitest";
import {
  configOf,
  dense,
  earlyStopping,
  fromConfig,
  lstm,
  NablaError,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { METHODS } from "../../src/report/elsewhere.ts";

const X = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const regression = (
  loss: "mse" | "mae" | "meanSquaredError" | "meanAbsoluteError",
  activation: "swish" | "silu",
) =>
  sequential([dense({ units: 3, activation }), dense({ units: 1 })], { seed: 1, inputShape: [2] }).compile({
    loss,
    optimizer: "sgd",
  });

test("mse, mae and swish are the same as their long names, in files as well", async () => {
  for (const [short, long] of [
    ["mse", "meanSquaredError"],
    ["mae", "meanAbsoluteError"],
  ] as const) {
    const [a, b] = [regression(short, "swish"), regression(long, "silu")];
    for (const model of [a, b]) await model.fit(X, [1, 2, 3], { epochs: 2 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(configOf(a)).toEqual(configOf(b));
  }
  expect(() => regression("constructor" as never, "silu")).toThrow(NablaError);
});

test("methods of theirs say which it is here; nothing that looks at a model calls them", () => {
  const model = regression("mse", "silu") as unknown as Record<string, (...given: unknown[]) => unknown> & {
    layers: { trainable: boolean }[];
  };
  for (const name of ["add", "getLayer", "getWeights", "countParams", "fitDataset"])
    expect(Object.keys(METHODS), name).toContain(name);
  for (const name of [...Object.keys(METHODS), "get_weights", "count_params"])
    expect(() => model[name]!(), name).toThrow(`there is no model.${name}() here: `);
  expect(() => model.add!(dense({ units: 1 }))).toThrow("the list of sequential() has all layers");
  expect(() => Object.assign(model, { stopTraining: true })).toThrow("context.stop(reason)");
  expect(() => Object.assign(model, { stop_training: true })).toThrow(NablaError);
  // silently it would do nothing
  expect(() => {
    model.layers[0]!.trainable = false;
  }).toThrow('fineTune(model, { freeze: ["dense_1"] })');
  expect(Object.keys(model.layers[0]!)).not.toContain("trainable");
  // it takes no path, and would save nothing there
  expect(() => model.save!("file://model")).toThrow("save: expected no path");
  expect(Object.keys(model)).not.toContain("add");
  expect(() => JSON.stringify(model)).not.toThrow();
});

/** Each name of theirs that the guide's tables have: it does what it does there, or says what it is here. */
const NAMES: Readonly<Record<string, () => unknown>> = {
  // options and values that are taken
  acc: () => regression("mse", "silu").compile({ loss: "mse", metrics: ["acc" as never] }),
  swish: () => regression("mse", "swish"),
  mse: () => regression("mse", "silu"),
  mae: () => regression("mae", "silu"),
  varianceScaling: () =>
    withKernel({ kernelInitializer: { name: "varianceScaling", scale: 2, mode: "fanOut" } }),
  l2: () => withKernel({ kernelRegularizer: "l2" }),
  "monitor: val_loss": () =>
    regression("mse", "silu").fit(X, [1, 2, 3], {
      validationData: [X, [1, 2, 3]],
      callbacks: [earlyStopping({ monitor: "val_loss" })],
    }),
  "fit({ xs, ys })": () => regression("mse", "silu").fit({ xs: X, ys: [1, 2, 3] }),
  generator: () =>
    regression("mse", "silu").fit(function* () {
      yield { xs: X, ys: [1, 2, 3] };
    }),
  toJSON: () => (regression("mse", "silu") as unknown as { toJSON(): object }).toJSON(),
};
const withKernel = (options: object) =>
  sequential([dense({ units: 1, ...options } as never)], { inputShape: [2] });
test.each(Object.entries(NAMES))("%s does what it does there", async (_, use) => {
  await expect(Promise.resolve().then(use)).resolves.toBeDefined();
});

test("toJSON gives the document; a model without shapes can be written by a logger", () => {
  const model = regression("mse", "silu");
  const written = JSON.parse(JSON.stringify(model));
  expect(written).toEqual(JSON.parse(JSON.stringify(configOf(model))));
  expect(configOf(fromConfig(written).model)).toEqual(configOf(model));
  expect(JSON.stringify({ model: sequential([dense({ units: 1 })]) })).toBe('{"model":{"seed":0}}');
});

test("acc is accuracy, in the history under that name; val_loss and val_acc are watched as valLoss and valAcc", async () => {
  const model = sequential([dense({ units: 2, activation: "softmax" })], { seed: 1, inputShape: [2] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["acc", "accuracy"] });
  const { history, stopped } = await model.fit(X, [0, 1, 1], {
    epochs: 9,
    validationData: [X, [0, 1, 1]],
    callbacks: [earlyStopping({ monitor: "val_acc", patience: 1, minDelta: 2 })],
  });
  expect(history.acc).toEqual(history.accuracy);
  expect(history.valAcc).toEqual(history.valAccuracy);
  expect(stopped).toContain("val_acc has not improved");
  expect(history.acc).toHaveLength(2);
  await expect(
    model.fit(X, [0, 1, 1], { callbacks: [earlyStopping({ monitor: "val_los" })] }),
  ).rejects.toThrow('there is no "val_los" to monitor');
  // higher is better whichever way it is written
  const asKeras = earlyStopping({ monitor: "val_auc", patience: 0 });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["auc"] });
  const auc = await model.fit(X, [0, 1, 1], {
    epochs: 3,
    validationData: [X, [0, 1, 1]],
    callbacks: [asKeras],
  });
  const same = earlyStopping({ monitor: "valAuc", patience: 0 });
  const again = await model
    .compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["auc"] })
    .fit(X, [0, 1, 1], { epochs: 3, validationData: [X, [0, 1, 1]], callbacks: [same] });
  expect(auc.stopped === undefined).toBe(again.stopped === undefined);
});

test("figures under their names there say which it is here", async () => {
  const model = regression("mse", "silu");
  const { history } = await model.fit(X, [1, 2, 3], { validationData: [X, [1, 2, 3]] });
  expect(Object.keys(history)).toEqual(["loss", "valLoss", "learningRate"]);
  expect(() => (history as Record<string, unknown>).val_loss).toThrow("history.valLoss");
  expect(() => (model.history.history as Record<string, unknown>).learning_rate).toThrow(
    "history.learningRate",
  );
  expect(JSON.parse(JSON.stringify(history))).toEqual(history);
});

test("l1 and l2 alone are penalties of 0.01, as in Keras", () => {
  const of = (kernelRegularizer: unknown) =>
    configOf(
      sequential([dense({ units: 1, kernelRegularizer: kernelRegularizer as never })], { inputShape: [2] }),
    ).model;
  expect(of("l2")).toEqual(of({ l2: 0.01 }));
  expect(of("l1")).toEqual(of({ l1: 0.01 }));
  expect(of("l2")).not.toEqual(of("l1"));
  for (const other of ["l1l2", "l1_l2", "L2", "__proto__"])
    expect(() => of(other), other).toThrow(`kernelRegularizer.${other}: unknown field`);
  const recurrent = lstm({ units: 2, recurrentRegularizer: "l2" });
  expect(() => sequential([recurrent], { inputShape: [3, 2] })).not.toThrow();
});

test("kernel_initializer's names and modes of theirs say which it is here", () => {
  expect(() => withKernel({ kernelInitializer: "variance_scaling" })).toThrow("varianceScaling");
  expect(() => withKernel({ kernelInitializer: { name: "varianceScaling", mode: "fan_out" } })).toThrow(
    "fanOut",
  );
  expect(() => withKernel({ kernelRegularizer: "L2" })).toThrow("kernelRegularizer");
});

test("a model within sequential says how models are joined", () => {
  const base = sequential([dense({ units: 2 })], { inputShape: [2] });
  expect(() => sequential([base as never, dense({ units: 1 })])).toThrow("base.apply(x)");
});

test("names of options that are elsewhere here", () => {
  const compile = (options: object) => () =>
    sequential([dense({ units: 1 })]).compile({ loss: "mse", ...options } as never);
  expect(compile({ lr: 0.1 })).toThrow("it belongs to the optimizer");
  expect(compile({ learning_rate: 0.1 })).toThrow("it belongs to the optimizer");
  expect(compile({ optimizer: { name: "adam", lr: 0.1 } })).toThrow("learningRate");
  expect(() => dense({ units: 1, kernel_regularizer: "l2" } as never)).not.toThrow();
  expect(() => sequential([dense({ units: 1, kernel_regularizer: "l2" } as never)])).toThrow(
    'did you mean "kernelRegularizer"?',
  );
});

test.each([
  ["batch_size", "here it is batchSize"],
  ["validation_split", "here it is validationSplit"],
  ["val_loss", "it is a figure of the history"],
  ["class_weight", "here it is classWeight"],
  ["verbose", "a training says nothing by itself"],
  ["lr", "it belongs to the optimizer"],
  ["callback", 'did you mean "callbacks"?'],
])("fit: %s", async (name, hint) => {
  await expect(regression("mse", "silu").fit(X, [1, 2, 3], { [name]: 1 } as never)).rejects.toThrow(hint);
});
