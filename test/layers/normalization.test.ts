/** Options of layers that normalise, and what adapt() finds. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  batchNormalization,
  conv2d,
  dense,
  groupNormalization,
  type LayerInput,
  layerNormalization,
  load,
  normalization,
  prelu,
  rescaling,
  sequential,
} from "../../src/index.ts";
import { near } from "../support/harness.ts";
import { values } from "../support/kernel.ts";

const build = (inputShape: number[], ...layers: LayerInput[]) => sequential(layers, { inputShape });
const constant = (value: number) => ({ name: "constant", value }) as const;

describe("adapt()", () => {
  const shape = [40, 3, 2, 5];
  const data = values(40 * 30, 8).map((v, i) => v * (1 + (i % 5)) + 20 * (i % 3));
  /** Mean and variance of the values that `of` gives the same number. */
  const moments = (of: (i: number) => number) => {
    const sets = new Map<number, number[]>();
    data.forEach((v, i) => sets.set(of(i), [...(sets.get(of(i)) ?? []), v]));
    const all = [...sets].sort(([a], [b]) => a - b).map(([, set]) => set);
    const mean = all.map((set) => set.reduce((s, v) => s + v, 0) / set.length);
    const variance = all.map((set, i) => set.reduce((s, v) => s + (v - mean[i]) ** 2, 0) / set.length);
    return { mean, variance };
  };
  const axes = [
    [undefined, (i: number) => i % 5],
    [-1, (i: number) => i % 5],
    [null, () => 0],
    [[1, 2, 3], (i: number) => i % 30],
    [[1], (i: number) => Math.floor((i % 30) / 10)],
    [[-3, 3], (i: number) => Math.floor((i % 30) / 10) * 5 + (i % 5)],
  ] as const;

  test.each(axes)("axis %j: the means of the values that have one in common", (axis, of) => {
    const layer = normalization({ ...(axis !== undefined && { axis }) });
    layer.adapt({ data, shape });
    const { mean, variance } = moments(of);
    near("mean", layer.mean!, mean, 1e-12);
    near("variance", layer.variance!, variance, 1e-12);
    const model = build(shape.slice(1), layer);
    const places = [...data].map((_, i) => of(i));
    const want = [...data].map((v, i) => (v - mean[places[i]]) / Math.sqrt(variance[places[i]]));
    near("y", model.predict({ data, shape }).data, want, 5e-6);
  });

  test("nested rows, and data sets that are read at once or later, give the same", async () => {
    const rows = Array.from({ length: 300 }, (_, r) => [...values(4, r + 1)]);
    const want = normalization().adapt(rows);
    const now = arrayDataset(
      rows,
      rows.map(() => 0),
    );
    const later = { ...now, read: async (...args: Parameters<typeof now.read>) => now.read(...args) };
    for (const set of [now, later]) {
      const { mean, variance } = await normalization().adapt(set as never);
      near("mean", mean!, want.mean!, 1e-7);
      near("variance", variance!, want.variance!, 1e-7);
    }
  });

  test("bytes count as 0 … 1, as the model sees them", () => {
    const bytes = Uint8Array.of(0, 255, 51, 204);
    const layer = normalization().adapt({ data: bytes, shape: [4, 1] });
    near("mean", layer.mean!, [0.5], 1e-12);
    const { data } = build([1], layer).predict({ data: bytes, shape: [4, 1] });
    near("sum", [data.reduce((s, v) => s + v, 0), data.reduce((s, v) => s + v * v, 0)], [0, 4], 1e-6);
  });

  test("what does not vary becomes 0", () => {
    const layer = normalization().adapt([
      [3, 1],
      [3, 2],
    ]);
    expect([...build([2], layer).predict([[3, 1]]).data]).toEqual([0, -1]);
  });

  test("is saved, is not trained, and is no option of the layer", async () => {
    const x = Array.from({ length: 20 }, (_, r) => [...values(3, r + 1)].map((v) => v * 9 + 4));
    const layer = normalization({ name: "scaled" });
    layer.adapt(x);
    expect(Object.keys(layer).sort()).toEqual(["mean", "name", "type", "variance"]);
    const model = build([3], layer, dense({ units: 1 }));
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const before = model.weights();
    await model.fit(
      x,
      x.map(([a]) => [a]),
      { epochs: 2 },
    );
    const after = model.weights();
    expect(after["scaled.mean"]).toEqual(before["scaled.mean"]);
    expect(after["scaled.variance"]).toEqual(before["scaled.variance"]);
    expect(after["dense_1.kernel"]).not.toEqual(before["dense_1.kernel"]);
    expect(load(model.save()).predict(x).data).toEqual(model.predict(x).data);
  });

  test.each([
    [() => build([3], normalization()), "call adapt(x) on the layer before the model is built"],
    [() => build([3], normalization({ mean: [1], variance: [1, 2] })), "variance: expected 3 values"],
    [
      () => build([3], normalization({ mean: [1], variance: [-1] })),
      "variance[0]: expected a finite number ≥ 0",
    ],
    [
      () => build([3, 2], normalization({ axis: 3, mean: [1], variance: [1] })),
      "axes from 1 to 2 of the input [3, 2]",
    ],
    [() => normalization().adapt([[1], [Number.NaN]]), "expected finite numbers, got NaN in row 1"],
    [() => normalization().adapt([[1, 2], [1]]), "expected rows of one shape, [2]"],
    [() => normalization().adapt([1, 2]), "expected rows of numbers"],
    [
      () => normalization().adapt({ data: Float32Array.of(1), shape: [2, 3] }),
      "shape [2, 3] needs 6 values, got 1",
    ],
    [
      () => normalization({ axis: 2 }).adapt([[1]]),
      "normalization: axis: expected different axes from 1 to 1",
    ],
  ])("%s is refused", (make, message) => {
    expect(make).toThrow(message);
  });
});

