/** fit() called again goes on: several calls have the bits of one, until compile(). */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  flatten,
  gaussianNoise,
  learningRateScheduler,
  load,
  type Model,
  reduceLROnPlateau,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(40, 5, 3));
const images = arrayDataset(
  { data: Uint8Array.from({ length: 24 * 25 }, (_, i) => (i * 37) % 251), shape: [24, 5, 5, 1] },
  Int32Array.from({ length: 24 }, (_, i) => i % 3),
);
const options = { batchSize: 8, validationSplit: 0.25 } as const;

function fresh(training: Partial<TrainingOptions> = {}, inputShape: readonly number[] = [5]): Model {
  return sequential(
    [
      gaussianNoise({ stddev: 0.1 }),
      flatten(),
      dense({ units: 7, activation: "tanh", kernelRegularizer: { l2: 1e-3 } }),
      dropout({ rate: 0.3 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2, inputShape },
  ).compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"], ...training });
}

/** All that a training leaves, apart from what belongs to a single call. */
function left(model: Model): unknown {
  const { tensors, core } = internalsOf(model).built;
  const { epoch, step, rateFactor, rate, baseRate } = internalsOf(model).state.run;
  void core;
  const slots = internalsOf(model).state.required.slots.map((_, s) =>
    internalsOf(model).built.trained.map((tensor) => [...internalsOf(model).built.read(tensor, s)]),
  );
  return {
    names: tensors.map(({ name }) => name),
    sha: weightsSha256(model),
    slots,
    epoch,
    step,
    rateFactor,
    rate,
    baseRate,
  };
}

/** Four epochs in these calls, with the histories joined. */
async function inCalls(
  calls: readonly number[],
  more: FitOptions = {},
  { training = {}, source = data, between = (model: Model) => model } = {},
): Promise<unknown> {
  let model = fresh(training, source.inputShape);
  const history: Record<string, number[]> = {};
  for (const epochs of calls) {
    const one = await model.fit(source, { ...options, ...more, epochs });
    expect(one.epoch).toEqual(Array.from({ length: epochs }, (_, i) => i));
    for (const [name, values] of Object.entries(one.history)) (history[name] ??= []).push(...values);
    model = between(model);
  }
  return { history, left: left(model) };
}

const CASES: Record<string, [FitOptions?, Partial<TrainingOptions>?, typeof data?]> = {
  "adam, dropout, noise, validationSplit": [],
  ...Object.fromEntries(OPTIMIZERS.map((name) => [name, [{}, { optimizer: { name, clipNorm: 1 } }]])),
  "an average of the weights": [{}, { optimizer: { name: "adam", useEma: true } }],
  "batches in pieces": [{ microBatchSize: 3 }],
  "a worker": [{ worker: true }],
  "rows that are read one batch ahead": [{ validationSplit: 0 }, {}, slowly(data)],
  "images moved and augmented": [{ shifted: 1, augment: { rotate: 10 } }, {}, images],
  "the same in a worker": [{ shifted: 1, augment: { rotate: 10 }, worker: true }, {}, images],
  "a schedule that counts epochs": [{}, { schedule: { name: "exponential", decayRate: 0.7 } }],
  "one with a length of its own": [{}, { schedule: { name: "cosine", decayEpochs: 3, warmupEpochs: 1 } }],
};

describe.each(Object.entries(CASES))("%s", (_, [more, training, source]) => {
  test("four calls of an epoch, two of two, and one of four", async () => {
    const expected = await inCalls([4], more, { training, source });
    expect(await inCalls([1, 1, 1, 1], more, { training, source })).toEqual(expected);
    expect(await inCalls([2, 2], more, { training, source })).toEqual(expected);
  });

  test("each call by a model that was loaded from a file", async () => {
    const expected = await inCalls([4], more, { training, source });
    const between = (model: Model) => load(model.save());
    expect(await inCalls([1, 2, 1], more, { training, source, between })).toEqual(expected);
  });
});

test("a second call does not replay the first", async () => {
  const twice = await inCalls([2, 2]);
  const model = fresh();
  await model.fit(data, { ...options, epochs: 2 });
  const again = fresh().setWeights(model.weights());
  await again.fit(data, { ...options, epochs: 2 });
  expect((twice as { left: { sha: string } }).left.sha).not.toBe(weightsSha256(again));
});

test("compile() forgets", async () => {
  const model = fresh();
  await model.fit(data, { ...options, epochs: 2 });
  const after = fresh().setWeights(model.weights());
  model.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"] });
  await model.fit(data, { ...options, epochs: 2 });
  await after.fit(data, { ...options, epochs: 2 });
  expect(left(model)).toEqual(left(after));
});

test("a schedule over all epochs runs over those of each call", async () => {
  const rates: number[][] = [];
  const model = fresh({ optimizer: { name: "sgd", learningRate: 1 }, schedule: "cosine" });
  for (const epochs of [2, 4]) {
    const { history } = await model.fit(data, { ...options, batchSize: 30, epochs });
    rates.push(history.learningRate.map((rate) => Number(rate.toFixed(6))));
  }
  expect(rates).toEqual([
    [1, 0.5],
    [1, 0.853553, 0.5, 0.146447],
  ]);
});

test("callbacks count from 0 in each call; a factor they have set stays", async () => {
  const seen: unknown[] = [];
  const model = fresh({ optimizer: { name: "sgd", learningRate: 0.5 } });
  const callback = {
    onTrainBegin: (context: { step: number; epochs: number }) =>
      void seen.push(["begin", context.step, context.epochs]),
    onEpochBegin: (epoch: number, context: { step: number }) => void seen.push([epoch, context.step]),
    onEpochEnd: (_: number, __: unknown, context: { rateFactor: number }) => {
      context.rateFactor /= 2;
    },
  };
  const progress: number[] = [];
  const more = {
    ...options,
    epochs: 2,
    callbacks: [callback],
    onProgress: ({ epoch, epochs, step }: { epoch: number; epochs: number; step: number }) =>
      void progress.push(epoch, epochs, step),
    progressInterval: 0,
  };
  await model.fit(data, more);
  progress.length = 0;
  const { history } = await model.fit(data, more);
  expect(seen).toEqual([
    ["begin", 0, 2],
    [0, 0],
    [1, 4],
    ["begin", 0, 2],
    [0, 0],
    [1, 4],
  ]);
  expect(history.learningRate).toEqual([0.125, 0.0625]);
  expect(progress.slice(-3)).toEqual([1, 2, 8]);
});

test("callbacks with a state begin anew in each call, as in Keras", async () => {
  const stop = earlyStopping({ monitor: "loss", minDelta: 100 });
  const plateau = reduceLROnPlateau({ monitor: "loss", minDelta: 100, patience: 2 });
  const model = fresh();
  for (let call = 0; call < 3; call++) {
    const { epoch, stopped, history } = await model.fit(data, {
      ...options,
      epochs: 9,
      callbacks: [plateau, stop],
    });
    expect([epoch.length, new Set(history.learningRate).size]).toEqual([2, 1]);
    expect(stopped).toMatch(/^loss has not improved/);
  }
  expect((await model.fit(data, { ...options, epochs: 1 })).stopped).toBeUndefined();
});

describe("resume", () => {
  /** Two epochs, then two more that are broken off after these steps. */
  async function broken(steps: number, worker = false): Promise<Model> {
    const model = fresh();
    await model.fit(data, { ...options, epochs: 2 });
    const stop = new AbortController();
    const onBatchEnd = (_: number, __: unknown, { step }: { step: number }) =>
      void (step === steps && stop.abort());
    await model
      .fit(data, { ...options, epochs: 2, callbacks: [{ onBatchEnd }], signal: stop.signal, worker })
      .catch((error) => expect(error).toBe(stop.signal.reason));
    return model;
  }

  test.each([1, 3, 4, 5])("continues the call that was interrupted after %i steps", async (steps) => {
    const expected = (await inCalls([4])) as { left: unknown };
    for (const worker of [false, true]) {
      const stopped = await broken(steps, worker);
      for (const model of [load(stopped.save()), stopped]) {
        const { epoch, history } = await model.fit(data, { ...options, epochs: 2, resume: true });
        expect([epoch.length, history.loss.length]).toEqual([2, 2]);
        expect(left(model)).toEqual(expected.left);
      }
    }
  });

  test("without it another call goes on with the next epoch, not with the rows of the one that was left", async () => {
    const model = await broken(2);
    await model.fit(data, { ...options, epochs: 1 });
    const { run } = internalsOf(model).state;
    expect([run.epoch, run.firstEpoch, run.step, run.firstStep]).toEqual([4, 3, 14, 10]);
    expect(load(model.save())).toMatchObject({ history: model.history });
  });
});

test("weights that are set between two calls are those that training goes on from, averaged or not", async () => {
  for (const useEma of [false, true]) {
    const make = async () => {
      const model = fresh({ optimizer: { name: "sgd", learningRate: 1e-9, useEma } });
      await model.fit(data, { ...options, epochs: 1 });
      const weights = model.weights();
      for (const values of Object.values(weights)) values.fill(0.5);
      return model.setWeights(weights);
    };
    const model = await make();
    for (const each of [load(model.save()), model]) {
      await each.fit(data, { ...options, epochs: 3 });
      for (const values of Object.values(each.weights()))
        for (const value of values) expect(value).toBeCloseTo(0.5, 5);
    }
    expect(weightsSha256(load((await make()).save()))).toBe(weightsSha256(await make()));
  }
});

test("a diverged call leaves the one before whole", async () => {
  const model = fresh({ optimizer: { name: "sgd", learningRate: 0.1 } });
  await model.fit(data, { ...options, epochs: 2 });
  const before = left(model) as { sha: string };
  const wreck = { onTrainBegin: (context: { rateFactor: number }) => void (context.rateFactor = 1e38) };
  await expect(model.fit(data, { ...options, callbacks: [wreck] })).rejects.toThrow(
    /^training stopped at step \d+ \(epoch 1, batch \d\): .*the model is as it was at the beginning of epoch 1$/,
  );
  expect((left(model) as { sha: string }).sha).toBe(before.sha);
});

describe("learningRateScheduler", () => {
  const halved = () => learningRateScheduler((_epoch, rate) => rate / 2);

  test("is asked at the beginning of each epoch, with the rate as it is", async () => {
    const asked: [number, number][] = [];
    const model = fresh({ optimizer: { name: "sgd", learningRate: 0.8 } });
    const callbacks = [
      learningRateScheduler((epoch, rate) => {
        asked.push([epoch, rate]);
        return epoch === 2 ? 0.3 : rate / 2;
      }),
    ];
    for (const worker of [false, true]) {
      asked.length = 0;
      model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.8 } });
      const first = await model.fit(data, { ...options, epochs: 3, callbacks, worker });
      const second = await model.fit(data, { ...options, epochs: 1, callbacks, worker });
      expect(asked).toEqual([
        [0, 0.8],
        [1, 0.4],
        [2, 0.2],
        [0, 0.3],
      ]);
      expect([first.history.learningRate, second.history.learningRate]).toEqual([[0.4, 0.2, 0.3], [0.15]]);
      await model.fit(data, { ...options, worker });
      expect(model.history.history.learningRate).toEqual([0.15]);
    }
  });

  test("a training stopped in mid-epoch has its rate", async () => {
    const training = { optimizer: { name: "sgd", learningRate: 0.8 } } as const;
    const straight = fresh(training);
    await straight.fit(data, { ...options, epochs: 3, callbacks: [halved()] });
    const model = fresh(training);
    const stop = new AbortController();
    const onBatchEnd = (_: number, __: unknown, { step }: { step: number }) =>
      void (step === 6 && stop.abort());
    const callbacks = [halved(), { onBatchEnd }];
    await expect(
      model.fit(data, { ...options, epochs: 3, callbacks, signal: stop.signal }),
    ).rejects.toThrow();
    const again = load(model.save());
    await again.fit(data, { ...options, epochs: 3, callbacks: [halved()], resume: true });
    expect(left(again)).toEqual(left(straight));
    expect(again.history).toEqual(straight.history);
  });

  test("reductions of a plateau are what it is given", async () => {
    const asked: number[] = [];
    const keep = learningRateScheduler((_, rate) => {
      asked.push(rate);
      return rate;
    });
    const plateau = reduceLROnPlateau({ monitor: "loss", minDelta: 100, patience: 1, factor: 0.5 });
    await fresh({ optimizer: { name: "sgd", learningRate: 0.4 } }).fit(data, {
      epochs: 4,
      callbacks: [keep, plateau],
    });
    expect(asked).toEqual([0.4, 0.4, 0.2, 0.1]);
  });

  test("what is no rate is refused, and so is a schedule besides", async () => {
    const bad = learningRateScheduler(() => Number.NaN);
    await expect(fresh().fit(data, { callbacks: [bad] })).rejects.toThrow(
      "learningRateScheduler: epoch 0: expected a number ≥ 0 from its function, got NaN",
    );
    await expect(fresh({ schedule: "cosine" }).fit(data, { callbacks: [halved()] })).rejects.toThrow(
      'the schedule "cosine" sets the rate of every step',
    );
    expect(() => learningRateScheduler(3 as never)).toThrow(
      "expected a function (epoch, rate) => rate, got 3",
    );
  });
});
