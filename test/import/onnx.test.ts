/** ONNX files as layers: what costs no layer, what is refused and how, files beside the file. */
import { expect, test } from "vitest";
import { openModel } from "../../src/import/index.ts";
import type { Model } from "../../src/model/model.ts";
import { numbers, onnxFile } from "./written.ts";

const types = (model: Model): string[] => model.layers.map(({ type }) => type);

/** y[o] = Σ x[i] · w[o, i] + b[o] */
function product(x: ArrayLike<number>, w: Float32Array, b: Float32Array): number[] {
  const n = w.length / b.length;
  return Array.from(b, (bias, o) =>
    Array.from({ length: n }, (_, i) => x[i]! * w[o * n + i]!).reduce((a, c) => a + c, bias),
  );
}

/** Convolution, flatten, dense, as PyTorch writes them: channels first. */
const convNet = (opset = 17) => {
  const [w, b] = [numbers(3 * 2 * 2 * 2), numbers(3, 2)];
  const [d, e] = [numbers(4 * 3 * 2 * 3, 3), numbers(4, 4)];
  const file = onnxFile({
    opset,
    nodes: [
      ["Conv", ["x", "w", "b"], ["c"]],
      ["Relu", ["c"], ["r"]],
      ["Shape", ["r"], ["s"]],
      ["Gather", ["s", "zero"], ["n"]],
      ["Unsqueeze", opset < 13 ? ["n"] : ["n", "axes"], ["m"], opset < 13 ? { axes: [0] } : {}],
      ["Concat", ["m", "rest"], ["t"], { axis: 0 }],
      ["Reshape", ["r", "t"], ["f"]],
      ["Gemm", ["f", "d", "e"], ["y"], { transB: 1 }],
    ],
    inputs: { x: ["N", 2, 3, 4] },
    outputs: ["y"],
    weights: {
      w: { shape: [3, 2, 2, 2], data: w },
      b: { shape: [3], data: b },
      d: { shape: [4, 18], data: d },
      e: { shape: [4], data: e },
      zero: { shape: [], data: [0], int: true },
      axes: { shape: [1], data: [0], int: true },
      rest: { shape: [1], data: [-1], int: true },
    },
  });
  /** Of one row [2, 3, 4]. */
  const expected = (x: Float32Array) => {
    const hidden: number[] = [];
    for (let o = 0; o < 3; o++)
      for (let i = 0; i < 2; i++)
        for (let j = 0; j < 3; j++) {
          let sum = b[o]!;
          for (let c = 0; c < 2; c++)
            for (let u = 0; u < 2; u++)
              for (let v = 0; v < 2; v++)
                sum += x[c * 12 + (i + u) * 4 + j + v]! * w[((o * 2 + c) * 2 + u) * 2 + v]!;
          hidden.push(Math.max(sum, 0));
        }
    return product(hidden, d, e);
  };
  return { file, expected };
};

/** [channels, height, width] as [height, width, channels]. */
const channelsLast = (x: Float32Array, c: number, h: number, w: number) =>
  Float32Array.from({ length: x.length }, (_, at) => x[(at % c) * h * w + Math.floor(at / c)]!);

test.each([9, 13, 17])(
  "a convolutional network has channels last and no transposition left, of opset %i",
  async (opset) => {
    const { file, expected } = convNet(opset);
    const model = await openModel(file);
    expect(types(model)).toEqual(["conv2d", "flatten", "dense"]);
    expect(model.inputShape).toEqual([3, 4, 2]);
    const x = numbers(24, 9);
    const { data } = model.predict({ data: channelsLast(x, 2, 3, 4), shape: [1, 3, 4, 2] });
    expected(x).forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 5);
    });
  },
);

test("what was imported is trained, saved and opened like any other model", async () => {
  const model = await openModel(convNet().file);
  const x = { data: numbers(8 * 24), shape: [8, 3, 4, 2] };
  const y = { data: numbers(8 * 4, 5), shape: [8, 4] };
  model.compile({ loss: "meanSquaredError", optimizer: { name: "adam", learningRate: 0.02 } });
  const before = (await model.evaluate(x, y)).loss;
  await model.fit(x, y, { epochs: 40, batchSize: 8, worker: false });
  expect((await model.evaluate(x, y)).loss).toBeLessThan(before / 2);
  const again = await openModel(model.save());
  expect(again.predict(x).data).toEqual(model.predict(x).data);
  expect(again.metadata.extra).toMatchObject({
    import: { format: "ONNX", opset: 17, inputs: [{ name: "x", axes: [2, 3, 1] }] },
  });
});

