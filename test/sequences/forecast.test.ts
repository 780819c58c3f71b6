/** Forecasts in the units of the series: of many steps at once, and of one after the other. */
import { expect, test } from "vitest";
import { series } from "../../src/data/sequences/series.ts";
import { windowSplit, windows } from "../../src/data/sequences/windows.ts";
import { dense, flatten, load, type Model, sequential } from "../../src/index.ts";
import { Stream } from "../../src/math/random.ts";
import { forecast } from "../../src/sequences/forecast.ts";
import { scoreForecast } from "../../src/sequences/score.ts";
import { findSeason } from "../../src/sequences/season.ts";

/** A season of 12 on a slow rise, far from 0. */
const wave = (n: number) =>
  Float64Array.from({ length: n }, (_, i) => 1000 + 50 * Math.sin((2 * Math.PI * i) / 12) + 0.1 * i);

async function linear(data: ReturnType<typeof windows>, epochs: number): Promise<Model> {
  const units = data.info.horizon * data.info.targets.length;
  const model = sequential([flatten(), dense({ units })], { seed: 1 });
  model.compile({ optimizer: { name: "adam", learningRate: 0.01 }, loss: "meanSquaredError" });
  await model.fit(data, { epochs, batchSize: 16, validationSplit: 0 });
  return model;
}

test("a model forecasts as many steps at once as its horizon, and goes on from its own forecasts", async () => {
  const data = windows(wave(240), { length: 12, horizon: 6 });
  const model = await linear(data, 120);
  const truth = wave(270).subarray(240);
  const six = forecast(model, wave(240));
  expect(six.shape).toEqual([6, 1]);
  const all = forecast(model, wave(240), 30);
  expect([...all.column().subarray(0, 6)]).toEqual([...six.column()]);
  all.column().forEach((value, i) => expect(Math.abs(value - truth[i]!)).toBeLessThan(5));
  // the file says all of it
  const again = load(model.save());
  expect([...forecast(again, wave(240), 30).data]).toEqual([...all.data]);
  // only the last window counts
  expect([...forecast(again, wave(240).slice(-12), 30).data]).toEqual([...all.data]);
});

test("one step forecast again and again is what forecasting by hand gives", async () => {
  const data = windows({ a: wave(100), b: wave(100).map((v) => -v) }, { length: 4, targets: ["b", "a"] });
  const model = await linear(data, 2);
  const three = forecast(model, { b: wave(100).map((v) => -v), a: wave(100) }, 3).toArray();
  const { standardisation: by } = data.info;
  const at = (column: string) => by!.columns.indexOf(column);
  const scaled = (v: number, column: string) =>
    Math.fround((v - by!.mean[at(column)]!) / by!.scale[at(column)]!);
  const rows = Array.from({ length: 4 }, (_, i) => [
    scaled(wave(100)[96 + i]!, "a"),
    scaled(-wave(100)[96 + i]!, "b"),
  ]);
  for (let step = 0; step < 3; step++) {
    const [b, a] = model.predict([rows.slice(-4)]).toArray()[0]!;
    rows.push([a!, b!]);
    expect(three[step]![0]).toBeCloseTo(b! * by!.scale[at("b")]! + by!.mean[at("b")]!, 3);
    expect(three[step]![1]).toBeCloseTo(a! * by!.scale[at("a")]! + by!.mean[at("a")]!, 3);
  }
});

test("time goes on where the series ends", async () => {
  const date = Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2024, 0, 1, i)));
  const read = series({ date, value: wave(30) });
  const model = await linear(windows(read, { length: 4, horizon: 2 }), 1);
  expect(forecast(model, read, 3).times).toEqual([
    "2024-01-02T06:00",
    "2024-01-02T07:00",
    "2024-01-02T08:00",
  ]);
  const ends = series({
    date: ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
    value: [1, 2, 3, 4],
  });
  expect(forecast(model, ends, 2).times).toEqual(["2024-05-31", "2024-06-30"]);
});

test("inputs that the model does not forecast are needed for steps beyond its horizon", async () => {
  const read = { load: wave(60), price: wave(60) };
  const model = await linear(windows(read, { length: 4, horizon: 2, targets: "load" }), 1);
  expect(forecast(model, read, 2).length).toBe(2);
  expect(() => forecast(model, read, 5)).toThrow(
    /forecasts 2 steps at once, and beyond them it needs values of "price"/,
  );
  const five = forecast(model, read, 5, { future: { price: [1, 2, 3, 4, 5] } });
  const other = forecast(model, read, 5, { future: { price: [1, 2, 9, 4, 5] } });
  expect([...five.data.subarray(0, 2)]).toEqual([...other.data.subarray(0, 2)]);
  expect(five.data[4]).not.toBe(other.data[4]);
  expect(() => forecast(model, read, 5, { future: { load: [1, 2, 3] } })).toThrow(
    /"load" is forecast by the model itself/,
  );
});

