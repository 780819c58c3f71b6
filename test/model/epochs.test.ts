/** How many batches an epoch has: dropLast, stepsPerEpoch. */
import { describe, expect, test } from "vitest";
import { epochOrder, subset } from "../../src/data/index.ts";
import { dense, dropout, type FitOptions, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(40, 5, 3));
const fresh = (): Model =>
  sequential(
    [
      dense({ units: 6, activation: "tanh", inputShape: [5] }),
      dropout({ rate: 0.2 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  ).compile({ loss: "categoricalCrossentropy", metrics: ["accuracy"] });

/** What is left after these batches of each epoch, taken by hand. */
async function byHand(batches: number, batchSize: number): Promise<string> {
  const model = fresh();
  for (let epoch = 0; epoch < 2; epoch++) {
    const order = epochOrder(40, 2, epoch);
    for (let b = 0; b < batches; b++)
      await model.trainOnBatch(subset(data, order.subarray(b * batchSize, (b + 1) * batchSize)));
  }
  return weightsSha256(model);
}

describe.each<[string, FitOptions, number]>([
  ["dropLast leaves out the smaller batch", { dropLast: true }, 3],
  ["dropLast: false does not", { dropLast: false }, 4],
  ["dropLast where all batches are full", { dropLast: true, batchSize: 10 }, 4],
  ["stepsPerEpoch ends an epoch sooner", { stepsPerEpoch: 2 }, 2],
  ["both", { stepsPerEpoch: 3, dropLast: true }, 3],
])("%s", (_, options, batches) => {
  test.each<[string, FitOptions, typeof data]>([
    ["here", {}, data],
    ["in pieces", { microBatchSize: 5 }, data],
    ["in a worker", { worker: true }, data],
    ["read ahead", {}, slowly(data)],
    ["read ahead by a worker", { worker: true }, slowly(data)],
  ])("%s", async (__, more, source) => {
    const model = fresh();
    const sizes: number[] = [];
    const onBatchEnd = (batch: number) => void sizes.push(batch);
    const seen: number[] = [];
    const onTrainBegin = (context: { batchesPerEpoch: number }) => void seen.push(context.batchesPerEpoch);
    const { epoch } = await model.fit(source, {
      batchSize: 12,
      epochs: 2,
      ...options,
      ...more,
      callbacks: [{ onBatchEnd, onTrainBegin }],
    });
    const each = Array.from({ length: batches }, (_, b) => b);
    expect([epoch, sizes, seen]).toEqual([[0, 1], [...each, ...each], [batches]]);
    expect(weightsSha256(model)).toBe(await byHand(batches, options.batchSize ?? 12));
  });
});

test("stopped in mid-epoch it resumes with the same bits", async () => {
  const options = { batchSize: 12, epochs: 3, dropLast: true, stepsPerEpoch: 3 };
  const want = fresh();
  await want.fit(data, options);
  const model = fresh();
  const stop = new AbortController();
  const onBatchEnd = (_: number, __: unknown, { step }: { step: number }) =>
    void (step === 5 && stop.abort());
  await expect(
    model.fit(data, { ...options, signal: stop.signal, callbacks: [{ onBatchEnd }] }),
  ).rejects.toThrow();
  await expect(model.fit(data, { ...options, dropLast: false, resume: true })).rejects.toThrow(
    "fit: resume: dropLast was true, now it is false; a resumed run needs the same",
  );
  await model.fit(data, { epochs: 3, resume: true });
  expect(weightsSha256(model)).toBe(weightsSha256(want));
});

test("an epoch of no batch, or of more than there are, is refused", async () => {
  await expect(fresh().fit(subset(data, [0, 1, 2]), { dropLast: true })).rejects.toThrow(
    "fit: dropLast: the 3 rows to train on do not fill a batch of 32; make batchSize smaller",
  );
  await expect(fresh().fit(data, { batchSize: 12, stepsPerEpoch: 5 })).rejects.toThrow(
    "fit: stepsPerEpoch: expected at most 4, the batches that 40 rows give, got 5",
  );
  await expect(fresh().fit(data, { batchSize: 12, stepsPerEpoch: 4, dropLast: true })).rejects.toThrow(
    "expected at most 3",
  );
  await expect(fresh().fit(data, { dropLast: 1 as never })).rejects.toThrow(
    "fit: dropLast: expected true or false, got 1",
  );
});
