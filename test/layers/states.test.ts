/** Given states and carried ones, as PyTorch and Keras have them: see test/golden/make_states.py. */
import { describe, expect, test } from "vitest";
import { gru, lstm, type Model, sequential, simpleRnn } from "../../src/index.ts";
import stored from "../golden/states.json";

const [ROWS, T, F, U] = [2, 4, 3, 5];
const make = { simpleRnn, lstm, gru } as const;
type Kind = keyof typeof make;
const named = ({ kernel, recurrentKernel, bias }: Record<string, number[]>) => ({
  "walk.kernel": kernel,
  "walk.recurrentKernel": recurrentKernel,
  "walk.bias": bias,
});
const near = (what: string, got: ArrayLike<number>, want: readonly number[]) => {
  expect(got.length, what).toBe(want.length);
  want.forEach((value, i) => {
    if (Math.abs(got[i] - value) > 3e-6 * (1 + Math.abs(value))) expect(got[i], `${what} ${i}`).toBe(value);
  });
};
const built = (type: Kind, more: object = {}): Model =>
  sequential([
    make[type]({
      units: U,
      returnSequences: true,
      stateful: true,
      batchSize: ROWS,
      name: "walk",
      inputShape: [T, F],
      ...more,
    }),
  ]).compile({ loss: "meanSquaredError", optimizer: "sgd" });
const rows = (x: readonly number[], width: number, from = 0, n = ROWS) => ({
  data: Float32Array.from(x.slice(from * T * width, (from + n) * T * width)),
  shape: [n, T, width],
});

describe.each(stored.torch)("PyTorch, $type", ({ type, x, states, weights, y, ends, target, gradients }) => {
  const model = built(type as Kind);
  const given = { "walk.state": states[0], ...(states[1] && { "walk.cells": states[1] }) };

  test("outputs, and the states at the end", () => {
    model.setWeights({ ...named(weights), ...given });
    near("y", model.predict(rows(x, F)).data, y);
    const after = model.weights();
    near("state", after["walk.state"]!, ends[0]!);
    if (ends[1]) near("cells", after["walk.cells"]!, ends[1]);
  });

  test("gradients", async () => {
    model.setWeights({ ...named(weights), ...given });
    const got = (await model.gradients(rows(x, F) as never, rows(target, U) as never)).gradients;
    for (const [name, want] of Object.entries(named(gradients))) near(name, got[name]!, want!);
  });
});

test.each(stored.keras)(
  "Keras, stateful $type $resetAfter",
  ({ type, resetAfter, x, weights, y, again, anew }) => {
    const model = built(type as Kind, resetAfter === undefined ? {} : { resetAfter });
    model.setWeights(named(weights));
    near("batch after batch", model.predict(rows(x, F, 0, 3 * ROWS)).data, y);
    near("and another", model.predict(rows(x, F)).data, again);
    near("anew", model.resetStates().predict(rows(x, F)).data, anew);
  },
);