test("an expanded normalisation, GELU and biases that are added are layers", async () => {
  const width = 6;
  const vector = (seed: number) => ({ shape: [width], data: numbers(width, seed) });
  const model = await openModel(
    onnxFile({
      nodes: [
        ["MatMul", ["x", "w"], ["p"]],
        ["Add", ["p", "b"], ["h"]],
        ["ReduceMean", ["h"], ["m"], { axes: [-1] }],
        ["Sub", ["h", "m"], ["d"]],
        ["Pow", ["d", "two"], ["q"]],
        ["ReduceMean", ["q"], ["v"], { axes: [-1] }],
        ["Add", ["v", "eps"], ["ve"]],
        ["Sqrt", ["ve"], ["sd"]],
        ["Div", ["d", "sd"], ["n"]],
        ["Mul", ["n", "gamma"], ["ng"]],
        ["Add", ["ng", "beta"], ["nb"]],
        ["Div", ["nb", "root"], ["g1"]],
        ["Erf", ["g1"], ["g2"]],
        ["Add", ["g2", "one"], ["g3"]],
        ["Mul", ["nb", "g3"], ["g4"]],
        ["Mul", ["g4", "half"], ["y"]],
      ],
      inputs: { x: ["N", 5, 4] },
      outputs: ["y"],
      weights: {
        w: { shape: [4, width], data: numbers(4 * width) },
        b: vector(2),
        gamma: vector(3),
        beta: vector(4),
        two: { shape: [], data: [2] },
        eps: { shape: [], data: [1e-5] },
        root: { shape: [], data: [Math.SQRT2] },
        one: { shape: [], data: [1] },
        half: { shape: [], data: [0.5] },
      },
    }),
  );
  expect(types(model)).toEqual(["dense", "layerNormalization", "activation"]);
  expect(Object.keys(model.weights()).map((name) => name.split(".")[1])).toEqual([
    "kernel",
    "bias",
    "gamma",
    "beta",
  ]);
  expect(model.layers[1]!.operations[0]!.parameters.map(({ name }) => name)).toEqual(["gamma", "beta"]);
});

test("everything that there is not is said at once, with its node and what to do", async () => {
  const file = onnxFile({
    nodes: [
      ["Exp", ["x"], ["a"]],
      ["Cos", ["a"], ["b"]],
      ["Loop", ["b"], ["c"]],
      ["MaxPool", ["x"], ["d"], { kernel_shape: [2, 2], dilations: [2, 2] }],
      ["Exp", ["c"], ["y"]],
    ],
    inputs: { x: ["N", 3, 8, 8], z: ["N", "width"] },
    outputs: ["y", "d", "z"],
  });
  const error = await openModel(file).catch((each) => each);
  expect(error.name).toBe("NablaError");
  expect(error.details.problems.map(({ where }: { where: string }) => where)).toEqual([
    'input "z"',
    'Exp "Exp_0"',
    'Cos "Cos_1"',
    'Loop "Loop_2"',
    'MaxPool "MaxPool_3"',
    'Exp "Exp_4"',
  ]);
  expect(error.message).toContain('{ dimensions: { "width": 64 } }');
  expect(error.message).toContain("extract_model");
  expect(error.message).toContain("constant folding");
  expect(error.message).toMatch(/dilations: windows of pooling have no holes/);
});

test("axes of any size are given by their names", async () => {
  const file = onnxFile({
    nodes: [["GlobalAveragePool", ["x"], ["y"]]],
    inputs: { x: ["N", 3, "height", "width"] },
    outputs: ["y"],
  });
  const model = await openModel(file, { dimensions: { height: 4, width: 6 } });
  expect(model.inputShape).toEqual([4, 6, 3]);
  await expect(openModel(file)).rejects.toThrow(/"height".*\n?.*dimensions/s);
});

