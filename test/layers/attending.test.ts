/** Attention in models: padding, order, what is dropped, what is refused. */
import { describe, expect, test } from "vitest";
import {
  add,
  attention,
  dense,
  embedding,
  globalAveragePooling1d,
  input,
  layerNormalization,
  lstm,
  masking,
  model,
  multiHeadAttention,
  positionalEmbedding,
  residual,
  sequential,
} from "../../src/index.ts";
import { streamOf } from "../../src/layers/noise.ts";
import { floatsOf } from "../../src/plan/builder.ts";
import type { Site } from "../../src/plan/operation.ts";
import { generate, textSplit } from "../../src/sequences/index.ts";
import { givenFor } from "../support/graphs/check.ts";
import { runGraph, SEED, subjectOf } from "../support/graphs/run.ts";
import { near } from "../support/harness.ts";
import { Bed } from "../support/kernel.ts";
import { attention as attentionOf } from "../support/layers/attention.ts";

const FEATURES = 3;
const STEPS = 6;
/** Row r has the length LENGTHS[r]: every one there is. */
const LENGTHS = [6, 1, 4, 2, 5, 3];
const rowOf = (r: number, steps = LENGTHS[r]) =>
  Array.from({ length: steps }, (_, t) =>
    Array.from({ length: FEATURES }, (_, c) => Math.sin((r * 100 + t * 10 + c) * 7.3) + 0.1),
  );
const padded = (r: number, steps: number) => [
  ...rowOf(r),
  ...Array.from({ length: steps - LENGTHS[r] }, () => Array<number>(FEATURES).fill(0)),
];

describe.each([false, true])("padding, where causal is %s", (causal) => {
  const body = () => [
    dense({ units: 5 }),
    multiHeadAttention({ numHeads: 2, keyDim: 3, causal }),
    residual([layerNormalization(), multiHeadAttention({ numHeads: 1, keyDim: 4, causal })]),
    attention({ causal, useScale: true }),
    globalAveragePooling1d(),
    dense({ units: 2 }),
  ];
  const made = (layers: Parameters<typeof sequential>[0]) => {
    const made = sequential(layers, { seed: 3 });
    made.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    return made;
  };
  const whole = made([masking(), ...body()]);
  whole.build([STEPS, FEATURES]);
  const aloneOf = (r: number) => {
    const alone = made(body());
    alone.build([LENGTHS[r], FEATURES]);
    alone.setWeights(whole.weights() as never);
    return alone;
  };
  test("a padded row gives what it gives alone", () => {
    const all = whole.predict(LENGTHS.map((_, r) => padded(r, STEPS)));
    LENGTHS.forEach((_, r) => {
      near(
        `row ${r}`,
        all.row(r),
        aloneOf(r)
          .predict([rowOf(r)])
          .row(0),
        1e-6,
      );
    });
  });
  test("and its gradients are those of the row alone", async () => {
    const r = 2;
    const long = (await whole.gradients([padded(r, STEPS)], [[1, -1]])).gradients;
    const short = (await aloneOf(r).gradients([rowOf(r)], [[1, -1]])).gradients;
    expect(Object.keys(short).length).toBeGreaterThan(20);
    for (const [name, values] of Object.entries(short)) near(name, long[name], values, 1e-6);
    expect(Math.max(...short["multiHeadAttention_1.queryKernel"].map(Math.abs))).toBeGreaterThan(1e-4);
  });
  test("a row that is nothing but padding gives numbers", async () => {
    const nothing = [Array.from({ length: STEPS }, () => Array<number>(FEATURES).fill(0))];
    expect([...whole.predict(nothing).data].every(Number.isFinite)).toBe(true);
    const { gradients } = await whole.gradients(nothing, [[1, -1]]);
    expect(Object.values(gradients).every((all) => all.every(Number.isFinite))).toBe(true);
  });
});

