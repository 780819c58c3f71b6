/** What console.log shows. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { arrayDataset, ConfusionMatrix, dense, sequential } from "../../src/index.ts";
import { Outputs } from "../../src/network/outputs.ts";

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const rows = () =>
  arrayDataset(
    X,
    ["no", "yes", "yes", "no"].map((name) => Number(name === "yes")),
    { names: ["no", "yes"] },
  );

test("a model shows its layers and what it is trained for", async () => {
  const model = sequential([
    dense({ units: 3, activation: "tanh" }),
    dense({ units: 1, activation: "sigmoid" }),
  ]);
  expect(inspect(model)).toBe("Model of dense, dense; its input is not known yet\nnot compiled");
  model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });
  const history = await model.fit(rows(), { epochs: 2 });
  expect(inspect(model)).toBe(
    `Model\n${model.summary()}\nloss binaryCrossentropy; optimizer adam\nclasses no, yes\ntrained for 2 steps`,
  );
  expect(inspect({ a: { b: { c: model } } })).toBe("{ a: { b: { c: [Model] } } }");
  const [first, second] = history.history.loss!.map((loss) => `${Number(loss.toPrecision(4))}`);
  expect(inspect(history)).toBe(
    `History of 2 epochs\n  epoch    loss  learningRate\n      0  ${first}         0.001\n      1  ${second}         0.001`,
  );
  expect(Object.keys(history)).toEqual(["epoch", "history"]);
  expect(JSON.parse(JSON.stringify(history))).toEqual({ ...history });
});

test("outputs show classes and numbers, of many rows the first and the last", () => {
  const outputs = new Outputs(Float32Array.of(0.25, 0.75, 0.5, 0.5), [2, 2], { classes: ["cat", "dog"] });
  expect(inspect(outputs)).toBe("Outputs [2, 2]\n  0  dog  0.25  0.75\n  1  cat   0.5   0.5");
  expect(inspect(new Outputs(Float32Array.of(320_880.25), [1, 1]))).toBe("Outputs [1, 1]\n  0  320880.3");
  const many = inspect(new Outputs(new Float32Array(3000).fill(2), [1000, 3])).split("\n");
  expect(many).toHaveLength(12);
  expect(many[6]).toBe("    …");
  expect(many[11]).toBe("  999  2  2  2");
});

test("a confusion matrix is a table with names", async () => {
  const model = sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [2] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
  model.setWeights({ "dense_1.kernel": [0, 5, 0, 0], "dense_1.bias": [1, 0] });
  expect(inspect(await model.confusionMatrix(rows()))).toBe(
    "ConfusionMatrix of 2 classes, accuracy 0.5000\n  true \\ predicted  no  yes\n                no   1    1\n               yes   1    1",
  );
  expect(inspect(new ConfusionMatrix(30))).toMatch(
    /^ConfusionMatrix of 30 classes, accuracy NaN; its counts are in/,
  );
});
