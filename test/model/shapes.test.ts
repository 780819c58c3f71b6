/** Shapes that were given are compared, not only counts: the same values in another order are other values. */
import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { concatenate, conv1d, conv2d, dense, flatten, input, model, sequential } from "../../src/index.ts";
import { load } from "../../src/predict/index.ts";
import { fits, reordered } from "../../src/shape.ts";

const NCHW = Float32Array.from([1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
const NHWC = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
const ORDER = "(0, 2, 3, 1)";

const digits = () =>
  sequential([
    conv2d({ filters: 1, kernelSize: 1, useBias: false, inputShape: [2, 2, 3], name: "c" }),
  ]).setWeights({
    "c.kernel": [1, 10, 100],
  });

describe("inputs", () => {
  const first = { data: NCHW, shape: [1, 3, 2, 2] };
  const last = { data: NHWC, shape: [1, 2, 2, 3] };
  const y = { data: Float32Array.from([1, 0, 0, 1]), shape: [1, 2, 2, 1] };
  const message = `expected rows of shape [2, 2, 3], so [n, 2, 2, 3], got [1, 3, 2, 2]: its axes are in another order; transpose them, ${ORDER}`;
  const fitted = 'conv2d "c" (layer 1): expected input [2, 2, 3], got [3, 2, 2] from';

  test("channels first, where the model has them last", async () => {
    const model = digits();
    expect(model.predict(last).toArray()).toEqual([[321, 654, 987, 1320]]);
    expect(() => model.predict(first)).toThrow(message);
    expect(() => load(model.save()).predict(first)).toThrow(message);
    expect(load(model.save()).predict(last).toArray()).toEqual([[321, 654, 987, 1320]]);
    model.compile({ loss: "meanSquaredError" });
    await expect(model.fit(first, y)).rejects.toThrow(fitted);
    await expect(model.fit(first, y)).rejects.toThrow(ORDER);
    await expect(model.evaluate(first, y)).rejects.toThrow(fitted);
    await expect(model.trainOnBatch(first, y)).rejects.toThrow(fitted);
    await expect(model.fit(last, y, { validationData: [first, y] })).rejects.toThrow(fitted);
    await expect(model.fit(arrayDataset(first, y))).rejects.toThrow(fitted);
    expect(() => arrayDataset(first, y, { inputShape: [2, 2, 3] })).toThrow(
      `data: x: expected rows of [2, 2, 3], got [3, 2, 2]: its axes are in another order; transpose them, ${ORDER}`,
    );
  });

  test("several inputs, by their names", async () => {
    const a = input({ shape: [2, 2, 3], name: "a" });
    const b = input({ shape: [1], name: "b" });
    const joined = concatenate().apply([flatten().apply(a), b]);
    const graph = model({ inputs: [a, b], outputs: [dense({ units: 1 }).apply(joined)] });
    const rows = { data: new Float32Array(1), shape: [1, 1] };
    expect(() => graph.predict({ a: first, b: rows })).toThrow(`a: predict: ${message}`);
    graph.compile({ loss: "meanSquaredError" });
    await expect(graph.fit({ a: first, b: rows }, rows)).rejects.toThrow(
      /input "a": expected rows of shape \[2, 2, 3\], got \[3, 2, 2\] from .*transpose them, \(0, 2, 3, 1\)/,
    );
    expect(await graph.evaluate({ a: last, b: rows }, rows)).toHaveProperty("loss");
  });

  test("targets whose rows have another order than the outputs", async () => {
    const model = sequential([conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 3] })]);
    model.compile({ loss: "meanSquaredError" });
    await expect(model.fit(last, first)).rejects.toThrow(
      "expected rows of shape [2, 2, 3], that of the outputs, got [3, 2, 2]",
    );
    expect(await model.evaluate(last, last)).toHaveProperty("loss");
  });

  test("height for width, nested and flat", () => {
    const model = sequential([
      conv2d({ filters: 1, kernelSize: [1, 3], useBias: false, inputShape: [2, 3, 1], name: "c" }),
    ]);
    model.setWeights({ "c.kernel": [1, 10, 100] });
    expect(
      model
        .predict([
          [
            [[1], [2], [3]],
            [[4], [5], [6]],
          ],
        ])
        .toArray(),
    ).toEqual([[321, 654]]);
    expect(() =>
      model.predict([
        [
          [[1], [4]],
          [[2], [5]],
          [[3], [6]],
        ],
      ]),
    ).toThrow(
      "expected rows of shape [2, 3, 1], so [n, 2, 3, 1], got [1, 3, 2, 1]: its axes are in another order; transpose them, (0, 2, 1, 3)",
    );
    // rows that are flat, or have axes of one value more or less, are in the only order there is
    for (const x of [
      [[1, 2, 3, 4, 5, 6]],
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      { data: NHWC.slice(0, 6), shape: [1, 1, 2, 3] },
    ])
      expect(model.predict(x).toArray()).toEqual([[321, 654]]);
    const flat = sequential([dense({ units: 1, useBias: false, inputShape: [6], name: "d" })]);
    flat.setWeights({ "d.kernel": [1, 10, 100, 1000, 10_000, 100_000] });
    expect(
      flat
        .predict([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ])
        .toArray(),
    ).toEqual([[654_321]]);
  });
});

