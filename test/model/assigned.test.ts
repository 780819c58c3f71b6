/** layer.trainable = and model.trainable =, as in Keras: before a model is made they count, after it they are refused where it trains. */
import { expect, test } from "vitest";
import { dense, input, type Model, model, sequential } from "../../src/index.ts";

const X = [
  [1, 2, 3],
  [2, 3, 5],
];
const Y = [[1], [0]];
type Assignable = { trainable?: boolean };
const layer = () => dense({ units: 2, name: "a" });
const chain = (first: ReturnType<typeof layer>) =>
  sequential([first, dense({ units: 1 })], { inputShape: [3] });
function graph(first: ReturnType<typeof layer>): Model {
  const x = input({ shape: [3] });
  return model({ inputs: x, outputs: dense({ units: 1 }).apply(first.apply(x)) });
}
const compiled = (made: Model) => made.compile({ loss: "meanSquaredError", optimizer: "sgd" });
const makers = [
  ["chain", chain],
  ["graph", graph],
] as const;

test.each(makers)("of a %s: before it is made, the layer keeps its weights", async (_, make) => {
  const first = layer();
  (first as Assignable).trainable = false;
  const made = compiled(make(first));
  const before = made.weights();
  await made.fit(X, Y, { epochs: 2 });
  expect(made.weights()["a.kernel"]).toEqual(before["a.kernel"]);
  expect(made.weights()["dense_1.kernel"]).not.toEqual(before["dense_1.kernel"]);
});

test.each(makers)("of a %s: after it was made it is refused, and nothing is trained", async (_, make) => {
  const first = layer();
  const made = compiled(make(first));
  const before = made.weights();
  (first as Assignable).trainable = false;
  const words = /\(dense\): trainable was set to false after the model was made, .*fineTune\(model/;
  await expect(made.fit(X, Y, { epochs: 2 })).rejects.toThrow(words);
  await expect(made.trainOnBatch(X, Y)).rejects.toThrow(words);
  expect(made.weights()).toEqual(before);
  // and back
  (first as Assignable).trainable = true;
  await made.fit(X, Y, { epochs: 1 });
  expect(made.weights()).not.toEqual(before);
});

test("a layer that was frozen and is to be trained", async () => {
  const first = dense({ units: 2, trainable: false });
  const made = compiled(chain(first as never));
  (first as Assignable).trainable = true;
  await expect(made.fit(X, Y, { epochs: 1 })).rejects.toThrow("layers[0] (dense): trainable was set to true");
});

test("of a whole model it is refused: at once in Node, elsewhere where it trains", async () => {
  const made = compiled(chain(layer()));
  // as on a page, whose models have no hints
  Object.defineProperty(made, "trainable", { value: false });
  await expect(made.fit(X, Y, { epochs: 1 })).rejects.toThrow("fit: there is no model.trainable = here");
});