test("what no forecast can start from is refused", async () => {
  const model = await linear(windows(wave(40), { length: 8, horizon: 2 }), 1);
  expect(() => forecast(model, wave(7))).toThrow(/series has 7 steps, but the model looks at the last 8/);
  expect(() => forecast(model, wave(40), 0)).toThrow(
    /expected how many steps to forecast, a whole number ≥ 1, got 0/,
  );
  expect(() => forecast(model, { load: wave(40) })).toThrow(/there is no column "value"/);
  const holes = series([...wave(20), Number.NaN, ...wave(5)], { missing: "drop" });
  expect(() => forecast(model, holes)).toThrow(/a gap lies within the last 8 steps/);
  const other = sequential([dense({ units: 1, inputShape: [2] })]);
  expect(() => forecast(other, wave(40))).toThrow(/was not trained on windows of a series/);
});

test("a score stands beside the last value and the value a season before", async () => {
  const { train, test: tested } = windowSplit(wave(240), { length: 12, horizon: 6 });
  const model = await linear(train, 100);
  const { windows: count, columns } = scoreForecast(model, tested!);
  expect(count).toBe(tested!.length);
  const [{ model: own, lastValue, seasonalNaive, season, skill }] = columns as [(typeof columns)[0]];
  expect(season).toBe(12);
  // a rise of 0.1 a step: each value is 1.2 above the one a season before
  expect(seasonalNaive!.meanAbsoluteError).toBeCloseTo(1.2, 6);
  const values = wave(240);
  let off = 0;
  for (const start of tested!.source.starts)
    for (let h = 0; h < 6; h++) off += Math.abs(values[start + 12 + h]! - values[start + 11]!);
  expect(lastValue.meanAbsoluteError).toBeCloseTo(off / (6 * count), 9);
  expect(own.perStep.reduce((a, b) => a + b) / 6).toBeCloseTo(own.meanAbsoluteError, 9);
  expect(skill).toBeCloseTo(1 - own.meanAbsoluteError / seasonalNaive!.meanAbsoluteError, 9);
  // a season longer than what is known before the windows cannot be looked back at
  expect(scoreForecast(model, tested!, { season: 230 }).columns[0]!.seasonalNaive).toBeUndefined();
});

test("a season is found where there is one, the shortest of its multiples", () => {
  const random = new Stream(1, 90);
  const draws = Array.from({ length: 1000 }, () => random.uniform() - 0.5);
  const noise = (i: number) => draws[i]!;
  const day = (i: number) => Math.sin((2 * Math.PI * i) / 24);
  const make = (f: (i: number) => number) => Array.from({ length: 1000 }, (_, i) => f(i));
  expect(findSeason(make((i) => day(i) + 0.3 * noise(i)))).toBe(24);
  expect(findSeason(make((i) => day(i) + 0.05 * i + 0.3 * noise(i)))).toBe(24);
  // weeks of which two days are others
  expect(findSeason(make((i) => (i % 7 > 4 ? 3 : 0) + 0.3 * noise(i)))).toBe(7);
  expect(findSeason(make((i) => i))).toBeUndefined();
  expect(findSeason(make(() => 5))).toBeUndefined();
});

test("a season of smooth series is found, whose next value is nearer than that of the day before", () => {
  const random = new Stream(3, 90);
  /** Weather: what is left of the hour before, and something new. */
  const weather = (n: number, kept: number) => {
    let state = 0;
    return Array.from({ length: n }, () => {
      state = kept * state + Math.sqrt(12 * (1 - kept * kept)) * (random.uniform() - 0.5);
      return state;
    });
  };
  const days = (n: number, season: number, size: number, kept: number) =>
    weather(n, kept).map((value, i) => value + size * Math.sin((2 * Math.PI * i) / season));
  for (let i = 0; i < 20; i++) {
    // 21 days by hours, and by quarters of an hour
    expect(Math.abs(findSeason(days(504, 24, 2, 0.99))! - 24)).toBeLessThanOrEqual(1);
    expect(Math.abs(findSeason(days(2016, 96, 1.5, 0.99))! - 96)).toBeLessThanOrEqual(3);
  }
  // days of different strength
  const strength = Array.from({ length: 21 }, () => 0.6 + 0.8 * random.uniform());
  const uneven = Array.from(
    { length: 504 },
    (_, i) => strength[Math.floor(i / 24)]! * Math.sin((2 * Math.PI * i) / 24),
  );
  expect(findSeason(uneven)).toBe(24);
  // weather alone has none, however slow
  for (const kept of [0.9, 0.99, 1 - 1e-9])
    for (let i = 0; i < 20; i++) expect(findSeason(weather(504, kept))).toBeUndefined();
});
