import { expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { fitStandardisation, standardise } from "../../src/data/standardise.ts";
import { contents } from "./helpers.ts";

const data = arrayDataset(
  [
    [1, 5, 1e6],
    [2, 5, 1e6 + 2],
    [9, 5, 1e6 + 4],
  ],
  [0, 1, 0],
);

test("population mean and deviation; a constant column is left at scale 1", () => {
  const { mean, scale } = fitStandardisation(data);
  expect(mean.map((m) => Math.round(m * 1e6) / 1e6)).toEqual([4, 5, 1e6 + 2]);
  expect(scale[0]).toBeCloseTo(Math.sqrt(38 / 3), 10);
  expect(scale[1]).toBe(1);
  expect(scale[2]).toBeCloseTo(Math.sqrt(8 / 3), 6); // a mean this large defeats sum-of-squares formulas in f32
  const only = fitStandardisation(data, Uint32Array.of(0, 1));
  expect(only.mean[0]).toBeCloseTo(1.5, 12);
});

test("a constant column whose mean is rounded", () => {
  const tenths = arrayDataset(new Float32Array(1000).fill(0.1), new Int32Array(1000), { inputShape: [1] });
  expect(fitStandardisation(tenths).scale).toEqual([1]);
});

test("applied as rows are read, synchronously or not", async () => {
  const by = { mean: [1, 5, 1e6], scale: [2, 1, 2] };
  expect(contents(standardise(data, by)).x).toEqual([0, 0, 0, 0.5, 0, 1, 4, 0, 2]);
  const slow = standardise({ ...data, read: async (i, x, y) => void data.read(i, x, y) }, by);
  const x = new Float32Array(6);
  await slow.read(Uint32Array.of(2), x, new Int32Array(2));
  expect(Array.from(x)).toEqual([4, 0, 2, 0, 0, 0]); // one row read, one row changed
});

test("refuses images, other widths, no rows, asynchronous fitting", () => {
  const images = arrayDataset(Uint8Array.of(1, 2), [0, 1], { name: "images" });
  expect(() => fitStandardisation(images)).toThrow("images: standardisation is for float32 inputs");
  expect(() => standardise(data, { mean: [1], scale: [1] })).toThrow(
    "standardisation of 1 columns does not fit inputs [3]",
  );
  expect(() => fitStandardisation(data, new Uint32Array(0))).toThrow("at least one row");
  expect(() => fitStandardisation({ ...data, read: async () => {} })).toThrow("reads asynchronously");
});
