/** Examples whose numbers can be worked out by hand. */
import { expect, test } from "vitest";
import { run as linearLayers } from "../../examples/linear-layers.mjs";
import { run as perceptron } from "../../examples/perceptron.mjs";
import { run as stepNetwork } from "../../examples/step-network.mjs";
import { quiet } from "./quiet.ts";

test("perceptron: weighted sum, two forms, NAND, scaled sigmoid, what the rule learns", async () => {
  const { sum, threshold, bias, nand, scaled, gates } = await perceptron(quiet);
  expect(sum).toBe(6);
  expect(threshold).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  expect(bias).toEqual(threshold);
  expect(nand).toEqual([1, 1, 1, 0]);
  // the input nearest to the border has z = ±1, so the sigmoid is off by σ(−c)
  for (const { c, distance } of scaled) expect(distance).toBeCloseTo(1 / (1 + Math.exp(c)), 6);
  for (const gate of [gates.and, gates.or, gates.nand])
    expect(gate).toMatchObject({ learned: true, accuracy: 1 });
  expect(gates.xor.learned).toBe(false);
  expect(gates.xor.accuracy).toBeLessThan(1);
});

test("step-network: every sum and output of the two layers", async () => {
  expect(await stepNetwork(quiet)).toEqual({ z3: -4, a3: 0, z4: 9, a4: 1, z5: -1, a5: 0 });
});

test("linear-layers: three layers are one matrix", async () => {
  const { total, difference, identity } = await linearLayers(quiet);
  expect(total).toHaveLength(6);
  expect(Math.max(...total.map(Math.abs))).toBeGreaterThan(0.1);
  expect(difference).toBeLessThan(1e-5);
  expect(identity).toBeLessThan(1e-5);
});
