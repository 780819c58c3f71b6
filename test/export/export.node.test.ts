/** Models as WebAssembly modules of their own: the library's bits in hosts that do not have the library. */
import { afterAll, describe, expect, test } from "vitest";
import { exportWasm, quantised, type WeightType } from "../../src/export/index.ts";
import { concatenate, dense, flatten, input, model, reshape, sequential } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import type { OutputRecord } from "../../src/network/predict.ts";
import { values } from "../support/kernel.ts";
import { description, instantiate, nativeHost, predictIn } from "./host.ts";
import { bytesFor, nets, rowsFor } from "./nets.ts";

const native = nativeHost("predict");
afterAll(native.remove);

const bits = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);
const floats = (bytes: Buffer): Float32Array => new Float32Array(Uint8Array.from(bytes).buffer);

const rows = (n: number, width: number, seed: number): Float32Array => values(n * width, seed);

/** A table and a small image, whose channels are no multiple of four; classes and a map. A layer is used twice. */
function twoByTwo() {
  const [left, right] = [input({ shape: [5], name: "left" }), input({ shape: [2, 1, 3], name: "right" })];
  const tower = dense({ units: 6, activation: "tanh" });
  const flat = dense({ units: 5, activation: "relu" }).apply(flatten().apply(right));
  const both = concatenate().apply([tower.apply(left), tower.apply(flat)]);
  const grown = dense({ units: 18 }).apply(both);
  return model({
    inputs: [left, right],
    outputs: {
      digit: dense({ units: 3, activation: "softmax" }).apply(both),
      map: reshape({ targetShape: [2, 3, 3] }).apply(grown),
    },
    seed: 4,
  });
}

describe.each(Object.keys(nets))("%s", (name) => {
  const model = nets[name]!();
  const wasm = exportWasm(model, { rows: 5 });

  test("imports nothing and exports the documented names", () => {
    const module = new WebAssembly.Module(wasm);
    expect(WebAssembly.Module.imports(module)).toEqual([]);
    const names = WebAssembly.Module.exports(module).map((item) => item.name);
    expect(names).toEqual([
      "memory",
      "input",
      "inputs",
      "output",
      "outputs",
      "maxRows",
      "predict",
      "predictBytes",
    ]);
  });

  test.each([1, 2, 5])("%i rows: the library's bits", (rows) => {
    const host = instantiate(wasm);
    const x = rowsFor(model, rows);
    const expected = bits(model.predict(x).data);
    expect(bits(predictIn(host, x))).toEqual(expected);
    // and again: nothing of one prediction is left for the next
    predictIn(host, rowsFor(model, 5).reverse());
    expect(bits(predictIn(host, x))).toEqual(expected);
  });

  test("rows of bytes", () => {
    const x = bytesFor(model, 3);
    expect(bits(predictIn(instantiate(wasm), x))).toEqual(bits(model.predict(x).data));
  });

  test.each(["float16", "int8"] as const)("%s weights: the bits of a model that has them", (weights) => {
    const x = rowsFor(model, 5);
    const expected = bits(quantised(model, weights).predict(x).data);
    expect(bits(predictIn(instantiate(exportWasm(model, { rows: 5, weights })), x))).toEqual(expected);
  });

  test.skipIf(native.missing)("in a host without JavaScript", () => {
    const x = rowsFor(model, 7); // more than fit at once
    const expected = bits(model.predict(x).data);
    expect(bits(floats(native.run(wasm, [], new Uint8Array(x.buffer))))).toEqual(expected);
    const u8 = bytesFor(model, 2);
    expect(bits(floats(native.run(wasm, ["--bytes"], u8)))).toEqual(bits(model.predict(u8).data));
    const small = exportWasm(model, { rows: 2, weights: "int8" });
    const rounded = bits(quantised(model, "int8").predict(x).data);
    expect(bits(floats(native.run(small, [], new Uint8Array(x.buffer))))).toEqual(rounded);
    for (const at of [9, small.length >> 1, small.length - 40, small.length - 1]) {
      const changed = small.slice();
      changed[at]! ^= 16;
      expect(() => native.run(changed, [], new Uint8Array(x.buffer))).toThrow(
        "damaged, or not exported by nabla",
      );
    }
  });

  // "every other layer" is no net that anybody wants: ten kinds of layers, with the code of each
  const most = name === "every other layer" ? 14.5 : 12.25;
  test.each(Object.entries({ float32: 4, float16: 2, int8: 1 }))(
    `is its weights as %s and ${most} KB at most`,
    (type, each) => {
      const { length } = exportWasm(model, { weights: type as WeightType });
      // what is no kernel (biases, normalisation) stays float32, and int8 has a factor for each output channel
      const [vectors, kernels] = [true, false].map((flat) =>
        internalsOf(model).built.tensors.filter(({ spec }) => (spec.layout === "vector") === flat),
      );
      const values = (tensors: typeof vectors) =>
        tensors!.reduce((sum, { spec }) => sum + spec.shape.reduce((a, b) => a * b, 1), 0);
      const factors = type === "int8" ? kernels!.reduce((sum, { spec }) => sum + spec.shape.at(-1)!, 0) : 0;
      expect(length - 4 * (values(vectors) + factors) - each * values(kernels)).toBeLessThan(most * 1024);
    },
  );
});

const small = () => sequential([dense({ units: 3, activation: "softmax" })], { inputShape: [2], seed: 1 });

