/** States at the end that are values, and states a walk begins with: as PyTorch and Keras have them, see test/golden/make_coders.py. */
import { describe, expect, test } from "vitest";
import {
  bidirectional,
  checkGradients,
  concatenate,
  configOf,
  dense,
  finalState,
  fromConfig,
  gru,
  input,
  load,
  lstm,
  type Model,
  masking,
  model,
  type OutputRecord,
  residual,
  type SymbolicTensor,
  sequential,
  simpleRnn,
} from "../../src/index.ts";
import stored from "../golden/coders.json";
import { values } from "../support/kernel.ts";

const [ROWS, T, F, U, SPOKEN] = [3, 5, 3, 4, 3];
const make = { simpleRnn, lstm, gru } as const;
type Kind = keyof typeof make;

const near = (what: string, got: ArrayLike<number>, want: readonly number[]) => {
  expect(got.length, what).toBe(want.length);
  const most = Math.max(...want.map(Math.abs));
  want.forEach((value, i) => {
    if (Math.abs(got[i] - value) > 2e-6 * (most + Math.abs(value)))
      expect(got[i], `${what} ${i}`).toBe(value);
  });
};
const rows = (data: readonly number[], ...shape: number[]) => ({ data: Float32Array.from(data), shape });

/** An encoder whose states a decoder begins with. */
function coder(type: Kind, { both = false, masked = false, more = {} } = {}): Model {
  const x = input({ shape: [T, F], name: "x" });
  const spoken = input({ shape: [SPOKEN, F], name: "spoken" });
  const walk = make[type]({ units: U, returnState: true, name: "encoder", ...more });
  const seen = masked ? masking({ maskValue: 9 }).apply(x) : x;
  const encoder = both ? bidirectional(walk) : walk;
  const [, ...ends] = encoder.apply<SymbolicTensor[]>(seen);
  const n = ends.length / 2;
  const starts = both ? ends.slice(0, n).map((end, i) => concatenate().apply([end, ends[n + i]])) : ends;
  const decoder = make[type]({
    units: both ? 2 * U : U,
    returnSequences: true,
    name: "decoder",
    ...more,
  });
  const y = decoder.apply(spoken, { initialState: starts });
  const last = starts[starts.length - 1];
  return model({ inputs: [x, spoken], outputs: { y, last } }).compile({
    loss: "meanSquaredError",
    optimizer: "sgd",
  });
}

test.each(stored.map((one) => [`${one.by}, ${one.type} ${one.resetAfter ?? ""}`, one] as const))(
  "an encoder and a decoder as %s",
  async (_, { type, resetAfter, both, masked, x, spoken, target, wanted, y, ends, weights, gradients }) => {
    const made = coder(type as Kind, { both, masked, ...(resetAfter === false && { more: { resetAfter } }) });
    const named = (of: typeof weights) =>
      Object.fromEntries(
        Object.entries({ encoder: of.encoder, decoder: of.decoder, backward_encoder: of.backward }).flatMap(
          ([layer, all]) => Object.entries(all ?? {}).map(([name, value]) => [`${layer}.${name}`, value]),
        ),
      ) as Record<string, number[]>;
    made.setWeights(named(weights));
    const given = { x: rows(x, ROWS, T, F), spoken: rows(spoken, ROWS, SPOKEN, F) };
    const got = made.predict<OutputRecord>(given as never);
    near("y", got.y.data, y);
    near("last", got.last.data, ends[ends.length - 1]);
    const width = both ? 2 * U : U;
    const wants = { y: rows(target, ROWS, SPOKEN, width), last: rows(wanted, ROWS, width) };
    const found = (await made.gradients(given as never, wants as never)).gradients;
    for (const [name, want] of Object.entries(named(gradients as never))) near(name, found[name]!, want);
  },
);

const batch = (seed: number, ...shape: number[]) => ({
  data: values(
    shape.reduce((a, b) => a * b),
    seed,
  ),
  shape,
});

