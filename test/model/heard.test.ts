/** What is passed is heard or refused, and a refusal leaves the model as it was. */
import { describe, expect, test } from "vitest";
import { earlyStopping, modelCheckpoint, reduceLROnPlateau } from "../../src/callbacks/index.ts";
import { arrayDataset } from "../../src/data/arrays.ts";
import { activation, conv2d, dense, residual } from "../../src/layers/index.ts";
import { model as graphModel, input } from "../../src/model/graph.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { load } from "../../src/model/load.ts";
import { type FitOptions, type Model, sequential } from "../../src/model/model.ts";
import { weightsSha256 } from "../../src/model/save.ts";

const x = [[0], [1], [2], [3]];
const y = [[0], [1], [4], [9]];
const fresh = (seed = 3): Model =>
  sequential([dense({ units: 8, activation: "tanh" }), dense({ units: 1 })], { seed }).compile({
    loss: "meanSquaredError",
  });
const fit = (model: Model, options: object) => model.fit(x, y, options as FitOptions);

describe("callbacks", () => {
  test.each<[string, unknown, string | RegExp]>([
    [
      "a function",
      [() => {}],
      "fit: callbacks[0]: expected an object with hooks, { onEpochEnd(epoch, logs) { … } }, got a function",
    ],
    [
      "a kind that was not called",
      [earlyStopping],
      /callbacks\[0\]: expected a callback, got .* itself; call it/,
    ],
    ["a class", [class Mine {}], "callbacks[0]: expected a callback, got Mine itself; call it: new Mine()"],
    [
      "a misspelt hook",
      [{ onEpochEnds() {} }],
      'callbacks[0]: there is no hook "onEpochEnds"; did you mean "onEpochEnd"?',
    ],
    [
      "another misspelt hook",
      [{ onEpochEnd() {}, onBatchEdn() {} }],
      'there is no hook "onBatchEdn"; did you mean "onBatchEnd"?',
    ],
    ["Keras' name", [{ on_epoch_end() {} }], 'there is no hook "on_epoch_end"; here it is onEpochEnd'],
    [
      "Keras' other name",
      [{ on_train_batch_end() {} }],
      'there is no hook "on_train_batch_end"; here it is onBatchEnd',
    ],
    ["what Keras has and this does not", [{ on_predict_begin() {} }], 'there is no hook "on_predict_begin"'],
    [
      "a hook that is no function",
      [{ onEpochEnd: "x" }],
      'callbacks[0]: onEpochEnd: expected a function, got "x"',
    ],
    ["nothing to call", [{}], "callbacks[0]: it has no hook, so nothing would call it"],
    ["hooks that are undefined", [{ onEpochEnd: undefined }], "callbacks[0]: it has no hook"],
    [
      "undefined",
      [undefined],
      "callbacks[0]: expected an object with hooks, { onEpochEnd(epoch, logs) { … } }, got undefined",
    ],
    ["false", [false], "got false; leave it out"],
    [
      "text",
      "earlyStopping",
      'fit: callbacks: expected an object with hooks, { onEpochEnd(epoch, logs) { … } }, got "earlyStopping"',
    ],
    [
      "every 0 steps",
      [{ onBatchEnd() {}, everySteps: 0 }],
      "callbacks[0]: everySteps: expected a whole number ≥ 1, got 0",
    ],
  ])("%s", async (_, callbacks, message) => {
    const model = fresh();
    await expect(fit(model, { callbacks })).rejects.toThrow(message);
    // nothing has happened: another shape of rows, saving, training
    const wide = model.fit([[1, 2]], [[1]]);
    await wide;
    load(model.save());
    await expect(fit(model, { callbacks })).rejects.toThrow(message);
    load(model.save());
  });

  test("one alone, a list, methods of a class, and fields of its own", async () => {
    class Mine {
      seen: number[] = [];
      onMessage = () => {};
      onEpochEnd(epoch: number) {
        this.seen.push(epoch);
      }
    }
    const [one, other] = [new Mine(), new Mine()];
    await fit(fresh(), { epochs: 2, callbacks: one });
    await fit(fresh(), {
      epochs: 2,
      callbacks: [other, { name: "x", onEpochEnd: undefined, onTrainEnd() {} }],
    });
    expect([one.seen, other.seen]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("one belongs to one training at a time", async () => {
    const stopping = earlyStopping({ monitor: "loss", patience: 3 });
    let goOn!: () => void;
    const refused = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = { onEpochEnd: () => refused };
    const first = fit(fresh(), { epochs: 3, callbacks: [stopping, slow] });
    await expect(fit(fresh(), { callbacks: [stopping] })).rejects.toThrow(
      "fit: callbacks[0] (earlyStopping): another training has it",
    );
    goOn();
    await first;
    await fit(fresh(), { callbacks: [stopping] });
    await expect(fit(fresh(), { callbacks: [stopping, stopping] })).rejects.toThrow(
      "callbacks[1] (earlyStopping): it is there twice",
    );
  });

  test("modelCheckpoint without a function to save with", () => {
    expect(() => modelCheckpoint({} as never)).toThrow(
      "modelCheckpoint: save: expected a function (bytes, { epoch, step }), got undefined",
    );
  });

  test("set the learning rate", async () => {
    const rates: number[] = [];
    await fit(fresh(), {
      epochs: 3,
      callbacks: {
        onEpochEnd(_: number, logs: { learningRate: number }, context: { learningRate: number }) {
          rates.push(logs.learningRate);
          context.learningRate = 0.5;
          expect(context.learningRate).toBe(0.5);
        },
      },
    });
    expect(rates).toEqual([0.001, 0.5, 0.5]);
    const scheduled = fresh().compile({ loss: "meanSquaredError", schedule: "cosine" });
    await expect(
      fit(scheduled, {
        callbacks: { onEpochBegin: (_: number, c: { learningRate: number }) => void (c.learningRate = 1) },
      }),
    ).rejects.toThrow('learningRate: the schedule "cosine" sets the rate');
  });
});

describe("resuming", () => {
  test("says what is left: nothing", async () => {
    const model = fresh();
    await fit(model, { epochs: 4 });
    for (const each of [model, load(model.save())])
      await expect(fit(each, { epochs: 4, resume: true })).rejects.toThrow(
        "fit: resume: there is nothing to do: 4 of 4 epochs are done, and epochs counts those, too; pass a larger number, or leave resume out to train 4 more",
      );
    await fit(model, { epochs: 5, resume: true });
    expect(model.history.epoch).toHaveLength(5);
  });

  test("says why a training was stopped", async () => {
    const model = fresh();
    const stopping = () => earlyStopping({ monitor: "loss", patience: 1, minDelta: 10 });
    await fit(model, { epochs: 50, callbacks: [stopping()] });
    for (const each of [model, load(model.save())])
      await expect(fit(each, { epochs: 100, resume: true, callbacks: [stopping()] })).rejects.toThrow(
        /nothing to do: the training was stopped after 2 of 100 epochs, because loss has not improved on .*; leave resume out/,
      );
    await fit(model, { epochs: 3 });
    expect(model.history.epoch).toHaveLength(3);
  });

  test("finishes an epoch that was stopped in the middle, with the bits of one that was not", async () => {
    const options = { epochs: 2, batchSize: 1, shuffle: false };
    const straight = fresh();
    await fit(straight, options);
    const model = fresh();
    const stop = {
      onBatchEnd: (b: number, _: object, c: { stop(why: string): void }) =>
        void (b === 1 && c.stop("enough")),
    };
    const { history, stopped, epoch } = await fit(model, { ...options, callbacks: stop });
    expect(stopped).toBe("enough");
    expect(epoch).toEqual([0]);
    expect(Object.keys(history)).toEqual(["loss", "learningRate"]);
    // two rows have been seen, one step each: the mean of their losses
    expect(history.loss![0]).toBeGreaterThan(0);
    await fit(model, { ...options, resume: true });
    expect(weightsSha256(model)).toBe(weightsSha256(straight));
    expect(model.history).toEqual(straight.history);
  });
});

describe("data and options", () => {
  test.each<[object, string]>([
    [
      { validationData: [x] },
      "fit: validationData: expected a data set, [x, y], [x, y, sampleWeight] or { xs, ys }, got a list of 1",
    ],
    [
      { validationData: { x } },
      "fit: validationData: expected a data set, [x, y], [x, y, sampleWeight] or { xs, ys }, got Object",
    ],
    [
      { validationData: [x, y, [1, 1]] },
      "validationData: sampleWeight: expected 4 factors, one per row, got 2",
    ],
    [
      { validationData: [x, y], validationSplit: 0.5 },
      "fit: validationData and validationSplit: both say what to validate on",
    ],
    [
      { signal: new AbortController() },
      "fit: signal: expected that of an AbortController, got the controller: pass controller.signal",
    ],
    [{ onProgress: 3 }, "fit: onProgress: expected a function, got 3"],
    [{ classWeight: { 0: 1 } }, "fit: classWeight: the targets are quantities"],
    [{ callback: [] }, 'fit: unknown option "callback"; did you mean "callbacks"?'],
  ])("%j", async (options, message) => {
    const model = fresh();
    await expect(fit(model, options)).rejects.toThrow(message);
    // the shape of its input is not fixed by data that was not trained on
    expect(internalsOf(model).network).toBe(undefined);
    await model.fit([[1, 2, 3]], [[1]]);
  });

  test("factors of rows to validate on are heard", async () => {
    const model = fresh();
    const zero = await fit(model, { validationData: [x, y, [0, 0, 0, 0]] });
    expect(zero.history.valLoss).toEqual([0]);
  });

  test("two quantities a row have no classes either", async () => {
    const model = sequential([dense({ units: 2, inputShape: [1] })]).compile({ loss: "meanSquaredError" });
    await expect(model.gradients([[1]], [[0.5, 100]], { classWeight: { 0: 5, 1: 0 } })).rejects.toThrow(
      "gradients: row 0: classWeight: the targets 0.5, 100 are not one class; use sampleWeight",
    );
  });

  test('metrics: "accuracy"', () => {
    const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [1] })]);
    model.compile({ loss: "categoricalCrossentropy", metrics: "accuracy" as never });
    expect(internalsOf(model).state.required.config.metrics).toEqual(["accuracy"]);
    const mine = { name: "mine", value: () => 1 };
    model.compile({ loss: "categoricalCrossentropy", metrics: mine as never });
    expect(internalsOf(model).state.required.config.metrics).toEqual([{ name: "mine", custom: true }]);
  });
});

