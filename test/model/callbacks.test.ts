/** What callbacks are called with and in which order, and what the ones that come along do. */
import { describe, expect, test, vi } from "vitest";
import {
  type Callback,
  dense,
  earlyStopping,
  type Logs,
  load,
  type Model,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
  type TrainingContext,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { clouds, dataset, otherTask, slowly } from "../support/problems.ts";

const problem = clouds(20, 4, 3);
const data = dataset(problem);
const { x } = problem;

function fresh(learningRate = 0.1): Model {
  return sequential(
    [dense({ units: 5, activation: "tanh", inputShape: [4] }), dense({ units: 3, activation: "softmax" })],
    { seed: 1 },
  ).compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "sgd", learningRate },
    metrics: ["accuracy"],
  });
}

/** Puts figures of its own into the logs, before the callbacks under test see them. */
const report = (name: string, figures: readonly number[]): Callback => ({
  onEpochEnd(epoch, logs) {
    logs[name] = figures[epoch];
  },
});

test("order and arguments", async () => {
  const calls: string[] = [];
  const spy = (who: string): Callback => ({
    onTrainBegin: (context) =>
      void calls.push(`${who} begin ${context.epochs}×${context.batchesPerEpoch} step ${context.step}`),
    onEpochBegin: (epoch, context) => void calls.push(`${who} epoch ${epoch} begins, step ${context.step}`),
    onBatchEnd: (batch, logs, context) =>
      void calls.push(`${who} batch ${batch} ${Object.keys(logs)} step ${context.step}`),
    onEpochEnd: (epoch, logs, context) =>
      void calls.push(`${who} epoch ${epoch} ends, ${Object.keys(logs)} step ${context.step}`),
    onTrainEnd: (context) => void calls.push(`${who} end step ${context.step}`),
  });
  await fresh().fit(data, {
    epochs: 2,
    batchSize: 12,
    validationData: data,
    callbacks: [spy("a"), spy("b")],
  });
  const both = (call: string) => [`a ${call}`, `b ${call}`];
  const figures = "loss,accuracy,valLoss,valAccuracy,learningRate";
  expect(calls).toEqual(
    [
      "begin 2×2 step 0",
      "epoch 0 begins, step 0",
      "batch 0 loss,accuracy step 1",
      "batch 1 loss,accuracy step 2",
      `epoch 0 ends, ${figures} step 2`,
      "epoch 1 begins, step 2",
      "batch 0 loss,accuracy step 3",
      "batch 1 loss,accuracy step 4",
      `epoch 1 ends, ${figures} step 4`,
      "end step 4",
    ].flatMap(both),
  );
});

test("the logs of a batch are means since the epoch began; those of the last batch are the epoch's", async () => {
  const batches: Logs[] = [];
  const epochs: Logs[] = [];
  await fresh(1e-30).fit(data, {
    batchSize: 6,
    epochs: 2,
    callbacks: [
      { onBatchEnd: (_, logs) => void batches.push(logs), onEpochEnd: (_, logs) => void epochs.push(logs) },
    ],
  });
  expect(batches).toHaveLength(8);
  expect(batches[3]).toEqual({ loss: epochs[0].loss, accuracy: epochs[0].accuracy });
  expect(batches[7]).toEqual({ loss: epochs[1].loss, accuracy: epochs[1].accuracy });
  expect(batches[0].loss).not.toBe(batches[3].loss);
});

test("hooks are waited for, one after the other", async () => {
  const calls: string[] = [];
  const slow = (who: string): Callback => {
    const later = async (what: string) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      calls.push(`${who} ${what}`);
    };
    return {
      onTrainBegin: () => later("begin"),
      onEpochBegin: () => later("epoch"),
      onBatchEnd: () => later("batch"),
      onEpochEnd: () => later("epoch end"),
      onTrainEnd: () => later("end"),
    };
  };
  await fresh().fit(data, { batchSize: 20, callbacks: [slow("a"), slow("b")] });
  expect(calls).toEqual(
    ["begin", "epoch", "batch", "epoch end", "end"].flatMap((what) => [`a ${what}`, `b ${what}`]),
  );
});

