/** trainOnBatch() and testOnBatch(): a loop of one's own gives the bits of fit(). */
import { describe, expect, test } from "vitest";
import { epochOrder, subset } from "../../src/data/index.ts";
import {
  arrayDataset,
  dense,
  dropout,
  type FitOptions,
  load,
  type Model,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const problem = clouds(40, 5, 3);
const data = dataset(problem);
/** Batches of 12, 12, 12 and 4. */
const ROWS = 12;

function fresh(training: Partial<TrainingOptions> = {}): Model {
  return sequential(
    [
      dense({ units: 7, activation: "tanh", inputShape: [5], kernelRegularizer: { l2: 1e-3 } }),
      dropout({ rate: 0.3 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  ).compile({ loss: "categoricalCrossentropy", metrics: ["accuracy", "f1"], ...training });
}

/** fit()'s batches of an epoch, as arrays. */
function* batches(epoch: number): Generator<[x: number[][], y: number[], rows: Uint32Array]> {
  const order = epochOrder(data.length, 2, epoch);
  for (let at = 0; at < data.length; at += ROWS) {
    const rows = order.subarray(at, at + ROWS);
    yield [Array.from(rows, (r) => problem.x[r]), Array.from(rows, (r) => problem.labels[r]), rows];
  }
}

const state = (model: Model) => {
  const { built, state } = internalsOf(model);
  const slots = state.required.slots.map((_, s) => built.trained.map((tensor) => [...built.read(tensor, s)]));
  return { sha: weightsSha256(model), slots, step: state.run.step };
};
const fit = async (model: Model, epochs: number, more: FitOptions = {}) => {
  await model.fit(data, { batchSize: ROWS, epochs, ...more });
  return state(model);
};

describe.each([...OPTIMIZERS, "average"])("%s", (name) => {
  const optimizer = name === "average" ? { name: "adam" as const, useEma: true } : { name: name as "adam" };
  test("steps of one's own are those of fit(), and either goes on from the other", async () => {
    const expected = await fit(fresh({ optimizer }), 3);
    const own = fresh({ optimizer });
    for (const epoch of [0, 1, 2]) for (const [x, y] of batches(epoch)) await own.trainOnBatch(x, y);
    expect(state(own)).toEqual(expected);

    const mixed = fresh({ optimizer });
    for (const [x, y] of batches(0)) await mixed.trainOnBatch(x, y);
    // a model that was never fitted begins with the order of the first epoch
    internalsOf(mixed).state.run.epoch = 1;
    await fit(mixed, 1);
    for (const [, , rows] of batches(2)) await mixed.trainOnBatch(subset(data, rows));
    expect(state(mixed)).toEqual(expected);
  });

  test("saved and loaded after a step, it goes on with slots and step number", async () => {
    const expected = await fit(fresh({ optimizer }), 1);
    let model = fresh({ optimizer });
    for (const [x, y] of batches(0)) {
      await model.trainOnBatch(x, y);
      model = load(model.save());
    }
    expect(state(model)).toEqual(expected);
    await expect(model.fit(data, { resume: true })).rejects.toThrow("there is no training to continue");
  });
});

test("loss and metrics of the batch: those of fit(), of an epoch of one batch", async () => {
  const classWeight = { 1: 3 };
  const sampleWeight = Float32Array.from({ length: 40 }, (_, r) => r / 20);
  const [a, b] = [fresh(), fresh()];
  for (let step = 0; step < 3; step++) {
    const order = epochOrder(40, 2, step);
    const scores = await b.trainOnBatch(subset(data, order), {
      classWeight,
      sampleWeight: Array.from(order, (row) => sampleWeight[row]),
    });
    await a.fit(data, { batchSize: 40, classWeight, sampleWeight });
    const { learningRate, ...figures } = a.history.history;
    expect(scores).toEqual(
      Object.fromEntries(Object.entries(figures).map(([name, [value]]) => [name, value])),
    );
  }
  expect(Object.keys(a.history.history)).toEqual(["loss", "accuracy", "f1", "learningRate"]);
});

test("testOnBatch is evaluate on one batch, and changes nothing", async () => {
  const model = fresh();
  await fit(model, 2);
  const before = model.save();
  const weights = { classWeight: [1, 2, 0.5], sampleWeight: Array.from({ length: 40 }, (_, r) => r / 10) };
  for (const options of [{}, weights]) {
    expect(await model.testOnBatch(data, options)).toEqual(await model.evaluate(data, options));
    expect(await model.testOnBatch(problem.x, problem.labels, options)).toEqual(
      await model.evaluate(data, options),
    );
  }
  expect(model.save()).toEqual(before);
});

test("batches of changing sizes need few plans", async () => {
  const model = fresh();
  const { built } = internalsOf(model);
  const planned: number[] = [];
  const remember = built["remember"];
  built["remember"] = (what, rows, ...rest) => {
    planned.push(rows);
    return remember.call(built, what, rows, ...rest);
  };
  const sizes = [10, 3, 10, 11, 12, 15, 1, 16, 23, 40];
  const straight = fresh();
  for (const n of sizes) {
    const part = subset(
      data,
      Array.from({ length: n }, (_, i) => i),
    );
    await model.trainOnBatch(part);
    await straight.trainOnBatch(part);
    internalsOf(straight).state.capacity = 0;
  }
  expect(planned).toEqual([10, 10, 10, 15, 15, 15, 15, 23, 23, 40]);
  expect(state(model)).toEqual(state(straight));
});

test("the rate of a step, and a schedule, which counts epochs", async () => {
  const model = fresh({ optimizer: { name: "sgd", learningRate: 1 }, schedule: "cosine" });
  const before = weightsSha256(model);
  await expect(model.trainOnBatch(data)).rejects.toThrow(
    'trainOnBatch: the schedule "cosine" counts epochs, which single batches do not have; pass a learningRate',
  );
  for (const learningRate of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    await expect(model.trainOnBatch(data, { learningRate })).rejects.toThrow(
      "learningRate: expected a number ≥ 0",
    );
  await model.trainOnBatch(data, { learningRate: 0 });
  expect(weightsSha256(model)).toBe(before);
  const plain = fresh({ optimizer: { name: "sgd", learningRate: 0.25 } });
  model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 1 } });
  await model.trainOnBatch(data, { learningRate: 0.25 });
  await plain.trainOnBatch(data);
  expect(weightsSha256(model)).toBe(weightsSha256(plain));
});

test("a factor that callbacks have set counts here too", async () => {
  const model = fresh({ optimizer: { name: "sgd", learningRate: 0.5 } });
  await model.fit(data, { callbacks: [{ onTrainEnd: (context) => void (context.rateFactor = 0) }] });
  const before = weightsSha256(model);
  await model.trainOnBatch(data);
  expect(weightsSha256(model)).toBe(before);
});

test("what is refused, before anything has changed", async () => {
  const model = fresh();
  const before = model.save();
  await expect(model.trainOnBatch(problem.x, [0, 1])).rejects.toThrow("y has 2");
  await expect(model.trainOnBatch([[1, 2]], [0])).rejects.toThrow("expected input [5], got [2]");
  await expect(model.trainOnBatch(slowly(data))).rejects.toThrow(
    "trainOnBatch: the data set reads asynchronously",
  );
  await expect(model.testOnBatch(slowly(data))).rejects.toThrow(
    "testOnBatch: the data set reads asynchronously",
  );
  await expect(model.trainOnBatch(data, { sampleWeight: [1] })).rejects.toThrow(
    "trainOnBatch: sampleWeight: expected 40",
  );
  await expect(model.trainOnBatch(data, { batchSize: 3 } as never)).rejects.toThrow(
    'unknown option "batchSize"',
  );
  await expect(model.testOnBatch(data, { learningRate: 3 } as never)).rejects.toThrow(
    "testOnBatch: unknown option",
  );
  await expect(sequential([dense({ units: 1 })]).trainOnBatch([[1]], [[1]])).rejects.toThrow("call compile(");
  expect(model.save()).toEqual(before);
  let refused = "";
  const onBatchEnd = async () => {
    try {
      await model.trainOnBatch(data);
    } catch (error) {
      refused = (error as Error).message;
    }
  };
  await model.fit(data, { callbacks: [{ onBatchEnd }] });
  expect(refused).toBe("trainOnBatch: fit() trains this model; wait for it, or stop it");
});

describe("when the loss is not finite", () => {
  const rows = { x: problem.x.map((row) => row.map((v) => 10 * v)), y: problem.x.map((row) => [row[0]]) };
  const regression = () =>
    sequential([dense({ units: 8, inputShape: [5] }), dense({ units: 1, name: "last" })], {
      seed: 1,
    }).compile({
      loss: "meanSquaredError",
      optimizer: { name: "momentum", learningRate: 1e-5 },
    });

  test("the model has the weights, slots and steps of one that gave a loss", async () => {
    const model = regression();
    for (let step = 0; step < 40; step++) await model.trainOnBatch(rows.x, rows.y);
    const kept = regression();
    for (let step = 0; step < 32; step++) await kept.trainOnBatch(rows.x, rows.y);
    const wild = async () => {
      for (let step = 0; step < 20; step++) await model.trainOnBatch(rows.x, rows.y, { learningRate: 1e10 });
    };
    await expect(wild()).rejects.toThrow(
      /^trainOnBatch: step \d+: the loss is NaN or infinite.*learning rate \(10000000000\).*Nothing is lost: the model is as it was after step 32$/,
    );
    expect(state(model)).toEqual(state(kept));
    // and it goes on
    await model.trainOnBatch(rows.x, rows.y);
    await kept.trainOnBatch(rows.x, rows.y);
    expect(state(model)).toEqual(state(kept));
    await expect(wild()).rejects.toThrow("after step 32");
    await expect(wild()).rejects.toThrow("after step 32");
  });

  test("weights that a program has set are not taken back", async () => {
    const model = regression();
    for (let step = 0; step < 3; step++) await model.trainOnBatch(rows.x, rows.y);
    const huge = Object.fromEntries(Object.entries(model.weights()).map(([name, w]) => [name, w.fill(3e38)]));
    model.setWeights(huge);
    const before = state(model);
    await expect(model.trainOnBatch(rows.x, rows.y)).rejects.toThrow("the model is as it was after step 3");
    expect(state(model)).toEqual(before);
  });

  test("data that is wrong is said to be, and takes nothing back", async () => {
    const model = regression();
    const source = arrayDataset(rows.x, rows.y);
    for (let step = 0; step < 3; step++) await model.trainOnBatch(source);
    const before = state(model);
    const broken = {
      ...source,
      read: (i: Uint32Array, x: never, y: Float32Array) => {
        source.read(i, x, y);
        y[3] = Number.NaN;
      },
    } as typeof source;
    await expect(model.trainOnBatch(broken)).rejects.toThrow(
      "trainOnBatch: data: row 3: value 0 of its target is not a finite number",
    );
    expect(state(model)).toEqual(before);
  });
});