describe("setWeights", () => {
  const made = () => sequential([dense({ units: 3, inputShape: [2], name: "d" })]);
  const message =
    "setWeights: d.kernel: expected shape [2, 3], got [3, 2]: its axes are in another order; transpose them, (1, 0)";

  test("a transposed matrix is named as such, nested or with its shape; nothing is set", () => {
    const one = made();
    const before = one.weights()["d.kernel"];
    expect(() =>
      one.setWeights({
        "d.bias": [9, 9, 9],
        "d.kernel": [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      }),
    ).toThrow(message);
    expect(() =>
      one.setWeights({ "d.kernel": { data: Float32Array.from([1, 4, 2, 5, 3, 6]), shape: [3, 2] } }),
    ).toThrow(message);
    expect(one.weights()["d.kernel"]).toEqual(before);
    expect(one.weights()["d.bias"]).toEqual(new Float32Array(3));
    one.setWeights({
      "d.kernel": [
        [1, 2, 3],
        [4, 5, 6],
      ],
    });
    expect(one.predict([[1, 1]]).toArray()).toEqual([[5, 7, 9]]);
    one.setWeights({ "d.kernel": [1, 2, 3, 4, 5, 6], "d.bias": [[1], [2], [3]] });
    expect(one.predict([[1, 1]]).toArray()).toEqual([[6, 9, 12]]);
  });

  test("filters as PyTorch stores them", () => {
    const pictures = sequential([
      conv2d({ filters: 5, kernelSize: [2, 3], inputShape: [4, 4, 6], name: "c" }),
    ]);
    const filters = (shape: number[]) => ({ data: new Float32Array(180), shape });
    expect(() => pictures.setWeights({ "c.kernel": filters([5, 6, 2, 3]) })).toThrow(
      "c.kernel: expected shape [2, 3, 6, 5], got [5, 6, 2, 3]: its axes are in another order; transpose them, (2, 3, 1, 0)",
    );
    pictures.setWeights({ "c.kernel": filters([2, 3, 6, 5]) });
    const series = sequential([conv1d({ filters: 5, kernelSize: 2, inputShape: [9, 6], name: "c" })]);
    expect(() => series.setWeights({ "c.kernel": { data: new Float32Array(60), shape: [5, 6, 2] } })).toThrow(
      "(2, 1, 0)",
    );
    expect(() => series.setWeights({ "c.kernel": { data: new Float32Array(60), shape: [3, 4, 5] } })).toThrow(
      /c\.kernel: expected shape \[2, 6, 5\], got \[3, 4, 5\]$/,
    );
  });
});

test("fits() and reordered()", () => {
  expect(fits([2, 3], [2, 3, 1])).toBe(true);
  expect(fits([6], [2, 3])).toBe(true);
  expect(fits([2, 3], [6])).toBe(true);
  expect(fits([3, 2], [2, 3])).toBe(false);
  expect(fits([6], [2, 2])).toBe(false);
  expect(fits([], [1])).toBe(true);
  expect(reordered([3, 2], [2, 3])).toContain("(1, 0)");
  expect(reordered([2, 5], [5, 3])).toBe("");
});
