/** From what was compiled to what is counted: the metrics of all outputs, and how each reads its targets. */
import { type ActivationName, activations } from "../activations/table.ts";
import { buffersFor, type Dataset, range, type Target } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { type Kinds, kindOf } from "../metrics/kinds.ts";
import { figureOf, type Metric, type Scored, type Subject, type Tally } from "../metrics/metric.ts";
import type { NamedMetric } from "../metrics/table.ts";
import type { Network } from "../network/network.ts";
import { sizeOf } from "../shape.ts";
import { type Goal, targetsOf } from "./goals.ts";
import { type Measure, ownMetric } from "./own.ts";
import { isOwn } from "./ownFunctions.ts";
import { paddedOutputs, seeingNoPadding } from "./padding.ts";
import { grainOf, targetKind } from "./pixels.ts";
import { Reading } from "./targetReading.ts";
import { seeingUnits } from "./units.ts";

/** Most rows that a training keeps for a metric that needs them all: the last ones of the epoch. */
const KEPT_IN_TRAINING = 100_000;

export interface MeasureOptions {
  /** The metrics there are: kindsFor(). */
  readonly kinds: Kinds;
  /** Asks metrics of the program's own, where their functions are elsewhere. */
  readonly measure?: Measure;
  /** Most rows that metrics may keep. Default: all. */
  readonly most?: number;
  /** What has been seen of the targets of each output, where others have seen some of them. */
  readonly readings?: readonly Reading[];
}

/** How the targets of each output are read: shared by metrics that are to read them alike. */
export function readingsOf(goals: readonly Goal[], network: Network, dataset: Dataset): Reading[] {
  const targets = targetsOf(dataset, network);
  const padded = paddedOutputs(network);
  return goals.map(
    (goal, k) => new Reading(subjectsOf(goal, network, targets[k], k, padded[k]), goal.loss.classification),
  );
}

/**
 * The metrics of all outputs. Of several outputs each has a loss and metrics of its own, with its name before theirs.
 *
 * @throws NablaError where a metric cannot measure what the targets are
 */
export function metricsFor(
  goals: readonly Goal[],
  network: Network,
  dataset: Dataset,
  {
    kinds,
    measure,
    most = Number.POSITIVE_INFINITY,
    readings = readingsOf(goals, network, dataset),
  }: MeasureOptions,
): Metric[] {
  const { outputShapes } = network;
  return goals.flatMap(({ name, metrics }, k) => {
    const own = different(metrics).map((each) =>
      isOwn(each)
        ? seeingUnits(ownMetric(each, outputShapes[k], measure), network)
        : named(each as NamedMetric, kinds, readings[k], network, most),
    );
    checkDifferent(own);
    const seen = own.map((each) => seeingNoPadding(each, network));
    if (name === undefined) return seen;
    return [meanLoss(outputShapes[k]), ...seen].map((each) => ({
      ...each,
      name: figureOf(name, each.name),
      add: (batch: Scored) => each.add(batch.all?.[k] ?? batch),
    }));
  });
}

/** The metrics of a training: those of the epoch that is running, and those of validation, which read targets alike. */
export function metricsOfTraining(
  goals: readonly Goal[],
  network: Network,
  train: Dataset,
  kinds: Kinds,
  measure?: Measure,
): { metrics: Metric[]; scoring: Metric[]; readings: Reading[] } {
  const readings = readingsOf(goals, network, train);
  const of = (most?: number) => metricsFor(goals, network, train, { kinds, measure, readings, most });
  return { metrics: of(KEPT_IN_TRAINING), scoring: of(), readings };
}

/** Rows that are looked at before a training. */
const AHEAD = 256;

/**
 * Looks at the first rows' targets, so that a metric that cannot measure them is refused before the first step.
 * @throws NablaError
 */
export async function lookAhead(
  dataset: Dataset,
  network: Network,
  goals: readonly Goal[],
  readings: readonly Reading[],
): Promise<void> {
  const { target } = dataset;
  const [{ loss }] = goals;
  const units = sizeOf(network.outputShapes[0]);
  if (goals.length > 1 || !readings[0].open || (target.kind === "values" && target.size !== units)) return;
  const rows = Math.min(AHEAD, dataset.length);
  const { x, y } = buffersFor(dataset, rows);
  await dataset.read(range(rows), x, y);
  const { on, off } = loss.labels;
  const batch = { rows, units, stride: units, outputs: new Float32Array(0), threshold: 0, on, off };
  readings[0].look({
    ...batch,
    ...(target.kind === "class" ? { labels: y as Int32Array } : { values: y as Float32Array }),
  });
  readings[0].check();
}

