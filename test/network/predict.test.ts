/** predict: what it takes, what it says, and what it refuses. */
import { describe, expect, test } from "vitest";
import { type ActivationName, activationField } from "../../src/activations/table.ts";
import { activation, conv2d, dense, flatten, type Model, sequential } from "../../src/index.ts";
import { values } from "../support/kernel.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";
import { ReferenceNet } from "../support/referenceNet.ts";

const square = (flat: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: flat.length / width }, (_, r) =>
    Array.from({ length: width }, (_, c) => flat[r * width + c]),
  );

/** Outputs in double precision, layer by layer. */
function expected(model: Model, x: number[][]): number[][] {
  const weights = model.weights();
  const net = new ReferenceNet(
    model.layers.map(({ name, outputShape: [units], inputShape: [inputs], activation = "linear" }) => ({
      kernel: weights[`${name}.kernel`]
        ? square(weights[`${name}.kernel`], units)
        : Array.from({ length: inputs }, (_, i) => Array.from({ length: inputs }, (_, j) => Number(i === j))),
      ...(weights[`${name}.bias`] && { bias: Array.from(weights[`${name}.bias`]) }),
      activation: activation as ActivationName,
      alpha: (activationField().check(activation) as { alpha?: number }).alpha,
    })),
    { name: "meanSquaredError" },
  );
  return x.map((row) => net.output(row));
}

describe("agrees with double precision", () => {
  const chains: [string, Model][] = [
    ["one layer", sequential([dense({ units: 3, inputShape: [5] })], { seed: 1 })],
    [
      "wide and narrow in turn",
      sequential(
        [
          dense({ units: 33, activation: "tanh", inputShape: [5] }),
          dense({ units: 2, activation: "gelu" }),
          dense({ units: 64, activation: "softplus", useBias: false }),
          dense({ units: 1 }),
          dense({ units: 17, activation: "silu" }),
          dense({ units: 10, activation: "softmax" }),
        ],
        { seed: 2 },
      ),
    ],
    [
      "activations as layers, first and last, and several of them",
      sequential(
        [
          activation({ activation: "sigmoid", inputShape: [5] }),
          dense({ units: 6, activation: "relu" }),
          activation({ activation: "tanh" }),
          activation({ activation: "gaussian" }),
          dense({ units: 4 }),
          activation({ activation: "softmax" }),
        ],
        { seed: 3 },
      ),
    ],
    [
      "only activations",
      sequential([activation({ activation: "elu", inputShape: [5] }), activation({ activation: "step" })]),
    ],
  ];
  test.each(chains)("%s", (_, model) => {
    const x = square(values(9 * 5, 3), 5);
    const got = model.predict(x).toArray();
    for (const [r, row] of expected(model, x).entries()) {
      for (const [c, v] of row.entries()) expect(Math.abs(got[r][c] - v)).toBeLessThan(3e-6);
    }
  });
});

const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [4] })], { seed: 1 });
const problem = clouds(6, 4, 3);
const { x } = problem;
const want = model.predict(x);

test("outputs: values, shape, rows, arrays, the best", () => {
  expect(want.shape).toEqual([6, 3]);
  expect(want.length).toBe(6);
  expect(want.data).toHaveLength(18);
  expect([...want.row(1)]).toEqual([...want.data.subarray(3, 6)]);
  expect(want.toArray()[2]).toEqual([...want.row(2)]);
  expect([...want.argMax()]).toEqual(want.toArray().map((row) => row.indexOf(Math.max(...row))));
  for (const row of want.toArray()) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
});

test("what was returned stays as it is", () => {
  const first = model.predict(x);
  const copy = first.data.slice();
  model.predict(x.map((row) => row.map((v) => -v)));
  expect(first.data).toEqual(copy);
});

test("the plan of the call before is taken only for what it was made for", async () => {
  const layers = () => [dense({ units: 3, inputShape: [4] })];
  const model = sequential(layers(), { seed: 1 });
  const floats = Float32Array.of(0.5, -1, 0.25, 2, 1, 0, -0.5, 3);
  const bytes = Uint8Array.of(0, 255, 7, 80);
  const alone = (x: Float32Array | Uint8Array) => sequential(layers(), { seed: 1 }).predict(x).data;
  for (const x of [floats, floats, bytes, bytes, floats.subarray(4), bytes, floats])
    expect(model.predict(x).data).toEqual(alone(x));
  // other places in memory: where the plan was, there is now what training keeps
  const options = { optimizer: "adam", loss: "meanSquaredError" } as const;
  const fresh = sequential(layers(), { seed: 1 }).compile(options);
  model.compile(options);
  for (const each of [model, fresh])
    for (let fits = 0; fits < 2; fits++) {
      await each.fit(floats.subarray(0, 4), [[1, 2, 3]], { epochs: 1, worker: false });
      if (each === model) model.predict(floats);
    }
  expect(model.weights()).toEqual(fresh.weights());
});

