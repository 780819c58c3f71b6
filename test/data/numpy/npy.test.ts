import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { parseNpz } from "../../../src/data/numpy/archive.ts";
import { parseNpy, parseNpyArray } from "../../../src/data/numpy/npy.ts";
import { npzSplit } from "../../../src/data/numpy/split.ts";
import { contents, npyBytes } from "../helpers.ts";

function body(
  bytes: number,
  values: number[],
  set: (view: DataView, at: number, value: number) => void,
): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes * values.length);
  const view = new DataView(buffer);
  values.forEach((value, i) => {
    set(view, i * bytes, value);
  });
  return buffer;
}

describe("parseNpy", () => {
  test.each([
    ["<f4", 4, [1.5, -2], (v: DataView, at: number, x: number) => v.setFloat32(at, x, true)],
    [">f4", 4, [1.5, -2], (v: DataView, at: number, x: number) => v.setFloat32(at, x)],
    ["<f8", 8, [1.5, -2], (v: DataView, at: number, x: number) => v.setFloat64(at, x, true)],
    [">f8", 8, [1.5, -2], (v: DataView, at: number, x: number) => v.setFloat64(at, x)],
    ["|u1", 1, [0, 255], (v: DataView, at: number, x: number) => v.setUint8(at, x)],
    ["|i1", 1, [-128, 127], (v: DataView, at: number, x: number) => v.setInt8(at, x)],
    ["<u2", 2, [1, 65535], (v: DataView, at: number, x: number) => v.setUint16(at, x, true)],
    [">i2", 2, [-2, 300], (v: DataView, at: number, x: number) => v.setInt16(at, x)],
    ["<u4", 4, [1, 4294967295], (v: DataView, at: number, x: number) => v.setUint32(at, x, true)],
    ["<i4", 4, [-70000, 5], (v: DataView, at: number, x: number) => v.setInt32(at, x, true)],
    ["<i8", 8, [-70000, 2 ** 40], (v: DataView, at: number, x: number) => v.setBigInt64(at, BigInt(x), true)],
    ["|b1", 1, [0, 1], (v: DataView, at: number, x: number) => v.setUint8(at, x)],
  ] as const)("%s", (descr, bytes, values, set) => {
    const npy = parseNpy(npyBytes(descr, [2], body(bytes, [...values], set)), "a.npy");
    expect(npy.shape).toEqual([2]);
    expect(Array.from(npy.data)).toEqual([...values]);
  });

  test("Fortran order comes back row-major", () => {
    const columns = Uint8Array.of(1, 4, 2, 5, 3, 6).buffer; // [[1, 2, 3], [4, 5, 6]] stored by column
    expect(Array.from(parseNpy(npyBytes("|u1", [2, 3], columns, true), "a").data)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
    const cube = Uint8Array.of(0, 4, 2, 6, 1, 5, 3, 7).buffer;
    expect(Array.from(parseNpy(npyBytes("|u1", [2, 2, 2], cube, true), "a").data)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
  });

  test("versions 2 and 3 have a wider length, scalars no dimension", () => {
    const one = npyBytes("|u1", [], Uint8Array.of(9).buffer);
    expect(parseNpy(one, "a")).toMatchObject({ shape: [], data: Uint8Array.of(9) });
    const two = new Uint8Array(one.length + 2);
    two.set(one.subarray(0, 10));
    two.set(one.subarray(10), 12);
    two[6] = 2;
    expect(Array.from(parseNpy(two, "a").data)).toEqual([9]);
    two[6] = 3;
    expect(Array.from(parseNpy(two, "a").data)).toEqual([9]);
  });

  test("refuses what it cannot trust", () => {
    const refuse = (bytes: Uint8Array, message: string) =>
      expect(() => parseNpy(bytes, "a.npy")).toThrow(message);
    const good = npyBytes("<f4", [2], new Float32Array(2).buffer);
    refuse(new TextEncoder().encode("hello, world"), "a.npy: not a .npy file");
    refuse(new Uint8Array(0), "a.npy: not a .npy file");
    refuse(good.subarray(0, 40), "a.npy: truncated within its header");
    refuse(good.subarray(0, 8), "a.npy: truncated within its header");
    refuse(
      good.subarray(0, good.length - 1),
      "truncated: shape [2] of <f4 needs 8 bytes after the header, got 7",
    );
    refuse(npyBytes("<f4", [2], new Float32Array(3).buffer), "too long: shape [2]");
    refuse(
      npyBytes("<f4", [4_000_000_000], new ArrayBuffer(4)),
      "truncated: shape [4000000000] of <f4 needs 16000000000",
    );
    refuse(
      npyBytes("<c8", [1], new ArrayBuffer(8)),
      "a.npy: element type <c8 of [1] is not supported: complex numbers",
    );
    refuse(
      npyBytes("<i8", [1], Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 64).buffer),
      "a.npy: int64 [1]: element [0] is 4611686018427387904, beyond ±2^53",
    );
    const version9 = good.slice();
    version9[6] = 9;
    refuse(version9, "not a .npy file");
  });
});

describe("npz", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values).buffer;
  const images = npyBytes("|u1", [2, 1, 2], bytes(1, 2, 3, 4));
  const labels = npyBytes("<i8", [2], new BigInt64Array([0n, 3n]).buffer);

  test("x_train, y_train and their test part, in as many classes as the larger", () => {
    const zip = zipSync({
      "x_train.npy": images,
      "y_train.npy": labels,
      "x_test.npy": images,
      "y_test.npy": npyBytes("|u1", [2, 1], bytes(7, 1)), // labels as a column
    });
    const { train, test: held } = npzSplit(zip, "mnist.npz");
    expect(train).toMatchObject({ name: "mnist.npz", inputShape: [1, 2, 1], inputType: "uint8" });
    expect(train.target).toEqual({ kind: "class", classes: 8 });
    expect(held!.target).toEqual({ kind: "class", classes: 8 });
    expect(contents(held!)).toEqual({ x: [1, 2, 3, 4], y: [7, 1] });
  });

  test("x and y, or data and labels", () => {
    expect(npzSplit(zipSync({ "x.npy": images, "y.npy": labels }), "a").test).toBeUndefined();
    expect(
      npzSplit(zipSync({ "data.npy": images, "labels.npy": labels, "notes.txt": new Uint8Array(3) }), "a")
        .train.length,
    ).toBe(2);
  });

  test("refuses other names, broken archives and bombs", () => {
    expect(() => npzSplit(zipSync({ "xtrain.npy": images }), "a.npz")).toThrow(
      /a\.npz: there are inputs, but no targets .* expected arrays named x_train and y_train.*found xtrain: uint8 \[2, 1, 2\]/,
    );
    expect(() => parseNpz(Uint8Array.of(1, 2, 3, 4), "a.npz")).toThrow("a.npz: broken .npz archive");
    const zip = zipSync({ "x.npy": images });
    // The size the central directory claims, 24 bytes into its record.
    const at = zip.findIndex(
      (_, i) => zip[i] === 0x50 && zip[i + 1] === 0x4b && zip[i + 2] === 1 && zip[i + 3] === 2,
    );
    zip.set([0, 0, 0, 0xff], at + 24);
    expect(() => parseNpz(zip, "a.npz")).toThrow("a.npz: unpacks to more than 2147483648 bytes (at x.npy)");
  });
});

test("texts take memory however short they are: more than the limit are refused before they are made", () => {
  const bytes = npyBytes("|S1", [1000], new Uint8Array(1000).fill(97).buffer);
  expect(() => parseNpyArray(bytes, "a.npy", 39_999)).toThrow(
    "a.npy: 1000 texts take 40000 bytes, more than 39999",
  );
  expect(parseNpyArray(bytes, "a.npy", 40_000).shape).toEqual([1000]);
});
