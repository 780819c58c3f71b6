/** model.stream(): steps one by one give the bits of the whole sequence. */
import { describe, expect, test } from "vitest";
import {
  activation,
  attention,
  batchNormalization,
  bidirectional,
  concatenate,
  conv1d,
  dense,
  dropout,
  embedding,
  flatten,
  globalAveragePooling1d,
  gru,
  input,
  type LayerInput,
  layerNormalization,
  load,
  lstm,
  type Model,
  masking,
  model,
  type OutputRecord,
  permute,
  positionalEmbedding,
  prelu,
  repeatVector,
  reshape,
  residual,
  type Stream,
  sequential,
  simpleRnn,
  timeDistributed,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";

const T = 6;
const F = 3;
const numbers = (n: number, seed = 1) =>
  Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 1.7 + seed) * 2));
/** Rows of T steps, so that step t of row r can be asked for. */
const stepsOf = (x: Float32Array, rows: number, t: number, width = F) => {
  const at = new Float32Array(rows * width);
  for (let r = 0; r < rows; r++) at.set(x.subarray((r * T + t) * width, (r * T + t + 1) * width), r * width);
  return at;
};
const bits = (values: ArrayLike<number>) => [...new Int32Array(Float32Array.from(values).buffer)];
/** Every weight something, also those that begin as zeros and ones. */
function stirred(made: Model): Model {
  const { built } = internalsOf(made);
  built.tensors.forEach((tensor, i) => {
    const values = built.read(tensor);
    built.write(
      tensor,
      values.map((value, j) => Math.abs(value + 0.2 * Math.sin(i + j * 0.9))),
    );
  });
  return made;
}

/** Outputs of every step of x [rows, T, F]: of the whole, and step by step. */
function check(made: Model, rows: number, x = numbers(rows * T * F), width = F): void {
  stirred(made);
  const whole = made.predict({ data: x, shape: width > 0 ? [rows, ...made.inputShape] : [rows, T] });
  for (const stream of [
    made.stream({ batchSize: rows }),
    load(made.save()).stream({ batchSize: rows }),
    loadPredictor(made.save()).stream({ batchSize: rows }),
  ]) {
    let last: Float32Array | undefined;
    for (let t = 0; t < T; t++) {
      last = stream.push(stepsOf(x, rows, t, Math.max(1, width)));
      const units = whole.data.length / rows / T;
      if (whole.shape.length === 3) expect(bits(last)).toEqual(bits(stepsOf(whole.data, rows, t, units)));
    }
    if (whole.shape.length === 2) expect(bits(last!)).toEqual(bits(whole.data));
  }
}

const inputShape = [T, F];
const forms = [
  ["simpleRnn", (more: object) => simpleRnn({ units: 5, ...more })],
  ["lstm", (more: object) => lstm({ units: 5, ...more })],
  ["gru", (more: object) => gru({ units: 5, ...more })],
  ["gru, reset before", (more: object) => gru({ units: 5, resetAfter: false, ...more })],
] as const;

describe.each(forms)("%s", (_name, make) => {
  test.each([1, 2, 5])("each step, %i side by side", (rows) =>
    check(sequential([make({ returnSequences: true, inputShape })]), rows),
  );
  test("the last state", () => check(sequential([make({ inputShape }), dense({ units: 2 })]), 3));
  test("what predict() gives of the sequence so far", () => {
    const made = stirred(sequential([make({ inputShape: [2, F] })]));
    const x = numbers(2 * F);
    const stream = made.stream();
    stream.push(x.subarray(0, F));
    expect(bits(stream.push(x.subarray(F)))).toEqual(
      bits(made.predict([[[...x.subarray(0, F)], [...x.subarray(F)]]]).data),
    );
  });
});