test("the outputs have the mask of the queries, and none of the values", () => {
  const build = (masked: "query" | "value", steps: number) => {
    const [q, v] = [input({ shape: [steps, 2], name: "q" }), input({ shape: [3, 2], name: "v" })];
    const [from, at] = masked === "query" ? [masking().apply(q), v] : [q, masking().apply(v)];
    const walked = lstm({ units: 2 }).apply(attention().apply([from, at]));
    return model({ inputs: [q, v], outputs: walked, seed: 4 });
  };
  const queries = [
    [1, 2],
    [3, 4],
    [0, 0],
  ];
  const values = [
    [1, -1],
    [2, 1],
    [0, 0],
  ];
  const of = (masked: "query" | "value", steps: number) => [
    ...build(masked, steps).predict({ q: [queries.slice(0, steps)], v: [values] }).data,
  ];
  // a third query that is padding is no step
  expect(of("query", 3)).toEqual(of("query", 2));
  // of values that are padding it is one
  expect(of("value", 3)).not.toEqual(of("value", 2));
});

test("causal: what comes later changes nothing", () => {
  const build = (causal: boolean) => {
    const net = sequential(
      [
        positionalEmbedding(),
        multiHeadAttention({ numHeads: 2, keyDim: 3, useCausalMask: causal }),
        attention({ causal }),
      ],
      { seed: 2 },
    );
    net.build([STEPS, FEATURES]);
    return net;
  };
  const x = rowOf(0);
  const y = [...x.slice(0, 4), [9, 9, 9], [-9, 9, 0]];
  for (const causal of [true, false]) {
    const net = build(causal);
    const [a, b] = [x, y].map((row) => net.predict([row]).row(0));
    const before = 4 * FEATURES;
    expect(String(a.slice(0, before)) === String(b.slice(0, before))).toBe(causal);
    expect(a.slice(before)).not.toEqual(b.slice(before));
  }
});

test("what dropout leaves of the probabilities, forward and back", () => {
  const shapes = [
    [5, 3],
    [7, 3],
  ];
  const rows = 3;
  const inputs = shapes.map((shape, i) => ({ type: "input" as const, name: `x${i}`, shape }));
  const layer = {
    type: "attention" as const,
    name: "attend",
    inputs: ["x0", "x1"],
    causal: true,
    dropout: 0.4,
  };
  const subject = subjectOf({ layers: [...inputs, layer], outputs: { y: "attend" } });
  const given = givenFor(subject, rows);
  const bed = new Bed();
  bed.core.i32(bed.step + bed.core.record("Step").seedLow.at, 1)[0] = SEED;
  const y = bed.matrix("y", rows * 5, 7);
  const stream = streamOf({ number: 0 } as Site);
  const units = floatsOf([5, 7]);
  const threshold = Math.round(0.4 * 4294967296);
  bed.run("STEP_NOISE", { y, step: bed.step, units, stream, threshold, scale: 1 / 0.6 }, rows);
  const drawn = bed.read(y, rows * 5, 7);
  const kinds = [...new Set(drawn)].sort();
  near("what is drawn", kinds, [0, 1 / 0.6], 1e-7);
  const reference = attentionOf(layer, shapes, false, (r) => (t, s) => drawn[(r * 5 + t) * 7 + s]);
  const want = reference.forward(given.xs);
  for (const parts of [1, 3]) {
    const got = runGraph(subject, rows, given, { parts });
    near("y", got.ys[0], want.y, 1e-6);
    const dxs = want.backward(Float64Array.from(got.dys[0]));
    got.dxs.forEach((dx, i) => {
      near(`dx of input ${i}`, dx, dxs[i], 2e-6);
    });
  }
  const still = runGraph(subject, rows, given, { mode: "predict" });
  near("y where nothing is dropped", still.ys[0], attentionOf(layer, shapes).forward(given.xs).y, 1e-6);
});

test("a listing says what is kept for the way back", async () => {
  const net = sequential([multiHeadAttention({ numHeads: 2, keyDim: 3 })]);
  net.build([6, 4]);
  net.compile({ loss: "meanSquaredError", optimizer: "sgd" });
  expect(await net.listing({ rows: 3 })).toContain("p=attention of multiHeadAttention_1 [3, 12, 6]");
  expect(await net.listing({ rows: 3, mode: "predict" })).toContain("  p=none");
});

