/** Stateful layers: batches that go on where the one before ended, and truncated backpropagation through time. */
import { describe, expect, test } from "vitest";
import {
  bidirectional,
  checkGradients,
  dense,
  type FitOptions,
  gru,
  input,
  load,
  lstm,
  type Model,
  masking,
  model,
  sequential,
  simpleRnn,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";

const [ROWS, T, F] = [2, 3, 2];
const numbers = (n: number, seed = 1) =>
  Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed)));
const bits = (values: ArrayLike<number>) => [...new Int32Array(Float32Array.from(values).buffer)];
const stateful = { stateful: true, batchSize: ROWS };
/** Parts of sequences as batches: x [rows, parts · T, F] as [parts · rows, T, F]. */
function inParts(x: Float32Array, parts: number, width = F): Float32Array {
  const to = new Float32Array(x.length);
  const n = T * width;
  for (let part = 0; part < parts; part++)
    for (let r = 0; r < ROWS; r++)
      to.set(x.subarray((r * parts + part) * n, (r * parts + part + 1) * n), (part * ROWS + r) * n);
  return to;
}

const forms = [
  ["simpleRnn", (more: object) => simpleRnn({ units: 5, ...more })],
  ["lstm", (more: object) => lstm({ units: 5, ...more })],
  ["gru", (more: object) => gru({ units: 5, ...more })],
  ["gru, reset before", (more: object) => gru({ units: 5, resetAfter: false, ...more })],
] as const;

describe.each(forms)("%s", (_name, make) => {
  const each = { returnSequences: true };
  const whole = () => sequential([make({ ...each, inputShape: [4 * T, F], name: "walk" })], { seed: 3 });
  const parts = () =>
    sequential([make({ ...each, ...stateful, inputShape: [T, F], name: "walk" })], { seed: 3 });
  const x = numbers(ROWS * 4 * T * F);

  test("predict() goes on from batch to batch, with the bits of the whole sequence", () => {
    const wanted = whole().predict({ data: x, shape: [ROWS, 4 * T, F] }).data;
    const given = { data: inParts(x, 4), shape: [4 * ROWS, T, F] };
    const made = parts();
    const y = made.predict(given);
    expect(bits(y.data)).toEqual(bits(inParts(wanted, 4, 5)));
    expect(bits(made.predict(given).data)).not.toEqual(bits(y.data));
    expect(bits(made.resetStates().predict(given).data)).toEqual(bits(y.data));
    // in several calls, with others of the model between them, and with a file between them
    made.resetStates();
    const first = { data: given.data.subarray(0, given.data.length / 2), shape: [2 * ROWS, T, F] };
    const second = { data: given.data.subarray(given.data.length / 2), shape: [2 * ROWS, T, F] };
    made.predict(first);
    const files = [load(made.save()), loadPredictor(made.save())];
    for (const each of [made, ...files])
      expect(bits(each.predict(second).data)).toEqual(bits(y.data.subarray(y.data.length / 2)));
  });

  test("a stream has states of its own, of as many rows as it likes", () => {
    const made = parts();
    made.predict({ data: x.subarray(0, ROWS * T * F), shape: [ROWS, T, F] });
    const before = made.weights();
    const stream = made.stream();
    const wanted = whole().stream();
    for (let t = 0; t < T; t++)
      expect(bits(stream.push(x.subarray(t * F, t * F + F)))).toEqual(
        bits(wanted.push(x.subarray(t * F, t * F + F))),
      );
    expect(made.weights()).toEqual(before);
  });

  test("gradients go back to the beginning of a batch, with the states it began with", async () => {
    const made = sequential([make({ ...stateful, inputShape: [T, F] }), dense({ units: 1 })], { seed: 5 });
    made.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const batch = { data: x.subarray(0, ROWS * T * F), shape: [ROWS, T, F] };
    made.predict({ data: x.subarray(ROWS * T * F, 2 * ROWS * T * F), shape: [ROWS, T, F] });
    const before = made.weights();
    const check = await checkGradients(made, batch as never, [[1], [2]]);
    expect(check.ok).toBe(true);
    expect(made.weights()).toEqual(before);
  });
});

const deep = () =>
  sequential(
    [
      masking({ maskValue: 9, inputShape: [T, F] }),
      lstm({ units: 4, ...stateful, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2 }),
      gru({ units: 3, ...stateful }),
      dense({ units: 1 }),
    ],
    { seed: 2 },
  ).compile({ loss: "meanSquaredError", optimizer: { name: "adam", learningRate: 0.05 } });
const BATCHES = 6;
const data = () => ({ data: numbers(BATCHES * ROWS * T * F), shape: [BATCHES * ROWS, T, F] });
const targets = Array.from({ length: BATCHES * ROWS }, (_, i) => [Math.sin(i)]);
const fit = (made: Model, options: Partial<FitOptions> = {}) =>
  made.fit(data(), targets, { epochs: 3, batchSize: ROWS, shuffle: false, worker: false, ...options });
const states = (made: Model) =>
  Object.fromEntries(Object.entries(made.weights()).filter(([name]) => /state|cells/.test(name)));

test("a training is trainOnBatch() batch by batch, with zeros before each epoch", async () => {
  const [whole, byHand] = [deep(), deep()];
  await fit(whole);
  for (let epoch = 0; epoch < 3; epoch++) {
    byHand.resetStates();
    for (let b = 0; b < BATCHES; b++) {
      const n = ROWS * T * F;
      const x = { data: data().data.subarray(b * n, (b + 1) * n), shape: [ROWS, T, F] };
      await byHand.trainOnBatch(x as never, targets.slice(b * ROWS, (b + 1) * ROWS));
    }
  }
  expect(whole.weights()).toEqual(byHand.weights());
  expect(Object.values(states(whole)).every((values) => values.some((value) => value !== 0))).toBe(true);
});