describe.each(["simpleRnn", "lstm", "gru"] as const)("%s", (type) => {
  test.each([{}, { goBackwards: true }, { recurrentDropout: 0.4, dropout: 0.2 }])(
    "gradients are those of differences, %o",
    async (more) => {
      const made = coder(type, { more });
      const given = { x: batch(1, 2, T, F), spoken: batch(2, 2, SPOKEN, F) };
      const wants = { y: batch(3, 2, SPOKEN, U), last: batch(4, 2, U) };
      const { ok, worst } = await checkGradients(made, given as never, wants as never);
      expect(ok, `${worst}`).toBe(true);
    },
  );

  test("a state is the last output; beginning with it is going on", () => {
    const x = input({ shape: [T, F], name: "x" });
    const walk = make[type]({ units: U, returnSequences: true, returnState: true, name: "walk" });
    const zero = input({ shape: [U], name: "zero" });
    const starts = type === "lstm" ? [zero, zero] : [zero];
    const [y, ...ends] = walk.apply<SymbolicTensor[]>(x, { initialState: starts });
    const [again] = walk.apply<SymbolicTensor[]>([x, ...ends]);
    const made = model({ inputs: [x, zero], outputs: { y, h: ends[0], again } });
    const given = { x: batch(1, 2, T, F), zero: { data: new Float32Array(2 * U), shape: [2, U] } };
    const got = made.predict<OutputRecord>(given as never);
    for (const row of [0, 1])
      expect([...got.h.data.slice(row * U, (row + 1) * U)]).toEqual([
        ...got.y.data.slice((row * T + T - 1) * U, (row + 1) * T * U),
      ]);
    // the same steps twice, as one sequence
    const long = sequential([
      make[type]({ units: U, returnSequences: true, name: "walk", inputShape: [2 * T, F] }),
    ]);
    long.setWeights(made.weights() as never);
    const twice = new Float32Array(2 * 2 * T * F);
    for (let i = 0; i < 4; i++)
      twice.set(given.x.data.slice((i >> 1) * T * F, ((i >> 1) + 1) * T * F), i * T * F);
    const whole = (long.predict({ data: twice, shape: [2, 2 * T, F] } as never) as { data: Float32Array })
      .data;
    for (const row of [0, 1])
      expect([...got.again.data.slice(row * T * U, (row + 1) * T * U)]).toEqual([
        ...whole.slice((2 * row + 1) * T * U, (2 * row + 2) * T * U),
      ]);
  });

  test("saved and loaded, and as a configuration", () => {
    const made = coder(type, { both: true });
    const given = { x: batch(1, 2, T, F), spoken: batch(2, 2, SPOKEN, F) };
    const want = made.predict<OutputRecord>(given as never);
    const loaded = load(made.save());
    expect(loaded.predict(given as never)).toEqual(want);
    const document = configOf(made);
    expect(configOf(fromConfig(JSON.parse(JSON.stringify(document))).model)).toEqual(document);
    expect(JSON.stringify(document)).toContain('"finalState"');
  });

  test("a model that is applied as a part", () => {
    const made = coder(type);
    const x = input({ shape: [T, F] });
    const spoken = input({ shape: [SPOKEN, F] });
    const [y, last] = made.apply([x, spoken]) as SymbolicTensor[];
    const outer = model({ inputs: { x, spoken }, outputs: { y, last } });
    const given = { x: batch(1, 2, T, F), spoken: batch(2, 2, SPOKEN, F) } as never;
    const [want, got] = [made, outer].map((each) => each.predict<OutputRecord>(given));
    expect(got.y.data).toEqual(want.y.data);
    expect(got.last.data).toEqual(want.last.data);
  });
});

test("states alone are trained, and an output of states and steps", async () => {
  const x = input({ shape: [T, F], name: "x" });
  const [y, h, c] = lstm({ units: U, returnSequences: true, returnState: true }).apply<SymbolicTensor[]>(x);
  const all = model({ inputs: x, outputs: { y, h, c } }).compile({ loss: "meanSquaredError" });
  const wants = { y: batch(3, 2, T, U), h: batch(4, 2, U), c: batch(5, 2, U) };
  expect((await checkGradients(all, batch(1, 2, T, F) as never, wants as never)).ok).toBe(true);
  // one state that is asked for twice has the sum of both gradients
  const twice = [h, finalState({ state: "h" }).apply(y)];
  const both = model({ inputs: x, outputs: { a: twice[0], b: twice[1] } }).compile({
    loss: "meanSquaredError",
  });
  const target = { a: batch(4, 2, U), b: batch(5, 2, U) };
  expect((await checkGradients(both, batch(1, 2, T, F) as never, target as never)).ok).toBe(true);
});

