/** Training while other models predict, and train: each as if it were alone. */
import { expect, test } from "vitest";
import { type Callback, dense, type Model, sequential, weightsSha256 } from "../../src/index.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(60, 4, 3));
const fresh = (seed: number): Model =>
  sequential([dense({ units: 8, activation: "relu" }), dense({ units: 3, activation: "softmax" })], {
    inputShape: [4],
    seed,
  }).compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });

test("trainings of several models, evaluations and predictions in between", async () => {
  const seeds = [1, 2, 3];
  const alone = new Map<number, [string, unknown]>();
  for (const seed of seeds) {
    const model = fresh(seed);
    const history = await model.fit(data, { epochs: 4, batchSize: 12 });
    alone.set(seed, [weightsSha256(model), history]);
  }
  const still = fresh(9);
  const wanted = still.predict(data).data;
  const scores = await still.evaluate(data);
  const models = seeds.map(fresh);
  let asked = 0;
  const asking: () => Callback = () => ({
    async onBatchEnd() {
      asked++;
      expect(still.predict(data).data).toEqual(wanted);
      // those that are trained answer as well
      for (const model of models) expect(model.predict(data).data.every(Number.isFinite)).toBe(true);
      expect(await still.evaluate(slowly(data))).toEqual(scores);
    },
  });
  const got = await Promise.all(
    models.map((model, i) =>
      model.fit(i === 1 ? slowly(data) : data, { epochs: 4, batchSize: 12, callbacks: [asking()] }),
    ),
  );
  expect(asked).toBe(3 * 4 * 5);
  models.forEach((model, i) => {
    expect([weightsSha256(model), got[i]]).toEqual(alone.get(seeds[i]!));
  });
});

test("a model that is trained is refused by another training at once, and free when that ends", async () => {
  const model = fresh(1);
  const first = model.fit(data, { epochs: 2, batchSize: 12 });
  await expect(model.fit(data)).rejects.toThrow("this model is being trained already");
  expect(() => model.compile({ loss: "meanSquaredError" })).toThrow("this model is being trained");
  await first;
  await model.fit(data);
});