const each = { returnSequences: true };
const chains: Record<string, () => LayerInput[]> = {
  "two after each other": () => [
    lstm({ units: 7, ...each, inputShape }),
    dropout({ rate: 0.5 }),
    gru({ units: 4, ...each }),
  ],
  "layers of each step": () => [
    dense({ units: 4, activation: "relu", inputShape }),
    batchNormalization(),
    simpleRnn({ units: 6, ...each, dropout: 0.5, recurrentDropout: 0.5 }),
    layerNormalization(),
    residual([dense({ units: 6 })]),
    activation({ activation: "softmax" }),
    timeDistributed(dense({ units: 3 })),
  ],
  "an encoder and a decoder, which begins anew for each step": () => [
    gru({ units: 5, inputShape }),
    repeatVector({ n: 3 }),
    bidirectional(lstm({ units: 4, ...each })),
    flatten(),
    dense({ units: 2 }),
  ],
  "a shape with steps in it": () => [
    reshape({ targetShape: [T, F, 1], inputShape }),
    reshape({ targetShape: [T, F] }),
    lstm({ units: 4, ...each }),
  ],
  "weights that all steps share": () => [prelu({ sharedAxes: [1], inputShape }), lstm({ units: 4, ...each })],
  "one recurrent layer around another's values": () => [
    residual([lstm({ units: F, ...each })], { inputShape } as never),
    gru({ units: 2 }),
  ],
};
test.each(Object.entries(chains))("%s", (_name, layers) => check(sequential(layers()), 2));

test("padding changes nothing, and the output stays", () => {
  const x = numbers(2 * T * F);
  x.fill(0, F, 2 * F).fill(0, (T + 3) * F, 2 * T * F);
  check(sequential([masking({ inputShape }), lstm({ units: 4 })]), 2, x);
  check(sequential([masking({ inputShape }), gru({ units: 4, ...each }), gru({ units: 3 })]), 2, x);
});

test("numbers of words", () => {
  const ids = Float32Array.from([1, 2, 0, 4, 3, 1]);
  const made = sequential([
    embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputShape: [T] }),
    gru({ units: 4 }),
  ]);
  check(made, 1, ids, 0);
  const stream = made.stream();
  for (const id of ids) stream.push(id);
  expect(bits(stream.push(0))).toEqual(bits(made.predict([[...ids]]).data));
  expect(() => stream.push(7)).toThrow(/whole numbers from 0 to 4/);
});

test("bytes are scaled as by predict()", () => {
  const made = sequential([lstm({ units: 4, ...each, inputShape })]);
  const x = Uint8Array.from({ length: T * F }, (_, i) => i * 13);
  const whole = made.predict({ data: x, shape: [1, T, F] });
  const stream = made.stream();
  for (let t = 0; t < T; t++)
    expect(bits(stream.push(x.subarray(t * F, (t + 1) * F)))).toEqual(
      bits(whole.data.subarray(t * 4, t * 4 + 4)),
    );
});

test("several inputs and outputs, one of them without steps", () => {
  const x = input({ shape: [T, 2], name: "x" });
  const who = input({ shape: [3], name: "who" });
  const walk = gru({ units: 4, ...each, name: "walk" });
  const h = walk.apply(x) as never;
  const again = lstm({ units: 3, name: "end" }).apply(concatenate().apply([h, x]));
  const made = stirred(
    model({
      inputs: [x, who],
      outputs: {
        each: dense({ units: 2 }).apply(h),
        end: concatenate().apply([again as never, dense({ units: 2 }).apply(who) as never]),
      } as never,
    }),
  );
  const data = { x: { data: numbers(T * 2), shape: [1, T, 2] }, who: [[1, 2, 3]] };
  const whole = made.predict<OutputRecord>(data as never);
  const stream = made.stream();
  for (let t = 0; t < T; t++) {
    const y = stream.push<Record<string, Float32Array>>({
      x: data.x.data.subarray(t * 2, t * 2 + 2),
      who: [1, 2, 3],
    });
    expect(bits(y.each)).toEqual(bits(whole.each.data.subarray(t * 2, t * 2 + 2)));
    if (t === T - 1) expect(bits(y.end)).toEqual(bits(whole.end.data));
  }
  expect(() => stream.push([1, 2] as never)).toThrow(/expected \{ x, who \}/);
});