test("an error in a hook ends training with that error", async () => {
  const error = new Error("mine");
  const hooks: Callback[] = [
    { onTrainBegin: () => Promise.reject(error) },
    { onEpochBegin: () => Promise.reject(error) },
    { onBatchEnd: () => Promise.reject(error) },
    { onEpochEnd: () => Promise.reject(error) },
    { onTrainEnd: () => Promise.reject(error) },
  ];
  for (const hook of hooks) await expect(fresh().fit(data, { callbacks: [hook] })).rejects.toBe(error);
});

describe("what a callback can do", () => {
  test("stop after an epoch, and after a batch", async () => {
    const model = fresh();
    const result = await model.fit(data, {
      epochs: 9,
      callbacks: [{ onEpochEnd: (epoch, _, context) => void (epoch === 1 && context.stop("enough")) }],
    });
    expect(result.epoch).toEqual([0, 1]);
    expect(result.stopped).toBe("enough");
    const ended: number[] = [];
    const other = await model.fit(data, {
      epochs: 9,
      batchSize: 5,
      callbacks: [
        {
          onBatchEnd: (_, __, context) => void (context.step === 6 && context.stop("in the middle")),
          onTrainEnd: (context) => void ended.push(context.step),
        },
      ],
    });
    expect(other.epoch).toEqual([0, 1]); // of the second epoch, which is not finished, the figures so far
    expect(other.history.loss).toHaveLength(2);
    expect(other.stopped).toBe("in the middle");
    expect(ended).toEqual([6]);
    expect(internalsOf(model).state.run).toMatchObject({
      epoch: 3,
      firstEpoch: 2,
      batch: 2,
      step: 8,
      firstStep: 2,
    });
  });

  test("evaluate and predict at any time, without a change to a bit", async () => {
    const plain = fresh();
    const want = await plain.fit(data, { epochs: 3, batchSize: 6, validationData: data });
    const busy = fresh();
    const large = clouds(700, 4, 3);
    const curious: Callback = {
      async onBatchEnd(_batch, _logs, { model }) {
        model.predict(large.x); // a larger plan: memory grows
        await model.gradients(large.x, large.labels);
        model.weights();
        await model.evaluate(data, { batchSize: 3 });
      },
      async onEpochEnd(_epoch, logs, { model }) {
        const { loss, accuracy } = await model.evaluate(data);
        expect([loss, accuracy]).toEqual([logs.valLoss, logs.valAccuracy]);
        model.save();
        await model.confusionMatrix(data);
      },
    };
    const got = await busy.fit(data, { epochs: 3, batchSize: 6, validationData: data, callbacks: [curious] });
    expect(got).toEqual(want);
    expect(weightsSha256(busy)).toBe(weightsSha256(plain));
  });

  test("change the rate", async () => {
    const rates: number[] = [];
    const model = fresh(0.5);
    const { history } = await model.fit(data, {
      epochs: 3,
      callbacks: [
        {
          onEpochEnd(epoch, _logs, context) {
            rates.push(context.learningRate);
            if (epoch === 0) context.rateFactor *= 0.5;
          },
        },
      ],
    });
    expect(rates).toEqual([0.5, 0.25, 0.25]);
    expect(history.learningRate).toEqual(rates);
  });
});