describe("factors of classes", () => {
  const classes = (names?: string[]) => arrayDataset(x, [0, 1, 2, 1], { ...(names && { names }) });
  const trained = async (classWeight: unknown, names?: string[]) => {
    const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 1 });
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.5 } });
    await model.fit(classes(names), { classWeight: classWeight as never });
    await load(model.save()).fit(classes(names), { resume: true, epochs: 2 });
    return weightsSha256(model);
  };

  test("by name, by number, in a list, in a Map", async () => {
    const names = ["cat", "dog", "eel"];
    const want = await trained([1, 5, 1]);
    expect(want).not.toBe(await trained(undefined));
    for (const given of [{ dog: 5 }, { 1: 5 }, new Map([["dog", 5]]), new Map([[1, 5]]), [1, 5, 1]])
      expect(await trained(given, names)).toBe(want);
  });

  test.each<[unknown, string[] | undefined, string]>([
    [
      { dig: 5 },
      ["cat", "dog", "eel"],
      'classWeight: there is no class dig; classes go by their numbers, from 0, or by their names: cat, dog, eel; did you mean "dog"?',
    ],
    [{ 3: 5 }, undefined, "classWeight: there is no class 3; classes are 0 to 2"],
    [[1, 3], undefined, "classWeight: expected 3 factors, one for each class, got 2"],
    [
      "even",
      undefined,
      'classWeight: expected "balanced", or factors by class, { 3: 10 } or [1, 1, 1, 10], got "even"',
    ],
    [5, undefined, 'classWeight: expected "balanced", or factors by class'],
    [
      { 1: 5 },
      ["1", "2", "3"],
      'classWeight: 1 may be the class of that name or class number 1, which is called "2"',
    ],
  ])("%j", async (given, names, message) => {
    await expect(trained(given, names)).rejects.toThrow(message);
  });
});