test("a layer that is applied twice has a state in each place", () => {
  const x = input({ shape: [T, F], name: "x" });
  const walk = simpleRnn({ units: F, ...each, name: "walk" });
  const made = stirred(model({ inputs: x, outputs: walk.apply(walk.apply(x)) as never }));
  check(made, 2);
  expect(Object.keys(made.stream().states)).toEqual(["walk.h", "walk (2).h"]);
});

/** The bits of so many steps. */
const run = (stream: Stream, x: Float32Array, from = 0, to = T) =>
  Array.from({ length: to - from }, (_, t) =>
    bits(stream.push(x.subarray((from + t) * F, (from + t + 1) * F))),
  );

test("nothing else that happens to the model disturbs a stream", async () => {
  const x = numbers(T * F);
  const made = sequential([lstm({ units: 4, inputShape }), dense({ units: 1 })]);
  const expected = run(made.stream(), x);
  const stream = made.stream();
  const other = made.stream();
  const all: number[][] = [];
  for (let t = 0; t < T; t++) {
    all.push(...run(stream, x, t, t + 1));
    other.push([9, 9, 9]);
    if (t === 1) made.predict({ data: numbers(7 * T * F), shape: [7, T, F] });
    if (t === 2) made.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1e-30 } });
    if (t === 3) await made.fit({ data: numbers(4 * T * F), shape: [4, T, F] }, [1, 2, 3, 4], { epochs: 1 });
    if (t === 4) made.save();
  }
  expect(all).toEqual(expected);
});

test("it goes on with the weights there are", async () => {
  const x = numbers(T * F);
  const made = sequential([lstm({ units: 4, inputShape }), dense({ units: 1 })]);
  const stream = made.stream();
  const before = run(stream, x);
  made.compile({ loss: "meanSquaredError", optimizer: "sgd" });
  await made.fit({ data: numbers(4 * T * F), shape: [4, T, F] }, [1, 2, 3, 4], { epochs: 1 });
  stream.reset();
  const after = run(stream, x);
  expect(after).not.toEqual(before);
  expect(after).toEqual(run(load(made.save()).stream(), x));
});

test("reset() begins anew, states can be put aside", () => {
  const x = numbers(T * F);
  const made = stirred(sequential([lstm({ units: 5, inputShape }), gru({ units: 2 })].slice(0, 1)));
  const stream = made.stream();
  const first = run(stream, x, 0, 3);
  const { states } = stream;
  expect(Object.entries(states).map(([name, { length }]) => [name, length])).toEqual([
    ["lstm_1.h", 5],
    ["lstm_1.c", 5],
  ]);
  const rest = run(stream, x, 3);
  stream.reset();
  expect(run(stream, x, 0, 3)).toEqual(first);
  const other = load(made.save()).stream();
  other.states = states;
  expect(run(other, x, 3)).toEqual(rest);
});

test("a step leaves nothing behind: no memory, no views, no plan", () => {
  const made = sequential([lstm({ units: 64, ...each, inputShape: [100, 16] }), dense({ units: 3 })]);
  const stream = made.stream();
  const to = new Float32Array(3);
  const step = numbers(16);
  stream.push(step, to);
  const { core } = internalsOf(made).built;
  const counts = { reserve: 0, views: 0 };
  const reserve = core.reserve.bind(core);
  core.reserve = (bytes) => {
    counts.reserve++;
    reserve(bytes);
  };
  const Original = globalThis.Float32Array;
  globalThis.Float32Array = new Proxy(Original, {
    construct(of, given) {
      counts.views++;
      return Reflect.construct(of, given);
    },
  });
  try {
    for (let i = 0; i < 20; i++) expect(stream.push(step, to)).toBe(to);
  } finally {
    globalThis.Float32Array = Original;
  }
  expect(counts).toEqual({ reserve: 0, views: 0 });
});

