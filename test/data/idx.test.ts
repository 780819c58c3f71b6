import { describe, expect, test } from "vitest";
import { gunzip } from "../../src/data/gzip.ts";
import { idxDataset, idxSplit, parseIdx } from "../../src/data/idx.ts";
import { contents, gzip, idxBytes } from "./helpers.ts";

describe("parseIdx", () => {
  test.each([
    [8, "uint8", [1, 255], [1, 255]],
    [9, "int8", [1, 255], [1, -1]],
    [11, "int16", [1, 2, 0xff, 0xfe], [258, -2]],
    [12, "int32", [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], [65536, -1]],
    [13, "float32", [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], [1, -2]],
    [14, "float64", [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1, -2]],
  ])("type %i is %s, big-endian", (code, type, body, want) => {
    // Shifted by one byte, as a view into a larger buffer may be.
    const bytes = idxBytes(code, [2], body);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const idx = parseIdx(shifted.subarray(1), "f");
    expect(idx).toMatchObject({ name: "f", type, shape: [2] });
    expect(Array.from(idx.data)).toEqual(want);
  });

  const refuse = (bytes: Uint8Array, message: string) =>
    expect(() => parseIdx(bytes, "train-images")).toThrow(message);

  test("refuses a wrong magic number", () => {
    refuse(Uint8Array.of(1, 0, 8, 1, 0, 0, 0, 1, 7), "train-images: not an IDX file");
    refuse(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 1, 7), "got 00 00 0a 01");
    refuse(Uint8Array.of(0, 0, 8, 0), "got 00 00 08 00");
    refuse(new Uint8Array(0), "got nothing");
    refuse(new TextEncoder().encode("<html>"), "got 3c 68 74 6d");
  });

  test("refuses truncated files and trailing bytes", () => {
    refuse(
      idxBytes(8, [2, 3], [1, 2, 3, 4, 5]),
      "train-images: truncated: shape [2, 3] of uint8 needs 6 bytes after the header, got 5",
    );
    refuse(
      idxBytes(8, [2], [1, 2]).subarray(0, 7),
      "truncated: 1 dimensions need a header of 8 bytes, got 7",
    );
    refuse(idxBytes(8, [2], [1, 2, 3]), "train-images: 1 bytes too many at the end");
  });

  test("does not trust a declared size", () => {
    const huge = 4_000_000_000;
    refuse(
      idxBytes(14, [huge], [1, 2, 3]),
      "truncated: shape [4000000000] of float64 needs 32000000000 bytes",
    );
    refuse(idxBytes(8, [huge, huge, huge], [1]), "truncated");
    refuse(idxBytes(8, [0, 28, 28], []), "shape [0, 28, 28]: expected no dimension of size 0");
  });
});

describe("idxDataset", () => {
  const images = parseIdx(idxBytes(8, [3, 1, 2], [1, 2, 3, 4, 5, 6]), "images");
  const labels = (...values: number[]) => parseIdx(idxBytes(8, [values.length], values), "labels");

  test("images get a channel, labels set the classes", () => {
    const data = idxDataset(images, labels(0, 4, 1));
    expect(data).toMatchObject({
      name: "images",
      inputShape: [1, 2, 1],
      inputType: "uint8",
      inputScale: 1 / 255,
    });
    expect(data.target).toEqual({ kind: "class", classes: 5 });
    expect(contents(data)).toEqual({ x: [1, 2, 3, 4, 5, 6], y: [0, 4, 1] });
  });

  test("a train and a test part have as many classes as the larger", () => {
    const split = idxSplit({ images, labels: labels(0, 1, 2) }, { images, labels: labels(0, 7, 2) }, "set");
    expect(split.train.target).toEqual({ kind: "class", classes: 8 });
    expect(split.test!.target).toEqual({ kind: "class", classes: 8 });
    const wide = parseIdx(idxBytes(8, [1, 1, 3], [1, 2, 3]), "wide");
    expect(() =>
      idxSplit({ images, labels: labels(0, 1, 2) }, { images: wide, labels: labels(0) }, "set"),
    ).toThrow("wide: rows of shape [1, 3], but images has [1, 2]");
  });

  test("refuses counts that disagree", () => {
    expect(() => idxDataset(images, labels(0, 1))).toThrow("images has 3 images, labels has 2 labels");
    expect(() => idxDataset(labels(0, 1, 2), images)).toThrow("are images and labels swapped?");
  });

  test("refuses labels out of range", () => {
    expect(() => idxDataset(images, labels(0, 1, 10), { classes: 10 })).toThrow(
      "labels: label 2: expected a whole number from 0 to 9, got 10",
    );
    const negative = parseIdx(idxBytes(9, [3], [0, 255, 0]), "labels");
    expect(() => idxDataset(images, negative)).toThrow(
      "labels: label 1: expected a whole number from 0 to 65535, got -1",
    );
    const half = parseIdx(idxBytes(13, [3], [0, 0, 0, 0, 0x3f, 0, 0, 0, 0, 0, 0, 0]), "labels");
    expect(() => idxDataset(images, half)).toThrow("got 0.5");
  });

  test("refuses NaN among float inputs", () => {
    const floats = parseIdx(idxBytes(13, [1, 2], [0, 0, 0, 0, 0x7f, 0xc0, 0, 0]), "floats");
    expect(() => idxDataset(floats, labels(0))).toThrow(
      "floats: float32 [1, 2]: row 0, column 1: expected a finite float32 number, got NaN",
    );
  });
});

describe("gunzip", () => {
  test("unpacks gzip and passes on anything else", async () => {
    const bytes = idxBytes(8, [2], [1, 2]);
    expect(await gunzip(await gzip(bytes))).toEqual(bytes);
    expect(await gunzip(bytes)).toBe(bytes);
  });

  test("names the file that is broken", async () => {
    const packed = await gzip(new Uint8Array(1000).map((_, i) => (i * i) % 251));
    await expect(gunzip(packed.subarray(0, 100), "a.gz")).rejects.toThrow(
      "a.gz: broken gzip data (100 bytes",
    );
    const wrong = packed.slice();
    wrong[wrong.length - 6]! ^= 1; // the checksum
    await expect(gunzip(wrong, "b.gz")).rejects.toThrow("b.gz: broken gzip data");
    await expect(gunzip(Uint8Array.of(0x1f, 0x8b, 9, 9, 9), "c.gz")).rejects.toThrow(
      "c.gz: broken gzip data",
    );
  });
});
