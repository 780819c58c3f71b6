import { expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { describeAll } from "../../src/data/portable.ts";
import { subset } from "../../src/data/split.ts";
import { fitStandardisation, standardise } from "../../src/data/standardise.ts";
import { type DatasetPiece, sendDatasets } from "../../src/worker/sending.ts";
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

test("in float64, rounded once: Unix times that float32 cannot tell apart, in arrays and parts of them", () => {
  const times = Array.from({ length: 40 }, (_, i) => 1_700_000_000 + i / 4);
  const rows = arrayDataset(
    times.map((time) => [time]),
    times.map((_, i) => i % 2),
  );
  expect(new Set(contents(rows).x).size).toBe(1); // as they are
  const by = fitStandardisation(rows);
  // of 0, 1, …, n − 1 the variance is (n² − 1) / 12
  expect(by.mean[0]).toBe(1_700_000_004.875);
  expect(by.scale[0]).toBeCloseTo(Math.sqrt((40 * 40 - 1) / 12) / 4, 12);
  const { x } = contents(standardise(rows, by));
  times.forEach((_, i) => expect(x[i]).toBe(Math.fround((i / 4 - 4.875) / by.scale[0]!)));
  const some = subset(rows, [7, 3, 11]);
  expect(contents(standardise(some, by))).toEqual({ x: [x[7], x[3], x[11]], y: [1, 1, 1] });
  expect(fitStandardisation(some).mean[0]).toBe(1_700_000_001.75);
});

test("what is standardised in float64 goes to a worker as it is", async () => {
  const rows = arrayDataset([[1_700_000_000.25], [1_700_000_000.75]], [0, 1]);
  const scaled = standardise(rows, { mean: [1_700_000_000], scale: [0.5] });
  const pieces: DatasetPiece[] = [];
  const { datasets } = await sendDatasets(describeAll([scaled, rows]).portables, false, (piece) => {
    pieces.push(structuredClone(piece));
  });
  expect(structuredClone(datasets)[0]).toMatchObject({
    kind: "arrays",
    header: { standardisation: scaled.standardisation },
  });
  expect(Array.from(pieces[0]!.values as Float32Array)).toEqual([0.5, 1.5]);
});