describe("one unit of softmax", () => {
  const refused =
    /over one unit says the same of every input; give it a unit for each class, or use activation "sigmoid"/;
  test.each([
    ["the output", () => sequential([dense({ units: 1, activation: "softmax", inputShape: [1] })])],
    [
      "a hidden layer",
      () => sequential([dense({ units: 1, activation: "softmax", inputShape: [1] }), dense({ units: 1 })]),
    ],
    ["logSoftmax", () => sequential([dense({ units: 1, activation: "logSoftmax", inputShape: [1] })])],
    [
      "a layer of activation",
      () => sequential([dense({ units: 1, inputShape: [1] }), activation({ activation: "softmax" })]),
    ],
    [
      "pixels of one channel",
      () => sequential([conv2d({ filters: 1, kernelSize: 1, activation: "softmax", inputShape: [2, 2, 3] })]),
    ],
    [
      "within a layer",
      () =>
        sequential([
          dense({ units: 1, inputShape: [1] }),
          residual([dense({ units: 1, activation: "softmax" })]),
        ]),
    ],
    [
      "a graph",
      () => {
        const a = input({ shape: [3] });
        const h = dense({ units: 1, activation: "softmax" }).apply(a);
        return graphModel({ inputs: a, outputs: dense({ units: 2 }).apply(h) });
      },
    ],
  ])("%s", (_, make) => {
    expect(make).toThrow(refused);
  });

  test.each(["binaryCrossentropy", "meanSquaredError", "crossEntropy", "huber"])("with %s", async (loss) => {
    const model = sequential([dense({ units: 1, activation: "softmax" })]).compile({ loss: loss as "huber" });
    await expect(model.fit(x, [0, 1, 1, 0])).rejects.toThrow(refused);
  });
});

