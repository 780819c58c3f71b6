/** What a model of a file costs: weights are read where they lie, and those that a file has are not drawn first. */
import { afterEach, expect, test, vi } from "vitest";
import { exportKeras, exportOnnx, exportTfjs } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { firstBad, valuesIn } from "../../src/import/numbers.ts";
import { dense, input, load, model } from "../../src/index.ts";
import { Network } from "../../src/network/network.ts";

afterEach(() => vi.restoreAllMocks());

const made = () => {
  const x = input({ shape: [9], name: "x" });
  const hidden = dense({ units: 10, activation: "relu", name: "hidden" }).apply(x);
  return model({ inputs: x, outputs: dense({ units: 3, name: "last" }).apply(hidden), seed: 3 });
};

test("weights of a file are not drawn before they are set, those of a program are", async () => {
  const own = made();
  const { files } = exportTfjs(own);
  const [json, weights] = Object.values(files) as [Uint8Array, Uint8Array];
  const drawn = vi.spyOn(Network.prototype, "initialize");
  const opened = [
    await openModel(exportOnnx(own)),
    await openModel(exportKeras(own)),
    await openModel(json, { files: { [Object.keys(files)[1]!]: weights } }),
    await openModel(own.save()),
    load(own.save()),
  ];
  expect(drawn).not.toHaveBeenCalled();
  for (const each of opened)
    expect(Object.values(each.weights()).sort((a, b) => a.length - b.length)).toEqual(
      Object.values(own.weights()).sort((a, b) => a.length - b.length),
    );
  // a graph that is made of such a model draws its own as ever
  const again = made();
  expect(drawn).toHaveBeenCalledTimes(1);
  expect(again.weights()).toEqual(own.weights());
});

test("bytes that begin anywhere give the same numbers, and stay as they are", async () => {
  const own = made();
  const bytes = exportOnnx(own);
  const expected = Object.values((await openModel(bytes)).weights());
  for (const shift of [0, 1, 2, 3]) {
    const room = new Uint8Array(bytes.length + 8);
    room.set(bytes, shift);
    const there = room.subarray(shift, shift + bytes.length);
    const opened = await openModel(there);
    expect(Object.values(opened.weights())).toEqual(expected);
    opened.setWeights(
      Object.fromEntries(Object.entries(opened.weights()).map(([name, w]) => [name, w.fill(7)])),
    );
    expect(there).toEqual(bytes);
  }
});

test("valuesIn() reads each type, from any byte", () => {
  const f32 = Float32Array.of(1.5, -0, Number.MAX_VALUE);
  for (const shift of [0, 1, 2, 3]) {
    const room = new Uint8Array(20);
    room.set(new Uint8Array(f32.buffer), shift);
    expect(valuesIn(room.subarray(shift, shift + 12), "F32")).toEqual(f32);
  }
  expect(valuesIn(Uint8Array.of(0, 0x3c, 0, 0xc0), "F16")).toEqual(Float32Array.of(1, -2));
  expect(valuesIn(Uint8Array.of(0xff, 1), "I8")).toEqual(Int8Array.of(-1, 1));
});

test("firstBad() finds what is no number", () => {
  expect(firstBad(Float32Array.of(0, -1, 3e38))).toBe(-1);
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(firstBad(Float32Array.of(0, 1, bad, bad))).toBe(2);
});
