/** Figures of a model on data, beyond those it was compiled with: what is usual for the kind of targets. */

import { buffersFor, type Dataset, range } from "../data/dataset.ts";
import { labelsOf } from "../data/split.ts";
import { rescale } from "../data/targetScale.ts";
import { ALL } from "../metrics/all.ts";
import { kindOf } from "../metrics/kinds.ts";
import type { Metric, Scored, Subject } from "../metrics/metric.ts";
import type { MetricName, NamedMetric } from "../metrics/table.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { thresholdOf } from "../network/decision.ts";
import { sizeOf } from "../shape.ts";
import { isA } from "../tags.ts";
import { type Intervals, Recorder } from "../training/bootstrap.ts";
import { readingsOf } from "../training/measures.ts";
import { pauser } from "../training/pause.ts";
import type { TargetScale } from "./units.ts";

/** All rows of an evaluation: outputs and targets in memory, quantities in their own unit. */
export interface Seen {
  readonly subject: Subject;
  readonly batch: Scored;
  readonly losses: Float32Array;
}

/** Takes down what model.evaluate() tells of each row. */
export class Rows {
  readonly losses: Float32Array;
  private readonly outputs: Float32Array;
  private readonly units: number;

  constructor(
    private readonly model: Model,
    private readonly dataset: Dataset,
  ) {
    this.units = sizeOf(model.outputShape);
    this.outputs = new Float32Array(dataset.length * this.units);
    this.losses = new Float32Array(dataset.length);
  }

  take(row: number, loss: number, outputs: Float32Array): void {
    this.losses[row] = loss;
    this.outputs.set(outputs, row * this.units);
  }

  /** @param by scale of the targets @returns undefined where outputs are images, of which every pixel is one to classify */
  async seen(by?: TargetScale): Promise<Seen | undefined> {
    const { model, dataset, outputs, losses, units } = this;
    const { built, state } = internalsOf(model);
    const { goals, loss } = state.required;
    const reading = readingsOf(goals, built, dataset)[0]!;
    if (reading.subjects[0]!.units !== units) return undefined;
    const targets = await targetsIn(dataset);
    const batch: Scored = {
      rows: dataset.length,
      units,
      stride: units,
      outputs,
      losses,
      threshold: thresholdOf(built, loss),
      ...loss.labels,
      ...(isA("Int32Array", targets) ? { labels: targets } : { values: targets }),
    };
    reading.look(batch);
    if (dataset.targetScale) rescale(targets, dataset.targetScale, undefined);
    const subject = { ...reading.subject, most: Number.POSITIVE_INFINITY };
    if (!by || isA("Int32Array", targets)) return { subject, batch, losses };
    const own = (values: Float32Array) => values.map((value) => value * by.scale + by.mean);
    return { subject, batch: { ...batch, outputs: own(outputs), values: own(targets) }, losses };
  }
}

async function targetsIn(dataset: Dataset): Promise<Int32Array | Float32Array> {
  const { target, length } = dataset;
  if (target.kind === "class") return Int32Array.from(labelsOf(dataset));
  const values = new Float32Array(length * target.size);
  const most = 1024;
  const { x, y } = buffersFor(dataset, most);
  for (let from = 0; from < length; from += most) {
    const rows = Math.min(most, length - from);
    await dataset.read(range(rows, from), x, y);
    values.set(y.subarray(0, rows * target.size) as Float32Array, from * target.size);
  }
  return values;
}

const PROBABILITIES = ["logLoss", "brier", "expectedCalibrationError"] as const;
const USUAL = {
  two: [
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "averagePrecision",
    "matthewsCorrelation",
    ...PROBABILITIES,
  ],
  classes: [
    "accuracy",
    "balancedAccuracy",
    "f1",
    "auc",
    "cohenKappa",
    "matthewsCorrelation",
    ...PROBABILITIES,
  ],
  labels: ["accuracy", "subsetAccuracy", "hamming", "precision", "recall", "f1", "auc", ...PROBABILITIES],
  quantities: ["meanAbsoluteError", "rootMeanSquaredError", "medianAbsoluteError", "r2"],
} as const satisfies Record<Subject["task"], readonly MetricName[]>;

/** What is usual for such targets, without what the outputs do not allow. */
export function usualMetrics({ task, scale, units }: Subject): MetricName[] {
  const shares =
    scale === "distribution" || (scale === "probabilities" && (units === 1 || task === "labels"));
  return [...USUAL[task]].filter((name) => shares || !(PROBABILITIES as readonly string[]).includes(name));
}

const metricsOf = ({ subject }: Seen, names: readonly MetricName[]): Metric[] =>
  names.map((name) => {
    const { kind, options } = kindOf(name, ALL);
    return { ...kind.create(subject, options as never), name };
  });

/** One figure. */
export function figure({ subject, batch }: Seen, given: NamedMetric): number {
  const { kind, options } = kindOf(given, ALL);
  const tally = kind.create(subject, options as never);
  tally.add(batch);
  return tally.result();
}

export function figuresOf(seen: Seen, names: readonly MetricName[]): Record<string, number> {
  const metrics = metricsOf(seen, names);
  for (const metric of metrics) metric.add(seen.batch);
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric.result()]));
}

/** Where figures lie with a confidence of 95 %, by bootstrap. @param loss of all rows, penalties included */
export function intervalsOf(
  seen: Seen,
  names: readonly MetricName[],
  bootstrap: number,
  loss: number,
): Promise<Intervals> {
  const recorder = new Recorder();
  recorder.add(seen.batch, seen.losses);
  const penalties = loss - seen.losses.reduce((sum, each) => sum + each, 0) / seen.losses.length;
  return recorder.intervals(metricsOf(seen, names), penalties, { bootstrap }, pauser());
}
