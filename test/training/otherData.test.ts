/** A training knows its data: with other data it is not resumed unasked, and the error says what differs. */
import { describe, expect, test } from "vitest";
import { arrayDataset, augment, subset } from "../../src/data/index.ts";
import {
  type Dataset,
  dense,
  earlyStopping,
  type FitOptions,
  flatten,
  learningRateScheduler,
  load,
  type Model,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { SEEN } from "../../src/training/known.ts";
import { values } from "../support/kernel.ts";

const ROWS = 40;
const SHAPE = [4, 4, 1];
const WIDTH = 16;
const names = ["cat", "dog", "eel"];
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const bytes = Uint8Array.from(values(ROWS * WIDTH, 3), (v) => Math.abs(v) * 200);

interface Changes {
  x?: (data: Uint8Array) => void;
  y?: (labels: Int32Array) => void;
  names?: string[];
  rows?: number;
}

/** Rows in memory. */
function memory({ x, y, names: classes = names, rows = ROWS }: Changes = {}): Dataset {
  const data = bytes.slice(0, rows * WIDTH);
  const targets = labels.slice(0, rows);
  x?.(data);
  y?.(targets);
  return arrayDataset({ data, shape: [rows, ...SHAPE] }, targets, { names: classes });
}

let reads: number[][] = [];
/** Rows of a program's own. */
const own = (changes: Changes = {}): Dataset => {
  const of = memory(changes);
  return {
    ...of,
    read(indices, x, y, epoch) {
      reads.push([...indices]);
      return of.read(indices, x, y, epoch);
    },
  };
};
const later = (changes: Changes = {}): Dataset => {
  const of = own(changes);
  return {
    ...of,
    async read(...given) {
      await Promise.resolve();
      return of.read(...given);
    },
  };
};

const fresh = (): Model =>
  sequential([flatten(), dense({ units: 3, activation: "softmax" })], {
    inputShape: SHAPE,
    seed: 4,
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy" });

class Stop extends Error {}

/** Trained for so many steps, then loaded from its checkpoint. */
async function stopped(data: Dataset, options: FitOptions = {}, after = 3): Promise<Model> {
  const model = fresh();
  const stop = {
    onBatchEnd(_batch: number, _logs: unknown, context: { step: number }) {
      if (context.step === after) throw new Stop();
    },
  };
  await model
    .fit(data, { ...settings, ...options, callbacks: [...(options.callbacks ?? []), stop] })
    .catch((error) => {
      if (!(error instanceof Stop)) throw error;
    });
  return load(model.save());
}

const settings = { batchSize: 8, epochs: 2 } as const;
const kinds = { "in memory": memory, "of a program's own": own, "read asynchronously": later };

describe.each(Object.entries(kinds))("data %s", (kind, make) => {
  test("that is the same is gone on with, bit for bit", async () => {
    const whole = fresh();
    await whole.fit(make(), settings);
    for (const after of [1, 3, 5, 7]) {
      const model = await stopped(make(), {}, after);
      await model.fit(make(), { ...settings, resume: true });
      expect(weightsSha256(model)).toBe(weightsSha256(whole));
    }
  });

  const differing: [what: string, changes: Changes, says: string | RegExp][] = [
    ["a value", { x: (x) => x.fill(77, 3 * WIDTH + 5, 3 * WIDTH + 6) }, "row 3 of the data has"],
    ["all values", { x: (x) => x.fill(9) }, /row \d+ of the data/],
    ["a target", { y: (y) => y.fill(2, 3, 4) }, "row 3 of the data has another target"],
    [
      "what a class is called",
      { names: ["cat", "dog", "fox"] },
      "classes were cat, dog, eel; now cat, dog, fox",
    ],
    ["fewer rows", { rows: 32 }, "the number of rows to train on was 40, now it is 32"],
  ];
  test.each(differing)("%s differs", async (_what, changes, says) => {
    const model = await stopped(make(), {}, 5);
    const before = weightsSha256(model);
    await expect(model.fit(make(changes), { ...settings, resume: true })).rejects.toThrow(says);
    await expect(model.fit(make(changes), { ...settings, resume: true })).rejects.toThrow(
      "pass otherData: true (nabla train: --other-data)",
    );
    expect(weightsSha256(model)).toBe(before);
    const { history } = await model.fit(make(changes), { ...settings, resume: true, otherData: true });
    expect(history.loss).toHaveLength(2);
    // from then on it is the data of this training
    const again = load(model.save());
    await again.fit(make(changes), { ...settings, epochs: 3, resume: true });
    await expect(model.fit(make(), { ...settings, epochs: 3, resume: true })).rejects.toThrow(
      "fit: resume: ",
    );
  });

  test("the same after parts were split off, and a row is named by its number in the data", async () => {
    const split = { validationSplit: 0.25 };
    const model = await stopped(make(), split, 4);
    await model.fit(make(), { ...settings, ...split, resume: true });
    const other = await stopped(make(), split, 4);
    const { train } = (() => {
      const seen = internalsOf(other).state.run.known!.data.seen?.rows;
      return { train: seen };
    })();
    const changes: Changes = { x: (x) => x.set(x.slice().reverse()) };
    await expect(other.fit(make(changes), { ...settings, ...split, resume: true })).rejects.toThrow(
      kind === "in memory"
        ? /row 0 of the data, and more, have other values/
        : /row \d+ of the data has other values/,
    );
    expect(train === undefined).toBe(kind === "in memory");
  });

  test("weights of rows", async () => {
    const sampleWeight = Array.from({ length: ROWS }, (_, row) => 1 + (row % 2));
    const model = await stopped(make(), { sampleWeight });
    const resumed = { ...settings, resume: true };
    await expect(model.fit(make(), resumed)).rejects.toThrow("sampleWeight was given, now it is not");
    const changed = sampleWeight.map((weight, row) => (row === 7 ? 3 : weight));
    await expect(model.fit(make(), { ...resumed, sampleWeight: changed })).rejects.toThrow(
      "row 7 of sampleWeight has another value",
    );
    await model.fit(make(), { ...resumed, sampleWeight });
  });

  test("rows to validate on, where callbacks decide by them", async () => {
    const changed = () => make({ y: (y) => y.fill(1, 2, 3) });
    const options = () => ({ callbacks: [earlyStopping({ patience: 9 })], validationData: make() });
    const model = await stopped(make(), options(), 6);
    const resumed = { ...settings, ...options(), resume: true };
    await expect(model.fit(make(), { ...resumed, validationData: changed() })).rejects.toThrow(
      "row 2 of validationData has another target, by which callbacks decide",
    );
    await model.fit(make(), resumed);
    // figures alone may be of other rows
    const free = await stopped(make(), { validationData: make() }, 6);
    await free.fit(make(), { ...settings, validationData: changed(), resume: true });
  });
});

test("weights of rows to validate on, where callbacks decide by them", async () => {
  const x = Array.from({ length: ROWS }, (_, row) => [Math.sin(row), Math.cos(row)]);
  const y = x.map((_, row) => row % 2);
  const weights = y.map((_, row) => 1 + (row % 3));
  const model = sequential([dense({ units: 2, activation: "softmax" })], { inputShape: [2], seed: 1 });
  model.compile({ loss: "categoricalCrossentropy" });
  const stop = new AbortController();
  const options = (of: number[] | undefined) => ({
    epochs: 3,
    batchSize: 8,
    validationData: (of ? [x, y, of] : [x, y]) as [number[][], number[]],
    callbacks: [earlyStopping({ patience: 9 }), { onEpochEnd: () => stop.abort() }],
  });
  await expect(model.fit(x, y, { ...options(weights), signal: stop.signal })).rejects.toThrow("aborted");
  const changed = weights.map((weight, row) => (row === 5 ? 9 : weight));
  await expect(model.fit(x, y, { ...options(changed), resume: true })).rejects.toThrow(
    "row 5 of sampleWeight of validationData has another value, by which callbacks decide",
  );
  await expect(model.fit(x, y, { ...options(undefined), resume: true })).rejects.toThrow(
    "sampleWeight of validationData was given, now it is not",
  );
  await model.fit(x, y, { ...options(weights), resume: true });
});

test("of other data sets than those in memory, only the rows are read again that were seen, and nothing in a new training", async () => {
  reads = [];
  const whole = fresh();
  await whole.fit(own(), { ...settings, validationData: own() });
  // rows to train on and to validate on, in each epoch; nothing else
  expect(reads.flat()).toHaveLength(2 * 2 * ROWS);
  const model = await stopped(own(), {}, 7);
  reads = [];
  await model.fit(own(), { ...settings, resume: true });
  const again = reads.flat().length - (2 * ROWS - 7 * 8);
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(SEEN);
  const long = await stopped(own(), { epochs: 9 }, 30);
  expect(internalsOf(long).state.run.known!.data.seen!.rows.length).toBeLessThanOrEqual(SEEN);
});

test("images that are made anew in every epoch", async () => {
  const options = { ...settings, augment: { shift: 1, rotate: 20 } };
  for (const make of [memory, own, later]) {
    const whole = fresh();
    await whole.fit(make(), options);
    const model = await stopped(make(), options, 7);
    await model.fit(make(), { ...options, resume: true });
    expect(weightsSha256(model)).toBe(weightsSha256(whole));
    const other = await stopped(make(), options, 7);
    await expect(other.fit(make({ x: (x) => x.reverse() }), { ...options, resume: true })).rejects.toThrow(
      /row \d+ of the data/,
    );
    const ready = () => augment(subset(make(), [...labels.keys()]), { shift: 1, seed: 3 });
    const composed = await stopped(ready(), {}, 4);
    await composed.fit(ready(), { ...settings, resume: true });
  }
});

test("data that gives other rows each time it is read is known by its shape alone", async () => {
  let draw = 0;
  const drawn = (): Dataset => {
    const of = memory();
    return {
      ...of,
      read(indices, x, y) {
        of.read(indices, x, y);
        x.fill(draw++ % 251, 0, 3);
      },
    };
  };
  const model = await stopped(drawn());
  await model.fit(drawn(), { ...settings, resume: true });
});

test("batches of an iterator: what is known of them is compared", async () => {
  const batches = (classes: string[]) => (place: { batch: number }) =>
    (function* () {
      for (let at = place.batch * 8; at < ROWS; at += 8)
        yield subset(memory({ names: classes }), [...labels.keys()].slice(at, at + 8));
    })();
  const model = fresh();
  const controller = new AbortController();
  const stop = { onBatchEnd: (batch: number) => void (batch === 2 && controller.abort(new Stop())) };
  const { signal } = controller;
  await expect(
    model.fit(batches(names), { epochs: 2, stepsPerEpoch: 5, callbacks: [stop], signal }),
  ).rejects.toBeInstanceOf(Stop);
  const resumed = { epochs: 2, stepsPerEpoch: 5, resume: true };
  await expect(model.fit(batches(["cat", "dog", "fox"]), resumed)).rejects.toThrow(
    "classes were cat, dog, eel",
  );
  await expect(model.fit(memory(), { ...resumed, batchSize: 8 })).rejects.toThrow("fit: resume:");
  await model.fit(batches(names), resumed);
});

test("the function that sets the learning rate is known by its name", async () => {
  function halve(_epoch: number, rate: number) {
    return rate / 2;
  }
  function other(_epoch: number, rate: number) {
    return rate / 3;
  }
  const model = await stopped(memory(), { callbacks: [learningRateScheduler(halve)] });
  const resumed = { ...settings, resume: true };
  await expect(model.fit(memory(), resumed)).rejects.toThrow(
    "callbacks had learningRateScheduler(halve), now none of its kind",
  );
  await expect(
    model.fit(memory(), { ...resumed, callbacks: [learningRateScheduler(other)] }),
  ).rejects.toThrow("callbacks had learningRateScheduler(halve), now learningRateScheduler(other)");
  await model.fit(memory(), { ...resumed, callbacks: [learningRateScheduler(halve)] });
});

test("what describes how inputs were prepared", async () => {
  const described = (extra: object): Dataset => ({ ...memory(), extra: extra as never });
  const model = await stopped(
    described({ encoding: { columns: ["a", "b"], kind: 1 }, data: { name: "one" } }),
  );
  const resumed = { ...settings, resume: true };
  await expect(model.fit(described({ encoding: { columns: ["b", "a"], kind: 1 } }), resumed)).rejects.toThrow(
    'the data is prepared otherwise ("encoding" of what describes it)',
  );
  // the order of keys says nothing, and neither does where the data lies
  await model.fit(described({ encoding: { kind: 1, columns: ["a", "b"] }, data: { name: "two" } }), resumed);
});

test("checkpoints of earlier versions, and such as say nonsense, are gone on with as before", async () => {
  for (const known of [undefined, null, 3, {}, { data: { inputs: 1 } }, { data: null, functions: [] }]) {
    const model = await stopped(own());
    internalsOf(model).state.run.known = known as never;
    await load(model.save()).fit(own({ x: (x) => x.reverse() }), { ...settings, resume: true });
  }
});

test("one row among thousands is named, in blocks and alone", async () => {
  const rows = 3000;
  const make = (...changed: number[]) => {
    const data = Float32Array.from(values(rows * WIDTH, 3));
    for (const row of changed) data[row * WIDTH] = 5;
    return arrayDataset(
      { data, shape: [rows, ...SHAPE] },
      Array.from({ length: rows }, (_, r) => r % 3),
    );
  };
  const model = await stopped(make());
  const resumed = { ...settings, resume: true };
  await expect(model.fit(make(1234), resumed)).rejects.toThrow("row 1234 of the data has other values");
  await expect(model.fit(make(1234, 1236), resumed)).rejects.toThrow(
    "rows among 1222 to 1268 of the data have other values",
  );
  await expect(model.fit(make(1234, 2999), resumed)).rejects.toThrow(
    "rows among 1222 to 1268 of the data, and more, have other values",
  );
});
