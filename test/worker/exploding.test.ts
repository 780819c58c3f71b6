/** A learning rate that is too large, in a worker: caught and explained as here, and the model is one that can be used. */
import { expect, test, vi } from "vitest";
import { dense, load, type Model, NablaError, sequential } from "../../src/index.ts";
import { OPTIMIZERS, type OptimizerInput } from "../../src/optimizers/table.ts";
import { values } from "../support/kernel.ts";

const rows = 32;
const x = { data: values(rows * 2, 1), shape: [rows, 2] };
const y = { data: values(rows, 2), shape: [rows, 1] };

function wild(name: (typeof OPTIMIZERS)[number], more: object): Model {
  return sequential(
    [
      dense({ units: 8, activation: "relu", inputShape: [2] }),
      dense({ units: 8, activation: "relu" }),
      dense({ units: 1 }),
    ],
    { seed: 3 },
  ).compile({
    loss: "meanSquaredError",
    metrics: ["mae"],
    optimizer: { name, learningRate: 1e30, ...more } as OptimizerInput,
  });
}

async function caught(model: Model, worker: boolean): Promise<NablaError> {
  const error: unknown = await model.fit(x, y, { epochs: 30, batchSize: 8, worker }).then(
    () => undefined,
    (cause) => cause,
  );
  expect(error).toBeInstanceOf(NablaError);
  return error as NablaError;
}

test.each(OPTIMIZERS)("%s", async (name) => {
  const silent = vi.spyOn(console, "warn");
  for (const more of name === "adam" ? [{}, { useEma: true }, { clipNorm: 1 }] : [{}]) {
    const [here, there] = [wild(name, more), wild(name, more)];
    const [mine, other] = [await caught(here, false), await caught(there, true)];
    expect(other.message).toBe(mine.message);
    expect(other.details).toEqual(mine.details);
    expect(other.message).toMatch(
      /^training stopped at step \d+ .*learning rate \(1e\+30\) is too large.*Nothing is lost/,
    );
    expect(there.weights()).toEqual(here.weights());
    for (const weights of Object.values(there.weights())) expect(weights.every(Number.isFinite)).toBe(true);
    // and it can be used: by itself, from its file, and trained on
    expect(load(there.save()).predict(x).data).toEqual(there.predict(x).data);
    there.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1e-9 } });
    const good = there.weights();
    for (const [key, w] of Object.entries(good)) good[key] = w.map((v) => Math.max(-1, Math.min(1, v)));
    there.setWeights(good);
    const { history } = await there.fit(x, y, { epochs: 1, worker: true });
    expect(history.loss!.every(Number.isFinite)).toBe(true);
  }
  // it ran in the worker
  expect(silent).not.toHaveBeenCalled();
  silent.mockRestore();
});
