/** Running a network over a dataset without changing it: loss, metrics, confusion matrix, outputs. */

import { type Dataset, range } from "../data/dataset.ts";
import { checkOptions } from "../fields/options.ts";
import { outputThreshold } from "../losses/resolve.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import type { Metric, Scored } from "../metrics/metric.ts";
import { type MetricName, metric } from "../metrics/table.ts";
import type { Network } from "../network/network.ts";
import { batchSizeOf } from "../network/predict.ts";
import type { Loss } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep } from "../plan/step.ts";
import { sizeOf } from "../shape.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { EVALUATE_OPTIONS, type EvaluateOptions } from "./options.ts";
import { pauser } from "./pause.ts";
import type { TrainingState } from "./state.ts";
import { type Weighting, weightingOf } from "./weighting.ts";

/** Loss and metrics by name. */
export interface Scores {
  /** Mean over rows, penalties of the layers included (as in Keras). */
  loss: number;
  [metric: string]: number;
}

export interface ScoreRequest {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  readonly batchSize: number;
  readonly weighting?: Weighting;
  readonly confusion?: ConfusionMatrix;
  /** Called with each row's number and loss. */
  readonly onRow?: (row: number, loss: number, outputs: Float32Array) => void;
  /** Called between batches, to give others a turn. */
  readonly pause?: () => void | Promise<void>;
}

/** The result does not depend on the batch size: rows are computed independently and added up in order. */
export async function score(request: ScoreRequest): Promise<Scores> {
  const { network, dataset, loss, metrics, confusion, onRow, pause } = request;
  const rows = Math.min(request.batchSize, dataset.length);
  const input = { type: dataset.inputType, scale: dataset.inputScale };
  const plan = network.plan("evaluate", rows, [input], {
    objectives: [{ loss, target: dataset.target.kind }],
  });
  const loader = new BatchLoader(network, dataset, loss, request.weighting);
  const threshold = outputThreshold(loss, network.activations[0]);
  for (const metric of metrics) metric.reset();
  let sum = 0;
  for (let from = 0; from < dataset.length; from += rows) {
    const n = Math.min(rows, dataset.length - from);
    const indices = range(n, from);
    const wait = loader.load(plan, indices, from / rows);
    if (wait) loader.copy(plan, indices, await wait);
    const { batch, losses, sum: after } = scoreRows(network, plan, loader, n, threshold, metrics, sum);
    sum = after;
    confusion?.add(batch);
    if (onRow) {
      // copies: the caller may keep them, or use the network in between
      const each = losses.slice();
      const outputs = batch.outputs.slice();
      for (let r = 0; r < n; r++)
        onRow(from + r, each[r], outputs.subarray(r * batch.stride, r * batch.stride + batch.units));
    }
    const turn = pause?.();
    if (turn) await turn;
  }
  const scores: Scores = { loss: sum / dataset.length + penalties(network) };
  for (const metric of metrics) scores[metric.name] = metric.result();
  return scores;
}

/** Runs a plan on the rows that are loaded. @returns the losses of its rows, and what they and `before` add up to, in their order */
export function scoreRows(
  network: Network,
  plan: Plan,
  loader: BatchLoader,
  rows: number,
  threshold: number,
  metrics: readonly Metric[],
  before = 0,
): { sum: number; losses: Float32Array; batch: Scored } {
  const { core } = network;
  beginStep(core, plan.step, { rows });
  network.run(plan, 0, plan.marks.end, rows);
  const losses = core.f32(plan.outputs[0].losses!.offset, rows);
  let sum = before;
  for (let r = 0; r < rows; r++) sum += losses[r];
  const batch = loader.scored(plan, rows, threshold);
  for (const metric of metrics) metric.add(batch);
  return { sum, losses, batch };
}

/** A model to evaluate. */
export interface ModelToScore {
  readonly state: TrainingState;
  /** Its network, built for rows of this shape where it is not yet. */
  build(inputShape: readonly number[]): Network;
}

/** @see Model.evaluate */
export async function evaluate(
  subject: ModelToScore,
  dataset: Dataset,
  options: EvaluateOptions,
  confusion?: ConfusionMatrix,
): Promise<Scores> {
  const batchSize = batchSizeOf("evaluate", options, EVALUATE_OPTIONS);
  const { loss, metrics } = subject.state.required;
  const { onRow } = options;
  const network = subject.build(dataset.inputShape);
  checkFit(dataset, network, loss);
  const weighting = weightingOf("evaluate", dataset, network.outputShape, loss, options);
  return score({
    network,
    dataset,
    loss,
    metrics: metricsFor(metrics, network.outputShape),
    batchSize,
    confusion,
    onRow,
    weighting,
    pause: pauser(),
  });
}

/** @see Model.confusionMatrix */
export async function confusionOf(
  subject: ModelToScore,
  dataset: Dataset,
  options: EvaluateOptions,
): Promise<ConfusionMatrix> {
  checkOptions("confusionMatrix", options, EVALUATE_OPTIONS);
  const { outputShape } = subject.build(dataset.inputShape);
  const confusion = new ConfusionMatrix(Math.max(2, sizeOf(outputShape)));
  await evaluate(subject, dataset, options, confusion);
  return confusion;
}

/** Metrics for outputs of this shape. */
export const metricsFor = (names: readonly MetricName[], outputShape: readonly number[]): Metric[] =>
  names.map((name) => metric(name, Math.max(2, sizeOf(outputShape))));

/** Σ over parameters with a penalty of l1·|w| + l2·w². */
export function penalties(network: Network): number {
  let sum = 0;
  for (const tensor of network.tensors) {
    const { l1, l2, trainable } = tensor.spec;
    if (!trainable || (l1 === 0 && l2 === 0)) continue;
    for (const w of network.read(tensor)) sum += l1 * Math.abs(w) + l2 * w * w;
  }
  return sum;
}
