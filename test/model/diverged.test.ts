/** When numbers stop being numbers: training says where and why, and leaves a model that is worth something. */
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  type Callback,
  dense,
  earlyStopping,
  load,
  type Model,
  NablaError,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { clouds, dataset } from "../support/problems.ts";

const problem = clouds(24, 4, 3);
const data = dataset(problem);
/** Inputs whose gradients are greater than one. */
const large = dataset({ ...problem, x: problem.x.map((row) => row.map((v) => 20 * v)) });

function fresh(learningRate: number, options: object = {}): Model {
  return sequential(
    [
      dense({ units: 6, activation: "relu", inputShape: [4], name: "first" }),
      dense({ units: 3, name: "second", ...options }),
    ],
    { seed: 1 },
  ).compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "sgd", learningRate },
    metrics: ["accuracy"],
  });
}

async function failure(promise: Promise<unknown>): Promise<NablaError> {
  const error = await promise.then(
    () => undefined,
    (e) => e,
  );
  expect(error).toBeInstanceOf(NablaError);
  return error;
}

describe.each([
  ["many batches an epoch", 8, 3],
  ["one batch an epoch", 24, 3],
  ["one batch and one epoch", 24, 1],
])("an absurd learning rate, %s", (_, batchSize, epochs) => {
  test("stops, says so, and the weights from before are there", async () => {
    const model = fresh(3e38);
    const before = weightsSha256(model);
    const error = await failure(model.fit(large, { batchSize, epochs }));
    expect(error.message).toMatch(
      /^training stopped at step \d \(epoch \d, batch \d\): the loss is NaN or infinite; /,
    );
    expect(error.message).toMatch(/(weights|output) of layer "(first|second)"/);
    expect(error.message).toContain("Likely cause: the learning rate (3e+38) is too large");
    expect(error.message).toContain("the model is as it was at the beginning of epoch 1");
    expect(error.details).toMatchObject({
      epoch: expect.any(Number),
      step: expect.any(Number),
      layer: expect.any(String),
    });
    expect(weightsSha256(model)).toBe(before);
    expect(internalsOf(model).state.run).toMatchObject({
      epoch: 0,
      batch: 0,
      step: 0,
      lossSum: 0,
      rows: 0,
      history: [],
    });
    // and it can be trained with a better one
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.1 } });
    const { history } = await model.fit(data, { batchSize, epochs: 5 });
    expect(history.loss[4]).toBeLessThan(history.loss[0]);
  });
});

test("goes back to the last epoch whose weights gave a loss, callbacks and history too", async () => {
  // from the third epoch on the rate is absurd; weights that overflow are seen at the latest at the epoch's end
  const burst: Callback = {
    onEpochBegin(epoch, context) {
      if (epoch === 2) context.rateFactor = 1e37;
    },
  };
  const options = { batchSize: 8, seed: 3, validationData: data };
  const two = fresh(0.1);
  const stopping = earlyStopping({ patience: 9 });
  await two.fit(data, { ...options, epochs: 2, callbacks: [earlyStopping({ patience: 9 })] });
  const model = fresh(0.1);
  await failure(model.fit(data, { ...options, epochs: 4, callbacks: [stopping, burst] }));
  expect(weightsSha256(model)).toBe(weightsSha256(two));
  expect(model.history).toEqual(two.history);
  expect(internalsOf(model).state.callbackStates).toEqual(internalsOf(two).state.callbackStates);
  // going on from there is as if nothing had happened
  await model.fit(data, { ...options, epochs: 4, resume: true, callbacks: [stopping] });
  await two.fit(data, { ...options, epochs: 4, resume: true, callbacks: [earlyStopping({ patience: 9 })] });
  expect(model.history).toEqual(two.history);
  expect(weightsSha256(model)).toBe(weightsSha256(two));
});