test("a number of rows that does not fit changes nothing and says so", () => {
  const host = instantiate(exportWasm(small(), { rows: 4 }));
  const before = predictIn(host, Float32Array.of(1, 2));
  const memory = new Uint8Array(host.memory.buffer).slice();
  for (const rows of [5, 0, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    expect(host.predict(rows)).toBe(-1);
    expect(host.predictBytes(rows)).toBe(-1);
  }
  expect(new Uint8Array(host.memory.buffer)).toEqual(memory);
  expect(predictIn(host, Float32Array.of(1, 2))).toEqual(before);
});

describe("several inputs and outputs", () => {
  const two = twoByTwo();
  const [left, right] = [rows(7, 5, 1), rows(7, 6, 2)];
  const x = Float32Array.from({ length: 7 * 11 }, (_, i) => {
    const [r, c] = [Math.floor(i / 11), i % 11];
    return c < 5 ? left[r * 5 + c]! : right[r * 6 + c - 5]!;
  });
  const want = two.predict<OutputRecord>({
    left: { data: left, shape: [7, 5] },
    right: { data: right, shape: [7, 2, 1, 3] },
  });
  const expected = Float32Array.from({ length: 7 * 21 }, (_, i) => {
    const [r, c] = [Math.floor(i / 21), i % 21];
    return c < 3 ? want.digit!.data[r * 3 + c]! : want.map!.data[r * 18 + c - 3]!;
  });
  const wasm = exportWasm(two, { rows: 7 });

  test("a row of all inputs gives a row of all outputs, with the library's bits", () => {
    expect(bits(predictIn(instantiate(wasm), x))).toEqual(bits(expected));
    expect(description(wasm)).toMatchObject({
      input: { shape: [11] },
      output: { shape: [21], activation: "linear" },
      inputs: [
        { name: "left", shape: [5], at: 0 },
        { name: "right", shape: [2, 1, 3], at: 5 },
      ],
      outputs: [
        { name: "digit", shape: [3], at: 0, activation: "softmax" },
        { name: "map", shape: [2, 3, 3], at: 3, activation: "linear" },
      ],
    });
  });

  test.skipIf(native.missing)("in a host without JavaScript", () => {
    expect(bits(floats(native.run(wasm, [], new Uint8Array(x.buffer))))).toEqual(bits(expected));
  });
});

test("describes itself", () => {
  const model = small();
  const standardisation = { mean: [1, 2], scale: [3, 4], columns: ["a", "b"] };
  model.metadata = { classes: ["ash", "elm", "Tännchen"], standardisation };
  expect(description(exportWasm(model, { rows: 9, weights: "int8", metadata: { label: "tree" } }))).toEqual({
    nabla: 1,
    label: "tree",
    input: { shape: [2], scale: 1 / 255 },
    output: { shape: [3], activation: "softmax" },
    maxRows: 9,
    weights: "int8",
    parameters: 9,
    classes: ["ash", "elm", "Tännchen"],
    standardisation,
  });
});

test("another scale of bytes", () => {
  const model = small();
  const x = Uint8Array.of(200, 10);
  const wasm = exportWasm(model, { scale: 1 });
  expect(bits(predictIn(instantiate(wasm), x))).toEqual(bits(model.predict(Float32Array.from(x)).data));
});

test("weights are those the model has when it is exported; the model keeps working", async () => {
  const model = small();
  model.compile({
    optimizer: { name: "adam", learningRate: 0.1, useEma: true },
    loss: "categoricalCrossentropy",
  });
  const x = rowsFor(model, 6);
  await model.fit({ data: x, shape: [6, 2] }, [0, 1, 2, 0, 1, 2], { epochs: 3 });
  const before = model.save();
  expect(bits(predictIn(instantiate(exportWasm(model)), x))).toEqual(bits(model.predict(x).data));
  expect(model.save()).toEqual(before);
});

describe("refuses", () => {
  test.each([
    [{ rows: 0 }, "export: rows: expected a whole number ≥ 1, got 0"],
    [{ rows: 1.5 }, "export: rows: expected a whole number ≥ 1, got 1.5"],
    [
      { weights: "int4" as "int8" },
      'export: weights: expected float32, float16, int8, got "int4"; did you mean "int8"?',
    ],
    [{ scale: 0 }, "export: scale: expected a finite number other than 0, got 0"],
    [{ scale: 1e39 }, "export: scale: expected a finite number other than 0, got 1e+39"],
    [{ weight: "int8" } as object, 'export: unknown option "weight"; did you mean "weights"?'],
  ])("%j", (options, message) => {
    expect(() => exportWasm(small(), options)).toThrow(message);
  });

  test("a model that is not built yet", () => {
    expect(() => exportWasm(sequential([dense({ units: 1 })]))).toThrow(
      "does not know the shape of its input",
    );
  });

  test("weights that are no numbers", () => {
    const model = small();
    const { built } = internalsOf(model);
    built.write(built.tensors[0]!, new Float32Array(6).fill(Number.NaN));
    expect(() => exportWasm(model)).toThrow(/^export: dense.*\.kernel holds NaN or infinite weights/);
  });

  test("weights beyond float16, by name; int8 holds them", () => {
    const model = small();
    const kernel = internalsOf(model).built.tensors[0]!.name;
    model.setWeights({ [kernel]: [1, 2, 3, 4, -65520, 6] });
    expect(() => exportWasm(model, { weights: "float16" })).toThrow(
      `export: ${kernel} has a weight of -65520, beyond what float16 reaches (65,504); use int8 or float32`,
    );
    const x = Float32Array.of(0.5, 0.25);
    const wasm = exportWasm(model, { weights: "int8" });
    expect(predictIn(instantiate(wasm), x)).toEqual(quantised(model, "int8").predict(x).data);
  });

  test("more rows than 4 GiB hold", () => {
    expect(() => exportWasm(small(), { rows: 1e9 })).toThrow(
      "more than the 4 GiB that WebAssembly can address",
    );
  });
});
