/** One step of a training: forward, loss, backward, update. */

import type { Metric, Scored } from "../metrics/metric.ts";
import { planFor } from "../network/plans.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep, lossOfStep, setRate } from "../plan/step.ts";
import { isPromise } from "../tags.ts";
import { aside } from "./aside.ts";
import { type BatchRun, badRow } from "./diverged.ts";
import { type ScoreRequest, score } from "./evaluate.ts";
import { GatheringLoader } from "./gathering.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf } from "./goals.ts";
import type { WayBack } from "./goingBack.ts";
import { see, sees } from "./known.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import type { Run } from "./run.ts";
import type { Scores } from "./scores.ts";
import type { Ready } from "./source.ts";
import { batchCheck } from "./targets.ts";

/**
 * A step that does not wait leaves nothing behind: neither a promise, nor a view, nor an object (test/training/garbage.node.test.ts). What
 * makes a function of its variables is a method by itself: engines set room aside for these variables in each call.
 */
export class Stepper<M> {
  plan: Plan;
  readonly loader: GatheringLoader;
  /** Whether a batch runs in pieces of microBatchSize, whose losses and gradients add up to those of the batch. */
  readonly split: boolean;
  /** They count the pieces of a batch whose step may still fail; between steps they are unused. */
  protected readonly counting: readonly Metric[];
  private readonly batches: number;
  /** The first error of a metric: the step is completed all the same. */
  private failed: { readonly error: unknown } | undefined;
  /** Of rows that were not there to be checked before. */
  private readonly check: ReturnType<typeof batchCheck>;
  /** Whether a loss is the program's own. */
  private readonly asks: boolean;
  /** What is run. */
  private readonly piece: { -readonly [K in keyof BatchRun]: BatchRun[K] };
  private readonly told = { rows: 0, rate: 0, step: 0, seed: 0, first: 0 };

  constructor(
    protected readonly request: TrainRequest<M>,
    protected readonly run: Run,
    readonly wayBack: WayBack<M>,
  ) {
    const { network, train, settings, source, goals } = request;
    const { batchSize, microBatchSize } = settings;
    const most = source ? source.rows : Math.min(batchSize, train.length);
    const plan = this.planFor(Math.min(microBatchSize ?? most, most));
    this.plan = plan;
    // batches of an iterator may grow
    this.split = microBatchSize! < (source ? Number.POSITIVE_INFINITY : most);
    this.counting = this.split || settings.shards !== undefined ? request.scoring : request.metrics;
    this.loader = new GatheringLoader(network, train, goals, request.weighting);
    this.check = batchCheck(train, network, goals);
    this.batches = batchesPerEpoch(request);
    this.asks = goals.some(({ loss }) => loss.own);
    this.told.seed = settings.seed;
    const rowOf = (row: number) => this.piece.indices[row];
    this.piece = { plan, dataset: train, indices: new Uint32Array(0), rowOf };
  }

  protected planFor(rows: number, training = this.request.training): Plan {
    const { network, train } = this.request;
    return planFor(network, "train", rows, kindsOf(train, network), training);
  }

  /** Whether rows are taken from memory, and need not be read. */
  get gathers(): boolean {
    return this.loader.gathers && !sees(this.run, "data");
  }

  /** Figures of other rows. */
  score(request: ScoreRequest): Promise<Scores> {
    return score(request);
  }

  /** Those of a batch's rows that are to be read. */
  own(indices: Uint32Array): Uint32Array {
    return indices;
  }

  /**
   * A batch in pieces goes forward and backward piece by piece; penalties and the update come once, after the last.
   *
   * @param ready the rows, as they were read; undefined where they are gathered
   * @returns a promise where functions of the program's own, elsewhere, are waited for
   * @throws NablaError if the loss is not a number; then nothing has changed, or everything was restored. What a metric throws comes
   * after the step is complete
   */
  take(indices: Uint32Array, ready: Ready | undefined): void | Promise<void> {
    const { split } = this;
    if (indices.length > this.plan.rows && !split) this.plan = this.planFor(indices.length);
    this.beginBatch();
    if (split) begin(this.request.metrics, this.counting);
    return this.from(0, indices, ready);
  }

  protected beginBatch(): void {
    const { run, request } = this;
    run.rate = request.rate(run, this.batches);
    this.failed = undefined;
  }

