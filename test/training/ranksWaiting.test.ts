/** A program's own code runs while ranks wait for each other, and while a step's shards are computed: it may ask the model for something. */
import { expect, test } from "vitest";
import { dense, type FitOptions, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import type { Ranks } from "../../src/training/ranks.ts";
import { clouds } from "../support/problems.ts";
import { ranksHere } from "../support/ranks.ts";

const { x } = clouds(16, 5, 3);
const { x: targets } = clouds(16, 3, 1);
const { x: more } = clouds(8192, 5, 3);
const some = more.slice(0, 2048);

const compiled = (): Model =>
  sequential([dense({ units: 120, activation: "tanh" }), dense({ units: 60 }), dense({ units: 3 })], {
    seed: 3,
    inputShape: [5],
  }).compile({ optimizer: "adam", loss: "mse" }) as Model;
const fit = (model: Model, options: FitOptions = {}) =>
  model.fit(x, [...targets], { batchSize: 8, shards: 8, epochs: 2, ...options });
const undisturbed = async () => {
  const model = compiled();
  await fit(model);
  return weightsSha256(model);
};

/** Asks for something whenever this rank waits. */
const asking = (ranks: Ranks, ask: () => void): Ranks => {
  const during = <T>(waiting: Promise<T>): Promise<T> => {
    ask();
    return waiting;
  };
  return {
    ...ranks,
    gather: (...given) => during(ranks.gather(...given)),
    exchange: (...given) => during(ranks.exchange(...given)),
  };
};

test.each([2, 3])(
  "%i ranks that predict while they wait have the bits of one that does not",
  async (size) => {
    const want = await undisturbed();
    for (const shardOptimizer of [false, true]) {
      const shas = ranksHere(size).map(async (ranks) => {
        const model = compiled();
        // so much memory is there, also where gradients and sums are
        const ask = () => void model.predict(some, { batchSize: 2048 });
        ask();
        await fit(model, { ranks: { ...asking(ranks, ask), shardOptimizer } });
        return weightsSha256(model);
      });
      expect(await Promise.all(shas)).toEqual(Array(size).fill(want));
    }
  },
);

test("what needs more memory while ranks exchange gradients is refused, and the training goes on", async () => {
  const want = await undisturbed();
  let [refused, answered] = [0, 0];
  const shas = ranksHere(2).map(async (ranks) => {
    const model = compiled();
    let rows = 1;
    const ask = () => {
      rows = Math.min(8 * rows, 8192);
      try {
        model.predict(more.slice(0, rows), { batchSize: rows });
        answered++;
      } catch (error) {
        expect(String(error)).toMatch(/needs more memory for this while fit\(\) exchanges gradients/);
        refused++;
      }
    };
    await fit(model, { ranks: { ...ranks, exchange: asking(ranks, ask).exchange } });
    // memory grows again
    expect(model.predict(more, { batchSize: 8192 }).length).toBe(8192);
    return weightsSha256(model);
  });
  expect(await Promise.all(shas)).toEqual([want, want]);
  expect(refused).toBeGreaterThan(0);
  expect(answered).toBeGreaterThan(0);
});

test("shards in one process are not disturbed by a program whose promises go on", async () => {
  // loads what fit() loads
  const want = await undisturbed();
  const model = compiled();
  let over = false;
  const ends = fit(model).finally(() => {
    over = true;
  });
  let asked = 0;
  // so many at most, as fit() may wait for what no promise of this loop lets happen
  for (; !over && asked < 500; asked++) {
    await null;
    model.predict(more.slice(0, 1 + (asked % 64)));
  }
  await ends;
  expect(asked).toBeGreaterThan(10);
  expect(weightsSha256(model)).toBe(want);
});
