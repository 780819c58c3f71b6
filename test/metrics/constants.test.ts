/**
 * Figures of rows that are all alike, of one row, and of predictions that are all alike: always a number, and the one that docs/training.md
 * says, which is scikit-learn's where it gives one. (Where that divides by nothing it warns and gives 0, of AUC and kappa NaN.)
 */
import { describe, expect, test } from "vitest";
import { ALL } from "../../src/metrics/all.ts";
import type { Scored, Task } from "../../src/metrics/metric.ts";
import { METRICS, type MetricName, type NamedMetric } from "../../src/metrics/table.ts";
import { measured, scored, subject } from "../support/metrics.ts";

const figure = (metric: NamedMetric, task: Task, batch: Scored): number => {
  const tally = measured(metric, subject(task, batch.units));
  tally.add(batch);
  return tally.result();
};

const repeat = <T>(n: number, of: T): T[] => Array.from({ length: n }, () => of);

/** Outputs and targets that leave something undefined, by kind of targets. */
const CASES: Record<Task, Record<string, Scored>> = {
  two: {
    "all of class 0, none said": scored(repeat(4, [0.2]), { labels: [0, 0, 0, 0] }),
    "all of class 1, none said": scored(repeat(4, [0.2]), { labels: [1, 1, 1, 1] }),
    "all of class 0, all said to be 1": scored(repeat(4, [0.9]), { labels: [0, 0, 0, 0] }),
    "both classes, outputs alike": scored(repeat(4, [0.2]), { labels: [0, 1, 0, 1] }),
    "one row": scored([[0.7]], { labels: [1] }),
    "outputs 0 and 1": scored([[0], [1]], { labels: [1, 0] }),
  },
  classes: {
    "all of one class, said": scored(repeat(4, [0.8, 0.1, 0.1]), { labels: [0, 0, 0, 0] }),
    "all of one class, another said": scored(repeat(4, [0.8, 0.1, 0.1]), { labels: [2, 2, 2, 2] }),
    "outputs alike": scored(repeat(3, [0.8, 0.1, 0.1]), { labels: [0, 1, 2] }),
    "outputs equal": scored(repeat(3, [1 / 3, 1 / 3, 1 / 3]), { labels: [0, 1, 2] }),
    "one row": scored([[0.1, 0.7, 0.2]], { labels: [1] }),
    "shares that are 0 and 1": scored([[0, 1, 0]], { labels: [2] }),
  },
  labels: {
    "none there, none said": scored(repeat(3, [0.1, 0.2]), { values: repeat(3, [0, 0]) }),
    "all there, none said": scored(repeat(3, [0.1, 0.2]), { values: repeat(3, [1, 1]) }),
    "none there, all said": scored(repeat(3, [0.9, 0.8]), { values: repeat(3, [0, 0]) }),
    "one row": scored([[0.9, 0.2]], { values: [[1, 0]] }),
  },
  quantities: {
    "targets alike, met": scored(repeat(3, [2]), { values: repeat(3, [2]) }),
    "targets alike, not met": scored([[1], [2], [4]], { values: repeat(3, [2]) }),
    "outputs alike": scored(repeat(3, [2]), { values: [[1], [2], [4]] }),
    "all 0": scored(repeat(3, [0]), { values: repeat(3, [0]) }),
    "one row": scored([[3]], { values: [[1]] }),
    "targets alike, far from 0": scored(repeat(3, [16777216]), { values: repeat(3, [16777216]) }),
  },
};

/** What docs say, where what is to be divided by is 0. */
const SAID: Record<string, Record<string, Partial<Record<MetricName, number>>>> = {
  two: {
    "all of class 0, none said": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      averagePrecision: 0,
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 1,
      accuracy: 1,
    },
    "all of class 1, none said": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      averagePrecision: 1,
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 0,
      accuracy: 0,
    },
    "all of class 0, all said to be 1": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      averagePrecision: 0,
      cohenKappa: 0,
      matthewsCorrelation: 0,
    },
    "both classes, outputs alike": {
      precision: 0,
      recall: 0,
      auc: 0.5,
      averagePrecision: 0.5,
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 0.5,
    },
    "one row": {
      precision: 1,
      recall: 1,
      f1: 1,
      auc: 0.5,
      averagePrecision: 1,
      cohenKappa: 0,
      matthewsCorrelation: 0,
    },
  },
  classes: {
    "all of one class, said": {
      precision: 1,
      recall: 1,
      f1: 1,
      auc: 0.5,
      averagePrecision: 1,
      cohenKappa: 0,
      matthewsCorrelation: 0,
    },
    "all of one class, another said": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 0,
    },
    "outputs alike": {
      precision: 1 / 9,
      recall: 1 / 3,
      auc: 0.5,
      cohenKappa: 0,
      matthewsCorrelation: 0,
      balancedAccuracy: 1 / 3,
    },
    "one row": {
      precision: 1,
      recall: 1,
      auc: 0.5,
      averagePrecision: 1,
      cohenKappa: 0,
      matthewsCorrelation: 0,
    },
  },
  labels: {
    "none there, none said": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      averagePrecision: 0,
      subsetAccuracy: 1,
      hamming: 0,
    },
    "all there, none said": {
      precision: 0,
      recall: 0,
      f1: 0,
      auc: 0.5,
      averagePrecision: 1,
      subsetAccuracy: 0,
    },
    "none there, all said": { precision: 0, recall: 0, f1: 0, auc: 0.5, averagePrecision: 0 },
  },
  quantities: {
    "targets alike, met": { r2: 1, rmse: 0, mape: 0 },
    "targets alike, not met": { r2: 0 },
    "all 0": { r2: 1, mape: 0, medianAbsoluteError: 0 },
    "one row": { r2: 0, mae: 2, medianAbsoluteError: 2 },
    "targets alike, far from 0": { r2: 1, mse: 0 },
  },
};

describe.each(Object.keys(CASES) as Task[])("%s", (task) => {
  test.each(Object.entries(CASES[task]))("%s", (name, batch) => {
    for (const metric of METRICS) {
      const { tasks } = ALL[metric] as { tasks?: readonly Task[] };
      if (tasks && !tasks.includes(task)) continue;
      if (/^top|topK/.test(metric) && batch.units === 1) continue;
      const options = ["precision", "recall", "f1", "auc", "averagePrecision"].includes(metric)
        ? ["macro", "weighted", "micro"].map((average) => ({ name: metric, average }) as NamedMetric)
        : [];
      for (const given of [metric, ...options]) {
        const got = figure(given, task, batch);
        expect(Number.isFinite(got), `${JSON.stringify(given)}: ${got}`).toBe(true);
      }
      const said = SAID[task]![name]?.[metric];
      if (said !== undefined) expect(figure(metric, task, batch), metric).toBeCloseTo(said, 12);
    }
  });
});

test("what is said is of metrics that are measured", () => {
  for (const [task, cases] of Object.entries(SAID))
    for (const [name, figures] of Object.entries(cases)) {
      expect(CASES[task as Task][name], name).toBeDefined();
      for (const metric of Object.keys(figures)) {
        const { tasks } = ALL[metric as MetricName] as { tasks?: readonly Task[] };
        expect(tasks ?? [task], metric).toContain(task);
      }
    }
});