  /** The pieces from the row `first` on, and what comes after all of them. */
  protected from(first: number, indices: Uint32Array, ready: Ready | undefined): void | Promise<void> {
    const { plan } = this;
    const { penalties, end } = plan.marks;
    const rows = indices.length;
    for (let at = first; at < rows; at += plan.rows) {
      const next = at + plan.rows;
      const piece = rows > plan.rows ? indices.subarray(at, next) : indices;
      const wait = this.compute(piece, ready, at, rows, at, next < rows ? penalties : end);
      if (wait) return this.later(wait, next, indices, ready);
    }
    if (this.split) take(this.counting, this.request.metrics);
    this.complete(indices, ready);
  }

  private later(wait: Promise<void>, first: number, indices: Uint32Array, ready: Ready | undefined) {
    return wait.then(() => this.from(first, indices, ready));
  }

  /**
   * Puts rows in place, runs the tape on them up to the instruction `to`, and counts their figures.
   *
   * @param at which of the rows that were read is their first
   * @param rows of the whole batch
   * @param first the number of their first, where gradients of pieces before are there to be added to
   */
  protected compute(
    indices: Uint32Array,
    ready: Ready | undefined,
    at: number,
    rows: number,
    first: number,
    to: number,
  ): void | Promise<void> {
    const { plan, run, request, piece } = this;
    const { network } = request;
    piece.plan = plan;
    piece.indices = indices;
    this.loader.copy(plan, indices, ready, at);
    if (badRow(network, piece)) this.wayBack.fail(piece);
    this.check?.(plan, indices, run.batch);
    this.setStep(rows, first);
    return this.asks ? this.askLoss(to) : this.count(network.run(plan, 0, to, indices.length));
  }

  /** Sets what the tape reads of a step. */
  protected setStep(rows: number, first: number): void {
    const { run, plan, request, told } = this;
    const { core } = request.network;
    told.rows = rows;
    told.rate = run.rate;
    told.step = run.step;
    told.first = first;
    beginStep(core, plan.step, told);
    if (plan.rates)
      for (const { learningRate, step } of plan.rates)
        setRate(core, step.offset, run.step, request.rate(run, this.batches, learningRate));
  }

  private askLoss(to: number): void | Promise<void> {
    const { loader, request } = this;
    const { plan, indices } = this.piece;
    const { length } = indices;
    const scored = () => loader.scored(plan, length);
    const ran = runWithLoss(request.network, plan, request.goals, length, to, scored);
    return isPromise(ran) ? ran.then((ok) => this.count(ok)) : this.count(ran);
  }

  /** @param ok whether the loss is a number @param from which of the metrics is next. Those after one that fails are not asked */
  private count(ok: boolean, from = 0): void | Promise<void> {
    const { counting, loader } = this;
    const { plan, indices } = this.piece;
    if (!ok) this.wayBack.fail(this.piece);
    let batch: Scored | undefined;
    try {
      for (let i = from; i < counting.length; i++) {
        const metric = counting[i];
        // views: made anew where a function of the program's own may have put something else in their place
        batch ??= loader.scored(plan, indices.length);
        const wait = metric.own ? this.ask(metric, batch) : metric.add(batch);
        if (wait) return this.countLater(wait, i + 1);
        if (metric.own) batch = undefined;
      }
    } catch (error) {
      this.failing(error);
    }
  }

  private countLater(wait: Promise<void>, from: number): Promise<void> {
    return wait.then(() => this.count(true, from), this.failing);
  }

  private ask(metric: Metric, batch: Scored): void | Promise<void> {
    const { network } = this.request;
    return aside(network, this.piece.plan, `metric "${metric.name}"`, () => metric.add(batch));
  }

  private readonly failing = (error: unknown): void => {
    this.failed ??= { error };
  };

  /** The step is taken: weights have moved. @throws what a metric has thrown */
  protected complete(indices: Uint32Array, ready: Ready | undefined): void {
    const { run, plan, request, failed } = this;
    const rows = indices.length;
    if (ready) see(run, "data", request.train, this.own(indices), ready, run.epoch);
    this.wayBack.confirm();
    run.lossSum += lossOfStep(request.network.core, plan.step) * rows;
    run.rows += rows;
    run.step++;
    run.batch++;
    if (failed) throw failed.error;
  }
}

/** Makes twins count on from where metrics are. What was kept of earlier rows is not copied, or each batch would copy all before it. */
function begin(metrics: readonly Metric[], twins: readonly Metric[]): void {
  for (const [i, metric] of metrics.entries()) twins[i].restore(metric.basis?.() ?? metric.state());
}

/** What twins have counted becomes that of the metrics. */
function take(twins: readonly Metric[], metrics: readonly Metric[]): void {
  for (const [i, metric] of metrics.entries()) {
    const state = twins[i].state();
    metric.append ? metric.append(state) : metric.restore(state);
  }
}
