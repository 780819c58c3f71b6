/** Metrics against scikit-learn's values: test/golden/make_metrics.py writes them. */
import { describe, expect, test } from "vitest";
import type { NamedMetric } from "../../src/metrics/table.ts";
import golden from "../golden/metrics.json";
import { measured, scored, subject } from "../support/metrics.ts";

interface Case {
  readonly name: string;
  readonly outputs: readonly (readonly number[])[];
  readonly labels?: readonly number[];
  readonly values?: readonly (readonly number[])[];
  readonly threshold?: number;
  readonly of: Readonly<Record<string, number | null>>;
}

/** What there is where scikit-learn says NaN, and warns. */
const UNDEFINED: Readonly<Record<string, number>> = { auc: 0.5, cohenKappa: 0 };

/** "f1 macro" → { name: "f1", average: "macro" } */
function metricOf(name: string, threshold: number | undefined): NamedMetric {
  const [metric, option] = name.split(" ");
  const ranked = ["auc", "averagePrecision", "logLoss", "brier", "expectedCalibrationError"].includes(
    metric!,
  );
  return {
    name: metric,
    ...(option &&
      (metric === "topKAccuracy"
        ? { k: Number(option) }
        : metric === "cohenKappa"
          ? { weights: option }
          : { average: option })),
    ...(threshold !== undefined && !ranked && { threshold }),
  } as NamedMetric;
}

describe.each(["two", "classes", "labels", "quantities"] as const)("%s", (task) => {
  test.each(golden[task] as unknown as Case[])("$name", ({ outputs, labels, values, threshold, of }) => {
    const about = subject(task, outputs[0]!.length);
    for (const [name, want] of Object.entries(of)) {
      const whole = scored(outputs, { labels, values });
      const own = threshold === 0.5 ? undefined : threshold;
      const metric = measured(metricOf(name, own), about);
      metric.add(whole);
      const expected = want ?? UNDEFINED[name]!;
      // float32 outputs, sums in double precision
      expect(Math.abs(metric.result() - expected), name).toBeLessThanOrEqual(
        2e-6 * Math.max(1, Math.abs(expected)),
      );
      // row by row, and with a save in between, bit for bit the same
      const rows = measured(metricOf(name, own), about);
      const after = measured(metricOf(name, own), about);
      outputs.forEach((row, r) => {
        const one = scored([row], { labels: labels && [labels[r]!], values: values && [values[r]!] });
        (r < outputs.length / 2 ? rows : after).add(one);
        if (r + 1 === Math.ceil(outputs.length / 2)) after.restore(JSON.parse(JSON.stringify(rows.state())));
      });
      expect(after.result(), name).toBe(metric.result());
    }
  });
});

test("one sigmoid and two softmax outputs are the same two classes", () => {
  for (const { outputs, labels, of } of golden.two as unknown as Case[]) {
    const pairs = outputs.map(([p]) => [Math.fround(1 - p!), p!]);
    for (const name of ["precision binary", "f1 macro", "matthewsCorrelation", "auc", "brier"]) {
      if (of[name] === null) continue;
      const [one, two] = [outputs, pairs].map((rows) => {
        const metric = measured(metricOf(name, 0.45), subject("two", rows[0]!.length));
        metric.add(scored(rows, { labels }));
        return metric.result();
      });
      expect(two, name).toBeCloseTo(one!, 6);
    }
  }
});
