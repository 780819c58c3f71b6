/** Examples that train. */
import { expect, test } from "vitest";
import { run as adding } from "../../examples/adding.mjs";
import { run as augmented } from "../../examples/augment.mjs";
import { run as batchSizes } from "../../examples/batch-sizes.mjs";
import { run as copying } from "../../examples/copying.mjs";
import { run as finetune } from "../../examples/finetune.mjs";
import { run as initialisation } from "../../examples/initialisation.mjs";
import { run as linearRegression } from "../../examples/linear-regression.mjs";
import { run as logisticRegression } from "../../examples/logistic-regression.mjs";
import { run as nine } from "../../examples/nine.mjs";
import { run as ravine } from "../../examples/ravine.mjs";
import { run as read } from "../../examples/read.mjs";
import { run as truthTable } from "../../examples/truth-table.mjs";
import { run as votes } from "../../examples/votes.mjs";
import { run as xor } from "../../examples/xor.mjs";
import { quiet } from "./quiet.ts";

test("linear-regression: finds the line of least squares; its loss is 1/2m Σ (h − y)²", async () => {
  const { before, loss, J, w, b, best } = await linearRegression(quiet);
  expect(loss).toBeLessThan(before / 100);
  expect(loss).toBeCloseTo(J, 6);
  expect(w).toBeCloseTo(best.w, 3);
  expect(b).toBeCloseTo(best.b, 3);
});

test("logistic-regression: parts two clouds; its loss is the formula's", async () => {
  const { before, after, J } = await logisticRegression(quiet);
  expect(before.loss).toBeCloseTo(Math.LN2, 6);
  expect(after.accuracy).toBeGreaterThan(0.98);
  expect(after.loss).toBeCloseTo(J, 5);
});

test("xor: one layer guesses, two layers know; twice the same", async () => {
  const { one, two } = await xor(quiet);
  expect(one.accuracy).toBeLessThan(1);
  expect(one.loss).toBeCloseTo(Math.LN2, 3);
  expect(two.accuracy).toBe(1);
  expect(two.outputs.map(Math.round)).toEqual([0, 1, 1, 0]);
  expect(two.loss).toBeLessThan(0.01);
  expect((await xor(quiet)).two).toEqual(two);
});

test("truth-table: every row of M", async () => {
  const { outputs, expected, exact } = await truthTable(quiet);
  expect(expected).toEqual([0, 0, 1, 1, 0, 1, 0, 1]);
  expect(outputs.map(Math.round)).toEqual(expected);
  expect(exact).toBe(true);
});

test("batch-sizes: steps per epoch, and smaller batches get further in as many epochs", async () => {
  const runs = await batchSizes(quiet);
  const [full, mini, online] = [runs["full batch"], runs["mini-batch"], runs.online];
  expect([full.steps, mini.steps, online.steps]).toEqual([20, 300, 4800]);
  expect(full.costs[0]).toBe(online.costs[0]);
  // with the full batch every step goes down
  full.costs.slice(1).forEach((cost, i) => {
    expect(cost).toBeLessThan(full.costs[i]);
  });
  expect(mini.costs[20]).toBeLessThan(full.costs[20]);
  expect(online.costs[20]).toBeLessThan(mini.costs[20]);
});

test("ravine: momentum and Nesterov need fewer steps than plain descent", async () => {
  const { plain, momentum, nesterov } = await ravine(quiet);
  expect(momentum.steps).toBeLessThan(plain.steps / 3);
  expect(nesterov.steps).toBeLessThan(momentum.steps);
  for (const { w } of [plain, momentum, nesterov]) {
    expect(w[0]).toBeCloseTo(3, 2);
    expect(w[1]).toBeCloseTo(-2, 2);
  }
});

test("initialisation: z keeps its spread with 1/m and grows by √m without; zeros stay alike", async () => {
  const { spreads, zeros, random } = await initialisation(quiet);
  for (const { inputs, plain, scaled } of spreads) {
    expect(Math.abs(scaled - 1)).toBeLessThan(0.05);
    expect(Math.abs(plain / Math.sqrt(inputs) - 1)).toBeLessThan(0.05);
  }
  expect(new Set(zeros.weights).size).toBe(1);
  expect(zeros.weights[0]).not.toBe(0);
  expect(zeros.loss).toBeGreaterThan(0.3);
  expect(new Set(random.weights).size).toBe(4);
  expect(random.loss).toBeLessThan(0.05);
});

test("augment: images differ from epoch to epoch, and teach more than the same ones again", async () => {
  const { variants, plain, shifted, augmented: augment } = await augmented(quiet);
  for (const images of Object.values(variants)) expect(new Set(images.map(String)).size).toBe(3);
  expect(shifted).toBeGreaterThan(plain + 0.01);
  expect(augment).toBeGreaterThan(shifted + 0.03);
});

test("nine: ten outputs beat four binary ones; all know a 9 better than always saying no", async () => {
  const { one, ten, four, never } = await nine(quiet);
  expect(never.nine).toBe(0.9);
  for (const { nine } of [one, ten, four]) expect(nine).toBeGreaterThan(0.93);
  expect(ten.which).toBeGreaterThan(0.8);
  expect(four.which).toBeGreaterThan(0.7);
  expect(ten.which).toBeGreaterThan(four.which);
});

test("read: a number is cut where its digits meet, though the network knows single digits only", async () => {
  const { text, reading } = await read(quiet);
  expect(text).toBe("1984");
  expect(reading.text).toBe(text);
  reading.digits.forEach(({ from, to }, k) => {
    // each where it was put, every twenty columns
    expect((from + to) / 2).toBeGreaterThan(20 * k + 8);
    expect((from + to) / 2).toBeLessThan(20 * k + 20);
  });
});

test("votes: eight hidden units beat one on every fold, a vote beats the average voter", async () => {
  const { kinds, alone, accuracy } = await votes(quiet);
  const [one, eight] = kinds;
  for (const [fold, right] of eight.accuracies.entries()) expect(right).toBeGreaterThan(one.accuracies[fold]);
  expect(eight.mean - one.mean).toBeGreaterThan(one.deviation);
  expect(accuracy).toBeGreaterThan(alone.reduce((sum, right) => sum + right / 5, 0));
});

test("finetune: features of other digits are better than random ones, and the whole network better still", async () => {
  const { accuracy, accuracies, kept, same } = await finetune(quiet);
  expect(accuracy).toBeGreaterThan(0.9);
  const [random, frozen, all] = Object.values(accuracies);
  expect(random).toBeGreaterThan(0.4);
  expect(frozen).toBeGreaterThan(random + 0.05);
  expect(all).toBeGreaterThan(frozen);
  expect([kept, same]).toEqual([true, true]);
});

test("copying: attention says twenty symbols again, the state of a recurrent layer does not hold them", async () => {
  const { attention, gru } = await copying(quiet);
  expect(attention).toBeGreaterThan(0.99);
  // one in eight is guessed
  expect(gru).toBeLessThan(0.3);
});

test("adding: gates keep a number for fifty steps, a simple recurrent layer does not", async () => {
  const errors = await adding(quiet);
  expect(errors.lstm).toBeLessThan(0.01);
  expect(errors.gru).toBeLessThan(0.01);
  // no better than the mean
  expect(errors.simpleRnn).toBeGreaterThan(0.15);
});