describe("refused, by name and reason", () => {
  const cases: [string, () => Model, RegExp][] = [
    [
      "no sequence",
      () => sequential([dense({ units: 1, inputShape: [3] })]),
      /stream: the model has no recurrent layer; use predict\(\)/,
    ],
    [
      "both directions",
      () => sequential([bidirectional(lstm({ units: 2, name: "l" }), { name: "both", inputShape } as never)]),
      /stream: bidirectional "both" cannot be given steps one by one: it begins with the last step/,
    ],
    [
      "backwards",
      () => sequential([gru({ units: 2, goBackwards: true, name: "g", inputShape })]),
      /gru "g" .*begins with the last step/,
    ],
    [
      "convolution",
      () =>
        sequential([
          conv1d({ filters: 2, kernelSize: 3, padding: "same", name: "c", inputShape }),
          gru({ units: 2 }),
        ]),
      /conv1d "c" cannot .*several steps/,
    ],
    [
      "flatten",
      () => sequential([gru({ units: 2, ...each, inputShape }), flatten({ name: "f" })]),
      /flatten "f" .*\[6, 2\] it makes \[12\]/,
    ],
    [
      "pooling",
      () => sequential([gru({ units: 2, ...each, inputShape }), globalAveragePooling1d({ name: "p" })]),
      /globalAveragePooling1d "p" .*several steps/,
    ],
    [
      "turned",
      () => sequential([permute({ dims: [2, 1], name: "t", inputShape }), gru({ units: 2 })]),
      /permute "t"/,
    ],
    [
      "places",
      () => sequential([positionalEmbedding({ sinusoidal: true, name: "p", inputShape }), gru({ units: 2 })]),
      /positionalEmbedding "p" .*the step's place/,
    ],
    [
      "attention",
      () => sequential([attention({ name: "a", inputShape }), gru({ units: 2 })]),
      /attention "a" .*several steps/,
    ],
    [
      "weights of each step",
      () => sequential([prelu({ name: "p", inputShape }), gru({ units: 2 })]),
      /prelu "p" .*its alpha \[6, 3\] has values for each step/,
    ],
  ];
  test.each(cases)("%s", (_name, make, message) => {
    expect(() => make().stream()).toThrow(message);
  });

  test("wrong steps; the states stay", () => {
    const made = sequential([lstm({ units: 2, inputShape })]);
    const stream = made.stream();
    stream.push([1, 2, 3]);
    const { states } = stream;
    expect(() => stream.push([1, 2])).toThrow("push: expected a step of [3], so 3 numbers, got 2");
    expect(() => stream.push([1, 2, 3, 4])).toThrow(/got 4/);
    expect(() => stream.push([1, Number.NaN, 3])).toThrow(
      /row 0: value 1 of its input is not a finite number/,
    );
    expect(() => stream.push("1, 2, 3" as never)).toThrow(/expected a step of \[3\]/);
    expect(() => stream.push([1, "2", 3] as never)).toThrow(/expected a step of \[3\]/);
    expect(() => stream.push(undefined as never)).toThrow(/expected a step of \[3\]/);
    expect(() => stream.push([1, 2, 3], new Float32Array(1))).toThrow(/to: expected a Float32Array of 2/);
    expect(() => made.stream({ batchSize: 0 })).toThrow(/batchSize/);
    expect(() => made.stream({ rows: 1 } as never)).toThrow(/unknown option "rows"/);
    expect(() => made.stream({ batchSize: 2 }).push([1, 2, 3])).toThrow(
      "2 sequences, each [3], so 6 numbers, got 3",
    );
    expect(stream.states).toEqual(states);
    expect(() => {
      stream.states = { "lstm_1.h": [1] } as never;
    }).toThrow(/"lstm_1.h": expected 2 numbers/);
    expect(() => {
      stream.states = { other: [1] } as never;
    }).toThrow(/there is no "other"; there are lstm_1.h, lstm_1.c/);
  });

  test("a model whose shape is not known", () => {
    expect(() => sequential([lstm({ units: 2 })]).stream()).toThrow(/does not know the shape/);
  });
});
