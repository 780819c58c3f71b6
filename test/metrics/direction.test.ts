/** What figures are called, and which way they improve; metrics and their sums of earlier versions. */
import { expect, test } from "vitest";
import { ALL } from "../../src/metrics/all.ts";
import { byAskedNames, figureMeant, higherIsBetter } from "../../src/metrics/direction.ts";
import { METRICS } from "../../src/metrics/names.ts";
import { measured, scored, subject } from "../support/metrics.ts";

test("every metric improves the way its kind says, of validation and of an output, too", () => {
  for (const name of METRICS) {
    const higher = ALL[name].better === "higher";
    const capital = name[0]!.toUpperCase() + name.slice(1);
    for (const figure of [name, `val${capital}`, `valRain${capital}`, `my${capital}`])
      expect(higherIsBetter(figure), figure).toBe(higher);
  }
  for (const figure of ["loss", "valLoss", "rainLoss", "valLogLoss", "else"])
    expect(higherIsBetter(figure)).toBe(false);
});

test("a figure goes by any of its metric's names", () => {
  const figures = ["loss", "valMse", "meanAbsoluteError", "valRainMeanAbsoluteError"];
  expect(figureMeant("valMse", figures)).toBe("valMse");
  expect(figureMeant("valMeanSquaredError", figures)).toBe("valMse");
  expect(figureMeant("mae", figures)).toBe("meanAbsoluteError");
  expect(figureMeant("valRainMae", figures)).toBe("valRainMeanAbsoluteError");
  expect(figureMeant("valMae", figures)).toBeUndefined();
  // the end of one name is not that of another
  expect(figureMeant("rootMeanSquaredError", ["mse"])).toBeUndefined();
  expect(figureMeant("rmse", ["mse", "rootMeanSquaredError"])).toBe("rootMeanSquaredError");
});

test("figures of earlier files get the names that were asked for", () => {
  const old = { loss: 1, meanSquaredError: 2, valMeanSquaredError: 3, valRainMeanAbsoluteError: 4 };
  expect(byAskedNames(old, ["mse", "meanAbsoluteError"])).toEqual({
    loss: 1,
    mse: 2,
    valMse: 3,
    valRainMeanAbsoluteError: 4,
  });
  expect(byAskedNames(old, ["mse", "meanSquaredError"])).toEqual(old);
});

test("sums of earlier files: the counts of classes alone", () => {
  const batch = scored([[0.9], [0.8], [0.1], [0.7]], { labels: [1, 1, 1, 0] });
  const [whole, resumed] = [measured("f1", subject("two", 1)), measured("f1", subject("two", 1))];
  whole.add(batch);
  const [, ...counts] = whole.state();
  expect(counts).toEqual([0, 1, 1, 2]);
  resumed.restore(counts);
  expect(resumed.result()).toBe(whole.result());
  resumed.add(batch);
  whole.add(batch);
  expect(resumed.state()).toEqual(whole.state());
});

test("a training keeps the last rows of an epoch, an evaluation all", () => {
  const rows = Array.from({ length: 50 }, (_, i) => [(i * 37) % 50]);
  const truth = rows.map((_, i) => Number(i % 3 === 0));
  const [last, all] = [7, Number.POSITIVE_INFINITY].map((most) =>
    measured("auc", subject("two", 1, { most })),
  );
  const of = (from: number) => scored(rows.slice(from), { labels: truth.slice(from) });
  for (const metric of [last!, all!]) {
    for (const [r, row] of rows.entries()) {
      metric.add(scored([row], { labels: [truth[r]!] }));
      // in the middle of going round
      if (r === 30) metric.restore(JSON.parse(JSON.stringify(metric.state())));
    }
  }
  const want = (from: number) => {
    const metric = measured("auc", subject("two", 1));
    metric.add(of(from));
    return metric.result();
  };
  expect(last!.result()).toBe(want(43));
  expect(all!.result()).toBe(want(0));
  expect(want(43)).not.toBe(want(0));
});