test.each([1, 4, 8, 17])("stopped after %i batches it goes on with the states it had", async (steps) => {
  const whole = deep();
  await fit(whole);
  const stopped = deep();
  let step = 0;
  await fit(stopped, {
    callbacks: [
      {
        onBatchEnd: (_b: number, _logs: object, context: { stop(why: string): void }) =>
          ++step === steps ? context.stop("enough") : undefined,
      },
    ] as never,
  });
  const again = load(stopped.save());
  await fit(again, { resume: true });
  expect(again.weights()).toEqual(whole.weights());
});

test("what only looks leaves the states alone: evaluate(), testOnBatch(), gradients(), validation", async () => {
  const made = deep();
  await fit(made);
  const before = made.weights();
  const first = await made.evaluate(data(), targets);
  expect(await made.evaluate(data(), targets)).toEqual(first);
  const n = ROWS * T * F;
  const x = { data: data().data.subarray(0, n), shape: [ROWS, T, F] };
  await made.testOnBatch(x as never, targets.slice(0, ROWS));
  await made.gradients(x as never, targets.slice(0, ROWS));
  await made.inputGradients(x as never, targets.slice(0, ROWS));
  expect(made.weights()).toEqual(before);
  // evaluate() walks the data from its beginning
  made.resetStates();
  const y = made.predict(data()).data;
  expect(first.loss).toBeCloseTo(
    y.reduce((sum, value, i) => sum + (value - targets[i][0]) ** 2, 0) / y.length,
    5,
  );
  const validated = deep();
  await fit(validated, {
    validationData: [data(), targets] as never,
    callbacks: [{ onBatchEnd: async () => void (await validated.evaluate(data(), targets)) }] as never,
  });
  expect(validated.weights()).toEqual(before);
});

test("a step whose loss is no number leaves the states as they were", async () => {
  const made = deep();
  await fit(made, { epochs: 1 });
  const before = states(made);
  const { built } = internalsOf(made);
  const x = { data: numbers(ROWS * T * F), shape: [ROWS, T, F] };
  await expect(made.trainOnBatch(x as never, [[1e30], [1e30]])).rejects.toThrow(/not finite|NaN or infinite/);
  expect(states(made)).toEqual(before);
  expect(built.batchSize).toBe(ROWS);
});

describe("refused", () => {
  const one = (more: object) => () =>
    sequential([lstm({ units: 2, inputShape: [T, F], name: "l", ...more })]);
  test.each([
    ["no batchSize", one({ stateful: true }), /lstm "l" .*stateful: expected batchSize as well/],
    ["batchSize alone", one({ batchSize: 2 }), /batchSize: only a stateful layer has one/],
    ["backwards", one({ ...stateful, goBackwards: true }), /stateful: a walk that begins with the last step/],
    [
      "both directions",
      () => sequential([bidirectional(lstm({ units: 2, ...stateful }), { inputShape: [T, F] } as never)]),
      /stateful: a walk that begins with the last step/,
    ],
  ])("%s", (_name, make, message) => expect(make).toThrow(message));

  test.each<[string, Partial<FitOptions>, RegExp]>([
    [
      "shuffled rows",
      { shuffle: true },
      /shuffle: layer "lstm_1" is stateful with batchSize 2: .*pass shuffle: false/,
    ],
    ["another batch size", { batchSize: 4 }, /expected batchSize: 2, got 4/],
    ["pieces", { microBatchSize: 1 }, /microBatchSize: .*cannot run in pieces/],
    [
      "half a batch to validate on",
      { validationData: [{ data: numbers(T * F), shape: [1, T, F] }, [[1]]] as never },
      /validation: .*a multiple of 2 rows, got 1/,
    ],
  ])("fit() with %s", async (_name, options, message) => {
    const made = deep();
    const before = made.weights();
    await expect(fit(made, options)).rejects.toThrow(message);
    expect(made.weights()).toEqual(before);
  });

  test("a last batch that is smaller", async () => {
    const x = { data: numbers(5 * T * F), shape: [5, T, F] };
    const y = targets.slice(0, 5);
    const options = { batchSize: ROWS, shuffle: false };
    await expect(deep().fit(x as never, y, options)).rejects.toThrow(
      /a multiple of 2 rows, got 5; leave out 1, or pass dropLast: true/,
    );
    await deep().fit(x as never, y, { ...options, dropLast: true });
    const made = deep();
    const before = made.weights();
    expect(() => made.predict(x)).toThrow(/is stateful with batchSize 2/);
    expect(made.weights()).toEqual(before);
    await expect(
      made.trainOnBatch({ data: numbers(3 * T * F), shape: [3, T, F] } as never, y.slice(0, 3)),
    ).rejects.toThrow(/a batch has 3/);
  });

  test("layers of different batch sizes, as soon as the model is made", () => {
    const layers = () => [
      lstm({ units: 2, ...stateful, returnSequences: true }),
      gru({ units: 1, stateful: true, batchSize: 3 }),
    ];
    const message = /"lstm_1" is stateful with batchSize 2, "gru_1" with 3; give both the same/;
    expect(() => sequential(layers(), { inputShape: [T, F] })).toThrow(message);
    const x = input({ shape: [T, F] });
    const y = layers().reduce((value, layer) => layer.apply(value), x);
    expect(() => model({ inputs: x, outputs: { y } })).toThrow(message);
  });
});
