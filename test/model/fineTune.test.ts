/** fineTune: the body of a trained model under a new head, frozen or not. */
import { describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import {
  activation,
  arrayDataset,
  batchNormalization,
  conv2d,
  dense,
  dropout,
  fineTune,
  flatten,
  globalAveragePooling2d,
  load,
  type Model,
  residual,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { clouds, dataset } from "../support/problems.ts";

const random = new Stream(4, 1);
const images = (classes: number) =>
  arrayDataset(
    {
      data: Float32Array.from(
        { length: 30 * 36 },
        (_, i) => (Math.floor(i / 36) % classes) + random.range(-1, 1),
      ),
      shape: [30, 6, 6, 1],
    },
    Int32Array.from({ length: 30 }, (_, r) => r % classes),
  );
const three = images(3);
const five = images(5);
const adam = { name: "adam", learningRate: 0.01 } as const;

/** A small net with everything that has weights, trained a little. */
async function trained(): Promise<Model> {
  const model = sequential(
    [
      conv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }),
      batchNormalization(),
      residual([conv2d({ filters: 4, kernelSize: 3, padding: "same" }), batchNormalization()]),
      flatten(),
      dense({ units: 6, activation: "tanh" }),
      dropout({ rate: 0.2 }),
      dense({ units: 3, name: "output" }),
      activation({ activation: "softmax" }),
    ],
    { seed: 3, inputShape: [6, 6, 1] },
  ).compile({ loss: "categoricalCrossentropy", optimizer: adam });
  await model.fit(three, { batchSize: 10, epochs: 2 });
  return model;
}

const compiled = (model: Model) =>
  model.compile({ loss: "categoricalCrossentropy", optimizer: adam, metrics: ["accuracy"] });
const body = (weights: Record<string, Float32Array>) =>
  Object.fromEntries(Object.entries(weights).filter(([name]) => !name.startsWith("output.")));

describe("another number of classes", () => {
  test("keeps every weight but the head's, whose units are as many; the given model stays", async () => {
    const model = await trained();
    const before = weightsSha256(model);
    const tuned = fineTune(model, { classes: 5 });
    expect(tuned.outputShape).toEqual([5]);
    expect(Object.keys(tuned.weights())).toEqual(Object.keys(model.weights()));
    expect(body(tuned.weights())).toEqual(body(model.weights()));
    expect(tuned.weightShapes()["output.kernel"]).toEqual([6, 5]);
    expect(tuned.layers.map(({ name, type }) => [name, type])).toEqual(
      model.layers.map(({ name, type }) => [name, type]),
    );
    await compiled(tuned).fit(five, { batchSize: 10, epochs: 1 });
    expect(weightsSha256(model)).toBe(before);
  });

  test("names of classes are the model's from the start; the standardisation stays", async () => {
    const model = await trained();
    const standardisation = { mean: new Array(36).fill(0), scale: new Array(36).fill(2) };
    model.metadata = { classes: ["x", "y", "z"], standardisation, extra: { data: {} } };
    const tuned = fineTune(model, { classes: ["a", "b"] });
    expect(tuned.outputShape).toEqual([2]);
    expect(tuned.metadata).toEqual({ classes: ["a", "b"], standardisation });
    expect(fineTune(model, {}).metadata).toEqual(model.metadata);
  });

  test("the seed decides the new weights", async () => {
    const model = await trained();
    const sha = (seed?: number) => weightsSha256(fineTune(model, { classes: 5, seed }));
    expect(sha(3)).toBe(sha());
    expect(sha(4)).not.toBe(sha());
  });
});

