/** Examples about costs and their gradients. */
import { expect, test } from "vitest";
import { run as batchGradient } from "../../examples/batch-gradient.mjs";
import { run as digitAsNumber } from "../../examples/digit-as-number.mjs";
import { run as regularisedCost } from "../../examples/regularised-cost.mjs";
import { run as softmax } from "../../examples/softmax.mjs";
import { quiet } from "./quiet.ts";

test("softmax: binary cross-entropy summed over the classes is 1.822", async () => {
  const { p, costs, summed, categorical } = await softmax(quiet);
  const sum = (values: number[]) => values.reduce((a, b) => a + b);
  expect(sum(p)).toBeCloseTo(1, 6);
  expect(summed.toFixed(3)).toBe("1.822");
  expect(sum(costs)).toBeCloseTo(summed, 5);
  expect(categorical).toBeCloseTo(costs[5], 5);
});

test("digit-as-number: squared errors against 5", async () => {
  const { errors, loss } = await digitAsNumber(quiet);
  const expected = [17.72, 10.05, 6.05, 4.04, 2.4, 0.01, 0.1, 1.49, 4.54, 13.84];
  expect(errors.map((error) => Math.round(100 * error) / 100)).toEqual(expected);
  expect(loss).toBeCloseTo(6.0245, 4);
});

test("batch-gradient: the average of single gradients", async () => {
  expect((await batchGradient(quiet)).difference).toBeLessThan(1e-6);
});

test("regularised-cost: the formula, the library and finite differences agree", async () => {
  const { rows, difference } = await regularisedCost(quiet);
  expect(rows.map((row) => row.lambda)).toEqual([0, 1, 10]);
  for (const { J, loss, ok, worst } of rows) {
    expect(loss).toBeCloseTo(J, 5);
    expect(ok).toBe(true);
    expect(worst).toBeLessThan(0.002);
  }
  expect(rows[2].J).toBeGreaterThan(rows[0].J + 1);
  expect(difference).toBeLessThan(1e-5);
});
