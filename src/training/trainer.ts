/**
 * The training loop, from batch to checkpoint. Read this first.
 *
 *   for each epoch:   order = permutation(seed, epoch)
 *     for each batch: read rows into linear memory → one call into the core → figures
 *     validate → history → callbacks
 *
 * Everything that changes is in a Run: saved with the weights, it lets training continue from any step, bit for bit.
 */

import { type Callback, inOrder, type Logs, type TrainingContext, wanted } from "../callbacks/callback.ts";
import { range, targetSize } from "../data/dataset.ts";
import { figureOf } from "../metrics/metric.ts";
import { ROWS_AT_ONCE } from "../network/predict.ts";
import { resetStates } from "../network/states.ts";
import { isPromise } from "../tags.ts";
import { Turns, unlessAborted } from "./aborted.ts";
import { contextOf } from "./context.ts";
import { WayBack } from "./goingBack.ts";
import { see } from "./known.ts";
import { loaded } from "./loading.ts";
import { pauser } from "./pause.ts";
import { Reports } from "./progress.ts";
import { EpochReader } from "./reader.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import { type Run, since } from "./run.ts";
import type { Source } from "./source.ts";
import { Stepper } from "./step.ts";

/** Trains until all epochs are finished, continuing from where `run` is. */
export async function train<M>(request: TrainRequest<M>, run: Run): Promise<void> {
  const { settings, ranks } = request;
  request.network.kept?.check();
  const sharded =
    settings.shards === undefined ? undefined : await loaded(() => import("./shards.ts"), "fit");
  const spread = ranks && (await loaded(() => import("./spread.ts"), "fit"));
  const trainer = (asked: TrainRequest<M>) => new Trainer(asked, run, sharded?.shardedStepper(Stepper));
  await (spread ? spread.trained(trainer, request, run) : trainer(request).train());
}

export class Trainer<M> {
  /** Of an epoch; not known before its end where an iterator says it by ending. */
  private batches: number;
  private readonly wayBack: WayBack<M>;
  readonly stepper: Stepper<M>;
  private readonly reports: Reports;
  private readonly hooks: readonly Callback<M>[];
  private readonly afterBatch: readonly Callback<M>[];
  private readonly context: TrainingContext<M>;
  private readonly pause = pauser();
  private readonly turns: Turns;
  /** A callback has ended this training. */
  private stopping = false;
  /** Nothing that callbacks do counts any more. */
  private over = false;

  constructor(
    private readonly request: TrainRequest<M>,
    private readonly run: Run,
    Steps: typeof Stepper = Stepper,
  ) {
    this.batches = batchesPerEpoch(request);
    this.wayBack = new WayBack(request, run);
    this.stepper = new Steps(request, run, this.wayBack);
    this.reports = new Reports(request.settings.epochs, this.batches, run, request.progress);
    this.hooks = inOrder(request.callbacks);
    this.afterBatch = this.hooks.filter((hook) => hook.onBatchEnd);
    this.turns = new Turns(request.signal);
    this.context = contextOf(request, run, {
      changed: ({ stop }) => {
        this.stopping ||= stop !== undefined;
      },
      over: () => this.over,
    });
  }

  async train(): Promise<void> {
    try {
      await this.epochs();
    } catch (error) {
      this.wayBack.afterError(error);
      throw error;
    } finally {
      this.over = true;
    }
  }

  private async epochs(): Promise<void> {
    const { run, hooks, context, turns, wayBack, reports } = this;
    const end = run.firstEpoch + this.request.settings.epochs;
    run.partial = undefined;
    await turns.each(hooks, (hook) => hook.onTrainBegin?.(context));
    while (run.epoch < end && !run.stopped) {
      const { epoch } = since(run);
      wayBack.mark();
      // the data begin again
      if (run.batch === 0) resetStates(this.request.network);
      if (run.batch === 0) await turns.each(hooks, (hook) => hook.onEpochBegin?.(epoch, context));
      await this.trainBatches();
      this.checkWeights();
      if (run.batch < this.batches) {
        reports.interrupted(this.figures);
        if (run.rows > 0) run.partial = Object.assign(this.figures(), { learningRate: run.rate });
        break;
      }
      // kept for every epoch: objects made by spreading take more memory
      const logs = Object.assign(this.figures(true), await this.validate());
      logs.learningRate = run.rate;
      this.finishEpoch(logs);
      await turns.each(hooks, (hook) => hook.onEpochEnd?.(epoch, logs, context));
      // after the callbacks, so a model that is saved at a report includes what they learned from this epoch
      const last = run.epoch === end || Boolean(run.stopped);
      reports.epoch(epoch, logs, last);
    }
    await turns.each(hooks, (hook) => hook.onTrainEnd?.(context));
    run.finished = true;
  }