describe("frozen", () => {
  test("bits of the body stay, moving means too; the head learns", async () => {
    const tuned = compiled(fineTune(await trained(), { classes: 5, freeze: true }));
    const before = tuned.weights();
    await tuned.fit(five, { batchSize: 7, epochs: 2 });
    const after = tuned.weights();
    expect(Object.keys(body(after))).toContain("batchNormalization_1.movingMean");
    expect(Object.keys(body(after))).toContain("batchNormalization_2.movingVariance");
    expect(body(after)).toEqual(body(before));
    expect(after["output.kernel"]).not.toEqual(before["output.kernel"]);
    expect(after["output.bias"]).not.toEqual(before["output.bias"]);
  });

  test("there are no slots for what is frozen, in memory as in the file", async () => {
    const tuned = compiled(fineTune(await trained(), { classes: 5, freeze: true }));
    await tuned.fit(five, { batchSize: 10 });
    const names = [...readSafetensors(tuned.save(), "file").tensors.keys()];
    expect(names.filter((name) => name.startsWith("optimizer.")).sort()).toEqual(
      ["mean", "variance"].flatMap((slot) =>
        ["bias", "kernel"].map((name) => `optimizer.${slot}.output.${name}`),
      ),
    );
    expect(names).toContain("conv2d_1.kernel");
    const all = compiled(fineTune(tuned, { freeze: false }));
    expect(internalsOf(tuned).built.bytes).toBeLessThan(internalsOf(all).built.bytes);
  });

  test("saved and loaded in mid-epoch, the bits are those of an uninterrupted run", async () => {
    const make = async () => compiled(fineTune(await trained(), { classes: 5, freeze: true, seed: 9 }));
    const want = await make();
    await want.fit(five, { batchSize: 7, epochs: 3 });
    const first = await make();
    const stop = new AbortController();
    const callbacks = [
      {
        onBatchEnd: (_b: number, _l: object, { step }: { step: number }) => void (step === 7 && stop.abort()),
      },
    ];
    await expect(
      first.fit(five, { batchSize: 7, epochs: 3, callbacks, signal: stop.signal }),
    ).rejects.toThrow();
    const second = load(first.save());
    await second.fit(five, { resume: true });
    expect(weightsSha256(second)).toBe(weightsSha256(want));
    expect(second.history).toEqual(want.history);
  });

  test("by name: those and no others, with what lies within them", async () => {
    const model = await trained();
    const tuned = compiled(fineTune(model, { freeze: ["conv2d_1", "residual_1", "output"] }));
    const before = tuned.weights();
    await tuned.fit(three, { batchSize: 10 });
    const after = tuned.weights();
    const changed = Object.keys(after).filter((name) => after[name].some((v, i) => v !== before[name][i]));
    expect(changed.sort()).toEqual(
      ["beta", "gamma", "movingMean", "movingVariance"]
        .map((name) => `batchNormalization_1.${name}`)
        .concat("dense_1.bias", "dense_1.kernel"),
    );
    const inner = fineTune(model, { freeze: ["conv2d_2"] });
    const { trained: trainedTensors } = internalsOf(inner).built;
    const held = internalsOf(inner).built.tensors.filter((tensor) => !trainedTensors.includes(tensor));
    expect(held.map(({ name }) => name)).toEqual([
      "batchNormalization_1.movingMean",
      "batchNormalization_1.movingVariance",
      "conv2d_2.kernel",
      "conv2d_2.bias",
      "batchNormalization_2.movingMean",
      "batchNormalization_2.movingVariance",
    ]);
  });

  test("unfrozen again, everything is trained from where it is", async () => {
    const tuned = compiled(fineTune(await trained(), { classes: 5, freeze: true }));
    await tuned.fit(five, { batchSize: 10 });
    const all = fineTune(tuned, { freeze: false });
    expect(weightsSha256(all)).toBe(weightsSha256(tuned));
    expect(all.predict(five)).toEqual(tuned.predict(five));
    const before = all.weights();
    await all
      .compile({ loss: "categoricalCrossentropy", optimizer: { name: "adam", learningRate: 1e-4 } })
      .fit(five, { batchSize: 10 });
    for (const [name, values] of Object.entries(all.weights()))
      expect(values, name).not.toEqual(before[name]);
    // nothing said: as it was
    const { bytes } = internalsOf(tuned).built;
    expect(internalsOf(fineTune(tuned)).built.bytes).toBe(bytes);
    expect(internalsOf(fineTune(tuned, { classes: 4 })).built.trained.map(({ name }) => name)).toEqual([
      "output.kernel",
      "output.bias",
    ]);
  });
});