test("weights in another file are asked for by its name, which has to be in the folder", async () => {
  const make = (file: string, offset = 0) =>
    onnxFile({
      nodes: [["MatMul", ["x", "w"], ["y"]]],
      inputs: { x: ["N", 2] },
      outputs: ["y"],
      external: { name: "w", file, shape: [2, 3], offset },
    });
  const data = new Uint8Array(numbers(7).buffer);
  const given = { "model.onnx.data": data };
  const model = await openModel(make("model.onnx.data", 4), { files: given });
  expect(Object.values(model.weights())[0]).toEqual(numbers(7).subarray(1));
  await expect(openModel(make("model.onnx.data"))).rejects.toThrow(/"model\.onnx\.data".*files/);
  await expect(openModel(make("model.onnx.data", 8), { files: given })).rejects.toThrow(
    /needs 24 bytes from byte 8 of another file, which has 28/,
  );
  for (const outside of [
    "../w.data",
    "/etc/passwd",
    "C:\\w",
    "a/../../w",
    "https://example.org/w",
    "a\\..\\..\\w",
  ])
    await expect(openModel(make(outside), { files: given })).rejects.toThrow(/which is not in its folder/);
});

test("names of inherited properties are names", async () => {
  const file = onnxFile({
    nodes: [["Relu", ["__proto__"], ["constructor"]]],
    inputs: { ["__proto__" as string]: ["N", 2] },
    outputs: ["constructor"],
  });
  // as a key the name of an object literal would set its prototype
  expect((await openModel(file).catch((error) => error)).message ?? "").not.toMatch(/is not a function/);
  await expect(
    openModel(onnxFile({ nodes: [["toString", ["x"], ["y"]]], inputs: { x: ["N", 2] }, outputs: ["y"] })),
  ).rejects.toThrow(/the operator toString there is not here/);
});

test("lengths that a file claims are compared with what it has", async () => {
  const make = (shape: number[]) =>
    onnxFile({
      nodes: [["MatMul", ["x", "w"], ["y"]]],
      inputs: { x: ["N", 2] },
      outputs: ["y"],
      weights: { w: { shape, data: [1, 2] } },
    });
  await expect(openModel(make([2, 2 ** 40]))).rejects.toThrow(/needs .* bytes, but 8 are there/);
  const tile = onnxFile({
    nodes: [
      ["ConstantOfShape", ["n"], ["c"]],
      ["Add", ["x", "c"], ["y"]],
    ],
    inputs: { x: ["N", 2] },
    outputs: ["y"],
    weights: { n: { shape: [2], data: [2 ** 30, 2], int: true } },
  });
  await expect(openModel(tile)).rejects.toThrow(/larger than the file/);
  const whole = convNet().file;
  for (let n = 0; n < whole.length; n += 7)
    await expect(openModel(whole.subarray(0, n))).rejects.toMatchObject({ name: "NablaError" });
});

test("a mean over all steps of what has padding is refused: the layer here leaves padding out", async () => {
  const file = (kind: string) =>
    onnxFile({
      opset: 17,
      nodes: [
        ["Equal", ["x", "v"], ["e"]],
        ["Cast", ["e"], ["c"], { to: 1 }],
        ["ReduceMin", ["c"], ["l"], { axes: [2], keepdims: 0 }],
        ["Sub", ["one", "l"], ["m"]],
        ["Unsqueeze", ["m", "two"], ["w"]],
        ["Mul", ["x", "w"], ["k"]],
        [kind, ["k"], ["y"], { axes: [1], keepdims: 0 }],
      ],
      inputs: { x: ["N", 4, 3] },
      outputs: ["y"],
      weights: {
        v: { shape: [], data: [0] },
        one: { shape: [], data: [1] },
        two: { shape: [1], data: [2], int: true },
      },
    });
  const largest = await openModel(file("ReduceMax"));
  expect(types(largest)).toEqual(["masking", "globalMaxPooling1d"]);
  await expect(openModel(file("ReduceMean"))).rejects.toThrow("it takes other steps for padding than");
});
