/** Data of unknown length: iterators of batches, and functions that return them. */
import { describe, expect, test } from "vitest";
import { epochOrder, moons } from "../../src/data/index.ts";
import {
  type Batch,
  type BatchSource,
  batchNormalization,
  dense,
  dropout,
  type FitOptions,
  load,
  type Model,
  type Place,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { clouds, dataset } from "../support/problems.ts";

const problem = clouds(40, 5, 3);
const data = dataset(problem);
/** Batches of 12, 12, 12 and 4. */
const ROWS = 12;
const STEPS = 4;
const weightOf = (row: number) => 1 + (row % 5);

function fresh(training: Partial<TrainingOptions> = {}): Model {
  return sequential(
    [
      dense({ units: 7, activation: "tanh", inputShape: [5] }),
      dropout({ rate: 0.3 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  ).compile({ loss: "categoricalCrossentropy", metrics: ["accuracy", "f1"], ...training });
}

/** The batches that fit() makes of the rows in an epoch. */
function batchAt(
  { epoch, batch }: Place,
  weighted = false,
): { x: number[][]; y: number[]; sampleWeight?: number[] } {
  const rows = [...epochOrder(data.length, 2, epoch).subarray(batch * ROWS, (batch + 1) * ROWS)];
  return {
    x: rows.map((r) => problem.x[r]),
    y: rows.map((r) => problem.labels[r]),
    ...(weighted && { sampleWeight: rows.map(weightOf) }),
  };
}
const later = () =>
  new Promise((resolve) => (typeof setImmediate === "function" ? setImmediate : setTimeout)(resolve));

/** An epoch, from this batch on. */
function* epochFrom({ epoch, batch }: Place, weighted = false): Generator<Batch> {
  for (let b = batch; b < STEPS; b++) yield batchAt({ epoch, batch: b }, weighted);
}
async function* slowEpoch(place: Place): AsyncGenerator<Batch> {
  for (const batch of epochFrom(place)) {
    await later();
    yield batch;
  }
}
/** One epoch after the other, without an end. */
function* endless({ epoch, batch }: Place = { epoch: 0, batch: 0 }): Generator<Batch> {
  yield* epochFrom({ epoch, batch });
  for (let next = epoch + 1; ; next++) yield* epochFrom({ epoch: next, batch: 0 });
}
const pairs = (place: Place) =>
  Array.from({ length: STEPS - place.batch }, (_, b) => batchAt({ ...place, batch: place.batch + b }))
    .map(({ x, y }) => [x, y] as const)
    .values();
/** Passes again and again, an epoch each time. */
class Loader {
  epoch = 0;
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    yield* epochFrom({ epoch: this.epoch++, batch: 0 });
  }
}

const left = (model: Model) => {
  const { built, state } = internalsOf(model);
  const slots = state.required.slots.map((_, s) => built.trained.map((tensor) => [...built.read(tensor, s)]));
  return {
    sha: weightsSha256(model),
    slots,
    step: state.run.step,
    epoch: state.run.epoch,
    history: model.history,
  };
};
async function straight(options: FitOptions, training?: Partial<TrainingOptions>) {
  const model = fresh(training);
  await model.fit(data, { batchSize: ROWS, ...options });
  return left(model);
}

const SOURCES: Record<string, () => [BatchSource, FitOptions?]> = {
  "a generator function": () => [epochFrom],
  "an asynchronous generator function": () => [slowEpoch],
  "a function that returns a promise": () => [async (place) => slowEpoch(place)],
  "pairs from a plain iterator": () => [pairs],
  "a function, with stepsPerEpoch": () => [epochFrom, { stepsPerEpoch: STEPS }],
  "a function without an end": () => [endless, { stepsPerEpoch: STEPS }],
  "a generator without an end": () => [endless(), { stepsPerEpoch: STEPS }],
  "what can be passed again": () => [new Loader()],
  "in pieces": () => [slowEpoch, { microBatchSize: 5 }],
};

describe.each(Object.entries(SOURCES))("%s", (_, make) => {
  test.each([false, true])("is trained on with the bits of its rows (worker: %s)", async (worker) => {
    const model = fresh();
    const [source, options] = make();
    await model.fit(source, { epochs: 3, validationData: data, ...options, worker });
    expect(left(model)).toEqual(await straight({ epochs: 3, validationData: data }));
  });
});

test("calls go on, and from and to calls on rows", async () => {
  const want = await straight({ epochs: 4 });
  const model = fresh();
  const generator = endless();
  await model.fit(generator, { stepsPerEpoch: STEPS });
  await model.fit(generator, { stepsPerEpoch: STEPS });
  await model.fit(data, { batchSize: ROWS });
  const places: Place[] = [];
  await model.fit((place) => {
    places.push(place);
    return epochFrom(place);
  });
  expect(places).toEqual([{ epoch: 3, batch: 0 }]);
  const { history, ...rest } = left(model);
  const { history: __, ...expected } = want;
  expect(rest).toEqual(expected);
  expect(history.epoch).toEqual([0]);
});

test("weights come with the rows", async () => {
  const sampleWeight = problem.labels.map((_, row) => weightOf(row));
  const options = { epochs: 2, classWeight: { 1: 2 } };
  const want = await straight({ ...options, sampleWeight });
  expect(want).not.toEqual(await straight(options));
  for (const worker of [false, true]) {
    for (const microBatchSize of [undefined, 5]) {
      const model = fresh();
      await model.fit((place) => epochFrom(place, true), { ...options, worker, microBatchSize });
      expect(left(model)).toEqual(want);
    }
  }
});

test("batches may be of any size, and data sets", async () => {
  for (const worker of [false, true]) {
    const model = sequential(
      [
        dense({ units: 6, activation: "relu" }),
        batchNormalization(),
        dense({ units: 2, activation: "softmax" }),
      ],
      {
        seed: 4,
      },
    ).compile({ loss: "categoricalCrossentropy", optimizer: "nesterov" });
    const sizes = [5, 9, 2, 30, 1, 12];
    const parts = sizes.map((samples, seed) => moons({ samples, seed }));
    const { history } = await model.fit(() => parts.values(), { epochs: 2, worker });
    const own = sequential(
      [
        dense({ units: 6, activation: "relu" }),
        batchNormalization(),
        dense({ units: 2, activation: "softmax" }),
      ],
      {
        seed: 4,
      },
    ).compile({ loss: "categoricalCrossentropy", optimizer: "nesterov" });
    for (let epoch = 0; epoch < 2; epoch++) for (const part of parts) await own.trainOnBatch(part);
    expect(weightsSha256(model)).toBe(weightsSha256(own));
    expect(history.loss).toHaveLength(2);
  }
});

describe("resuming asks for the place", () => {
  test.each(Array.from({ length: 11 }, (_, i) => i + 1))("after step %i", async (steps) => {
    for (const [source, more] of [
      [slowEpoch, {}],
      [endless, { stepsPerEpoch: STEPS }],
    ] as const) {
      const worker = steps % 2 === 0;
      const want = await straight({ epochs: 3 });
      const model = fresh();
      const stop = new AbortController();
      const onBatchEnd = (_: number, __: unknown, { step }: { step: number }) =>
        void (step === steps && stop.abort());
      const options = { epochs: 3, ...more, worker };
      await expect(
        model.fit(source, { ...options, callbacks: [{ onBatchEnd }], signal: stop.signal }),
      ).rejects.toThrow();
      const again = load(model.save());
      const places: Place[] = [];
      const recorded = (place: Place) => {
        places.push(place);
        return source(place);
      };
      await again.fit(recorded, { ...options, resume: true });
      // where the length of an epoch is not known, neither is that it has ended
      const ended = steps % STEPS === 0 && !("stepsPerEpoch" in more);
      const epoch = Math.floor(steps / STEPS) - Number(ended);
      expect(places[0]).toEqual({ epoch, batch: steps - epoch * STEPS });
      expect(left(again)).toEqual(want);
    }
  });

  test("what cannot begin there is refused", async () => {
    const model = fresh();
    const stop = new AbortController();
    const onBatchEnd = (batch: number) => void (batch === 1 && stop.abort());
    await expect(
      model.fit(epochFrom, { callbacks: [{ onBatchEnd }], signal: stop.signal }),
    ).rejects.toThrow();
    const before = model.save();
    await expect(model.fit(endless(), { stepsPerEpoch: 4, resume: true })).rejects.toThrow(
      "fit: resume: expected a function of { epoch, batch } that returns an iterator which begins there, here { epoch: 0, batch: 2 }; got an iterator",
    );
    await expect(model.fit(() => epochFrom({ epoch: 0, batch: 0 }), { resume: true })).rejects.toThrow(
      "got a function without a parameter",
    );
    await expect(model.fit(data, { resume: true })).rejects.toThrow(
      "the number of rows to train on was 0, now it is 40",
    );
    expect(model.save()).toEqual(before);
  });
});

test("a signal ends the wait for a batch that does not come", async () => {
  for (const worker of [false, true]) {
    for (const count of [0, 2]) {
      const stop = new AbortController();
      let closed = false;
      const source: AsyncIterable<Batch> = {
        [Symbol.asyncIterator]: () => {
          const batches = epochFrom({ epoch: 0, batch: 0 });
          let given = 0;
          return {
            next: async () => {
              if (given++ < count) return batches.next();
              setTimeout(() => stop.abort(), 5);
              return new Promise(() => {});
            },
            return: async () => {
              closed = true;
              return { done: true, value: undefined };
            },
          };
        },
      };
      const model = fresh();
      const error = await model.fit(source, { signal: stop.signal, worker }).catch((reason) => reason);
      expect(error).toBe(stop.signal.reason);
      await later();
      expect([internalsOf(model).state.run.step, closed]).toEqual([count, true]);
      await model.fit(data, { worker });
    }
  }
});

test("a batch may depend on the weights after the one before: nothing is read ahead", async () => {
  const model = fresh();
  const seen: number[] = [];
  // here: from a worker the model hears at its reports only
  await model.fit(
    function* (place) {
      for (const batch of epochFrom(place)) {
        seen.push(internalsOf(model).state.run.step);
        yield batch;
      }
    },
    { worker: false },
  );
  expect(seen).toEqual([0, 1, 2, 3]);
});

test("iterators that were opened here are closed, others are left as they are", async () => {
  const closed: string[] = [];
  function* watched(name: string): Generator<Batch> {
    try {
      yield* endless();
    } finally {
      closed.push(name);
    }
  }
  const model = fresh();
  await model.fit((_place) => watched("opened"), { stepsPerEpoch: 2 });
  expect(closed).toEqual(["opened"]);
  const own = watched("own");
  await model.fit(own, { stepsPerEpoch: 2 });
  await model.fit(own, { stepsPerEpoch: 2 });
  expect(closed).toEqual(["opened"]);
  const stop = { onBatchEnd: () => Promise.reject(new Error("broken")) };
  await expect(model.fit(() => watched("failed"), { stepsPerEpoch: 2, callbacks: [stop] })).rejects.toThrow(
    "broken",
  );
  await later();
  expect(closed).toEqual(["opened", "failed"]);
});

test("progress and callbacks: the length of an epoch is known at its end, or said", async () => {
  for (const worker of [false, true]) {
    for (const stepsPerEpoch of [undefined, STEPS]) {
      const batches: number[] = [];
      const reports: (readonly number[])[] = [];
      await fresh().fit(epochFrom, {
        stepsPerEpoch,
        epochs: 2,
        worker,
        callbacks: [{ onTrainBegin: ({ batchesPerEpoch }) => void batches.push(batchesPerEpoch) }],
        onProgress: ({ epoch, batch, batches, step }) => void reports.push([epoch, batch, batches, step]),
        progressInterval: 0,
      });
      expect(batches).toEqual([stepsPerEpoch ?? Number.POSITIVE_INFINITY]);
      expect(reports.at(-1)).toEqual([1, 4, 4, 8]);
    }
  }
});

test("labels of a batch need not be all there are; one output tells two apart, or is a quantity", async () => {
  const model = fresh();
  const only = (label: number) => ({ x: problem.x.slice(0, 3), y: [label, label, label] });
  await model.fit(() => [only(0), only(2)].values());
  await expect(model.fit(() => [only(0), only(3)].values())).rejects.toThrow(
    /expected a label from 0 to 2, got 3/,
  );
  const make = (loss: TrainingOptions["loss"]) =>
    sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 }).compile({ loss, optimizer: "sgd" });
  const quantities = [
    { x: [[1], [2]], y: [3, 7] },
    { x: [[4]], y: [0.5] },
  ];
  const a = make("meanSquaredError");
  await a.fit(() => quantities.values());
  const b = make("meanSquaredError");
  for (const { x, y } of quantities) await b.trainOnBatch(x, y);
  expect(weightsSha256(a)).toBe(weightsSha256(b));
  const two = [
    { x: [[1], [2]], y: [0, 0] },
    { x: [[4]], y: [1] },
  ];
  const c = make("binaryCrossentropy");
  await c.fit(() => two.values());
  const d = make("binaryCrossentropy");
  for (const { x, y } of two) await d.trainOnBatch(x, y);
  expect(weightsSha256(c)).toBe(weightsSha256(d));
});

describe("what is refused", () => {
  const bad = async (source: unknown, options: FitOptions, message: string | RegExp, kept = 0) => {
    for (const worker of [false, true]) {
      const model = fresh();
      await expect(model.fit(source as BatchSource, { ...options, worker })).rejects.toThrow(message);
      expect(internalsOf(model).state.run.step).toBe(kept);
      await model.fit(data); // and nothing is stuck
    }
  };
  const two = () => [batchAt({ epoch: 0, batch: 0 }), batchAt({ epoch: 0, batch: 1 })];

  test("an iterator that ends early", async () => {
    await bad(
      () => two().values(),
      { stepsPerEpoch: 3 },
      "fit: the iterator ended in epoch 1 after 2 batches of 3; let it give as many as an epoch has. Nothing is lost: the model is as it was before",
      2,
    );
    await bad(() => two().values(), { stepsPerEpoch: 3 }, /after 2 batches of 3/, 2);
    for (const steps of [1, 2]) {
      const source = two().values();
      await expect(fresh().fit(source, { stepsPerEpoch: steps, epochs: 3 })).rejects.toThrow(
        steps === 1
          ? "ended in epoch 3 after 0 batches of 1; an iterator passes once"
          : "ended in epoch 2 after 0 batches of 2; an iterator passes once",
      );
    }
    await bad(() => [].values(), {}, "fit: the iterator ended in epoch 1 after 0 batches");
    await bad(() => [].values(), { stepsPerEpoch: 2 }, "after 0 batches of 2");
    let passes = 0;
    const once = () => (passes++ === 0 ? two() : []).values();
    const model = fresh();
    await expect(model.fit(once, { epochs: 2 })).rejects.toThrow("ended in epoch 2 after 0 batches");
    expect(internalsOf(model).state.run).toMatchObject({ step: 2, epoch: 1 });
  });

  test("options about rows, and schedules that cannot count", async () => {
    for (const [name, value] of Object.entries({
      batchSize: 3,
      dropLast: true,
      validationSplit: 0.5,
      sampleWeight: [1],
      shifted: 1,
    }))
      await expect(fresh().fit(epochFrom, { [name]: value })).rejects.toThrow(
        `fit: ${name}: an iterator makes its own batches`,
      );
    await expect(fresh().fit(data, { validationData: epochFrom as never })).rejects.toThrow(
      "fit: validationData: expected a data set, [x, y], [x, y, sampleWeight] or { xs, ys }, got an iterator",
    );
    await expect(fresh({ schedule: "cosine" }).fit(epochFrom)).rejects.toThrow("give stepsPerEpoch");
    const want = await straight({ epochs: 2 }, { schedule: "cosine" });
    const model = fresh({ schedule: "cosine" });
    await model.fit(epochFrom, { epochs: 2, stepsPerEpoch: STEPS });
    expect(left(model)).toEqual(want);
    await expect(fresh().fit(two().values(), { epochs: 2 })).rejects.toThrow(
      "fit: an iterator passes once, so 2 epochs need stepsPerEpoch, or a function that returns one for each epoch",
    );
  });

  test("what is no batch, or none like the first", async () => {
    const [first] = two();
    await bad(
      () => [3].values(),
      {},
      "batch 1 of epoch 1: expected { x, y }, [x, y] or [x, y, sampleWeight], got number",
    );
    await bad(
      () => [first, [1]].values(),
      {},
      "batch 2 of epoch 1: expected { x, y }, [x, y] or [x, y, sampleWeight], got 1 values",
      1,
    );
    await bad(
      () => [{ x: [[1, 2]], y: [0] }].values(),
      {},
      "expected input [5], got [2] from batch 1 of epoch 1",
    );
    await bad(
      () => [first, { x: [[1, 2]], y: [0] }].values(),
      {},
      "batch 2 of epoch 1: a row of x is [2], in the first batch [5]",
      1,
    );
    await bad(
      () => [first, { ...first, y: first.y.map((v) => [v, 0, 0]) }].values(),
      {},
      /^batch 2 of epoch 1: /,
      1,
    );
    await bad(
      () => [first, { ...first, x: Uint8Array.from(first.x.flat()) }].values(),
      {},
      "batch 2 of epoch 1: x is uint8, in the first batch float32",
      1,
    );
    await bad(() => [first, { ...first, y: [1] }].values(), {}, "batch 2 of epoch 1: ", 1);
    await bad(
      () => [first, { ...first, sampleWeight: [1] }].values(),
      {},
      "batch 2 of epoch 1: sampleWeight: expected 12 factors, one per row, got 1",
      1,
    );
    await bad(
      () => [first, { ...first, x: first.x.map((row) => row.map(() => Number.NaN)) }].values(),
      {},
      "batch 2 of epoch 1: x: row 0, column 0: expected a finite",
      1,
    );
    await bad(() => 3, {}, "expected an iterator of batches from the function, got number");
  });

  test("errors of the program's own say which batch", async () => {
    await bad(
      function* () {
        yield batchAt({ epoch: 0, batch: 0 });
        throw new Error("the socket closed");
      },
      {},
      "batch 2 of epoch 1: reading it: the socket closed",
      1,
    );
  });
});

describe("evaluate", () => {
  test("is that of the rows, however they are cut", async () => {
    const model = fresh();
    await model.fit(data);
    const order = { epoch: 0, batch: 0 };
    const all = [...epochFrom(order, true)] as { x: number[][]; y: number[]; sampleWeight: number[] }[];
    const x = all.flatMap((batch) => batch.x);
    const y = all.flatMap((batch) => batch.y);
    const sampleWeight = all.flatMap((batch) => batch.sampleWeight);
    const want = await model.evaluate(x, y, { sampleWeight, classWeight: { 0: 2 } });
    const before = model.save();
    expect(await model.evaluate(() => epochFrom(order, true), { classWeight: { 0: 2 } })).toEqual(want);
    expect(await model.evaluate(epochFrom(order))).toEqual(await model.evaluate(x, y));
    const [rows, other]: unknown[][] = [[], []];
    await model.evaluate(slowEpoch(order), { steps: 2, onRow: (...each) => void rows.push(each) });
    await model.evaluate(x.slice(0, 24), y.slice(0, 24), { onRow: (...each) => void other.push(each) });
    expect(rows).toEqual(other);
    expect(model.save()).toEqual(before);
  });

  test("errors", async () => {
    const model = fresh();
    await expect(model.evaluate(epochFrom, { steps: 5 })).rejects.toThrow(
      "evaluate: the iterator ended after 4 batches of 5; let it give as many",
    );
    await expect(model.evaluate([].values())).rejects.toThrow("evaluate: the iterator ended after 0 batches");
    await expect(model.evaluate(epochFrom, { steps: 0 })).rejects.toThrow(
      "evaluate: steps: expected a whole number ≥ 1",
    );
    await expect(model.evaluate(epochFrom, { batchSize: 3 } as never)).rejects.toThrow(
      'unknown option "batchSize"',
    );
    await expect(model.trainOnBatch(epochFrom as never)).rejects.toThrow(
      "trainOnBatch: expected x and y of one batch, got an iterator",
    );
  });
});