describe("earlyStopping", () => {
  const run = async (figures: number[], options: Parameters<typeof earlyStopping>[0]) => {
    const model = fresh();
    const shas: string[] = [];
    const result = await model.fit(data, {
      epochs: figures.length,
      callbacks: [
        report("figure", figures),
        { onEpochEnd: (_, __, context) => void shas.push(weightsSha256(context.model)) },
        earlyStopping({ monitor: "figure", ...options }),
      ],
    });
    return { epochs: result.epoch.length, stopped: result.stopped, best: shas.indexOf(weightsSha256(model)) };
  };
  test.each([
    ["improves all the time", [5, 4, 3, 2], { patience: 1 }, 4, 3],
    ["stops at the first without, by default", [5, 6, 1, 1], {}, 2, 1],
    ["patience 1 is the same", [5, 6, 1, 1], { patience: 1 }, 2, 1],
    ["patience 2 waits for two in a row", [5, 6, 4, 5, 6, 1], { patience: 2 }, 5, 4],
    ["equal is no improvement", [5, 5, 5, 5], { patience: 2 }, 3, 2],
    ["less than minDelta is none", [5, 4.95, 4.91, 4], { patience: 2, minDelta: 0.1 }, 3, 2],
    ["mode max", [1, 2, 3, 2, 1], { patience: 2, mode: "max" }, 5, 4],
    ["restores the best weights", [5, 3, 4, 6, 7], { patience: 2, restoreBestWeights: true }, 4, 1],
    ["restores them too when it did not stop", [5, 3, 4], { patience: 9, restoreBestWeights: true }, 3, 1],
    [
      "NaN is no improvement",
      [Number.NaN, 5, Number.NaN, 4, 6, 6],
      { patience: 2, restoreBestWeights: true },
      6,
      3,
    ],
  ] as const)("%s", async (_, figures, options, epochs, best) => {
    const result = await run([...figures], options);
    expect([result.epochs, result.best]).toEqual([epochs, best]);
  });

  test("says why, and higher is better for accuracies", async () => {
    const model = fresh();
    const { stopped } = await model.fit(data, {
      epochs: 9,
      callbacks: [
        report("valAccuracy", [0.5, 0.7, 0.6, 0.7]),
        earlyStopping({ monitor: "valAccuracy", patience: 2 }),
      ],
    });
    expect(stopped).toBe("valAccuracy has not improved on 0.7 (epoch 2) for 2 epochs");
  });

  test("a figure that is not there", async () => {
    await expect(fresh().fit(data, { callbacks: [earlyStopping()] })).rejects.toThrow(
      'earlyStopping: there is no "valLoss" to monitor; this run reports loss, accuracy, learningRate; pass validationData or validationSplit',
    );
    await expect(fresh().fit(data, { callbacks: [earlyStopping({ monitor: "acuracy" })] })).rejects.toThrow(
      'did you mean "accuracy"?',
    );
  });
});

describe("reduceLROnPlateau", () => {
  const rates = async (figures: number[], options: Parameters<typeof reduceLROnPlateau>[0]) => {
    const model = fresh(1);
    const { history } = await model.fit(data, {
      epochs: figures.length,
      callbacks: [
        report("figure", figures),
        reduceLROnPlateau({ monitor: "figure", factor: 0.5, ...options }),
      ],
    });
    return history.learningRate;
  };
  // by hand from keras.callbacks.ReduceLROnPlateau
  test.each([
    ["improving", [5, 4, 3, 2], { patience: 1 }, [1, 1, 1, 1]],
    ["standing still", [5, 5, 5, 5, 5], { patience: 1 }, [1, 1, 0.5, 0.25, 0.125]],
    ["patience", [5, 5, 5, 5, 5, 5], { patience: 2 }, [1, 1, 1, 0.5, 0.5, 0.25]],
    ["minDelta", [5, 4.95, 4.8, 4.75, 4.7], { patience: 1, minDelta: 0.1 }, [1, 1, 0.5, 0.5, 0.25]],
    // the epoch that ends the cooldown counts again
    ["cooldown", [5, 5, 5, 5, 5, 5], { patience: 1, cooldown: 2 }, [1, 1, 0.5, 0.5, 0.25, 0.25]],
    ["a floor", [5, 5, 5, 5, 5], { patience: 1, minLearningRate: 0.3 }, [1, 1, 0.5, 0.3, 0.3]],
    ["max", [1, 2, 2, 3], { patience: 1, mode: "max" }, [1, 1, 1, 0.5]],
  ] as const)("%s", async (_, figures, options, want) => {
    const got = await rates([...figures], options);
    for (const [i, rate] of got.entries()) expect(rate).toBeCloseTo(want[i], 12);
  });

  test("multiplies what a schedule says", async () => {
    const model = fresh();
    model.compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 1 },
      schedule: "exponential:0.5",
    });
    const { history } = await model.fit(data, {
      epochs: 4,
      batchSize: 20,
      callbacks: [
        report("figure", [5, 5, 5, 5]),
        reduceLROnPlateau({ monitor: "figure", factor: 0.1, patience: 2 }),
      ],
    });
    expect(history.learningRate.map((rate) => Number(rate.toPrecision(12)))).toEqual([1, 0.5, 0.25, 0.0125]);
  });
});