test("after a resume in mid-epoch, it is there that it goes back to", async () => {
  let bytes: Uint8Array | undefined;
  const crash: Callback = {
    onBatchEnd(_batch, _logs, context) {
      if (context.step !== 4) return;
      bytes = context.model.save();
      throw new Error("crash");
    },
  };
  const options = { batchSize: 8, epochs: 3, seed: 3 };
  await fresh(0.1)
    .fit(data, { ...options, callbacks: [crash] })
    .catch(() => {});
  const model = load(bytes!);
  const before = { sha: weightsSha256(model), run: internalsOf(model).state.run };
  const burst: Callback = {
    onTrainBegin(context) {
      context.rateFactor = 1e37;
    },
  };
  const error = await failure(model.fit(data, { ...options, resume: true, callbacks: [burst] }));
  expect(error.message).toContain("the model is as it was after step 4");
  expect(weightsSha256(model)).toBe(before.sha);
  expect(internalsOf(model).state.run).toEqual({ ...before.run, rateFactor: 1e37 });
});

test("weights that overflow are never saved", async () => {
  const model = fresh(3e38, { kernelInitializer: { name: "gaussian", stddev: 1e19 } });
  const saved: Uint8Array[] = [];
  const save: Callback = {
    onBatchEnd(_batch, _logs, context) {
      saved.push(context.model.save());
    },
  };
  const error = await failure(model.fit(data, { batchSize: 8, epochs: 2, callbacks: [save] }));
  expect(error.message).toMatch(/^save: weights of layer "(first|second)" are not finite/);
  for (const bytes of saved) expect(() => load(bytes)).not.toThrow();
});

describe("data that is not numbers, from a data set that does not check", () => {
  const bad = (change: (x: Float32Array, y: Float32Array) => void): Dataset => ({
    name: "sensors",
    length: 6,
    inputShape: [2],
    inputType: "float32",
    inputScale: 1,
    target: { kind: "values", size: 1 },
    read(indices, x, y) {
      const [rows, values] = [new Float32Array(12).fill(0.5), new Float32Array(6).fill(0.25)];
      change(rows, values);
      indices.forEach((row, i) => {
        x.set(rows.subarray(2 * row, 2 * row + 2), 2 * i);
        y[i] = values[row];
      });
    },
  });
  test.each([
    ["input", bad((x) => x.fill(NaN, 7, 8)), "sensors: row 3: value 1 of its input is not a finite number"],
    [
      "target",
      bad((_, y) => y.fill(Infinity, 4, 5)),
      "sensors: row 4: value 0 of its target is not a finite number",
    ],
  ] as const)("%s", async (_, source, message) => {
    const model = sequential([dense({ units: 1, inputShape: [2] })]).compile({
      loss: "meanSquaredError",
      optimizer: "sgd",
    });
    const error = await failure(model.fit(source, { batchSize: 2, epochs: 1, shuffle: false }));
    expect(error.message).toContain(message);
    expect(error.message).toContain(
      "; mend it, or leave the row out. Nothing is lost: the weights are those from before this step",
    );
    expect(error.message).not.toContain("learning rate");
    expect(error.details?.row).toBe(message.includes("row 3") ? 3 : 4);
    expect(Object.values(model.weights()).every((w) => w.every(Number.isFinite))).toBe(true);
    expect(internalsOf(model).state.run.step).toBeGreaterThan(0);
  });
});

test("a penalty that overflows stops training before the update", async () => {
  const model = fresh(0.1, {
    kernelRegularizer: { l2: 1 },
    kernelInitializer: { name: "gaussian", stddev: 1e19 },
  });
  const before = weightsSha256(model);
  const error = await failure(model.fit(data, { batchSize: 8 }));
  expect(error.message).toContain("the loss is NaN or infinite");
  expect(weightsSha256(model)).toBe(before);
});

test("evaluate and predict report what comes out, without an error", async () => {
  const model = fresh(0.1, { kernelInitializer: { name: "gaussian", stddev: 3e38 } });
  const { loss } = await model.evaluate(data);
  expect(Number.isFinite(loss)).toBe(false);
});

test("an epoch whose validation is NaN counts as no improvement", async () => {
  const nan: Dataset = { ...data, read: (_, x) => void x.fill(NaN) };
  const model = fresh(0.1);
  const result = await model.fit(data, {
    epochs: 9,
    validationData: nan,
    callbacks: [earlyStopping({ patience: 2 })],
  });
  expect(result.history.valLoss).toEqual([NaN, NaN]);
  expect(result.stopped).toBe("valLoss has not been a number for 2 epochs");
  expect(load(model.save()).history).toEqual(model.history);
});
