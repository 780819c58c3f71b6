/**
 * The training loop, from batch to checkpoint. Read this first.
 *
 *   for each epoch:   order = permutation(seed, epoch)
 *     for each batch: read rows into linear memory → one call into the core → figures
 *     validate → history → callbacks
 *
 * Everything that changes is in a Run: saved with the weights it lets training go on from any step, bit for bit.
 */

import {
  type Callback,
  type CallbackState,
  inOrder,
  type Logs,
  type TrainingContext,
  wanted,
  withState,
} from "../callbacks/callback.ts";
import type { Dataset } from "../data/dataset.ts";
import { Prefetcher } from "../data/prefetch.ts";
import { epochOrder } from "../data/split.ts";
import { outputThreshold } from "../losses/resolve.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Model } from "../model/model.ts";
import type { Network, Training } from "../network/network.ts";
import type { Loss } from "../plan/loss.ts";
import { beginStep, lossOfStep } from "../plan/step.ts";
import { BatchLoader, type Ready, type Weighting } from "./batch.ts";
import { diagnose, diverged, type Failed } from "./diverged.ts";
import { score } from "./evaluate.ts";
import { pauser } from "./pause.ts";

/** Where a run is. Plain JSON. */
export interface Run {
  /** Epochs finished. */
  epoch: number;
  /** Batches finished of the epoch that is running. */
  batch: number;
  /** Steps taken over all epochs. */
  step: number;
  /** Sums over the epoch that is running. */
  lossSum: number;
  rows: number;
  metrics: Record<string, number[]>;
  /** Figures of finished epochs. */
  history: Logs[];
  /** What callbacks multiply the learning rate by. */
  rateFactor: number;
  /** The learning rate of the last step. */
  rate: number;
  /** Why training was stopped before its last epoch, if it was. */
  stopped?: string;
}

export const freshRun = (): Run => ({
  epoch: 0,
  batch: 0,
  step: 0,
  lossSum: 0,
  rows: 0,
  metrics: {},
  history: [],
  rateFactor: 1,
  rate: 0,
});

/** How far a training is, for whoever shows it. Epochs and batches count from 0; `batch` is how many are done. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Steps taken over all epochs. */
  readonly step: number;
  /** Over the epoch so far; with figures of validation where it is complete. */
  readonly logs: Logs;
  /** Since the last report, callbacks and pauses included. */
  readonly samplesPerSecond: number;
}

export interface TrainRequest {
  /** What callbacks are given. */
  readonly model: Model;
  readonly network: Network;
  readonly train: Dataset;
  readonly validation?: Dataset;
  readonly loss: Loss;
  readonly training: Training;
  /** Over the epoch that is running, with the sums `run` starts from: at any time they are part of its state. */
  readonly metrics: readonly Metric[];
  /** Others of the same kinds, for validation. */
  readonly scoring: readonly Metric[];
  readonly batchSize: number;
  /** How many rows of a batch are run at once. Default: all. */
  readonly microBatchSize?: number;
  readonly epochs: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly weighting: Weighting;
  readonly callbacks: readonly Callback[];
  readonly signal?: AbortSignal;
  /** Told at most every so many milliseconds, and as often at ends of epochs; at the very end in any case. */
  readonly progress?: { readonly every: number; report(progress: Progress): void };
  /** η of a step, before callbacks change it. */
  rate(step: number, stepsPerEpoch: number): number;
}

/** Everything training changes, to go back to. */
interface Good {
  readonly weights: Uint8Array;
  readonly run: Run;
  readonly metrics: readonly number[][];
  readonly callbacks: readonly CallbackState[];
}