describe("modelCheckpoint", () => {
  test("after every epoch, with what the model is then", async () => {
    const files: { bytes: Uint8Array; sha: string; epoch: number; step: number }[] = [];
    const seen: string[] = [];
    const model = fresh();
    await model.fit(data, {
      epochs: 3,
      batchSize: 5,
      callbacks: [
        modelCheckpoint({
          save: (bytes, where) => void files.push({ bytes, sha: weightsSha256(model), ...where }),
        }),
        { onEpochEnd: (_, __, context) => void seen.push(weightsSha256(context.model)) },
      ],
    });
    expect(files.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 4],
      [1, 8],
      [2, 12],
    ]);
    expect(files.map(({ bytes }) => weightsSha256(load(bytes)))).toEqual(seen);
    expect(files.map(({ sha }) => sha)).toEqual(seen);
  });

  test("only the best", async () => {
    const epochs: number[] = [];
    await fresh().fit(data, {
      epochs: 6,
      callbacks: [
        report("figure", [Number.NaN, 3, 4, 2, 2, 1]),
        modelCheckpoint({ monitor: "figure", save: (_, { epoch }) => void epochs.push(epoch) }),
      ],
    });
    expect(epochs).toEqual([1, 3, 5]);
  });

  test("every so many steps, across epochs", async () => {
    const steps: number[] = [];
    await fresh().fit(data, {
      epochs: 3,
      batchSize: 5,
      callbacks: [modelCheckpoint({ everySteps: 5, save: async (_, { step }) => void steps.push(step) })],
    });
    expect(steps).toEqual([5, 10]);
  });

  /** Saves from its n-th attempt on. */
  function failing(times: number) {
    const steps: number[] = [];
    let attempts = 0;
    return {
      steps,
      save: async (_: Uint8Array, { step }: { step: number }) => {
        if (attempts++ < times) throw new Error("disk full");
        steps.push(step);
      },
    };
  }

  test("a save that fails does not end training: it warns once, and the next is tried", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = fresh();
    const { save, steps } = failing(2);
    await model.fit(data, { epochs: 5, callbacks: [modelCheckpoint({ save })] });
    expect(steps).toEqual([3, 4, 5]);
    expect(warn.mock.calls).toEqual([
      ["modelCheckpoint: after step 1: disk full. Training continues, the next one is tried"],
    ]);
    const other = fresh();
    await other.fit(data, { epochs: 5 });
    expect(weightsSha256(model)).toBe(weightsSha256(other));
    warn.mockRestore();
  });

  test("one that failed last is tried again at the end", async () => {
    const { save, steps } = failing(3);
    const errors: unknown[] = [];
    const onError = (error: unknown) => void errors.push((error as Error).message);
    await fresh().fit(data, { epochs: 3, callbacks: [modelCheckpoint({ save, onError })] });
    expect([steps, errors]).toEqual([[3], ["disk full", "disk full", "disk full"]]);
  });

  test("also where it was the best of all that are saved: then as the last", async () => {
    const { save, steps } = failing(2);
    const saved: unknown[] = [];
    const all = modelCheckpoint({
      monitor: "figure",
      saveBestOnly: false,
      onError: () => {},
      async save(bytes, where) {
        await save(bytes, where);
        saved.push(where);
      },
    });
    await fresh().fit(data, { epochs: 2, callbacks: [report("figure", [2, 1]), all] });
    expect([steps, saved]).toEqual([[2], [{ epoch: 1, step: 2, best: false }]]);
  });

  test("the best that could not be saved is no reason not to save the second best", async () => {
    const { save, steps } = failing(1);
    const callbacks = [
      report("figure", [1, 3, 2, 4]),
      modelCheckpoint({ monitor: "figure", save, onError: () => {} }),
    ];
    await fresh().fit(data, { epochs: 4, callbacks });
    expect(steps).toEqual([2, 3]);
  });

  test("saveBestOnly: false saves all and says which is the best; everySteps and the best go together", async () => {
    const saved: unknown[] = [];
    const save = (_: Uint8Array, { epoch, best }: { epoch: number; best?: boolean }) =>
      void saved.push([epoch, best]);
    const figures = () => report("figure", [3, 4, 2]);
    const all = modelCheckpoint({ monitor: "figure", saveBestOnly: false, save });
    await fresh().fit(data, { epochs: 3, callbacks: [figures(), all] });
    expect(saved.splice(0)).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ]);
    const steps = modelCheckpoint({ monitor: "figure", everySteps: 2, save });
    await fresh().fit(data, { epochs: 3, callbacks: [figures(), steps] });
    expect(saved).toEqual([
      [0, true],
      [-1, undefined],
      [2, true],
    ]);
  });

  test('with onError: "throw" it ends training; the model keeps its state', async () => {
    const model = fresh();
    const full = modelCheckpoint({
      save: () => Promise.reject(new Error("disk full")),
      onError: "throw",
    });
    await expect(model.fit(data, { epochs: 3, callbacks: [full] })).rejects.toThrow("disk full");
    expect(model.history.epoch).toEqual([0]);
    await model.fit(data, { epochs: 3, resume: true });
    const other = fresh();
    await other.fit(data, { epochs: 3 });
    expect(weightsSha256(model)).toBe(weightsSha256(other));
  });
});

