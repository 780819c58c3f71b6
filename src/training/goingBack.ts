/** Going back to where nothing was wrong, when the loss stops being a number. */

import { type Callback, type CallbackState, restoreStates, statesOf } from "../callbacks/callback.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { restoreSnapshot, takeSnapshot } from "../network/snapshot.ts";
import { type BatchRun, diagnose, diverged } from "./diverged.ts";
import type { TrainRequest } from "./request.ts";
import { type Run, since } from "./run.ts";

/** Everything training changes. */
interface Mark {
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly run: Run;
  /** How many of the history there were: it is only ever added to. */
  readonly epochs: number;
  readonly metrics: readonly number[][];
  readonly callbacks: readonly CallbackState[];
}

export class WayBack<M> {
  private readonly network: Network;
  private readonly metrics: readonly Metric[];
  private readonly callbacks: readonly Callback<M>[];
  /** Where weights are known to give a loss: not before a first step with them has. */
  private good: Mark;
  private candidate: Mark | undefined;
  /** Of a mark that is over: each epoch has another, and is not to leave copies of all weights behind. */
  private room: Uint8Array<ArrayBuffer> | undefined;

  constructor(
    { network, metrics, callbacks }: TrainRequest<M>,
    private readonly run: Run,
  ) {
    this.network = network;
    this.metrics = metrics;
    this.callbacks = callbacks;
    this.good = this.here();
  }

  /** This is where to go back to, once a step from here has given a loss. */
  mark(): void {
    this.candidate = this.here(this.candidate?.weights ?? this.room);
  }

  /** A step has given a loss. */
  confirm(): void {
    if (!this.candidate) return;
    this.room = this.good.weights;
    [this.good, this.candidate] = [this.candidate, undefined];
  }

  /**
   * Goes back and throws what went wrong.
   * @param failed the batch, or nothing when the last update of an epoch has broken the weights
   */
  fail(failed?: BatchRun): never {
    const { network, run } = this;
    const diagnosis = diagnose(network, failed);
    const at = { ...run, ...since(run) };
    if (!failed) {
      at.batch--;
      at.step--;
    }
    if (diagnosis.row !== undefined)
      throw diverged(diagnosis, at, "the weights are those from before this step");
    this.restore();
    const { epoch, step } = since(run);
    const when = run.batch > 0 ? `after step ${step}` : `at the beginning of epoch ${epoch + 1}`;
    throw diverged(diagnosis, at, `the model is as it was ${when}`);
  }

  /**
   * After an error: where a thread was lost while weights were changed, they are half changed, and everything goes back. Where it was lost
   * before, nothing has changed yet.
   */
  afterError(error: unknown): void {
    if ((error as { updating?: unknown } | null)?.updating === true) this.restore();
  }

  /** Everything is as it was where nothing was wrong. */
  restore(): void {
    const { network, metrics, run, good } = this;
    restoreSnapshot(network, good.weights);
    Object.assign(run, good.run, { history: run.history.slice(0, good.epochs) });
    for (const [i, metric] of metrics.entries()) metric.restore(good.metrics[i]);
    restoreStates(this.callbacks, good.callbacks);
  }

  private here(room?: Uint8Array<ArrayBuffer>): Mark {
    const { network, metrics, run } = this;
    return {
      weights: takeSnapshot(network, room),
      run: { ...run },
      epochs: run.history.length,
      metrics: metrics.map((metric) => metric.state()),
      callbacks: statesOf(this.callbacks),
    };
  }
}
