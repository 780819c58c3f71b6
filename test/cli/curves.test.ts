/** Curves of the report, and the figures of nabla evaluate, against numbers worked out by hand. */
import { expect, test } from "vitest";
import type { Subject } from "../../src/metrics/metric.ts";
import { figuresOf, intervalsOf, type Seen, usualMetrics } from "../../src/report/figures.ts";
import { calibration } from "../../src/report/page/curves/calibration.ts";
import { plotsOf } from "../../src/report/page/curves/index.ts";
import { plot, some } from "../../src/report/page/curves/plot.ts";
import { precisionRecall } from "../../src/report/page/curves/precisionRecall.ts";
import { predicted } from "../../src/report/page/curves/predicted.ts";
import { residuals } from "../../src/report/page/curves/residuals.ts";
import { roc } from "../../src/report/page/curves/roc.ts";
import { scored, subject } from "../support/metrics.ts";

const seen = (
  task: Subject["task"],
  outputs: readonly (readonly number[])[],
  truth: Parameters<typeof scored>[1],
): Seen => {
  const losses = new Float32Array(outputs.length).fill(0.25);
  return { subject: subject(task, outputs[0]!.length), batch: { ...scored(outputs, truth), losses }, losses };
};

// sorted: yes .9, no .8, yes and no .6, no .2
const two = seen("two", [[0.9], [0.6], [0.8], [0.6], [0.2]], { labels: [1, 1, 0, 0, 0] });

test("ROC: a point for each threshold, equal outputs in one step", () => {
  const { lines } = roc(two, ["no", "yes"])!;
  expect(lines[1]!.points).toEqual([
    [0, 0],
    [0, 1 / 2],
    [1 / 3, 1 / 2],
    [2 / 3, 1],
    [1, 1],
  ]);
  // 1/2 · 1/3 + 3/4 · 1/3 + 1/3
  expect(lines[1]!.label).toBe("yes: area 0.7500");
});

test("precision and recall", () => {
  const { lines } = precisionRecall(two, ["no", "yes"])!;
  expect(lines[0]!.points).toEqual([
    [0, 1],
    [1 / 2, 1],
    [1 / 2, 1 / 2],
    [1, 2 / 4],
    [1, 2 / 5],
  ]);
  expect(lines[0]!.label).toBe("yes: average precision 0.7500");
});

test("calibration: mean probability against how often it is right, in tenths", () => {
  const rows = [[0.95], [0.91], [0.35], [0.31], [0.32], [0.33]];
  const { lines } = calibration(seen("two", rows, { labels: [1, 0, 0, 0, 1, 0] }), ["no", "yes"])!;
  const [low, high] = lines[1]!.points;
  expect(low![0]).toBeCloseTo((0.35 + 0.31 + 0.32 + 0.33) / 4, 6);
  expect(high![0]).toBeCloseTo(0.93, 6);
  expect([low![1], high![1]]).toEqual([1 / 4, 1 / 2]);
  // outputs that are no probabilities have none
  const margins = seen("two", rows, { labels: [1, 0, 0, 0, 1, 0] });
  expect(calibration({ ...margins, subject: { ...margins.subject, scale: "scores" } }, [])).toBeUndefined();
});

test("several classes: one against the rest, and only those there are", () => {
  const rows = [
    [0.7, 0.2, 0.1],
    [0.1, 0.8, 0.1],
    [0.6, 0.3, 0.1],
  ];
  const { lines } = roc(seen("classes", rows, { labels: [0, 1, 1] }), ["a", "b", "c"])!;
  expect(lines.slice(1).map(({ label }) => label)).toEqual(["a: area 1.0000", "b: area 1.0000"]);
  const many = Array.from({ length: 12 }, (_, r) => Array.from({ length: 12 }, (_, c) => Number(r === c)));
  const all = roc(seen("classes", many, { labels: many.map((_, r) => r) }), [])!;
  expect(all.lines).toHaveLength(11);
  expect(all.note).toContain("2 more classes are not drawn.");
});

test("predicted against true, and residuals, in the unit of the targets", () => {
  const of = seen("quantities", [[310], [42], [Number.NaN]], { values: [[300], [50], [7]] });
  expect(predicted(of)!.points).toEqual([
    [300, 310],
    [50, 42],
  ]);
  expect(residuals(of)!.points).toEqual([
    [310, 10],
    [42, -8],
  ]);
  const page = plotsOf(of, []);
  expect(page).toContain("<h3>Predicted against true</h3>");
  expect(page).toContain("<h3>Residuals</h3>");
  expect(page).not.toContain("NaN");
  expect(plotsOf(two, ["<no>", "<yes>"])).toContain("&lt;yes&gt;: area 0.7500");
});

test("a plot: places of its points, round numbers on its axes", () => {
  const svg = plot({
    title: "T",
    x: { label: "x", from: 0, to: 10 },
    y: { label: "y", from: -1, to: 1 },
    lines: [
      {
        points: [
          [0, -1],
          [10, 1],
        ],
      },
    ],
  });
  // from the left lower corner to the right upper one
  expect(svg).toContain('d="M78 256L414 10"');
  expect([...svg.matchAll(/text-anchor="middle">([\d.,]+)</g)].map(([, tick]) => tick)).toEqual([
    "0",
    "2",
    "4",
    "6",
    "8",
    "10",
  ]);
  expect(some([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
});

test("what is usual for the kind of targets, without what the outputs do not allow", async () => {
  expect(usualMetrics(two.subject)).toContain("logLoss");
  expect(usualMetrics({ ...two.subject, scale: "scores" })).not.toContain("logLoss");
  // several outputs that do not add up to 1 have no log loss of classes
  expect(usualMetrics(subject("classes", 3, { scale: "probabilities" }))).not.toContain("brier");
  expect(usualMetrics(subject("quantities", 1))).toEqual([
    "meanAbsoluteError",
    "rootMeanSquaredError",
    "medianAbsoluteError",
    "r2",
  ]);
  expect(figuresOf(two, ["auc", "precision", "recall"])).toEqual({
    auc: 0.75,
    precision: 1 / 2,
    recall: 1,
  });
  const { accuracy, loss } = await intervalsOf(two, ["accuracy"], 100, 0.25);
  expect(accuracy![0]).toBeLessThan(accuracy![1]);
  expect(loss).toEqual([0.25, 0.25]);
});