test("a small transformer learns to say what comes after", async () => {
  const x = input({ shape: [8] });
  let h = embedding({ inputDim: 6, outputDim: 16 }).apply(x);
  h = positionalEmbedding().apply(h);
  const seen = multiHeadAttention({ numHeads: 2, keyDim: 8, causal: true }).apply(
    layerNormalization().apply(h),
  );
  h = add().apply([h, seen]);
  const wide = dense({ units: 32, activation: "relu" }).apply(layerNormalization().apply(h));
  h = add().apply([h, dense({ units: 16 }).apply(wide)]);
  const net = model({ inputs: x, outputs: dense({ units: 6, activation: "softmax" }).apply(h), seed: 1 });
  net.compile({
    loss: "categoricalCrossentropy",
    optimizer: { name: "adam", learningRate: 0.01 },
    metrics: ["accuracy"],
  });
  const rows = Array.from({ length: 60 }, (_, r) =>
    Array.from({ length: 9 }, (_, t) => (r + t * (1 + (r % 5))) % 6),
  );
  const [past, next] = [rows.map((row) => row.slice(0, 8)), rows.map((row) => row.slice(1))];
  await net.fit(past, next, { epochs: 30, batchSize: 12 });
  const { accuracy } = await net.evaluate(past, next);
  // how far a row counts on is known from its second step
  expect(accuracy).toBeGreaterThan(0.85);
});

test("as a model of characters it writes", async () => {
  // nineteen characters, so that windows of twelve begin at each of them
  const text = "to be or not to be ".repeat(40);
  const { train, vocabulary } = textSplit(text, { length: 12, encoding: "ids", targets: "each" });
  const net = sequential(
    [
      embedding({ inputDim: vocabulary.size, outputDim: 16 }),
      positionalEmbedding(),
      residual([layerNormalization(), multiHeadAttention({ numHeads: 2, keyDim: 8, causal: true })]),
      residual([layerNormalization(), dense({ units: 32, activation: "relu" }), dense({ units: 16 })]),
      dense({ units: vocabulary.size, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  net.compile({ loss: "categoricalCrossentropy", optimizer: { name: "adam", learningRate: 0.01 } });
  await net.fit(train, { epochs: 40 });
  const written = generate(net, { seedText: "to be or not", length: 20, temperature: 0 });
  expect(written).toBe(" to be to be or not ");
});

describe("refused", () => {
  const built = (layer: Parameters<typeof sequential>[0][number], shape: number[]) => () =>
    sequential([layer]).build(shape);
  test.each([
    [{ numHeads: 0, keyDim: 2 }, "numHeads: expected a whole number ≥ 1, got 0"],
    [{ numHeads: 1.5, keyDim: 2 }, "numHeads: expected a whole number ≥ 1, got 1.5"],
    [{ numHeads: 2, keyDim: -1 }, "keyDim: expected a whole number ≥ 1, got -1"],
    [{ numHeads: 2 }, "keyDim"],
    [{ numHeads: 2, keyDim: 2, valueDim: 0 }, "valueDim: expected a whole number ≥ 1, got 0"],
    [{ numHeads: 2, keyDim: 2, useCausalMask: "yes" }, 'useCausalMask: expected true or false, got "yes"'],
    [{ numHeads: 2, keyDim: 2, dropout: 1 }, "dropout: expected a finite number ≥ 0 and < 1, got 1"],
    [{ numHeads: 2, keyDim: 2, useCausalMask: true, causal: false }, "which mean the same; give one of them"],
  ])("%j", (options, message) => {
    expect(built(multiHeadAttention(options as never), [4, 3])).toThrow(message);
  });
  test("values that do not fit", () => {
    const of = (...shapes: number[][]) => shapes.map((shape) => input({ shape }));
    const heads = multiHeadAttention({ numHeads: 2, keyDim: 2 });
    expect(() => model({ inputs: of([3]), outputs: heads.apply(of([3])) })).toThrow(
      "expected inputs [steps, features], got [3]; add reshape({ targetShape: [3, 1] }) before it",
    );
    expect(() => heads.apply(of([4, 3], [5, 3], [6, 3]))).toThrow(
      "expected a key for each value, got 5 steps of values and 6 of keys",
    );
    expect(() => heads.apply(of([4, 3], [5, 3], [5, 3], [5, 3]))).toThrow(
      "expected at most a query, a value and a key, got 4 inputs",
    );
    expect(() => attention().apply(of([4, 3], [5, 2]))).toThrow(
      "expected queries and keys of as many features, got [4, 3] and [5, 2]",
    );
    expect(built(positionalEmbedding({ sequenceLength: 3 }), [4, 2])).toThrow(
      "its input has 4 steps, but there are 3 positions; set sequenceLength to at least 4",
    );
  });
});