describe("a signal", () => {
  test("aborted beforehand: no step is taken", async () => {
    const model = fresh();
    const before = weightsSha256(model);
    await expect(model.fit(data, { signal: AbortSignal.abort(new Error("never")) })).rejects.toThrow("never");
    expect(weightsSha256(model)).toBe(before);
  });

  test("from a timer: training gives others a turn", async () => {
    const model = fresh(0.01);
    const controller = new AbortController();
    const hook: Callback = {
      // once it has taken a step: a busy machine takes its time until then
      onBatchEnd: (_batch, _logs, { step }) =>
        void (step === 1 && setTimeout(() => controller.abort("stopped by a timer"), 1)),
    };
    const training = model.fit(data, { epochs: 10_000_000, signal: controller.signal, callbacks: [hook] });
    await expect(training).rejects.toBe("stopped by a timer");
    expect(internalsOf(model).state.run.step).toBeGreaterThan(0);
  });

  test("stops between two steps", async () => {
    const model = fresh();
    const controller = new AbortController();
    const steps: TrainingContext["step"][] = [];
    const hook: Callback = {
      onBatchEnd(_batch, _logs, context) {
        steps.push(context.step);
        if (context.step === 3) controller.abort();
      },
    };
    await expect(
      model.fit(data, { epochs: 5, batchSize: 5, signal: controller.signal, callbacks: [hook] }),
    ).rejects.toThrow(/abort/i);
    expect(steps).toEqual([1, 2, 3]);
    expect(internalsOf(model).state.run).toMatchObject({ epoch: 0, batch: 3, step: 3 });
  });
});

