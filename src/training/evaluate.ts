/** Running a network over a dataset without changing it: loss, metrics, confusion matrix, outputs. */

import { type Dataset, range, targetSize } from "../data/dataset.ts";
import { checkOptions } from "../fields/options.ts";
import { outputThreshold } from "../losses/resolve.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import type { Metric, Scored } from "../metrics/metric.ts";
import { metric } from "../metrics/table.ts";
import type { Network } from "../network/network.ts";
import { batchSizeOf } from "../network/predict.ts";
import type { Loss } from "../plan/loss.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep } from "../plan/step.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import type { AnyMetric } from "./compile.ts";
import { checkInUse, runWithLoss } from "./given.ts";
import { EVALUATE_OPTIONS, type EvaluateOptions } from "./options.ts";
import { type Measure, ownMetric } from "./own.ts";
import { pauser } from "./pause.ts";
import { classesIn, rowLosses, rowOutputs, targetKind } from "./pixels.ts";
import type { Source } from "./source.ts";
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
  /** Batches in place of rows by number: `dataset` says what they are like. */
  readonly source?: Source;
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
  const { source } = request;
  const input = { type: dataset.inputType, scale: dataset.inputScale };
  const objectives = [{ loss, target: targetKind(dataset.target, network.outputShape, loss) }];
  const planFor = (rows: number) => network.plan("evaluate", rows, [input], { objectives });
  const rows = Math.min(request.batchSize, dataset.length);
  let plan = planFor(source ? source.rows : rows);
  const loader = new BatchLoader(network, dataset, loss, request.weighting);
  const threshold = outputThreshold(loss, network.activations[0]);
  for (const metric of metrics) metric.reset();
  let [sum, from] = [0, 0];
  for (let number = 0; from < dataset.length; number++) {
    const ready = source && (await source.next({ epoch: 0, batch: number }));
    if (source && !ready) break;
    const n = ready ? ready.y.length / targetSize(dataset.target) : Math.min(rows, dataset.length - from);
    if (n > plan.rows) plan = planFor(n);
    const indices = range(n, ready ? 0 : from);
    const wait = ready ?? loader.load(plan, indices, number);
    if (wait) loader.copy(plan, indices, await wait);
    const scored = scoreRows(network, plan, loader, loss, n, threshold, sum);
    const { batch, losses, sum: after } = scored instanceof Promise ? await scored : scored;
    sum = after;
    confusion?.add(batch);
    for (const metric of metrics) {
      const wait = metric.add(batch);
      if (wait) await wait;
      checkInUse(network, plan, `metric "${metric.name}"`);
    }
    if (onRow) {
      // copies: the caller may keep them, or use the network in between
      const each = losses.slice();
      const outputs = Array.from(each, (_, r) => rowOutputs(batch, r, batch.rows / n));
      for (let r = 0; r < n; r++) onRow(from + r, each[r], outputs[r]);
    }
    from += n;
    const turn = pause?.();
    if (turn) await turn;
  }
  const scores: Scores = { loss: sum / from + penalties(network) };
  for (const metric of metrics) scores[metric.name] = metric.result();
  return scores;
}

/** Rows that were run: their losses, what they and those before add up to, in their order, and what metrics see of them. */
interface Ran {
  readonly sum: number;
  readonly losses: Float32Array;
  readonly batch: Scored;
}

/**
 * Runs a plan on the rows that are loaded.
 *
 * @param before the sum of the losses before
 * @returns a promise where the loss is of the program's own, and elsewhere
 */
export function scoreRows(
  network: Network,
  plan: Plan,
  loader: BatchLoader,
  loss: Loss,
  rows: number,
  threshold: number,
  before = 0,
): Ran | Promise<Ran> {
  const { core } = network;
  beginStep(core, plan.step, { rows });
  const scored = () => loader.scored(plan, rows, threshold);
  const done = (): Ran => {
    const [output] = plan.outputs;
    const losses = rowLosses(core.f32(output.losses!.offset, rows * output.each), output.each);
    let sum = before;
    for (let r = 0; r < rows; r++) sum += losses[r];
    return { sum, losses, batch: scored() };
  };
  const ran = runWithLoss(network, plan, loss, rows, plan.marks.end, scored);
  return ran instanceof Promise ? ran.then(done) : done();
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
  source?: Source,
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
    metrics: metricsFor(metrics, network.outputShape, loss),
    batchSize,
    source,
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
  const confusion = new ConfusionMatrix(classesIn(outputShape, subject.state.required.loss));
  await evaluate(subject, dataset, options, confusion);
  return confusion;
}

/** Metrics for outputs of this shape. @param measure asks those of the program's own, where their functions are elsewhere */
export const metricsFor = (
  metrics: readonly AnyMetric[],
  outputShape: readonly number[],
  loss: Loss,
  measure?: Measure,
): Metric[] =>
  metrics.map((each) =>
    typeof each === "string"
      ? metric(each, classesIn(outputShape, loss))
      : ownMetric(each, outputShape, measure),
  );

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
