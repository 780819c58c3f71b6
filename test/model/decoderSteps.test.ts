/** Step by step where stream() refuses: what its errors say to do gives the bits of the whole sequence. */
import { expect, test } from "vitest";
import {
  concatenate,
  dense,
  gru,
  input,
  lstm,
  model,
  type OutputRecord,
  type SymbolicTensor,
  timeDistributed,
} from "../../src/index.ts";

const [T, F, U] = [5, 2, 4];
const numbers = (n: number, seed: number) =>
  Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed) * 2));
const bits = (values: ArrayLike<number>) => [...new Int32Array(Float32Array.from(values).buffer)];

test("a decoder that begins with states it is given: its stream is that of a model without them, which is given them", () => {
  const [heard, said] = [input({ shape: [7, 3], name: "heard" }), input({ shape: [T, F], name: "said" })];
  const [, h, c] = lstm({ units: U, returnState: true }).apply<SymbolicTensor[]>(heard);
  const speak = { units: U, returnSequences: true, name: "speak" } as const;
  const whole = (x: SymbolicTensor, starts?: SymbolicTensor[]) =>
    dense({ units: 3, name: "told" }).apply(
      lstm(speak).apply(x, starts && { initialState: starts }) as SymbolicTensor,
    );
  const net = model({ inputs: [heard, said], outputs: { y: whole(said, [h!, c!]), h: h!, c: c! } });
  expect(() => net.stream()).toThrow(
    'stream: lstm "speak" cannot be given steps one by one: it begins with states it is given; make a model of it without them, with these weights, and assign them to its stream.states',
  );

  const given = {
    heard: { data: numbers(2 * 7 * 3, 1), shape: [2, 7, 3] },
    said: { data: numbers(2 * T * F, 2), shape: [2, T, F] },
  };
  const want = net.predict<OutputRecord>(given as never);
  const alone = input({ shape: [T, F], name: "said" });
  const decoder = model({ inputs: alone, outputs: whole(alone) });
  const own = Object.keys(decoder.weights());
  decoder.setWeights(
    Object.fromEntries(Object.entries(net.weights()).filter(([name]) => own.includes(name))),
  );
  const stream = decoder.stream({ batchSize: 2 });
  const begin = () => {
    stream.states = { "speak.h": want.h!.data, "speak.c": want.c!.data };
  };
  for (let again = 0; again < 2; again++) {
    begin();
    for (let t = 0; t < T; t++) {
      const step = [0, 1].flatMap((r) => [...given.said.data.subarray((r * T + t) * F, (r * T + t + 1) * F)]);
      const y = stream.push(step);
      for (let r = 0; r < 2; r++)
        expect(bits(y.slice(r * 3, r * 3 + 3))).toEqual(
          bits(want.y!.data.slice((r * T + t) * 3, (r * T + t + 1) * 3)),
        );
    }
  }
});

test("both directions within each step, side by side, take steps one by one", () => {
  const x = input({ shape: [T, 3, F] });
  const ways = [gru({ units: 3 }), gru({ units: 3, goBackwards: true })].map((layer) =>
    timeDistributed(layer).apply(x),
  );
  const walk = lstm({ units: U, returnSequences: true }).apply(concatenate().apply(ways as never) as never);
  const net = model({ inputs: x, outputs: dense({ units: 2 }).apply(walk as never) });
  const data = numbers(T * 3 * F, 3);
  const want = net.predict({ data, shape: [1, T, 3, F] }).data;
  const stream = net.stream();
  for (let t = 0; t < T; t++)
    expect(bits(stream.push(data.slice(t * 3 * F, (t + 1) * 3 * F)))).toEqual(
      bits(want.slice(t * 2, t * 2 + 2)),
    );
});
