/** Metrics alone, of batches that a test makes up. */
import { ALL } from "../../src/metrics/all.ts";
import { kindOf } from "../../src/metrics/kinds.ts";
import type { Scored, Subject, Tally } from "../../src/metrics/metric.ts";
import type { NamedMetric } from "../../src/metrics/table.ts";

/** An output of a network whose outputs are probabilities. */
export const subject = (task: Subject["task"], units: number, more: Partial<Subject> = {}): Subject => ({
  task,
  units,
  classes: Math.max(2, units),
  scale: task === "labels" ? "probabilities" : task === "quantities" ? "scores" : "distribution",
  most: Number.POSITIVE_INFINITY,
  ...more,
});

export function measured(given: NamedMetric, of: Subject): Tally {
  const { kind, options } = kindOf(given, ALL);
  return kind.create(of, options as never);
}

/** Rows as a core leaves them: padded to a multiple of four. */
export function scored(
  of: readonly (readonly number[])[],
  truth: { readonly labels?: readonly number[]; readonly values?: readonly (readonly number[])[] },
  { threshold = 0.5, on = 1, off = 0 } = {},
): Scored {
  const units = of[0]!.length;
  const stride = (units + 3) & ~3;
  const outputs = new Float32Array(of.length * stride).fill(99); // padding would be the largest
  for (const [r, row] of of.entries()) outputs.set(row, r * stride);
  return {
    rows: of.length,
    units,
    stride,
    threshold,
    on,
    off,
    outputs,
    ...(truth.labels && { labels: Int32Array.from(truth.labels) }),
    ...(truth.values && { values: Float32Array.from(truth.values.flat()) }),
  };
}
