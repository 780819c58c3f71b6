/** Metrics against values worked out by hand. */
import { describe, expect, test } from "vitest";
import { activation, type ConfusionMatrix, sequential, type TrainingOptions } from "../../src/index.ts";
import type { Scored } from "../../src/metrics/metric.ts";
import { METRICS, type MetricName, metricsField } from "../../src/metrics/table.ts";
import { measured, subject } from "../support/metrics.ts";

/** Five rows of four classes as a core leaves them: each row padded to a multiple of four, here with five units to eight. */
const UNITS = 5;
const STRIDE = 8;
const rows = [
  [0.1, 0.5, 0.2, 0.1, 0.1], // says 1
  [0.6, 0.1, 0.1, 0.1, 0.1], // says 0
  [0.3, 0.3, 0.2, 0.1, 0.1], // says 0: the first of equals
  [0.05, 0.1, 0.2, 0.3, 0.35], // says 4
  [0.1, 0.2, 0.4, 0.2, 0.1], // says 2
];
const labels = [1, 0, 1, 2, 2];

function scored(of: number[][], truth: { labels?: number[]; values?: number[][] }, threshold = 0.5): Scored {
  const units = of[0].length;
  const stride = (units + 3) & ~3;
  const outputs = new Float32Array(of.length * stride).fill(99); // padding would be the largest
  for (const [r, row] of of.entries()) outputs.set(row, r * stride);
  return {
    rows: of.length,
    units,
    stride,
    threshold,
    on: 1,
    off: threshold === 0 ? -1 : 0,
    outputs,
    ...(truth.labels && { labels: Int32Array.from(truth.labels) }),
    ...(truth.values && { values: Float32Array.from(truth.values.flat()) }),
  };
}

const metric = (name: MetricName, units = UNITS) =>
  measured(name, subject(units > 1 ? "classes" : "two", units));

function result(name: MetricName, batches: Scored[], units = UNITS): number {
  const m = metric(name, units);
  m.reset();
  for (const batch of batches) m.add(batch);
  return m.result();
}

const oneHot = labels.map((label) => Array.from({ length: UNITS }, (_, c) => Number(c === label)));
const byLabel = scored(rows, { labels });
const byValue = scored(rows, { values: oneHot });
expect(byLabel.stride).toBe(STRIDE);

/*
 * truth 1 0 1 2 2, said 1 0 0 4 2
 *   class 0: said twice, right once; there is one     precision 1/2  recall 1    f1 2/3
 *   class 1: said once, right; there are two          precision 1    recall 1/2  f1 2/3
 *   class 2: said once, right; there are two          precision 1    recall 1/2  f1 2/3
 *   class 4: said once, but there is none             precision 0    recall 0    f1 0
 */
const byHand: Partial<Record<MetricName, number>> = {
  accuracy: 3 / 5,
  subsetAccuracy: 3 / 5,
  hamming: 2 / 5,
  // ranks of the right class: 1, 1, 1 (equal to the best), 3, 1
  top2Accuracy: 4 / 5,
  top3Accuracy: 1,
  top5Accuracy: 1,
  topKAccuracy: 1,
  precision: (1 / 2 + 1 + 1 + 0) / 4,
  recall: (1 + 1 / 2 + 1 / 2 + 0) / 4,
  f1: (2 / 3 + 2 / 3 + 2 / 3 + 0) / 4,
  balancedAccuracy: (1 + 1 / 2 + 1 / 2) / 3,
  // right 3 of 5; by chance (1·2 + 2·1 + 2·1 + 0·1) / 25
  cohenKappa: (3 / 5 - 6 / 25) / (1 - 6 / 25),
  matthewsCorrelation: (3 * 5 - 6) / Math.sqrt((25 - (4 + 1 + 1 + 1)) * (25 - (1 + 4 + 4))),
  // class 0: .6 against .1 .3 .05 .1, all above; class 1: .5 and .3 against .1 .1 .2, all above; class 2: .2 and .4 against .2 .1 .2
  auc: (1 + 1 + (1 + 2 * 0.5 + 3) / 6) / 3,
  // class 2: first .4 alone, then three at .2 of which one is right
  averagePrecision: (1 + 1 + (1 * 1 + 2 / 4) / 2) / 3,
  logLoss: -(Math.log(0.5) + Math.log(0.6) + Math.log(0.3) + Math.log(0.2) + Math.log(0.4)) / 5,
  // outputs above ½ against targets above ½, output by output: only row 1 has all five right
  binaryAccuracy: (4 + 5 + 4 + 4 + 4) / 25,
};
const errors = rows.map((row, r) => row.map((value, c) => value - oneHot[r]![c]!));
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const flat = errors.flat();
byHand.meanAbsoluteError = sum(flat.map(Math.abs)) / 25;
byHand.meanSquaredError = sum(flat.map((d) => d * d)) / 25;
byHand.brier = sum(flat.map((d) => d * d)) / 5;
const column = (c: number) => errors.map((row) => row[c]!);
const perOutput = (f: (c: number) => number) => sum([0, 1, 2, 3, 4].map(f)) / 5;
byHand.rootMeanSquaredError = perOutput((c) => Math.sqrt(sum(column(c).map((d) => d * d)) / 5));
byHand.medianAbsoluteError = perOutput(
  (c) =>
    column(c)
      .map(Math.abs)
      .sort((a, b) => a - b)[2]!,
);
// classes 0 … 4 occur 1, 2, 2, 0, 0 times; where all targets are alike and not met it is 0
byHand.r2 = perOutput((c) => {
  const share = [1, 2, 2, 0, 0][c]! / 5;
  const spread = 5 * share * (1 - share);
  return spread === 0 ? 0 : 1 - sum(column(c).map((d) => d * d)) / spread;
});
byHand.meanAbsolutePercentageError =
  sum(
    rows.flatMap((row, r) =>
      row.map((_, c) => Math.abs(errors[r]![c]!) / Math.max(oneHot[r]![c]!, 2 ** -52)),
    ),
  ) / 25;