describe("new layers", () => {
  test("in place of the last dense layer and what follows it", async () => {
    const model = await trained();
    const tuned = fineTune(model, {
      layers: [dense({ units: 8, activation: "relu" }), dense({ units: 5, activation: "softmax" })],
      freeze: true,
    });
    expect(tuned.layers.map(({ name }) => name)).toEqual([
      ...model.layers.slice(0, 6).map(({ name }) => name),
      "dense_2",
      "dense_3",
    ]);
    expect(body(model.weights())).toEqual(
      Object.fromEntries(Object.entries(tuned.weights()).filter(([name]) => !/dense_[23]/.test(name))),
    );
    expect(internalsOf(tuned).built.trained.map(({ name }) => name)).toEqual([
      "dense_2.kernel",
      "dense_2.bias",
      "dense_3.kernel",
      "dense_3.bias",
    ]);
  });

  test("behind any layer; a name of theirs does not change what kept layers are called", async () => {
    const model = await trained();
    const tuned = fineTune(model, {
      upTo: "residual_1",
      layers: [
        conv2d({ filters: 2, kernelSize: 1, name: "conv2d_3" }),
        globalAveragePooling2d(),
        dense({ units: 2, activation: "softmax", name: "dense_1" }),
      ],
    });
    const weights = tuned.weights();
    const kept = Object.keys(weights).filter((name) => !/conv2d_3|dense_1/.test(name));
    expect(kept).toContain("conv2d_2.kernel");
    for (const name of kept) expect(weights[name]).toEqual(model.weights()[name]);
    expect(() => fineTune(model, { layers: [dense({ units: 2, name: "conv2d_2" })] })).toThrow(
      '"conv2d_2" is taken by an earlier layer',
    );
  });
});

test("of a model whose weights are averages, the averages are taken", async () => {
  const data = dataset(clouds(30, 4, 3));
  const model = sequential([
    dense({ units: 5, inputShape: [4] }),
    dense({ units: 3, activation: "softmax" }),
  ]);
  model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", useEma: true } });
  await model.fit(data, { epochs: 2 });
  const tuned = fineTune(model, { classes: 4 });
  expect(tuned.weights()["dense_1.kernel"]).toEqual(model.weights()["dense_1.kernel"]);
  expect(tuned.outputShape).toEqual([4]);
});

test("one output stays one for two classes", () => {
  const model = sequential([
    dense({ units: 4, inputShape: [3] }),
    dense({ units: 1, activation: "sigmoid" }),
  ]);
  expect(fineTune(model, { classes: ["no", "yes"] }).outputShape).toEqual([1]);
  expect(() => fineTune(model, { classes: 3 })).toThrow(
    'has one output, which cannot tell 3 classes apart; give layers: [dense({ units: 3, activation: "softmax" })]',
  );
});

describe("errors", () => {
  const model = sequential([
    conv2d({ filters: 2, kernelSize: 3, inputShape: [6, 6, 1], name: "first" }),
    globalAveragePooling2d(),
  ]);
  test.each([
    [{ classes: 2, layers: [dense({ units: 2 })] }, "classes and layers both define the head"],
    [{ classes: 1 }, "classes: expected a whole number ≥ 2, or as many names, got 1"],
    [{ classes: 3 }, '"first", is not a dense layer'],
    [{ layers: [dense({ units: 2 })] }, "name the last layer to keep with upTo"],
    [{ upTo: "first" }, "upTo: expected layers as well"],
    [{ upTo: "frist", layers: [flatten()] }, 'there is no layer "frist"; did you mean "first"?'],
    [{ freeze: ["frist"] }, 'freeze: there is no layer "frist"'],
    [{ frozen: true }, 'unknown option "frozen"'],
    [{ seed: -1 }, "seed: expected a whole number ≥ 0"],
    [
      { upTo: "first", layers: [conv2d({ filters: 2, kernelSize: 5 })] },
      'use a smaller window, padding "same", or fewer layers',
    ],
  ])("%j", (options, message) => {
    expect(() => fineTune(model, options as object)).toThrow(message);
  });

  test("a model that does not know its input", () => {
    expect(() => fineTune(sequential([dense({ units: 2 })]))).toThrow("does not know the shape of its input");
  });
});
