/** x and y in one object wherever data are taken, what else is in it, and promises that nobody has waited for. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  type Batch,
  crossValidate,
  dense,
  ensemble,
  type FitOptions,
  type Model,
  sequential,
  weightsSha256,
} from "../../src/index.ts";

const X = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const Y = X.map(([a]) => Number(a! > 0));
const XY = { xs: X, ys: Y };
// biome-ignore lint/suspicious/noExplicitAny: these are options and data of wrong kinds
type Wrong = any;

const make = (): Model =>
  sequential([dense({ units: 2, activation: "softmax" })], { seed: 1, inputShape: [2] }).compile({
    loss: "categoricalCrossentropy",
    optimizer: "adam",
    metrics: ["accuracy"],
  });

/** Refused with these words, and the model as it was. */
async function refused(call: (model: Model) => unknown, ...words: string[]): Promise<void> {
  const model = make();
  const before = weightsSha256(model);
  const error = await Promise.resolve()
    .then(() => call(model))
    .then(
      () => undefined,
      (error: Error) => error,
    );
  for (const word of words) expect(error?.message).toContain(word);
  expect(weightsSha256(model)).toBe(before);
}

describe("{ xs, ys } is x and y", () => {
  test("to validate on, with factors by row as well", async () => {
    const given: FitOptions["validationData"][] = [
      [X, Y],
      XY,
      { x: X, y: Y },
      arrayDataset(X, Y),
      arrayDataset(XY),
    ];
    const losses: unknown[] = [];
    for (const validationData of given)
      losses.push((await make().fit(XY, { epochs: 2, validationData })).history.valLoss);
    for (const each of losses) expect(each).toEqual(losses[0]);
    const sampleWeight = Y.map((y) => 1 + 3 * y);
    const weighted = (await make().fit(XY, { epochs: 2, validationData: [X, Y, sampleWeight] })).history;
    const named = (await make().fit(XY, { epochs: 2, validationData: { ...XY, sampleWeight } })).history;
    expect(named.valLoss).toEqual(weighted.valLoss);
    expect(named.valLoss).not.toEqual(losses[0]);
  });

  test("for figures, matrices, folds, votes and single steps", async () => {
    const [a, b] = [make(), make()];
    expect(await a.evaluate(XY)).toEqual(await a.evaluate(X, Y));
    const matrix = await a.confusionMatrix(arrayDataset(X, Y));
    expect((await a.confusionMatrix(XY)).counts).toEqual(matrix.counts);
    expect((await a.confusionMatrix(X, Y, { batchSize: 5 })).counts).toEqual(matrix.counts);
    expect(await a.trainOnBatch(XY)).toEqual(await b.trainOnBatch(X, Y));
    const options = { folds: 3, epochs: 1 };
    const folds = await crossValidate(make, [X, Y], options);
    expect((await crossValidate(make, XY, options)).mean).toEqual(folds.mean);
    const votes = ensemble([a, b]);
    expect((await votes.evaluate(XY)).accuracy).toBe((await votes.evaluate(X, Y)).accuracy);
    expect(arrayDataset(XY, { names: ["no", "yes"] }).target).toMatchObject({ names: ["no", "yes"] });
  });

  test("a matrix calls classes as the model does", async () => {
    const model = make();
    model.metadata = { classes: ["no", "yes"] };
    const matrix = (await model.confusionMatrix(XY)) as Wrong;
    expect(matrix[Symbol.for("nodejs.util.inspect.custom")]()).toMatch(/no +yes/);
  });
});

test("options after it may stand in either place, and not in both", async () => {
  expect((await make().fit(XY, undefined as Wrong, { epochs: 3 } as Wrong)).epoch).toHaveLength(3);
  const both = [{ epochs: 2 }, { epochs: 3 }] as Wrong;
  await refused((model) => (model.fit as Wrong)(XY, ...both), "fit: expected its options as an object");
  await refused(
    (model) => (model.fit as Wrong)(arrayDataset(XY), ...both),
    "expected its options as an object",
  );
  await refused((model) => (model.evaluate as Wrong)(XY, {}, {}), "evaluate: expected its options");
  await refused(() => (arrayDataset as Wrong)(XY, {}, { names: ["a", "b"] }), "are the second argument");
});

describe("what else is in such an object is refused by name", () => {
  test.each([
    ["fit", (model: Model) => model.fit({ ...XY, epochs: 3 } as Wrong)],
    ["evaluate", (model: Model) => model.evaluate({ ...XY, epochs: 3 } as Wrong)],
    ["confusionMatrix", (model: Model) => model.confusionMatrix({ ...XY, epochs: 3 } as Wrong)],
    ["arrayDataset", () => arrayDataset({ ...XY, epochs: 3 } as Wrong)],
    ["crossValidate", () => crossValidate(make, { ...XY, epochs: 3 } as Wrong)],
  ])("%s", (who, call) => refused(call, `${who}: expected { xs, ys }`, "epochs"));

  test("of two names for one, the second", () =>
    refused((model) => model.fit({ ...XY, x: X } as Wrong), "xs"));

  test("to validate on", () =>
    refused(
      (model) => model.fit(XY, { validationData: { ...XY, sampleWeights: Y } as Wrong }),
      'fit: validationData: unknown field "sampleWeights"',
    ));

  test("in batches of an iterator", async () => {
    function* wrong(): Generator<Batch> {
      yield { ...XY, sampleWeights: Y } as Wrong;
    }
    await refused((model) => model.fit(wrong), 'batch 1 of epoch 1: unknown field "sampleWeights"');
    await refused((model) => model.evaluate(wrong), 'unknown field "sampleWeights"');
    const model = make();
    await model.fit(function* () {
      yield { ...XY, sampleWeight: Y, ignored: undefined } as Batch;
    });
  });
});

describe("a promise says that await is missing", () => {
  const later = Promise.resolve(X);
  const AWAIT = "await is missing";
  test.each([
    ["fit, x", (model: Model) => model.fit(later as Wrong, Y)],
    ["fit, y", (model: Model) => model.fit(X, later as Wrong)],
    ["fit, all", (model: Model) => model.fit(Promise.resolve(arrayDataset(XY)) as Wrong, { epochs: 2 })],
    ["fit, all and no options", (model: Model) => model.fit(later as Wrong)],
    ["fit, xs", (model: Model) => model.fit({ xs: later, ys: Y } as Wrong)],
    ["fit, validationData", (model: Model) => model.fit(XY, { validationData: later as Wrong })],
    ["evaluate", (model: Model) => model.evaluate(later as Wrong)],
    ["confusionMatrix", (model: Model) => model.confusionMatrix(later as Wrong)],
    ["trainOnBatch", (model: Model) => model.trainOnBatch(X, later as Wrong)],
    ["arrayDataset, x", () => arrayDataset(later as Wrong, Y)],
    ["arrayDataset, y", () => arrayDataset(X, later as Wrong)],
    ["crossValidate", () => crossValidate(make, later as Wrong)],
    ["ensemble", (model: Model) => ensemble([model, model]).evaluate(later as Wrong)],
  ])("%s", (_, call) => refused(call, AWAIT));
});
