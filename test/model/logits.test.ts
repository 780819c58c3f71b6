import { expect, test } from "vitest";
import { moons } from "../../src/data/index.ts";
import { dense, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { values } from "../support/kernel.ts";

test.each([
  ["binaryCrossentropy", 1],
  ["categoricalCrossentropy", 3],
] as const)(
  "after a linear layer %s takes logits: predict, evaluate and accuracy agree on them",
  async (loss, units) => {
    const model = sequential([dense({ units, inputShape: [4] })], { seed: 3 }).compile({
      loss,
      metrics: ["accuracy"],
    });
    const x = { data: values(80, 5), shape: [20, 4] };
    const y = Int32Array.from({ length: 20 }, (_, i) => (i * 7) % Math.max(2, units));
    const logits = model.predict(x);
    expect(Math.min(...logits.data)).toBeLessThan(0);
    const rows: number[][] = [];
    const { accuracy } = await model.evaluate(x, y, {
      onRow: (_row, _loss, outputs) => rows.push([...outputs]),
    });
    expect(rows).toEqual(logits.toArray());
    const said = units === 1 ? logits.toArray().map(([z]) => (z > 0 ? 1 : 0)) : [...logits.argMax()];
    expect(accuracy).toBe(said.filter((c, i) => c === y[i]).length / 20);
  },
);

test("margins are measured against what the loss calls its classes: −1 and 1", async () => {
  const model = sequential([dense({ units: 1, inputShape: [1] })]).compile({
    loss: "hinge",
    metrics: ["mae", "mse"],
  });
  model.setWeights({ "dense_1.kernel": [0], "dense_1.bias": [1] });
  const { mae, mse } = await model.evaluate([[0], [0]], [0, 1]);
  expect([mae, mse]).toEqual([1, 2]);
});

test("a data set that hands out labels it has no class for is refused by row", async () => {
  const data = {
    ...moons({ samples: 8 }),
    labels: undefined,
    read: (i: Uint32Array, _x: unknown, y: Int32Array | Float32Array) => void y.fill(7, 0, i.length),
  };
  const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [2] })]).compile({
    loss: "categoricalCrossentropy",
  });
  await expect(model.fit(data)).rejects.toThrow(/row \d: expected a label from 0 to 1, got 7/);
});

test("parameters begin on a cache line", () => {
  const model = sequential([dense({ units: 3, inputShape: [5] })]).compile({
    loss: "meanSquaredError",
    optimizer: "adam",
  });
  const { w, dw, slots } = internalsOf(model).built.flat;
  expect([w, dw, ...slots].map((offset) => offset % 64)).toEqual([0, 0, 0, 0]);
});