// confidences .5 (right), .6 (right), .3 (wrong says 0), .35 (wrong), .4 (right): each in a bin of its own of fifteen
byHand.expectedCalibrationError = (0.5 + 0.4 + 0.3 + 0.35 + 0.6) / 5;
byHand.acc = byHand.accuracy;
byHand.mse = byHand.meanSquaredError;
byHand.rmse = byHand.rootMeanSquaredError;
byHand.mae = byHand.meanAbsoluteError;
byHand.mape = byHand.meanAbsolutePercentageError;

describe.each(METRICS)("%s", (name) => {
  test("of labels and of one-hot rows", () => {
    const want = byHand[name]!;
    for (const batch of [byLabel, byValue])
      expect(result(name, [batch]) / (want || 1)).toBeCloseTo(want && 1, 6);
  });

  test("batch by batch, with a save in between, it is the same number", () => {
    const whole = result(name, [byLabel]);
    const single = rows.map((row, r) => scored([row], { labels: [labels[r]] }));
    expect(result(name, single)).toBe(whole);
    const [first, second] = [metric(name, UNITS), metric(name, UNITS)];
    first.add(single[0]);
    first.add(single[1]);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    for (const batch of single.slice(2)) second.add(batch);
    expect(second.result()).toBe(whole);
    second.reset();
    second.add(byLabel);
    expect(second.result()).toBe(whole);
  });

  test("nothing added is NaN", () => {
    expect(result(name, [])).toBeNaN();
  });
});

describe("one output", () => {
  const outputs = [[0.2], [0.5], [0.50001], [0.9]]; // says 0 0 1 1: ½ itself is not above ½
  const truth = [0, 1, 1, 0];
  test.each([
    ["accuracy", 1 / 2],
    ["binaryAccuracy", 1 / 2],
    ["precision", 1 / 2],
    ["recall", 1 / 2],
    ["f1", 1 / 2],
    ["mse", (0.04 + 0.25 + 0.24999 + 0.81) / 4],
  ] as const)("%s", (name, want) => {
    expect(result(name, [scored(outputs, { labels: truth })], 1)).toBeCloseTo(want, 5);
    expect(result(name, [scored(outputs, { values: truth.map((v) => [v]) })], 1)).toBeCloseTo(want, 5);
  });
  test("of margins: −1 and 1 are parted at 0", () => {
    const margins = [[-2], [0.1], [0.4], [-0.1]];
    const signs = { values: [[-1], [1], [-1], [1]] };
    expect(result("accuracy", [scored(margins, signs, 0)], 1)).toBe(1 / 2);
    expect(result("accuracy", [scored(margins, { labels: [0, 1, 0, 1] }, 0)], 1)).toBe(1 / 2);
  });
  test("precision, recall and f1 are of class 1", () => {
    // truth 1 1 1 0, said 1 0 0 0: class 1 precision 1, recall 1/3, f1 1/2
    const batch = scored([[0.9], [0.1], [0.1], [0.1]], { labels: [1, 1, 1, 0] });
    expect(result("f1", [batch], 1)).toBe(1 / 2);
    expect(result("precision", [batch], 1)).toBe(1);
    expect(result("recall", [batch], 1)).toBeCloseTo(1 / 3, 12);
  });
});

test("outputs that are not numbers are right about nothing", () => {
  const nan = scored([[NaN, NaN, NaN, NaN, NaN]], { labels: [3] });
  for (const name of ["accuracy", "top2Accuracy", "top3Accuracy"] as const)
    expect(result(name, [nan])).toBe(0);
  expect(result("mse", [nan])).toBeNaN();
});

describe("through a model whose outputs are its inputs", () => {
  const model = (loss: TrainingOptions["loss"], metrics: MetricName[]) =>
    sequential([activation({ activation: "linear", inputShape: [UNITS] })]).compile({ loss, metrics });

  test("evaluate", async () => {
    const names = [
      "accuracy",
      "top2Accuracy",
      "precision",
      "recall",
      "f1",
      "mse",
      "mae",
      "binaryAccuracy",
    ] as const;
    const scores = await model("meanSquaredError", [...names]).evaluate(rows, oneHot);
    expect(Object.keys(scores)).toEqual(["loss", ...names]);
    for (const name of names)
      expect(Object.values(scores)[names.indexOf(name) + 1]).toBeCloseTo(byHand[name]!, 6);
    expect(scores.loss).toBeCloseTo(byHand.mse!, 6);
  });

  test("the confusion matrix, and figures by class", async () => {
    const { arrayDataset } = await import("../../src/index.ts");
    const data = arrayDataset(rows, labels, { classes: UNITS });
    const confusion: ConfusionMatrix = await model("meanSquaredError", []).confusionMatrix(data, {
      batchSize: 2,
    });
    expect(confusion.counts).toEqual([
      [1, 0, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [0, 0, 1, 0, 1],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
    ]);
    expect(confusion.accuracy).toBe(3 / 5);
    expect(confusion.perClass()).toEqual([
      { precision: 1 / 2, recall: 1, f1: 2 / 3, support: 1 },
      { precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2 },
      { precision: 1, recall: 1 / 2, f1: 2 / 3, support: 2 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
      { precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
  });
});

test("a metric that does not exist", () => {
  expect(() => metricsField().check(["acuracy" as MetricName], "metrics")).toThrow(
    /^metrics\[0\]: expected one of accuracy, .*, got "acuracy"; did you mean "accuracy"\?$/,
  );
});
