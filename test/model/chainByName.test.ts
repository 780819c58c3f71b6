/** A chain has one input and one output, which may be given by their names, as those of graphs are. */
import { expect, test } from "vitest";
import { arrayDataset, dense, joinDatasets, sequential, weightsSha256 } from "../../src/index.ts";

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const y = [0, 1, 1];
const fresh = () =>
  sequential(
    [dense({ units: 3, inputShape: [2] }), dense({ units: 2, activation: "softmax", name: "kind" })],
    {
      seed: 3,
    },
  ).compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
const settings = { epochs: 2, batchSize: 2 };

test("arrays by name, one of them by name, and joined data sets train as arrays do", async () => {
  const expected = fresh();
  await expected.fit(x, y, settings);
  for (const [inputs, targets] of [
    [{ input: x }, { kind: y }],
    [x, { kind: y }],
    [{ input: x }, y],
  ]) {
    const model = fresh();
    await model.fit(inputs, targets, settings);
    expect(weightsSha256(model)).toBe(weightsSha256(expected));
    expect(await model.evaluate(inputs, targets)).toEqual(await expected.evaluate(x, y));
    expect(await model.gradients(inputs, targets)).toEqual(await expected.gradients(x, y));
  }
  const dataset = arrayDataset(x, y);
  const model = fresh();
  await model.fit(joinDatasets({ inputs: { input: dataset }, targets: { kind: dataset } }), settings);
  expect(weightsSha256(model)).toBe(weightsSha256(expected));
});

test.each<[string, () => unknown, string]>([
  [
    "an unknown input",
    () => fresh().fit({ left: x }, y),
    "fit: x: expected an array, or { input }, got { left }",
  ],
  ["two inputs", () => fresh().fit({ input: x, left: x }, y), "got { input, left }"],
  [
    "two targets",
    () => fresh().fit(x, { kind: y, box: y }),
    "fit: y: expected an array, or { kind }, got { kind, box }",
  ],
  ["an unknown target", () => fresh().fit(x, { box: y }), "fit: y: expected an array, a typed array or"],
  [
    "options for targets",
    () => fresh().gradients({ input: x }, { kind: y, sampleWeight: [1, 1, 1] }),
    "gradients: y",
  ],
])("refused: %s", async (_, run, message) => {
  await expect((async () => run())()).rejects.toThrow(message);
});
