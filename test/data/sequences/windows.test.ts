/** Series as data sets: where windows lie, what they are standardised by, how they are split by time, what is refused. */
import { expect, test } from "vitest";
import { buffersFor, type Dataset, range } from "../../../src/data/dataset.ts";
import { describeAll } from "../../../src/data/portable.ts";
import { csvSeries } from "../../../src/data/sequences/csvSeries.ts";
import type { SeriesOptions } from "../../../src/data/sequences/rawSeries.ts";
import { type SeriesInput, series } from "../../../src/data/sequences/series.ts";
import { windowSplit, windows } from "../../../src/data/sequences/windows.ts";
import { splitDataset } from "../../../src/data/split.ts";
import { makeDatasets } from "../../../src/worker/datasets.ts";

const counting = (n: number) => Float64Array.from({ length: n }, (_, i) => i);

/** Inputs and targets of all rows. */
function contents(dataset: Dataset): { x: number[][]; y: number[][] } {
  const { x, y } = buffersFor(dataset, dataset.length);
  dataset.read(range(dataset.length), x, y);
  const rows = (values: ArrayLike<number>) => {
    const width = values.length / dataset.length;
    return Array.from({ length: dataset.length }, (_, r) =>
      Array.from({ length: width }, (_, i) => values[r * width + i]!),
    );
  };
  return { x: rows(x), y: rows(y) };
}

