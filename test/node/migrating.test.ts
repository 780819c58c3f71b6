/** Names of Keras and TensorFlow.js: those that mean the same are taken, others say what it is here. */
import { expect, test } from "vitest";
import { configOf, dense, NablaError, sequential, weightsSha256 } from "../../src/index.ts";
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
  for (const name of [...Object.keys(METHODS), "get_weights", "count_params"])
    expect(() => model[name]!(), name).toThrow(`there is no model.${name}() here: `);
  expect(() => model.add!(dense({ units: 1 }))).toThrow("the list of sequential() has all layers");
  expect(() => Object.assign(model, { stopTraining: true })).toThrow("context.stop(reason)");
  expect(() => Object.assign(model, { stop_training: true })).toThrow(NablaError);
  // silently it would do nothing
  expect(() => {
    model.layers[0]!.trainable = false;
  }).toThrow("trainable");
  expect(Object.keys(model)).not.toContain("add");
  expect(() => JSON.stringify(model)).not.toThrow();
});

test.each([
  ["batch_size", "here it is batchSize"],
  ["validation_split", "here it is validationSplit"],
  ["val_loss", "it is a figure of the history"],
  ["class_weight", "here it is classWeight"],
  ["verbose", "a training says nothing by itself"],
  ["lr", "it belongs to the optimizer"],
])("fit: %s", async (name, hint) => {
  await expect(regression("mse", "silu").fit(X, [1, 2, 3], { [name]: 1 } as never)).rejects.toThrow(hint);
});
