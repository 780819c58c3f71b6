/** Rows of different lengths: padded, they give the bits they give alone, and neither losses nor metrics nor gradients see the padding. */
import { describe, expect, test } from "vitest";
import {
  activation,
  conv1d,
  dense,
  dropout,
  embedding,
  flatten,
  gru,
  layerNormalization,
  lstm,
  masking,
  sequential,
  simpleRnn,
} from "../../src/index.ts";

const FEATURES = 3;
const STEPS = 6;
/** Row r has the length LENGTHS[r]: every one there is. */
const LENGTHS = [6, 1, 4, 2, 5, 3];
const value = (i: number) => Math.sin(i * 7.3) + 0.1;
const rowOf = (r: number, steps = LENGTHS[r]) =>
  Array.from({ length: steps }, (_, t) =>
    Array.from({ length: FEATURES }, (_, c) => value(r * 100 + t * 10 + c)),
  );
const padded = (r: number, steps: number, by = 0) => [
  ...rowOf(r),
  ...Array.from({ length: steps - LENGTHS[r] }, () => Array<number>(FEATURES).fill(by)),
];

const cells = {
  simpleRnn: (returnSequences: boolean) => simpleRnn({ units: 5, returnSequences }),
  lstm: (returnSequences: boolean) => lstm({ units: 5, returnSequences }),
  gru: (returnSequences: boolean) => gru({ units: 5, returnSequences }),
  "gru, reset before": (returnSequences: boolean) => gru({ units: 5, returnSequences, resetAfter: false }),
};

describe.each(Object.entries(cells))("%s", (_, cell) => {
  const chain = (maskValue = 0) => [
    masking({ maskValue }),
    cell(true),
    layerNormalization(),
    dropout({ rate: 0 }),
    cell(false),
    dense({ units: 2 }),
  ];
  test.each([0, -9])("a row padded with %d gives the bits it gives alone", (by) => {
    const model = sequential(chain(by), { seed: 3 });
    model.build([STEPS, FEATURES]);
    const all = model.predict(LENGTHS.map((_, r) => padded(r, STEPS, by)));
    LENGTHS.forEach((length, r) => {
      const alone = sequential(chain(by).slice(1), { seed: 3 });
      alone.build([length, FEATURES]);
      alone.setWeights(
        Object.fromEntries(Object.entries(model.weights()).map(([name, tensor]) => [name, tensor])) as never,
      );
      expect(alone.predict([rowOf(r)]).data).toEqual(all.row(r));
    });
  });

  test("gradients are those of the rows alone", async () => {
    const of = (layers: ReturnType<typeof chain>) => {
      const model = sequential(layers, { seed: 3 });
      model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
      return model;
    };
    const model = of(chain());
    model.build([STEPS, FEATURES]);
    const r = 2;
    const long = (await model.gradients([padded(r, STEPS)], [[1, -1]])).gradients;
    const alone = of(chain().slice(1) as ReturnType<typeof chain>);
    alone.build([LENGTHS[r], FEATURES]);
    alone.setWeights(model.weights() as never);
    const short = (await alone.gradients([rowOf(r)], [[1, -1]])).gradients;
    expect(Object.keys(short).length).toBeGreaterThan(6);
    for (const [name, values] of Object.entries(short)) {
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0);
      values.forEach((want, i) => {
        expect(Math.abs(long[name][i] - want)).toBeLessThan(1e-7 + 1e-6 * Math.abs(want));
      });
    }
  });
});

describe("an output of each step", () => {
  const make = (steps: number) => {
    const model = sequential([masking(), gru({ units: 4, returnSequences: true }), dense({ units: 2 })], {
      seed: 5,
    });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["meanAbsoluteError"] });
    model.build([steps, FEATURES]);
    return model;
  };
  const targets = (r: number, steps: number) =>
    Array.from({ length: steps }, (_, t) => (t < LENGTHS[r] ? [value(t + r), value(t * 3 + r)] : [77, 77]));
  test("neither loss nor metrics depend on how far rows are padded", async () => {
    const at = (steps: number) =>
      make(steps).evaluate(
        LENGTHS.map((_, r) => padded(r, steps)),
        LENGTHS.map((_, r) => targets(r, steps)),
      );
    const [near, far] = [await at(STEPS), await at(STEPS + 5)];
    expect(far.loss).toBeCloseTo(near.loss, 6);
    expect(far.meanAbsoluteError).toBeCloseTo(near.meanAbsoluteError, 6);
    // the mean over a row's steps, then over rows
    const model = make(STEPS);
    const y = model.predict(LENGTHS.map((_, r) => padded(r, STEPS)));
    const [losses, errors] = [[] as number[], [] as number[]];
    LENGTHS.forEach((length, r) => {
      const d = targets(r, length).flatMap((target, t) =>
        target.map((want, c) => y.row(r)[t * 2 + c] - want),
      );
      losses.push(d.reduce((sum, v) => sum + v * v, 0) / d.length);
      errors.push(...d.map(Math.abs));
    });
    const mean = (all: number[]) => all.reduce((sum, v) => sum + v, 0) / all.length;
    expect(near.loss).toBeCloseTo(mean(losses), 5);
    expect(near.meanAbsoluteError).toBeCloseTo(mean(errors), 5);
  });

  test("labels of each step: accuracy counts the steps that are there", async () => {
    const model = sequential(
      [
        embedding({ inputDim: 7, outputDim: 4, maskZero: true }),
        lstm({ units: 4, returnSequences: true }),
        dense({ units: 3, activation: "softmax" }),
      ],
      { seed: 5 },
    );
    model.compile({ loss: "categoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
    model.build([4]);
    const x = [
      [1, 2, 3, 0],
      [4, 0, 0, 0],
    ];
    const classes = model.predict(x).argMax();
    // right where there is a step, wrong in the padding
    const y = [0, 1].map((r) =>
      [0, 1, 2, 3].map((t) => (x[r][t] ? classes[r * 4 + t] : (classes[r * 4 + t] + 1) % 3)),
    );
    expect((await model.evaluate(x, y)).accuracy).toBe(1);
    y[1][0] = (y[1][0] + 1) % 3;
    expect((await model.evaluate(x, y)).accuracy).toBe(0.75);
  });
});

test("a layer that would take padding for values is refused by name", () => {
  for (const [layers, name] of [
    [[masking(), flatten(), dense({ units: 1 })], "flatten_1"],
    [[masking(), conv1d({ filters: 2, kernelSize: 3, padding: "same" }), lstm({ units: 2 })], "conv1d_1"],
  ] as const) {
    const model = sequential([...layers]);
    model.build([4, 3]);
    expect(() => model.predict([padded(3, 4)])).toThrow(
      `layer "${name}" would take the padding of its input for values`,
    );
  }
});

test("numbers beyond the table are named before anything runs", async () => {
  const model = sequential([
    embedding({ inputDim: 5, outputDim: 2 }),
    lstm({ units: 2 }),
    activation({ activation: "linear" }),
  ]);
  model.build([3]);
  expect(() =>
    model.predict([
      [0, 1, 4],
      [0, 5, 1],
    ]),
  ).toThrow(
    'predict: row 1: value 1 of its input is 5; embedding "embedding_1" (layer 1) takes whole numbers from 0 to 4',
  );
  expect(() => model.predict([[0, 1.5, 4]])).toThrow("value 1 of its input is 1.5");
  expect(() => model.predict(new Uint8Array([1, 2, 3]))).toThrow("multiplied by");
  model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
  await expect(model.fit([[0, -1, 2]], [[1, 1]], { epochs: 1 })).rejects.toThrow(
    "value 1 of its input is -1",
  );
});
