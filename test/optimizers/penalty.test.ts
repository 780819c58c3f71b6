import { expect, test } from "vitest";
import { dense } from "../../src/layers/index.ts";
import { Model } from "../../src/model/model.ts";
import { values } from "../support/kernel.ts";

/** Two layers with penalties and one without, on ten rows. */
function trained(l1: number, l2: number) {
  const model = new Model(
    [
      dense({ units: 70, activation: "tanh", kernelRegularizer: { l1, l2 } }),
      dense({ units: 9, activation: "tanh" }),
      dense({ units: 3, kernelRegularizer: { l1: l1 / 2, l2 } }),
    ],
    { inputShape: [90], seed: 1 },
  );
  model.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1e-30 } });
  const rows = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
  return { model, x: rows(10, (i) => values(90, i + 1)), y: rows(10, (i) => values(3, i + 50)) };
}

test("the loss of a training step holds the penalties of all layers, as evaluate() adds them up by itself", async () => {
  const { model, x, y } = trained(0.01, 0.02);
  const { history } = await model.fit(x, y, { batchSize: 10 });
  const { loss } = await model.evaluate(x, y);
  expect(Math.abs(history.loss[0] / loss - 1)).toBeLessThan(1e-6);
  const plain = trained(0, 0);
  const without = await plain.model.evaluate(plain.x, plain.y);
  expect(loss - without.loss).toBeGreaterThan(1);
});