test("a stateful layer returns the state it carries on", () => {
  const x = input({ shape: [T, F], name: "x" });
  const walk = gru({ units: U, stateful: true, batchSize: 2, returnState: true, name: "walk" });
  const [, h] = walk.apply<SymbolicTensor[]>(x);
  const made = model({ inputs: x, outputs: { h } });
  const first = made.predict(batch(1, 2, T, F) as never) as { data: Float32Array };
  expect([...first.data]).toEqual([...made.weights()["walk.state"]!]);
  const next = made.predict(batch(1, 2, T, F) as never) as { data: Float32Array };
  expect([...next.data]).not.toEqual([...first.data]);
});

test("a stream has the state after each step", () => {
  const x = input({ shape: [T, F], name: "x" });
  const [y, h] = lstm({ units: U, returnSequences: true, returnState: true }).apply<SymbolicTensor[]>(x);
  const made = model({ inputs: x, outputs: { y, h } });
  const stream = made.stream();
  const { data } = batch(1, 1, T, F);
  for (let t = 0; t < T; t++) {
    const got = stream.push<Record<string, Float32Array>>(data.slice(t * F, (t + 1) * F));
    expect([...got.h]).toEqual([...got.y]);
  }
});

describe("what does not fit", () => {
  const x = input({ shape: [T, F] });
  const h = input({ shape: [U] });
  const wide = input({ shape: [U + 1] });
  test.each<[string, () => unknown, RegExp]>([
    [
      "in a chain",
      () => sequential([gru({ units: U, returnState: true, inputShape: [T, F] })]).weights(),
      /returnState: its states are values of a graph/,
    ],
    [
      "within a layer",
      () => residual([gru({ units: F, returnState: true, returnSequences: true })]).apply(x),
      /returnState: its states are values of a graph/,
    ],
    [
      "another length",
      () => gru({ units: U }).apply(x, { initialState: wide }),
      /initialState: expected one state, each \[4\], got \[5\].*dense\(\{ units: 4 \}\)/,
    ],
    [
      "too few",
      () => lstm({ units: U }).apply(x, { initialState: [h] }),
      /initialState: expected the state and the cells, each \[4\], got \[4\]/,
    ],
    [
      "too many",
      () => simpleRnn({ units: U }).apply([x, h, h]),
      /initialState: expected one state, each \[4\], got \[4\] and \[4\]/,
    ],
    [
      "one for two directions",
      () => bidirectional(gru({ units: U })).apply(x, { initialState: h }),
      /expected states of both directions.*got 1/,
    ],
    [
      "no values",
      () => gru({ units: U }).apply(x, { initialState: [3] as never }),
      /gru.apply: initialState: expected values of a graph/,
    ],
    [
      "for a dense layer",
      () => dense({ units: U }).apply(h, { initialState: h }),
      /dense.apply: initialState: only simpleRnn, lstm, gru/,
    ],
    [
      "another option",
      () => gru({ units: U }).apply(x, { initialStates: [h] } as never),
      /initialStates.*initialState/,
    ],
    [
      "stateful as well",
      () => gru({ units: U, stateful: true, batchSize: 2 }).apply(x, { initialState: h }),
      /stateful: it goes on where the batch before ended/,
    ],
    [
      "a state nobody returns",
      () => finalState({ state: "h" }).apply(gru({ units: U }).apply(x)),
      /with returnState: true/,
    ],
    [
      "cells of gru",
      () =>
        finalState({ state: "c" }).apply(gru({ units: U, returnState: true }).apply<SymbolicTensor[]>(x)[0]),
      /state: expected one of h, got c/,
    ],
    [
      "one direction",
      () =>
        bidirectional([gru({ units: U, returnState: true }), gru({ units: U, goBackwards: true })]).apply(x),
      /give it to both, or to none/,
    ],
    [
      "a state in a chain",
      () => sequential([gru({ units: U, inputShape: [T, F] }), finalState({ state: "h" })]).weights(),
      /expected to be applied to lstm, gru or simpleRnn/,
    ],
  ])("%s", (_, act, message) => expect(act).toThrow(message));
});
