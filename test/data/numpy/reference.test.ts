/** Files that NumPy wrote (test/golden/make_numpy.py), and what NumPy says is in them. */
import { describe, expect, test } from "vitest";
import { openNpz } from "../../../src/data/numpy/archive.ts";
import { parseNpyArray } from "../../../src/data/numpy/npy.ts";
import { npzSplit } from "../../../src/data/numpy/split.ts";
import reference from "../../golden/numpy.json";
import { contents } from "../helpers.ts";

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

interface Told {
  type: string;
  shape: number[];
  values: (string | number | boolean)[];
}
const expected = (type: string, value: string | number | boolean) =>
  type === "text" ? value : value === "inf" ? Infinity : value === "-inf" ? -Infinity : Number(value);

describe("what NumPy wrote is what NumPy reads", () => {
  test.each(Object.entries(reference.arrays))("%s", (name, told) => {
    const { type, shape, values } = told as Told;
    const read = parseNpyArray(bytesOf(told.file), name);
    expect([read.type, read.shape]).toEqual([type, shape]);
    const got = read.type === "text" ? read.texts : Array.from(read.data);
    expect(got).toEqual(values.map((value) => expected(type, value)));
  });

  test.each([
    ["complex", /element type <c16 of \[1\] is not supported: complex numbers; store/],
    ["objects", /element type \|O of \[2\] is not supported: Python objects/],
    ["structured", /element type fields a, b of \[1\] is not supported: a structured array; store each/],
    ["dates", /<M8\[D\] of \[1\] is not supported: dates/],
    ["spans", /<m8\[s\] of \[1\] is not supported: spans of time/],
    ["raw", /\|V3 of \[2\] is not supported: raw bytes/],
    ["wide", /<f16 of \[2\] is not supported: wider floats than float64; convert/],
    ["u8 beyond", /uint64 \[2, 2\]: element \[1, 0\] is 9007199254740993, beyond ±2\^53/],
    ["i8 beyond", /int64 \[2, 2\]: element \[0, 1\] is -9007199254740993, beyond ±2\^53/],
  ] as const)("%s: refused in words", (name, message) => {
    expect(() => parseNpyArray(bytesOf(reference.refused[name]), `${name}.npy`)).toThrow(message);
    expect(() => parseNpyArray(bytesOf(reference.refused[name]), `${name}.npy`)).toThrow(`${name}.npy: `);
  });

  test.each(Object.entries(reference.archives))("archive: %s", (name, file) => {
    const archive = openNpz(bytesOf(file), name);
    expect(archive.read("x")).toMatchObject({
      shape: reference.x.shape,
      data: Float32Array.from(reference.x.values),
    });
    const { train, arrays } = npzSplit(bytesOf(file), name, { scaling: "none" });
    expect(contents(train)).toEqual({ x: reference.x.values, y: reference.y.values });
    expect(arrays.names).toEqual({ train: { x: "x", y: "y" } });
  });
});