/** Trains until `epochs` are finished, going on from where `run` is. */
export async function train(request: TrainRequest, run: Run): Promise<void> {
  const { network, train: dataset, batchSize, metrics, callbacks, loss, signal } = request;
  const { microBatchSize: atOnce = batchSize } = request;
  const batches = Math.ceil(dataset.length / batchSize);
  const input = { type: dataset.inputType, scale: dataset.inputScale };
  const plan = network.plan("train", Math.min(atOnce, batchSize, dataset.length), input, request.training);
  /** Whether a batch runs in pieces, whose losses and gradients add up to those of the batch. */
  const split = plan.rows < Math.min(batchSize, dataset.length);
  // of a batch in pieces they count first what may yet come to nothing; between steps they are free
  const counting = split ? request.scoring : metrics;
  const loader = new BatchLoader(network, dataset, loss, request.weighting);
  const threshold = outputThreshold(loss, network.layers);
  const pause = pauser();
  let stopping: string | undefined;
  const context = contextOf(request, run, (reason) => {
    stopping = reason;
  });
  const hooks = inOrder(callbacks);
  const onBatchEnd = hooks.filter((hook) => hook.onBatchEnd);
  const withStates = withState(callbacks);
  const mark = (): Good => ({
    weights: network.snapshot(),
    run: { ...run, history: [...run.history] },
    metrics: metrics.map((metric) => metric.state()),
    callbacks: withStates.map(([, callback]) => callback.state!()),
  });
  /** Where weights are known to give a loss: not before a first step with them has. */
  let good = mark();
  let candidate: Good | undefined;
  /** Throws what went wrong, after going back to where nothing was wrong. */
  const fail = (failed?: Failed): never => {
    const diagnosis = diagnose(network, failed);
    const at = { ...run };
    if (!failed) {
      at.batch--;
      at.step--;
    }
    if (diagnosis.row !== undefined)
      throw diverged(diagnosis, at, "the weights are those from before this step");
    network.restore(good.weights);
    Object.assign(run, good.run);
    for (const [i, metric] of metrics.entries()) metric.restore(good.metrics[i]);
    for (const [i, [, callback]] of withStates.entries()) callback.restore?.(good.callbacks[i]);
    const when = run.batch > 0 ? `after step ${run.step}` : `at the beginning of epoch ${run.epoch + 1}`;
    throw diverged(diagnosis, at, `the model is as it was ${when}`);
  };

  /**
   * One step: forward, loss, backward, update. A batch in pieces goes forward and backward piece by piece; penalties and the
   * update come once, behind the last.
   *
   * @param ready the rows, where they are not in the plan's buffers yet
   */
  const step = (indices: Uint32Array, ready: Ready | undefined): void => {
    const rows = indices.length;
    const { core } = network;
    const { penalties, end } = plan.marks;
    run.rate = request.rate(run.step, batches) * run.rateFactor;
    if (split) counting.forEach((metric, i) => void metric.restore(metrics[i].state()));
    for (let first = 0; first < rows; first += plan.rows) {
      const piece = indices.subarray(first, first + plan.rows);
      if (ready) loader.copy(plan, piece, ready, first);
      beginStep(core, plan.step, { rows, rate: run.rate, step: run.step, seed: request.seed, first });
      const to = first + plan.rows < rows ? penalties : end;
      if (!network.run(plan, 0, to, piece.length)) fail({ plan, dataset, indices: piece });
      if (counting.length === 0) continue;
      const batch = loader.scored(plan, piece.length, threshold);
      for (const metric of counting) metric.add(batch);
    }
    if (split) metrics.forEach((metric, i) => void metric.restore(counting[i].state()));
    if (candidate) [good, candidate] = [candidate, undefined];
    run.lossSum += lossOfStep(core, plan.step) * rows;
    run.rows += rows;
    run.step++;
    run.batch++;
  };
  const figures = (): Logs => {
    const logs: Logs = { loss: run.lossSum / run.rows };
    for (const metric of metrics) logs[metric.name] = metric.result();
    return logs;
  };

  let [reported, rowsReported, ended] = [performance.now(), 0, Number.NEGATIVE_INFINITY];
  const report = (epoch: number, batch: number, logs: Logs, now: number) => {
    const samplesPerSecond = (rowsReported / Math.max(now - reported, 1e-3)) * 1000;
    [reported, rowsReported] = [now, 0];
    const { epochs, progress } = request;
    progress?.report({ epoch, epochs, batch, batches, step: run.step, logs, samplesPerSecond });
  };
  for (const hook of hooks) await hook.onTrainBegin?.(context);
  while (run.epoch < request.epochs && !run.stopped) {
    const epoch = run.epoch;
    const order = epochOrder(dataset.length, request.seed, epoch, request.shuffle);
    candidate = mark();
    if (run.batch === 0) for (const hook of hooks) await hook.onEpochBegin?.(epoch, context);
    let reader: Prefetcher | undefined;
    while (run.batch < batches && stopping === undefined) {
      signal?.throwIfAborted();
      const at = run.batch * batchSize;
      const indices = order.subarray(at, Math.min(at + batchSize, dataset.length));
      let ready: Ready | undefined;
      if (reader) ready = await reader.next();
      else {
        const read = split
          ? loader.stage(indices, run.batch, epoch)
          : loader.load(plan, indices, run.batch, epoch);
        // the dataset takes its time: from the next batch on, read ahead while computing
        if (read instanceof Promise && run.batch + 1 < batches)
          reader = new Prefetcher(dataset, order, batchSize, run.batch + 1, epoch);
        if (read) ready = await read;
      }
      step(indices, ready);
      if (onBatchEnd.length > 0) {
        const logs = figures();
        for (const hook of onBatchEnd) {
          if (!wanted(hook, run.step)) continue;
          const wait = hook.onBatchEnd!(run.batch - 1, logs, context);
          if (wait) await wait;
        }
      }
      rowsReported += indices.length;
      if (request.progress && run.batch < batches) {
        const now = performance.now();
        if (now - reported >= request.progress.every) report(epoch, run.batch, figures(), now);
      }
      const turn = pause();
      if (turn) await turn;
    }
    // the next forward pass would tell, but there may be none
    if (network.tensors.some((tensor) => !network.finite(tensor))) fail();
    if (run.batch < batches) {
      if (rowsReported > 0) report(epoch, run.batch, figures(), performance.now());
      break;
    }
    const logs = figures();
    if (request.validation) {
      const rows = split ? plan.rows : Math.max(batchSize, 256);
      const scores = await score({
        network,
        dataset: request.validation,
        loss,
        metrics: request.scoring,
        batchSize: rows,
        pause,
      });
      for (const [name, value] of Object.entries(scores)) logs[valName(name)] = value;
    }
    logs.learningRate = run.rate;
    run.history.push(logs);
    run.epoch++;
    run.batch = 0;
    run.lossSum = 0;
    run.rows = 0;
    for (const metric of metrics) metric.reset();
    for (const hook of hooks) await hook.onEpochEnd?.(epoch, logs, context);
    // behind the callbacks, which have learned of the epoch then: who saves the model at a report saves them all at one moment
    if (request.progress) {
      // epochs of a few rows may end thousands of times a second
      const now = performance.now();
      if (now - ended >= request.progress.every || run.epoch === request.epochs || run.stopped) {
        ended = now;
        report(epoch, batches, logs, now);
      }
    }
  }
  for (const hook of hooks) await hook.onTrainEnd?.(context);
}

/** What callbacks see of a run. @param stopping told when one of them ends it @param rated told of factors they set */
export function contextOf(
  { model, epochs, train: { length }, batchSize }: TrainRequest,
  run: Run,
  stopping: (reason: string) => void,
  rated?: (factor: number) => void,
): TrainingContext {
  return {
    model,
    epochs,
    batchesPerEpoch: Math.ceil(length / batchSize),
    get step() {
      return run.step;
    },
    get rateFactor() {
      return run.rateFactor;
    },
    set rateFactor(factor) {
      run.rateFactor = factor;
      rated?.(factor);
    },
    get learningRate() {
      return run.rate;
    },
    stop(reason) {
      stopping(reason);
      run.stopped = reason;
    },
  };
}

/** accuracy → valAccuracy */
export const valName = (name: string): string => `val${name[0].toUpperCase()}${name.slice(1)}`;
