/** One step of a training: forward, loss, backward, update. */

import type { Metric } from "../metrics/metric.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep, lossOfStep, setRate } from "../plan/step.ts";
import { isPromise } from "../tags.ts";
import { aside } from "./aside.ts";
import { BatchLoader, type Ready } from "./batch.ts";
import { type BatchRun, badRow } from "./diverged.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf } from "./goals.ts";
import type { WayBack } from "./goingBack.ts";
import { see } from "./known.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import type { Run } from "./run.ts";
import { batchCheck } from "./targets.ts";

export class Stepper<M> {
  plan: Plan;
  readonly loader: BatchLoader;
  /** Whether a batch runs in pieces, whose losses and gradients add up to those of the batch. */
  readonly split: boolean;
  /** They count the pieces of a batch whose step may still fail; between steps they are unused. */
  protected readonly counting: readonly Metric[];
  private readonly batches: number;
  /** The first error of a metric: the step is completed all the same. */
  private failed: { readonly error: unknown } | undefined;
  /** Of rows that were not there to be checked before. */
  private readonly check: ReturnType<typeof batchCheck>;

  constructor(
    protected readonly request: TrainRequest<M>,
    protected readonly run: Run,
    protected readonly wayBack: WayBack<M>,
  ) {
    const { network, train, settings, source } = request;
    const { batchSize, microBatchSize } = settings;
    const most = source ? source.rows : Math.min(batchSize, train.length);
    this.plan = this.planFor(Math.min(microBatchSize ?? most, most));
    // batches of an iterator may grow
    this.split = source ? microBatchSize !== undefined : this.plan.rows < most;
    this.counting = this.split || settings.shards !== undefined ? request.scoring : request.metrics;
    this.loader = new BatchLoader(network, train, request.goals, request.weighting);
    this.check = batchCheck(train, network, request.goals);
    this.batches = batchesPerEpoch(request);
  }

  protected planFor(rows: number, training = this.request.training): Plan {
    const { network, train } = this.request;
    return network.plan("train", rows, kindsOf(train, network), training);
  }

  /** Those of a batch's rows that are to be read. */
  own(indices: Uint32Array): Uint32Array {
    return indices;
  }

  /**
   * A batch in pieces goes forward and backward piece by piece; penalties and the update come once, after the last.
   *
   * @param ready the rows, as they were read
   * @returns a promise where functions of the program's own, elsewhere, are waited for
   * @throws NablaError if the loss is not a number; then nothing has changed, or everything was restored. What a metric throws comes
   * after the step is complete
   */
  take(indices: Uint32Array, ready: Ready): void | Promise<void> {
    return finish(this.pieces(indices, ready));
  }

  protected *pieces(indices: Uint32Array, ready: Ready): Work {
    const { counting, split } = this;
    if (indices.length > this.plan.rows && !split) this.plan = this.planFor(indices.length);
    const { plan } = this;
    const { penalties, end } = plan.marks;
    const rows = indices.length;
    this.beginBatch();
    if (split) begin(this.request.metrics, counting);
    for (let first = 0; first < rows; first += plan.rows) {
      const piece = rows > plan.rows ? indices.subarray(first, first + plan.rows) : indices;
      yield* this.piece(
        { ready, at: first, indices: piece, rows, first },
        first + plan.rows < rows ? penalties : end,
      );
    }
    if (split) take(counting, this.request.metrics);
    this.complete(indices, ready);
  }

  protected beginBatch(): void {
    const { run, request } = this;
    run.rate = request.rate(run, this.batches);
    this.failed = undefined;
  }

  /** Puts rows in place and runs the tape on them, up to the instruction `to`. */
  protected *piece(piece: Piece, to: number): Work {
    const { loader, run, counting, plan, wayBack } = this;
    const { network, goals } = this.request;
    const { indices } = piece;
    loader.copy(plan, indices, piece.ready, piece.at);
    const failure = this.ran(indices);
    if (badRow(network, failure)) wayBack.fail(failure);
    this.check?.(plan, indices, run.batch);
    this.setStep(piece);
    const scored = () => loader.scored(plan, indices.length);
    const ran = runWithLoss(network, plan, goals, indices.length, to, scored);
    if (!(isPromise(ran) ? yield ran : ran)) wayBack.fail(failure);
    if (counting.length === 0) return;
    let batch = scored();
    const moved = () => {
      batch = scored();
    };
    try {
      for (const metric of counting) {
        const wait = aside(network, plan, `metric "${metric.name}"`, () => metric.add(batch), moved);
        if (wait) yield wait;
      }
    } catch (error) {
      this.failed ??= { error };
    }
  }

  /** Sets what the tape reads of a step. */
  protected setStep({ rows, first }: Pick<Piece, "rows" | "first">): void {
    const { run, plan } = this;
    const { network, settings, rate } = this.request;
    beginStep(network.core, plan.step, { rows, rate: run.rate, step: run.step, seed: settings.seed, first });
    for (const { learningRate, step } of plan.rates ?? [])
      setRate(network.core, step.offset, run.step, rate(run, this.batches, learningRate));
  }

  /** What to say of these rows where something is wrong with them. */
  protected ran(indices: Uint32Array): BatchRun {
    return { plan: this.plan, dataset: this.request.train, indices };
  }

  /** The step is taken: weights have moved. @throws what a metric has thrown */
  protected complete(indices: Uint32Array, ready: Ready): void {
    const { run, plan, failed } = this;
    const { network, train } = this.request;
    const rows = indices.length;
    see(run, "data", train, this.own(indices), ready, run.epoch);
    this.wayBack.confirm();
    run.lossSum += lossOfStep(network.core, plan.step) * rows;
    run.rows += rows;
    run.step++;
    run.batch++;
    if (failed) throw failed.error;
  }
}

/** Rows of a batch that run at once. */
export interface Piece {
  readonly ready: Ready;
  /** Which of the rows that were read is its first. */
  readonly at: number;
  readonly indices: Uint32Array;
  /** Of the whole batch. */
  readonly rows: number;
  /** The number of its first row, where gradients of pieces before are there to be added to. */
  readonly first: number;
}

/** Work that stops where something is to be waited for. */
export type Work = Generator<Promise<unknown>, void, unknown>;

/** Does it to its end: at once, unless it has to wait. */
function finish(work: Work, { done, value } = work.next()): void | Promise<void> {
  if (!done)
    return value.then(
      (got) => finish(work, work.next(got)),
      (error) => finish(work, work.throw(error)),
    );
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
