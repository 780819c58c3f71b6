/** Metrics against values worked out by hand. */
import { describe, expect, test } from "vitest";
import { activation, type ConfusionMatrix, sequential, type TrainingOptions } from "../../src/index.ts";
import type { Scored } from "../../src/metrics/metric.ts";
import { METRICS, type MetricName, metric } from "../../src/metrics/table.ts";

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

function result(name: MetricName, batches: Scored[], classes = UNITS): number {
  const m = metric(name, classes);
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
 *   class 4: said once, but there is none
 */
const byHand: Partial<Record<MetricName, number>> = {
  accuracy: 3 / 5,
  // ranks of the right class: 1, 1, 1 (equal to the best), 3, 1
  top2Accuracy: 4 / 5,
  top3Accuracy: 1,
  top5Accuracy: 1,
  precision: (1 / 2 + 1 + 1) / 3,
  recall: (1 + 1 / 2 + 1 / 2) / 3,
  f1: 2 / 3,
  // outputs above ½ against targets above ½, output by output: only row 1 has all five right
  binaryAccuracy: (4 + 5 + 4 + 4 + 4) / 25,
  meanAbsoluteError:
    (0.1 +
      0.5 +
      0.2 +
      0.1 +
      0.1 +
      (0.4 + 0.4) +
      (0.3 + 0.7 + 0.2 + 0.2) +
      (0.05 + 0.1 + 0.8 + 0.3 + 0.35) +
      (0.1 + 0.2 + 0.6 + 0.2 + 0.1)) /
    25,
  meanSquaredError:
    (0.01 +
      0.25 +
      0.04 +
      0.01 +
      0.01 +
      (0.16 + 0.04) +
      (0.09 + 0.49 + 0.04 + 0.02) +
      (0.0025 + 0.01 + 0.64 + 0.09 + 0.1225) +
      (0.01 + 0.04 + 0.36 + 0.04 + 0.01)) /
    25,
};
byHand.mse = byHand.meanSquaredError;
byHand.mae = byHand.meanAbsoluteError;

describe.each(METRICS)("%s", (name) => {
  test("of labels and of one-hot rows", () => {
    expect(result(name, [byLabel])).toBeCloseTo(byHand[name]!, 6);
    expect(result(name, [byValue])).toBeCloseTo(byHand[name]!, 6);
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
    expect(result(name, [scored(outputs, { labels: truth })], 2)).toBeCloseTo(want, 5);
    expect(result(name, [scored(outputs, { values: truth.map((v) => [v]) })], 2)).toBeCloseTo(want, 5);
  });
  test("of margins: −1 and 1 are parted at 0", () => {
    const margins = [[-2], [0.1], [0.4], [-0.1]];
    const signs = { values: [[-1], [1], [-1], [1]] };
    expect(result("accuracy", [scored(margins, signs, 0)], 2)).toBe(1 / 2);
    expect(result("accuracy", [scored(margins, { labels: [0, 1, 0, 1] }, 0)], 2)).toBe(1 / 2);
  });
  test("f1 of an uneven case", () => {
    // truth 1 1 1 0, said 1 0 0 0: class 1 precision 1, recall 1/3, f1 1/2; class 0 precision 1/3, recall 1, f1 1/2
    const batch = scored([[0.9], [0.1], [0.1], [0.1]], { labels: [1, 1, 1, 0] });
    expect(result("f1", [batch], 2)).toBe(1 / 2);
    expect(result("precision", [batch], 2)).toBeCloseTo(2 / 3, 12);
    expect(result("recall", [batch], 2)).toBeCloseTo(2 / 3, 12);
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
    expect(Object.keys(scores)).toEqual([
      "loss",
      ...names.map((name) => ({ mse: "meanSquaredError", mae: "meanAbsoluteError" })[name as "mse"] ?? name),
    ]);
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
  expect(() => metric("acuracy" as MetricName, 2)).toThrow(
    'there is no metric "acuracy"; did you mean "accuracy"?',
  );
});
