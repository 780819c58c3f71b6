/**
 * Random networks of sequences with masks, states that are given and returned, both directions, backward walks and attention: their gradients
 * are those of finite differences, and what fills rows up changes nothing.
 */
import { expect, test } from "vitest";
import {
  bidirectional,
  checkGradients,
  concatenate,
  dense,
  embedding,
  gru,
  input,
  lstm,
  type Model,
  masking,
  model,
  multiHeadAttention,
  type SymbolicTensor,
  simpleRnn,
  timeDistributed,
} from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { dealtRuns } from "../support/dealt.ts";

const [ROWS, FEATURES, IDS] = [3, 2, 5];
const CELLS = { simpleRnn, lstm, gru } as const;

/** The network of a number, for rows of so many steps; and what it is made of. */
function make(number: number, steps: number): { net: Model; ids: boolean; parts: string[] } {
  const random = new Stream(number, 90);
  const draw = (n: number) => Math.floor(random.uniform() * n);
  const one = <T>(list: readonly T[]): T => list[draw(list.length)]!;
  const parts: string[] = [];
  const ids = draw(2) === 0;
  const x = input({ shape: ids ? [steps] : [steps, FEATURES] });
  let value: SymbolicTensor = ids
    ? embedding({ inputDim: IDS, outputDim: 3, maskZero: true }).apply(x)
    : masking({ maskValue: 9 }).apply(x);
  let states: SymbolicTensor[] = [];
  let from = "";
  const units = 2 + draw(2);
  const depth = 1 + draw(3);
  for (let i = 0; i <= depth; i++) {
    const last = i === depth;
    const kind = last ? "walk" : one(["walk", "walk", "both", "attention", "each"]);
    const type = one(["simpleRnn", "lstm", "gru"] as const);
    const options = {
      units,
      returnSequences: !last || draw(2) === 0,
      goBackwards: false,
      useBias: draw(4) > 0,
      ...(type === "gru" && { resetAfter: draw(2) > 0 }),
    };
    // steps that are turned around would have their padding in front
    options.goBackwards = !options.returnSequences && draw(2) === 0;
    if (kind === "both") {
      const { goBackwards: _, ...layer } = options;
      parts.push("bidirectional");
      value = bidirectional(CELLS[type](layer), {
        mergeMode: one(["concat", "sum", "average", "multiply"]),
      } as never).apply(value);
    } else if (kind === "attention") {
      parts.push("attention");
      const layer = multiHeadAttention({ numHeads: 1 + draw(2), keyDim: 2, useCausalMask: draw(2) > 0 });
      value = layer.apply(value);
    } else if (kind === "each") {
      parts.push("timeDistributed");
      value = timeDistributed(dense({ units: 3, activation: "tanh" })).apply(value);
    } else {
      const given = from === type && draw(3) > 0;
      if (given) parts.push("initialState");
      if (options.goBackwards) parts.push("goBackwards");
      parts.push(type);
      const layer = CELLS[type]({ ...options, returnState: true });
      const made = layer.apply<SymbolicTensor[]>(value, given ? { initialState: states } : {});
      value = made[0]!;
      states = made.slice(1);
      from = type;
    }
  }
  parts.push("returnState");
  const flat = value.shape.length === 1 ? value : gru({ units: 2 }).apply(value);
  const y = dense({ units: 2 }).apply(concatenate().apply([flat, states[states.length - 1]!]));
  const net = model({ inputs: x, outputs: { y }, seed: number } as never);
  return { net: net.compile({ loss: "meanSquaredError", optimizer: "sgd" }), ids, parts };
}

/** Rows of every length, filled up. */
function rowsOf(number: number, steps: number, ids: boolean): unknown[] {
  const random = new Stream(number, 91);
  return Array.from({ length: ROWS }, (_, r) => {
    const length = 1 + ((number + 2 * r) % 4);
    const values = Array.from({ length }, () =>
      ids
        ? 1 + Math.floor(random.uniform() * (IDS - 1))
        : Array.from({ length: FEATURES }, () => random.gaussian()),
    );
    const fill = ids ? 0 : Array<number>(FEATURES).fill(9);
    return [...values, ...Array(steps - length).fill(fill)];
  });
}
const y = Array.from({ length: ROWS }, (_, r) => [Math.sin(r), Math.cos(2 * r)]);

test("gradients are finite differences', and do not see how far rows are filled up", async () => {
  const [runs, seed] = dealtRuns(60, 1);
  const seen = new Set<string>();
  for (let number = seed; number < seed + runs; number++) {
    const { net, ids, parts } = make(number, 4);
    for (const part of parts) seen.add(part);
    const said = `network ${number}: ${parts.join(", ")}`;
    const near = rowsOf(number, 4, ids);
    const check = await checkGradients(net, near as never, y);
    expect(check.ok, `${said}: ${JSON.stringify(check.worst)}`).toBe(true);
    const wide = make(number, 7).net;
    wide.setWeights(net.weights() as never);
    const far = rowsOf(number, 7, ids);
    const [a, b] = [net.predict(near as never).data, wide.predict(far as never).data];
    a.forEach((value, i) => expect(Math.abs(b[i]! - value), said).toBeLessThan(2e-6 * (1 + Math.abs(value))));
    const [short, long] = [await net.gradients(near as never, y), await wide.gradients(far as never, y)];
    for (const [name, values] of Object.entries(short.gradients))
      values.forEach((value, i) =>
        expect(Math.abs(long.gradients[name]![i]! - value), `${said}: ${name}`).toBeLessThan(
          1e-6 + 1e-5 * Math.abs(value),
        ),
      );
  }
  const all = [
    "bidirectional",
    "attention",
    "timeDistributed",
    "initialState",
    "goBackwards",
    ...Object.keys(CELLS),
  ];
  if (runs === 60) expect([...seen]).toEqual(expect.arrayContaining(all));
});