test("first values of every normalisation", () => {
  const starts = { gammaInitializer: constant(0.5), betaInitializer: constant(-2) };
  const model = build(
    [4],
    batchNormalization({
      ...starts,
      movingMeanInitializer: constant(3),
      movingVarianceInitializer: constant(4),
      name: "b",
    }),
    layerNormalization({ ...starts, name: "l" }),
    groupNormalization({ ...starts, groups: 2, name: "g" }),
    prelu({ alphaInitializer: constant(0.25), name: "p" }),
  );
  const firsts = Object.fromEntries(Object.entries(model.weights()).map(([name, [first]]) => [name, first]));
  expect(firsts).toEqual({
    "b.gamma": 0.5,
    "b.beta": -2,
    "b.movingMean": 3,
    "b.movingVariance": 4,
    "l.gamma": 0.5,
    "l.beta": -2,
    "g.gamma": 0.5,
    "g.beta": -2,
    "p.alpha": 0.25,
  });
  expect(load(model.save()).weights()).toEqual(model.weights());
});

test("without gamma and beta", () => {
  const model = build([4], groupNormalization({ groups: 2, center: false, scale: false }));
  expect(Object.keys(model.weights())).toEqual([]);
  expect([...model.predict([[0, 2, 5, 5]]).data].map((v) => Math.round(v * 100))).toEqual([-100, 100, 0, 0]);
});

test.each([
  [[4, 4, 6], groupNormalization(), "groups: expected a divisor of 6 channels (1, 2, 3, 6) or -1, got 32"],
  [[6], groupNormalization({ groups: 0 }), "or -1, got 0"],
  [[4, 4, 6], prelu({ sharedAxes: [4] }), "sharedAxes: expected different axes from 1 to 3"],
  [[4, 4, 6], prelu({ sharedAxes: [1, 1] }), "sharedAxes: expected different axes from 1 to 3"],
  [[2, 2, 2, 2, 2, 2], prelu({ sharedAxes: [1, 3, 5] }), "share axes that follow each other"],
  [[6], rescaling({} as never), "scale: missing"],
] as [number[], LayerInput, string][])("%j: %j is refused", (shape, layer, message) => {
  expect(() => build(shape, layer)).toThrow(message);
});

test("an image is rescaled before it is convolved", () => {
  const model = build([2, 2, 1], rescaling({ scale: 2, offset: -1 }), conv2d({ filters: 1, kernelSize: 1 }));
  model.setWeights({ "conv2d_1.kernel": Float32Array.of(1), "conv2d_1.bias": Float32Array.of(0) });
  expect([...model.predict({ data: Float32Array.of(0, 0.5, 1, 2), shape: [1, 2, 2, 1] }).data]).toEqual([
    -1, 0, 1, 3,
  ]);
});
