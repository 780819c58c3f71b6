/** Examples of sequences, each with the figure it is there for. They read files and train for seconds: Node alone runs them. */
import { expect, test } from "vitest";
import { run as book } from "../../examples/book.mjs";
import { run as gestures } from "../../examples/gestures.mjs";
import { run as negation } from "../../examples/negation.mjs";
import { run as rows } from "../../examples/rows.mjs";
import { run as seasonal } from "../../examples/seasonal.mjs";
import { quiet } from "./quiet.ts";

test("seasonal: a GRU forecasts a noisy series better by a fifth than the season before", async () => {
  const { better, seasonal: before } = await seasonal(quiet);
  // the noise of 23 is in what is forecast and in the season before
  expect(before).toBeGreaterThan(24);
  expect(better).toBeGreaterThanOrEqual(0.2);
});

test("gestures: of four, drawn at any speed, 97 % of new ones are known", async () => {
  expect((await gestures(quiet)).accuracy).toBeGreaterThanOrEqual(0.97);
});

test("negation: read in order, sentences are understood that a bag of words guesses at", async () => {
  const { read, bagged } = await negation(quiet);
  expect(read).toBeGreaterThanOrEqual(0.98);
  expect(bagged).toBeLessThan(0.85);
});

test("book: half as many units, and a quarter of the epochs, are enough to take fewer bits per character than a 3-gram", async () => {
  const { bits, counted, text } = await book(quiet, { units: 64, epochs: 4, learningRate: 0.02 });
  expect(counted).toBeLessThan(3);
  expect(bits).toBeLessThan(counted - 0.1);
  expect(text).toHaveLength(160);
});

test("rows: an LSTM reads the rows of the library's own digits; MNIST takes minutes, see docs/sequences.md", async () => {
  expect((await rows(quiet)).accuracy).toBeGreaterThanOrEqual(0.8);
});
