/** Metrics that keep rows, where batches run in pieces: the same figures, and no row is copied again with each batch. */
import { afterEach, expect, test, vi } from "vitest";
import {
  dense,
  type FitOptions,
  load,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { Kept } from "../../src/metrics/kept.ts";
import type { Tally } from "../../src/metrics/metric.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { values } from "../support/kernel.ts";
import { measured, scored, subject } from "../support/metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Kinds of targets, and metrics of each that keep rows. */
const KINDS = {
  "two classes": { units: 1, metrics: ["auc", "accuracy", { name: "auc", curve: "PR", as: "prAuc" }] },
  labels: { units: 3, metrics: ["averagePrecision", "f1"] },
  quantities: { units: 2, metrics: ["medianAbsoluteError", "mae"] },
} as const satisfies Record<string, { units: number; metrics: TrainingOptions["metrics"] }>;

const BATCH = 8;

function problem(kind: keyof typeof KINDS, rows: number) {
  const { units, metrics } = KINDS[kind];
  const quantities = kind === "quantities";
  const model = sequential(
    [dense({ units, activation: quantities ? "linear" : "sigmoid", inputShape: [4] })],
    { seed: 2 },
  ).compile({
    loss: quantities ? "meanSquaredError" : "binaryCrossentropy",
    optimizer: { name: "adam", learningRate: 0.01 },
    metrics,
  });
  const x = { data: values(rows * 4, 1), shape: [rows, 4] };
  const y = {
    data: values(rows * units, 2).map((v) => (quantities ? v : Number(v > 0))),
    shape: [rows, units],
  };
  const fit = (more: FitOptions = {}, of = model) =>
    of.fit(x, y, { batchSize: BATCH, epochs: 2, seed: 4, worker: false, ...more });
  return { model, fit };
}

/** Numbers that rows which are kept go in and out of states as. */
function counting() {
  let copied = 0;
  const own = Kept.prototype as unknown as Record<string, (state: readonly number[]) => unknown>;
  for (const name of ["state", "restore", "append"].filter((each) => each in own)) {
    const real = own[name]!;
    vi.spyOn(own, name).mockImplementation(function (this: unknown, state) {
      const result = real.call(this, state) as readonly number[] | undefined;
      copied += (result ?? state).length;
      return result;
    });
  }
  return () => copied;
}

test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
  "of %s: what is copied grows with the rows, not with their square",
  async (kind) => {
    const run = async (rows: number) => {
      const { model, fit } = problem(kind, rows);
      const copied = counting();
      await fit({ epochs: 1, microBatchSize: 3 });
      const numbers = copied();
      vi.restoreAllMocks();
      const { model: same, fit: whole } = problem(kind, rows);
      await whole({ epochs: 1 });
      expect(model.history).toEqual(same.history);
      return numbers;
    };
    const few = await run(16 * BATCH);
    expect(few).toBeGreaterThan(16 * BATCH);
    // with all earlier rows in each of them it would be about 64 times as many
    expect(await run(128 * BATCH)).toBeLessThan(8.5 * few);
  },
);

test.each(Object.keys(KINDS) as (keyof typeof KINDS)[])(
  "of %s: stopped within an epoch, what is saved and what it comes to are those of whole batches",
  async (kind) => {
    const stopped = async (microBatchSize?: number) => {
      const { model, fit } = problem(kind, 60);
      const stop = new AbortController();
      const onBatchEnd = (_b: number, _l: object, { step }: { step: number }) => {
        if (step === 5) stop.abort();
      };
      const run = fit({ microBatchSize, signal: stop.signal, callbacks: [{ onBatchEnd }] });
      await expect(run).rejects.toThrow();
      return model.save();
    };
    const [whole, pieces] = [await stopped(), await stopped(3)];
    const metrics = (file: Uint8Array) => internalsOf(load(file)).state.run.metrics;
    expect(metrics(pieces)).toEqual(metrics(whole));
    const { model, fit } = problem(kind, 60);
    await fit();
    for (const file of [whole, pieces]) {
      const resumed = load(file);
      await fit({ resume: true, microBatchSize: 5 }, resumed);
      expect(resumed.history).toEqual(model.history);
      expect(weightsSha256(resumed)).toBe(weightsSha256(model));
    }
  },
);

test("the last rows of more than may be kept are in the places that they have without pieces", () => {
  const most = 10;
  const about = subject("quantities", 2, { most });
  const name = "medianAbsoluteError";
  const rows = Array.from({ length: 47 }, (_, r) => [...values(2, r + 1)]);
  const batch = (from: number, to: number) =>
    scored(rows.slice(from, to), { values: rows.slice(from, to).map((row) => row.map((v) => v * v)) });
  const [whole, pieces]: Tally[] = [measured(name, about), measured(name, about)];
  const twin = measured(name, subject("quantities", 2));
  // batches of 1 to 12 rows, each in pieces of up to 4
  for (let from = 0, n = 1; from < rows.length; from += n, n += 1 + (n % 3)) {
    const to = Math.min(rows.length, from + n);
    whole!.add(batch(from, to));
    twin.restore(pieces!.basis!());
    for (let at = from; at < to; at += 4) twin.add(batch(at, Math.min(to, at + 4)));
    pieces!.append!(twin.state());
    expect(pieces!.state()).toEqual(whole!.state());
  }
  expect(whole!.state()[0]).toBe(most);
  expect(whole!.state()[1]).toBeGreaterThan(0);
});

test("a batch of more rows than may be kept leaves its last ones, the oldest first", () => {
  const given = (rows: readonly number[], kept = new Kept(1, 3)) => {
    for (const row of rows) {
      const at = kept.place();
      kept.values[at] = row;
    }
    return kept;
  };
  const oldestFirst = ([rows, next, ...values]: readonly number[]) => [
    ...values.slice(next, rows),
    ...values.slice(0, next),
  ];
  for (const before of [[], [9], [9, 8, 7, 6]])
    for (const batch of [[1], [1, 2, 3], [1, 2, 3, 4, 5]]) {
      const pieces = given(before);
      pieces.append(given(batch).state());
      expect(oldestFirst(pieces.state())).toEqual(oldestFirst(given([...before, ...batch]).state()));
    }
});