/** Each once. */
const different = <T>(list: readonly T[]): T[] => {
  const seen = new Set<unknown>();
  return list.filter((each) => {
    const key = typeof each === "object" && each && !("value" in each) ? JSON.stringify(each) : each;
    return !seen.has(key) && seen.add(key);
  });
};

function checkDifferent(metrics: readonly Metric[]): void {
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return;
  throw new NablaError(
    `metrics: two figures would be called "${twice}"; call one differently: { name: …, as: "my${twice[0]!.toUpperCase()}${twice.slice(1)}" }`,
  );
}

/** A metric by name, under the name that was asked for. */
function named(given: NamedMetric, kinds: Kinds, reading: Reading, network: Network, most: number): Metric {
  const { kind, name, as, options } = kindOf(given, kinds);
  const create = (subject: Subject): Tally | NablaError => {
    const { task, scale, units } = subject;
    if (kind.tasks && !kind.tasks.includes(task)) return reading.refusal(as, name, task);
    const enough = units > 1 && task !== "labels" ? ["distribution"] : ["distribution", "probabilities"];
    if (kind.probabilities && !enough.includes(scale))
      return new NablaError(
        `metrics: "${as}" is of probabilities${units > 1 && task !== "labels" ? " that add up to 1" : ""}; ${units > 1 && task !== "labels" ? `end in activation "softmax"` : `end in activation "sigmoid"`}, or use a metric of classes`,
      );
    try {
      return seeingUnits(kind.create({ ...subject, most }, options as never), network);
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
      return new NablaError(`metrics: "${as}": ${error.message}`);
    }
  };
  return { ...reading.tally(create, kind.tasks !== undefined), name: as, ...(kind.slow && { slow: true }) };
}

/**
 * What the targets of an output may be, of which the values that come decide.
 *
 * - Labels are classes, unless one output is to give them as numbers.
 * - Softmax tells classes apart, and so does a loss that compares distributions.
 * - A single output of a classification tells two classes apart.
 * - Several outputs that are each by itself tell classes apart where every row has exactly one, else they are labels.
 * - Losses that are of quantities too (mean squared error, …): 0 and 1, or −1 and 1, are classes, everything else quantities.
 */
function subjectsOf({ loss }: Goal, network: Network, target: Target, k: number, padded: boolean): Subject[] {
  const outputShape = network.outputShapes[k];
  const activation = network.activations[k] as ActivationName;
  const { units } = grainOf(outputShape, padded ? { ...loss, classification: true } : loss);
  const logits = activation === "linear" ? (loss.logits as Subject["logits"]) : undefined;
  const scale =
    activation === "softmax" || logits === "softmax"
      ? "distribution"
      : activations[activation]?.probabilities || logits
        ? "probabilities"
        : "scores";
  const common = { units, classes: Math.max(2, units), ...(logits && { logits }), scale, most: 0 } as const;
  const as = (task: Subject["task"]): Subject => ({ ...common, task });
  const classes = as(units > 2 ? "classes" : "two");
  const { classification, lastAxis } = loss;
  if (targetKind(target, outputShape, loss) === "class") {
    if (units > 1 || classification) return [classes];
    return target.kind === "class" && target.classes <= 2 ? [classes] : [classes, as("quantities")];
  }
  if (units > 1 ? lastAxis || activation === "softmax" : classification) return [classes];
  const labels = units > 1 ? [as("labels")] : [];
  return classification ? [classes, ...labels] : [classes, ...labels, as("quantities")];
}

/** The loss of one output among several, before its factor. */
function meanLoss(outputShape: readonly number[]): Metric {
  let [sum, rows] = [0, 0];
  return {
    name: "loss",
    reset() {
      [sum, rows] = [0, 0];
    },
    add(batch) {
      for (const loss of batch.losses!) sum += loss;
      rows += (batch.rows * batch.units) / sizeOf(outputShape);
    },
    result: () => sum / rows,
    state: () => [sum, rows],
    restore(state) {
      [sum, rows] = state as [number, number];
    },
  };
}