describe("assignments", () => {
  test("to layers are not lost without a word", () => {
    const model = sequential([dense({ units: 1, inputShape: [1] })]);
    expect(() => {
      (model.layers[0] as { trainable?: boolean }).trainable = false;
      // the engine's words of what is frozen; where src/report/elsewhere.ts is loaded, those
    }).toThrow(/trainable|extensible/);
    expect(() => (model.layers as unknown[]).push({})).toThrow(TypeError);
    expect(() => {
      (model as { layers: unknown }).layers = [];
    }).toThrow(TypeError);
  });

  test("to metadata: fields that no file has are refused", () => {
    const model = sequential([dense({ units: 1, inputShape: [1] })]);
    expect(() => {
      model.metadata = { clases: ["a"] } as never;
    }).toThrow('metadata: unknown option "clases"; did you mean "classes"?');
    (model.metadata as Record<string, unknown>).note = "mine";
    expect(() => model.save()).toThrow(
      'save: metadata: unknown option "note"; there are classes, standardisation, targetScale, extra',
    );
    model.metadata = { extra: { note: "mine" } };
    expect(load(model.save()).metadata.extra).toEqual({ note: "mine" });
  });
});

test("a plateau works by the rate that a callback set", async () => {
  const rates: number[] = [];
  await fit(fresh(), {
    epochs: 4,
    callbacks: [
      { onTrainBegin: (c: { nextLearningRate: number }) => void (c.nextLearningRate = 0.25) },
      reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 1e9, factor: 0.5 }),
      { onEpochEnd: (_: number, logs: { learningRate: number }) => void rates.push(logs.learningRate) },
    ],
  });
  expect(rates).toEqual([0.25, 0.25, 0.125, 0.0625]);
});