describe("data that takes its time", () => {
  test("gives the same bits, and is read one batch ahead", async () => {
    const [a, b] = [fresh(), fresh()];
    const want = await a.fit(data, { epochs: 3, batchSize: 6, validationData: data });
    const events: string[] = [];
    const slow = slowly(data, (indices) => void events.push(`read ${indices.length}`));
    const hook: Callback = {
      async onBatchEnd(batch) {
        // a read that is under way comes before this, however late a timer is
        for (let i = 0; i < 20; i++) await otherTask();
        events.push(`end ${batch}`);
      },
    };
    const got = await b.fit(slow, {
      epochs: 3,
      batchSize: 6,
      validationData: slowly(data),
      callbacks: [hook],
    });
    expect(got).toEqual(want);
    expect(weightsSha256(b)).toBe(weightsSha256(a));
    expect(events.slice(0, 8)).toEqual([
      "read 6",
      "read 6",
      "end 0",
      "read 6",
      "end 1",
      "read 2",
      "end 2",
      "end 3",
    ]);
  });

  test.each([0, 1, 3])("an error in batch %i says which", async (batch) => {
    let reads = 0;
    const broken = slowly(data, () => {
      if (reads++ === batch) throw new Error("connection reset");
    });
    const error = await fresh()
      .fit(broken, { batchSize: 6 })
      .catch((e) => e);
    expect(error.message).toBe(`clouds: reading batch ${batch}: connection reset`);
    expect(error.name).toBe("NablaError");
    expect((error.cause as Error).message).toBe("connection reset");
    let count = 0;
    const sync = {
      ...data,
      read(...args: Parameters<typeof data.read>) {
        if (count++ === batch) throw new Error("corrupt");
        return data.read(...args);
      },
    };
    await expect(fresh().fit(sync, { batchSize: 6 })).rejects.toThrow(
      `clouds: reading batch ${batch}: corrupt`,
    );
    count = 0;
    await expect(fresh().evaluate(sync, { batchSize: 6 })).rejects.toThrow(
      `clouds: reading batch ${batch}: corrupt`,
    );
  });

  test("predict and evaluate while a batch is being read do not disturb it, nor it them", async () => {
    const [plain, busy] = [fresh(), fresh()];
    const want = await plain.fit(data, { epochs: 4, batchSize: 6 });
    const large = clouds(900, 4, 3);
    const running: Promise<unknown>[] = [];
    const slow = slowly(data, () => {
      const before = busy.predict(x);
      busy.predict(large.x);
      running.push(busy.evaluate(slowly(data), { batchSize: 7 }), busy.evaluate(data, { batchSize: 4 }));
      expect(busy.predict(x)).toEqual(before);
    });
    const got = await busy.fit(slow, { epochs: 4, batchSize: 6 });
    await Promise.all(running);
    expect(got).toEqual(want);
    expect(weightsSha256(busy)).toBe(weightsSha256(plain));
    // evaluations side by side
    const alone = await busy.evaluate(data);
    const together = await Promise.all(
      [1, 3, 7, 20].map((batchSize) => busy.evaluate(slowly(data), { batchSize })),
    );
    for (const scores of together) expect(scores).toEqual(alone);
  });

  test("now at once, now later", async () => {
    const [a, b] = [fresh(), fresh()];
    const later = slowly(data);
    let n = 0;
    const moody = {
      ...data,
      read: (...args: Parameters<typeof data.read>) => (n++ % 3 === 1 ? later : data).read(...args),
    };
    const want = await a.fit(data, { epochs: 3, batchSize: 6 });
    expect(await b.fit(moody, { epochs: 3, batchSize: 6 })).toEqual(want);
    expect(await b.evaluate(moody, { batchSize: 3 })).toEqual(await a.evaluate(data));
    expect(weightsSha256(b)).toBe(weightsSha256(a));
  });
});

test("onRow may call the model, and keep what it was given", async () => {
  const model = fresh();
  const rows: Float32Array[] = [];
  const losses: number[] = [];
  const scores = await model.evaluate(data, {
    batchSize: 7,
    onRow(row, loss, outputs) {
      rows[row] = outputs;
      losses[row] = loss;
      model.predict(x.slice(0, 3));
      model.weights();
    },
  });
  expect(rows.map((row) => [...row])).toEqual(model.predict(x).toArray());
  expect(scores).toEqual(await model.evaluate(data));
  expect(losses.reduce((s, v) => s + v, 0) / 20).toBeCloseTo(scores.loss, 6);
});