  /** What is left of an epoch, unless a callback ends it. */
  private async trainBatches(): Promise<void> {
    const { run, stepper, pause } = this;
    const { source, signal } = this.request;
    if (source) return this.trainStream(source);
    const reader = new EpochReader(this.request, stepper, run.epoch);
    while (run.batch < this.batches && !this.stopping) {
      signal?.throwIfAborted();
      const indices = reader.indices(run.batch);
      const read = reader.read(run.batch, indices);
      const step = stepper.take(indices, isPromise(read) ? await unlessAborted(read, signal) : read);
      if (step) await step;
      if (this.wantsBatch()) await this.callAfterBatch();
      this.reports.batch(indices.length, this.figures);
      const turn = pause();
      if (turn) await turn;
    }
  }

  /** The same of what comes in batches. */
  private async trainStream(source: Source): Promise<void> {
    const { run, request, stepper, pause, reports } = this;
    this.batches = batchesPerEpoch(request);
    while (run.batch < this.batches && !this.stopping) {
      request.signal?.throwIfAborted();
      const next = source.next({ epoch: run.epoch, batch: run.batch });
      const batch = await unlessAborted(next, request.signal);
      if (!batch) {
        this.batches = run.batch;
        break;
      }
      const rows = batch.y.length / targetSize(request.train.target);
      const step = stepper.take(range(rows), batch);
      if (step) await step;
      if (this.wantsBatch()) await this.callAfterBatch();
      reports.batch(rows, this.figures);
      await pause();
    }
    reports.batches = this.batches;
  }

  /** Most callbacks have no use for batches, or for one in many: no promise is made then. */
  private wantsBatch(): boolean {
    const { afterBatch, run } = this;
    for (let i = 0; i < afterBatch.length; i++)
      if (wanted(afterBatch[i], run.step - run.firstStep)) return true;
    return false;
  }

  private callAfterBatch(): Promise<void> {
    const logs = this.figures();
    const due = this.afterBatch.filter((hook) => wanted(hook, this.context.step));
    return this.turns.each(due, (hook) => hook.onBatchEnd!(this.run.batch - 1, logs, this.context));
  }

  /** The next forward pass would notice, but there may be none. */
  private checkWeights(): void {
    const { network } = this.request;
    if (network.tensors.some((tensor) => !network.finite(tensor))) this.wayBack.fail();
  }

  /** Loss and metrics of the epoch so far; of those that take long only at its end. */
  private readonly figures = (end = false): Logs => {
    const { run, request } = this;
    const logs: Logs = { loss: run.lossSum / run.rows };
    for (const metric of request.metrics) if (end || !metric.slow) logs[metric.name] = metric.result();
    return logs;
  };

  /** valLoss, valAccuracy, … where there is something to validate on. */
  private async validate(): Promise<Record<string, number>> {
    const { validation, network, validationWeighting, goals, scoring, settings, signal } = this.request;
    if (!validation) return {};
    const { split, plan } = this.stepper;
    const scores = await this.stepper.score({
      network,
      dataset: validation,
      goals,
      metrics: scoring,
      weighting: validationWeighting,
      batchSize: split ? plan.rows : Math.max(settings.batchSize, ROWS_AT_ONCE),
      onRead: (indices, ready) => see(this.run, "validation", validation, indices, ready),
      // a training goes on: an epoch without a figure is no better than others
      lenient: true,
      pause: this.pause,
      signal,
    });
    return Object.fromEntries(Object.entries(scores).map(([name, value]) => [figureOf("val", name), value]));
  }

  private finishEpoch(logs: Logs): void {
    const { run } = this;
    run.history.push(logs);
    run.epoch++;
    run.batch = 0;
    run.lossSum = 0;
    run.rows = 0;
    for (const metric of this.request.metrics) metric.reset();
  }
}