test("options that are none are refused", () => {
  const model = sequential([dense({ units: 1, inputShape: [1] })]);
  expect(() => model.predict([[1]], null as never)).toThrow(
    "predict: expected its options as an object, got null",
  );
  expect(() => model.predict([[1]], { batchsize: 2 } as never)).toThrow(
    /unknown option "batchsize".*batchSize/,
  );
  expect(model.predict([[1]], undefined).shape).toEqual([1, 1]);
});

test("takes rows in any form", () => {
  const flat = x.flat();
  for (const form of [
    Float32Array.from(flat),
    Float64Array.from(flat),
    x.map((row) => Float32Array.from(row)),
    { data: Float32Array.from(flat), shape: [6, 4] },
    { data: Float32Array.from(flat), shape: [6, 2, 2] },
  ]) {
    expect(model.predict(form as never).data).toEqual(want.data);
  }
  expect(model.predict([x[2]]).data).toEqual(want.row(2));
  expect(model.predict(Float32Array.from(x[2])).data).toEqual(want.row(2));
  // one input: a list of numbers is a list of rows
  const one = sequential([dense({ units: 2, inputShape: [1] })], { seed: 1 });
  expect(one.predict([1, 2, 3]).shape).toEqual([3, 2]);
  expect(one.predict([[1], [2], [3]])).toEqual(one.predict([1, 2, 3]));
  expect(one.predict([7]).shape).toEqual([1, 2]);
});

test("takes data sets that read at once", () => {
  expect(model.predict(dataset(problem))).toEqual(want);
  expect(() => model.predict(slowly(dataset(problem)))).toThrow("reads asynchronously");
  const other = dataset(clouds(6, 5, 3));
  expect(() => model.predict(other)).toThrow("predict: expected rows of shape [4], got [5] from clouds");
});

describe("refuses", () => {
  const images = sequential([flatten({ inputShape: [2, 3] }), dense({ units: 2 })]);
  test.each([
    [
      "a single row",
      model,
      [1, 2, 3, 4],
      "so [n, 4], got a single row [4]: the batch dimension is missing; pass [x]",
    ],
    [
      "rows of another width that add up",
      model,
      square(values(8), 2),
      "predict: expected rows of shape [4], so [n, 4], got [4, 2]",
    ],
    [
      "two rows of two for one of four",
      model,
      square(values(4), 2),
      "got a single row [2, 2]: the batch dimension is missing",
    ],
    [
      "a count that does not fit",
      model,
      Float32Array.of(1, 2, 3),
      "predict: expected a multiple of 4 values (rows of shape [4]), got 3",
    ],
    ["nothing", model, new Float32Array(0), "expected a multiple of 4 values"],
    ["ragged rows", model, [[1, 2, 3, 4], [1]], "row 1: expected 4 values as in row 0, got 1 values"],
    ["text", model, [["a", "b", "c", "d"]], 'expected a number, got "a"'],
    [
      "one image",
      images,
      square(values(6), 3),
      "so [n, 2, 3], got a single row [2, 3]: the batch dimension is missing",
    ],
    [
      "images of another size",
      images,
      square(values(15), 5),
      "predict: expected rows of shape [2, 3], so [n, 2, 3], got [3, 5]",
    ],
  ] as const)("%s", (_, of, input, message) => {
    expect(() => of.predict(input as never)).toThrow(message);
  });
  test("a model that does not know its input yet", () => {
    expect(() => sequential([dense({ units: 2 })]).predict([[1]])).toThrow(
      "does not know the shape of its input yet",
    );
  });
});

test("images, and rows already flat", () => {
  const images = sequential([flatten({ inputShape: [2, 3] }), dense({ units: 2 })], { seed: 1 });
  const flat = values(12);
  const nested = [0, 1].map((n) => square(flat.subarray(6 * n, 6 * n + 6), 3));
  const got = images.predict(nested);
  expect(got.shape).toEqual([2, 2]);
  expect(images.predict(flat)).toEqual(got);
  expect(images.predict(square(flat, 6))).toEqual(got);
  expect(images.predict({ data: flat, shape: [2, 2, 3, 1] })).toEqual(got);
});

test("argMax() of outputs [h, w, c] has a class for each pixel", () => {
  const net = sequential([conv2d({ filters: 3, kernelSize: 1 })], { inputShape: [2, 2, 1], seed: 1 });
  net.setWeights({ "conv2d_1.kernel": [1, 0, -1], "conv2d_1.bias": [0, 0.5, 0] });
  const outputs = net.predict({ data: Float32Array.of(1, 0, -1, 2, 0, 0, -2, 3), shape: [2, 2, 2, 1] });
  expect([...outputs.argMax()]).toEqual([0, 1, 2, 0, 1, 1, 2, 0]);
});
