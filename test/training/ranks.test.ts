/** Ranks without mpirun: callbacks that stop on one of them, and data that differs. */
import { expect, test } from "vitest";
import {
  type Callback,
  dense,
  type FitOptions,
  type Model,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { clouds } from "../support/problems.ts";
import { ranksHere } from "../support/ranks.ts";

const { x } = clouds(24, 5, 3);
const y = Int32Array.from({ length: 24 }, (_, r) => r % 3);

async function fitted(more: FitOptions) {
  const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 3, inputShape: [5] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
  const { history, stopped } = await model.fit(x, [...y], { batchSize: 8, epochs: 4, shards: 4, ...more });
  return { sha: weightsSha256(model), history, stopped };
}

/** Of each rank. @param more what differs by rank */
const together = (size: number, more: (rank: number) => FitOptions) =>
  Promise.all(ranksHere(size).map((ranks) => fitted({ ...more(ranks.rank), ranks })));

const stops: Record<string, Callback> = {
  "before the first step": { onTrainBegin: (context) => context.stop("enough") },
  "before an epoch": { onEpochBegin: (epoch, context) => void (epoch === 2 && context.stop("enough")) },
  "after a step": { onBatchEnd: (_, __, context) => void (context.step === 4 && context.stop("enough")) },
  "after every second step": {
    everySteps: 2,
    onBatchEnd: (_, __, context) => void (context.step === 8 && context.stop("enough")),
  },
  "after the last step of an epoch": {
    onBatchEnd: (_, __, context) => void (context.step === 6 && context.stop("enough")),
  },
  "after an epoch": { onEpochEnd: (epoch, _, context) => void (epoch === 1 && context.stop("enough")) },
};

test.each(Object.entries(stops))(
  "a callback that stops %s on one rank stops all, where it stops one process",
  async (_, callback) => {
    const want = await fitted({ callbacks: [callback] });
    expect(want.stopped).toBe("enough");
    const got = await together(3, (rank) => (rank === 1 ? { callbacks: [callback] } : {}));
    expect(got).toEqual([want, want, want]);
  },
  10_000,
);

test("what one rank asks for between callbacks all do after the epoch", async () => {
  const later: Callback = {
    onEpochBegin: (_, context) => void Promise.resolve().then(() => context.stop("in between")),
  };
  const got = await together(2, (rank) => (rank === 1 ? { callbacks: [later] } : {}));
  expect(got[0]).toEqual(got[1]);
  expect(got[0]!.stopped).toBe("in between");
}, 10_000);

test("what saves is called when all know that training stops", async () => {
  const seen: (string | undefined)[] = [];
  const saving: Callback = {
    name: "modelCheckpoint",
    onEpochEnd: (_, __, { model }) => void seen.push((model as Model).history.stopped),
  };
  await together(2, (rank) =>
    rank === 1 ? { callbacks: [stops["after an epoch"]!] } : { callbacks: [saving] },
  );
  expect(seen).toEqual([undefined, "enough"]);
}, 10_000);

const weights = (at: number) => Array.from({ length: 24 }, (_, i) => (i === at ? 2 : 1));
const moved = x.map((row, r) => (r === 5 ? row.map((value) => value + 1) : row));
const labels = [...y];

test.each<[string, (rank: number) => FitOptions]>([
  ["set of sample weights", (rank) => ({ sampleWeight: weights(rank) })],
  ["set of sample weights", (rank) => (rank === 0 ? {} : { sampleWeight: weights(1) })],
  ["content of the data to validate on", (rank) => ({ validationData: [rank === 0 ? x : moved, labels] })],
  ["set of sample weights to validate on", (rank) => ({ validationData: [x, labels, weights(rank)] })],
])(
  "ranks with another %s are named",
  async (what, more) => {
    await expect(together(2, more)).rejects.toThrow(
      `fit: ranks: rank 1 has another ${what} than rank 0; start all with the same program, options and data`,
    );
  },
  10_000,
);

test("with the same of all it trains", async () => {
  const more = { sampleWeight: weights(2), validationData: [x, labels, weights(3)] } as FitOptions;
  const want = await fitted(more);
  expect(await together(2, () => more)).toEqual([want, want]);
}, 10_000);