test("windows lie one behind the other, and targets follow them", () => {
  const all = windows(counting(8), { length: 3, horizon: 2, standardise: false });
  expect(all.inputShape).toEqual([3, 1]);
  expect(contents(all)).toEqual({
    x: [
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
    ],
    y: [
      [3, 4],
      [4, 5],
      [5, 6],
      [6, 7],
    ],
  });
  const some = windows(counting(8), { length: 3, horizon: 2, step: 3, standardise: false });
  expect(contents(some).x).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test("features and targets are chosen by name, step after step", () => {
  const given = { load: [0, 1, 2, 3, 4], heat: [10, 11, 12, 13, 14], wind: [20, 21, 22, 23, 24] };
  const all = windows(given, {
    length: 2,
    horizon: 2,
    features: ["wind", "load"],
    targets: ["heat", "load"],
    standardise: false,
  });
  expect(contents(all)).toEqual({
    x: [
      [20, 0, 21, 1],
      [21, 1, 22, 2],
    ],
    y: [
      [12, 2, 13, 3],
      [13, 3, 14, 4],
    ],
  });
  expect(all.info).toMatchObject({
    features: ["wind", "load"],
    targets: ["heat", "load"],
    length: 2,
    horizon: 2,
  });
});

test("overlapping windows have no copies of their own", () => {
  const all = windows(counting(10_000), { length: 1000 });
  expect(all.length).toBe(9000);
  // inputs and targets of each step once
  expect(all.source.x.length + all.source.y.length).toBe(20_000);
});

test("parts are split by time: no target of one is a target of another, or an input of an earlier one", () => {
  const {
    train,
    validation,
    test: tested,
  } = windowSplit(counting(100), {
    length: 6,
    horizon: 4,
    testFraction: 0.2,
    validationFraction: 0.1,
    standardise: false,
  });
  const last = (part: Dataset) => Math.max(...contents(part).y.flat(), ...contents(part).x.flat());
  const first = (part: Dataset) => Math.min(...contents(part).y.flat());
  expect(last(train)).toBe(69);
  expect([first(validation!), last(validation!)]).toEqual([70, 79]);
  expect([first(tested!), last(tested!)]).toEqual([80, 99]);
  // what is known by then goes in: the first window that is tested with reaches back
  expect(contents(tested!).x[0]).toEqual([74, 75, 76, 77, 78, 79]);
});

test("columns are standardised by the steps that are trained on alone, and the model keeps how", () => {
  const values = Float64Array.from({ length: 100 }, (_, i) => (i < 80 ? (i % 2 ? 3 : 5) : 1000));
  const { train, test: tested, info } = windowSplit({ value: values }, { length: 4, testFraction: 0.2 });
  expect(info.standardisation).toEqual({ columns: ["value"], mean: [4], scale: [1] });
  expect(new Set(contents(train).x.flat())).toEqual(new Set([1, -1]));
  expect(contents(tested!).y[0]).toEqual([996]);
  expect(train.extra).toEqual({ series: info });
});

test("windows are cut and standardised as a model's were", () => {
  const { info } = windowSplit({ a: counting(50), b: counting(50) }, { length: 5, horizon: 2, targets: "a" });
  const again = windows({ b: [1, 2, 3, 4, 5, 6, 7], a: [7, 6, 5, 4, 3, 2, 1] }, { length: 5, like: info });
  expect(again.info).toEqual(info);
  const by = info.standardisation!;
  expect(contents(again).y[0]).toEqual([2, 1].map((v) => Math.fround((v - by.mean[0]!) / by.scale[0]!)));
});

test("fit() splits windows off the end, and leaves out those that share a target with them", () => {
  const all = windows(counting(30), { length: 3, horizon: 5, standardise: false });
  const [train, kept] = splitDataset(all, 0.2);
  expect([all.length, train.length, kept.length]).toEqual([23, 14, 5]);
  expect(Math.max(...contents(train).y.flat())).toBeLessThan(Math.min(...contents(kept).y.flat()));
  expect(() => splitDataset(windows(counting(12), { length: 3, horizon: 5 }), 0.5)).toThrow(
    /4 rows before the last 3 have a target in common/,
  );
});

test("a gap in time is named; windows do not reach over it, or it is filled", () => {
  const days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-06", "2024-01-07", "2024-01-08"];
  const given = (gaps?: SeriesOptions["gaps"]) =>
    series({ date: days, value: [1, 2, 3, 6, 7, 8] }, gaps ? { gaps } : {});
  expect(() => given()).toThrow(
    /series: step 3: 2 steps are missing between 2024-01-03 and 2024-01-06\. gaps: "fill"/,
  );
  const options = { length: 2, standardise: false };
  expect(contents(windows(given("split"), options)).x).toEqual([
    [1, 2],
    [6, 7],
  ]);
  expect([...given("fill").values[0]!]).toEqual([1, 2, 3, 3, 3, 6, 7, 8]);
  expect(given("fill").times!.at[4]).toBe(Date.UTC(2024, 0, 5));
  expect(windows(given("ignore"), options).length).toBe(4);
});

test("months, and the last days of months, are equally spaced", () => {
  const months = series({ date: ["2024-01-31", "2024-02-29", "2024-03-31"], value: [1, 2, 3] });
  expect(months.times!.spacing).toEqual({ months: 1 });
  const quarters = series({ date: ["2023-10", "2024-01", "2024-04"], value: [1, 2, 3] });
  expect(quarters.times!.spacing).toEqual({ months: 3 });
  expect(series({ time: [0.1, 0.2, 0.30000000000000004], value: [1, 2, 3] }).times!.spacing).toEqual({
    by: 0.1,
  });
});

test("of dates that may mean two things the one that makes equal steps is meant", () => {
  const value = [1, 2, 3];
  const read = series({ date: ["01/02/2024 00:00", "01/02/2024 12:00", "02/02/2024 00:00"], value });
  expect(read.times!.at[0]).toBe(Date.UTC(2024, 1, 1));
  // days of February, or every second of a month
  expect(() => series({ date: ["01/02/2024", "02/02/2024", "03/02/2024"], value })).toThrow(
    /step 0: "01\/02\/2024" may begin with the day or with the month, and both make equally spaced steps/,
  );
});

test("the newest first is turned round", () => {
  const read = series({ date: ["2024-01-03", "2024-01-02", "2024-01-01"], value: [3, 2, 1] });
  expect([...read.values[0]!]).toEqual([1, 2, 3]);
  expect(read.notes[0]).toMatch(/newest step comes first/);
});

test("what is missing is named, filled, or left out with the windows that reach over it", () => {
  const given = { value: [1, 2, Number.NaN, 4, 5, 6] };
  expect(() => series(given)).toThrow(
    /series: step 2: column "value": the value is missing\. missing: "fill"/,
  );
  expect([...series(given, { missing: "fill" }).values[0]!]).toEqual([1, 2, 2, 4, 5, 6]);
  const dropped = series(given, { missing: "drop" });
  expect([...dropped.breaks]).toEqual([2]);
  expect(contents(windows(dropped, { length: 2, standardise: false })).x).toEqual([[4, 5]]);
});

test("a table is a series by its column of times", () => {
  const text = "hour,load,temp\n2024-03-01 00:00,1,5\n2024-03-01 01:00,2,6\n2024-03-01 02:00,3,7\n";
  const read = csvSeries(text, { time: "hour" });
  expect(read.columns).toEqual(["load", "temp"]);
  expect(csvSeries(text).columns).toEqual(["load", "temp"]);
  expect(read.times!.spacing).toEqual({ by: 3_600_000 });
  expect(read.notes).toContain("a step is 1 hour");
  expect(csvSeries(text, { ignore: ["temp"] }).columns).toEqual(["load"]);
});

const table =
  (...rows: string[]) =>
  () =>
    csvSeries(`date,load\n${rows.join("\n")}\n`);
const split = (options: object) => () => windowSplit(counting(20), options as never);

test.each<[string, () => unknown, RegExp]>([
  [
    "a window longer than the series",
    () => windows(counting(10), { length: 12 }),
    /series has 10 steps, but a window of 12 and 1 steps to forecast take 13/,
  ],
  [
    "a horizon of 0",
    () => windows(counting(10), { length: 2, horizon: 0 }),
    /windows: horizon: expected a whole number ≥ 1, got 0/,
  ],
  ["no length", split({}), /windowSplit: length: expected how many steps go in/],
  [
    "a length that leaves nothing to train on",
    split({ length: 16 }),
    /16 of 20 steps are trained on, but a window of 16 and 1 steps to forecast/,
  ],
  [
    "a test part that rounds to no step",
    split({ length: 3, testFraction: 0.01 }),
    /0 of 20 steps are tested with, fewer than the horizon of 1/,
  ],
  [
    "a test part shorter than the horizon",
    split({ length: 3, horizon: 4, testFraction: 0.1 }),
    /2 of 20 steps are tested with, fewer than the horizon of 4/,
  ],
  [
    "a column that is not there",
    split({ length: 3, targets: "load" }),
    /there is no column "load"; there are value/,
  ],
  ["an empty series", () => windows([], { length: 1 }), /series: the series is empty/],
  [
    "unequal spacing",
    table("2024-01-01 00:00,1", "2024-01-01 01:00,2", "2024-01-01 02:30,3", "2024-01-01 03:30,4"),
    /line 4 \(2024-01-01T02:30\): is 1\.5 hours after line 3 \(2024-01-01T01:00\), but most steps are 1 hour apart/,
  ],
  [
    "a time that comes twice",
    table("2024-01-01,1", "2024-01-01,2"),
    /line 3 \(2024-01-01\): has the same time as line 2/,
  ],
  [
    "times that go back",
    table("2024-01-01,1", "2024-01-03,2", "2024-01-02,3"),
    /line 4 \(2024-01-02\): is before line 3/,
  ],
  [
    "a gap in a table",
    table("2024-01-01,1", "2024-01-02,2", "2024-01-04,3"),
    /line 4: 1 step is missing between 2024-01-02 and 2024-01-04/,
  ],
  [
    "text among numbers",
    table("2024-01-01,1", "2024-01-02,much"),
    /line 3: column "load": expected a number, got "much"/,
  ],
  ["an empty cell", table("2024-01-01,1", "2024-01-02,"), /line 3: column "load": the value is missing/],
  [
    "a missing time",
    table("2024-01-01,1", ",2"),
    /line 3: time: expected a date .*, got nothing: the time is missing/,
  ],
  [
    "columns of different lengths",
    () => series({ a: [1, 2], b: [1] }),
    /column "b" has 1 steps, but "a" has 2/,
  ],
  ["an option that is none", split({ length: 3, lenght: 2 }), /unknown option "lenght"/],
  ["a text", () => series("1,2,3" as unknown as SeriesInput), /expected numbers.*csvSeries/],
])("%s is refused", (_, make, message) => {
  expect(make).toThrow(message);
});

test("a worker makes the same windows of what is sent", () => {
  const { train } = windowSplit(
    { a: counting(40), b: counting(40) },
    { length: 5, horizon: 2, testFraction: 0.25 },
  );
  const [part] = splitDataset(train, 0.2);
  const { portables } = describeAll([part]);
  expect(portables.map(({ kind }) => kind)).toEqual(["windows", "subset"]);
  const sent = structuredClone(portables) as Parameters<typeof makeDatasets>[0];
  const made = makeDatasets(sent, new Map(), () => Promise.reject(new Error("nothing is asked for")));
  expect(contents(made.at(-1)!)).toEqual(contents(part));
});
