/** What a program hands in may never answer: an abort ends the wait, the model can be used, and a late answer changes nothing. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  type Batches,
  type Callback,
  type Dataset,
  dense,
  type FitOptions,
  type Model,
  modelCheckpoint,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { dealt } from "../support/dealt.ts";
import { values } from "../support/kernel.ts";

const ROWS = 24;
const all = values(ROWS * 4, 3);
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const rows = arrayDataset({ data: Float32Array.from(all), shape: [ROWS, 4] }, labels);

const fresh = (): Model =>
  sequential([dense({ units: 5, activation: "relu" }), dense({ units: 3, activation: "softmax" })], {
    inputShape: [4],
    seed: 2,
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });

class Enough extends Error {}

/** Promises that are kept open, and counted. */
class Stuck {
  private readonly waiting: (() => void)[] = [];
  private calls = 0;
  readonly controller = new AbortController();
  readonly reason = new Enough();

  /** @param from the call from which on there is no answer; the signal is aborted soon after */
  constructor(private readonly from: number) {}

  /** Waits for ever, in time. */
  get now(): Promise<void> | undefined {
    if (++this.calls < this.from) return undefined;
    setTimeout(() => this.controller.abort(this.reason), 5);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  answer(): void {
    for (const resolve of this.waiting) resolve();
  }
}

/** A data set that reads asynchronously, or suddenly does, and writes rows of its own once it is answered. */
const slow = (stuck: Stuck, always = true): Dataset => ({
  ...rows,
  name: "slow",
  read(indices, x, y, epoch) {
    const wait = stuck.now;
    rows.read(indices, x, y, epoch);
    if (wait)
      return wait.then(() => {
        x.fill(1e9);
        y.fill(2);
      });
    return always ? Promise.resolve() : undefined;
  },
});

const batch = (at: number) => ({
  x: { data: Float32Array.from(all.slice(at * 4, at * 4 + 32)), shape: [8, 4] },
  y: labels.slice(at, at + 8),
});
async function* slowBatches(stuck: Stuck): Batches {
  for (let at = 0; at < ROWS; at += 8) {
    await stuck.now;
    yield batch(at);
  }
}
/** An iterator of its own making. */
const iterator = (stuck: Stuck): Batches => {
  let at = -8;
  return {
    async next() {
      await stuck.now;
      at += 8;
      return at < ROWS ? { done: false, value: batch(at) } : { done: true, value: undefined };
    },
  };
};
// where streams are no iterators, as in WebKit, nothing waits for one
const iterable = Symbol.asyncIterator in ReadableStream.prototype;
const stream = (stuck: Stuck) =>
  new ReadableStream({
    async pull(controller) {
      await stuck.now;
      controller.enqueue(batch(0));
    },
  }) as unknown as Batches;
const hook = (name: keyof Callback, stuck: Stuck): Callback => ({ [name]: () => stuck.now });

/** What is waited for. */
const ways: Record<string, (model: Model, stuck: Stuck, options: FitOptions) => Promise<unknown>> = {
  "a data set": (model, stuck, options) => model.fit(slow(stuck), options),
  "a data set that has answered at once before": (model, stuck, options) =>
    model.fit(slow(stuck, false), options),
  "a data set, read in pieces": (model, stuck, options) =>
    model.fit(slow(stuck), { ...options, microBatchSize: 3 }),
  "data to validate on": (model, stuck, options) =>
    model.fit(rows, { ...options, validationData: slow(stuck) }),
  "a generator": (model, stuck, options) =>
    model.fit(() => slowBatches(stuck), { ...options, batchSize: undefined }),
  "an iterator": (model, stuck, options) =>
    model.fit(iterator(stuck), { ...options, batchSize: undefined, epochs: 1 }),
  ...(iterable && {
    "a stream": (model: Model, stuck: Stuck, options: FitOptions) =>
      model.fit(() => stream(stuck), { ...options, batchSize: undefined, stepsPerEpoch: 9 }),
  }),
  "a function that gives an iterator": (model, stuck, options) =>
    model.fit(
      async () => {
        await stuck.now;
        return slowBatches(stuck);
      },
      { ...options, batchSize: undefined },
    ),
  ...Object.fromEntries(
    (["onTrainBegin", "onEpochBegin", "onBatchEnd", "onEpochEnd", "onTrainEnd"] as const).map((name) => [
      `a callback's ${name}`,
      (model: Model, stuck: Stuck, options: FitOptions) =>
        model.fit(rows, {
          ...options,
          callbacks: [hook(name, stuck), { ...later(stuck) }],
          validationData: name === "onTrainEnd" ? rows : undefined,
        }),
    ]),
  ),
  "a checkpoint's save": (model, stuck, options) =>
    model.fit(rows, { ...options, callbacks: [modelCheckpoint({ save: () => stuck.now })] }),
  "evaluate()": (model, stuck, { signal }) => model.evaluate(slow(stuck), { signal, batchSize: 8 }),
  "evaluate() of a generator": (model, stuck, { signal }) =>
    model.evaluate(() => slowBatches(stuck), { signal }),
  "confusionMatrix()": (model, stuck, { signal }) =>
    model.confusionMatrix(slow(stuck), { signal, batchSize: 8 }),
};

/** A callback that comes after the one that is stuck: it has its turn all the same. */
function later(stuck: Stuck): Callback {
  return {
    onTrainEnd() {
      // onTrainEnd is after everything: the signal is heard there, too
      stuck.controller.signal.throwIfAborted();
    },
  };
}

const workers = typeof document === "undefined" ? [false] : [false, true];

describe.each(workers)("in a worker: %s", (worker) => {
  describe.each(dealt(Object.entries(ways)))("%s that never answers", (name, way) => {
    const last = /onTrain/.test(name) ? [1] : /callback|save/.test(name) ? [2] : [1, 2, 3];

    test.each(last)("from call %i on", async (from) => {
      const model = fresh();
      const stuck = new Stuck(from);
      const options: FitOptions = { epochs: 4, batchSize: 8, worker, signal: stuck.controller.signal };
      await expect(way(model, stuck, options)).rejects.toBe(stuck.reason);
      const state = weightsSha256(model);
      const saved = model.save();
      // the next training is under way when the answer comes
      const other = fresh();
      other.setWeights(model.weights());
      const at = { step: 0 };
      const answering: Callback = {
        async onBatchEnd() {
          if (++at.step === 2) stuck.answer();
          await new Promise((resolve) => setTimeout(resolve, 2));
        },
      };
      model.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
      const got = await model.fit(rows, { epochs: 2, batchSize: 8, worker, callbacks: [answering] });
      const wanted = await other.fit(rows, { epochs: 2, batchSize: 8, worker });
      expect(at.step).toBe(6);
      expect(got).toEqual(wanted);
      expect(weightsSha256(model)).toBe(weightsSha256(other));
      expect(saved.length).toBeGreaterThan(0);
      expect(state).not.toBe(weightsSha256(model));
    });
  });
});

test("what a callback sets that nobody waited for is for no other training", async () => {
  const stuck = new Stuck(2);
  const model = fresh();
  const late: Callback = {
    async onBatchEnd(_batch, _logs, context) {
      await stuck.now;
      if (!stuck.controller.signal.aborted) return;
      context.rateFactor = 0;
      context.nextLearningRate = 0;
      context.stop("too late");
    },
  };
  const settings = { epochs: 3, batchSize: 8 };
  const { signal } = stuck.controller;
  await expect(model.fit(rows, { ...settings, callbacks: [late], signal })).rejects.toBe(stuck.reason);
  stuck.answer();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const history = await model.fit(rows, { ...settings, resume: true });
  const plain = fresh();
  expect(history).toEqual(await plain.fit(rows, settings));
  expect(weightsSha256(model)).toBe(weightsSha256(plain));
});

test("after an abort callbacks have time to end what they have begun, and each has its turn", async () => {
  const controller = new AbortController();
  const told: string[] = [];
  const saving = (name: string, milliseconds: number): Callback => ({
    async onEpochEnd() {
      controller.abort(new Enough());
      told.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      told.push(`${name} ends`);
    },
  });
  const never: Callback = { onEpochEnd: () => new Promise(() => {}) };
  // with a second of its own the last one would end; a busy machine does not take so long from its beginning to the refusal
  const callbacks = [saving("a", 20), never, saving("b", 800)];
  const { signal } = controller;
  await expect(fresh().fit(rows, { epochs: 3, callbacks, signal })).rejects.toBeInstanceOf(Enough);
  // the second is what all of them have together
  expect(told).toEqual(["a begins", "a ends", "b begins"]);
});

test("a signal has no more listeners than before", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  let most = 0;
  const counted = new Proxy(signal, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === "addEventListener")
        return (_type: string, listener: unknown) => {
          listeners.add(listener);
          most = Math.max(most, listeners.size);
        };
      if (name === "removeEventListener")
        return (_type: string, listener: unknown) => listeners.delete(listener);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const model = fresh();
  const none = new Stuck(Number.POSITIVE_INFINITY);
  const waiting: Callback = { onBatchEnd: () => Promise.resolve() };
  for (const worker of workers) {
    const options = { epochs: 2, worker, signal: counted };
    await model.fit(slow(none), {
      ...options,
      batchSize: 8,
      callbacks: [waiting],
      validationData: slow(none),
    });
    await model.fit(() => slowBatches(none), options);
    await model.evaluate(slow(none), { signal: counted });
    await model.evaluate(() => slowBatches(none), { signal: counted });
    const failing: Callback = {
      onEpochEnd() {
        throw new Enough();
      },
    };
    await model.fit(slow(none), { ...options, callbacks: [failing] }).catch(() => {});
  }
  expect(most).toBeGreaterThan(0);
  expect(listeners.size).toBe(0);
});
