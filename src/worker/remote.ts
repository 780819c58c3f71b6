/**
 * On the page: a training that runs in a worker, and looks as if it ran here. The model's weights, its run and its metrics are
 * brought up to date before every callback and every report, so predict() and save() then have the state of that moment.
 */
import {
  type Callback,
  type CallbackState,
  inOrder,
  restoreStates,
  statesOf,
  type TrainedModel,
  type TrainingContext,
  wanted,
} from "../callbacks/callback.ts";
import { buffersFor, type Dataset, targetSize } from "../data/dataset.ts";
import type { Lendable } from "../data/portable.ts";
import { NablaError } from "../errors.ts";
import { restoreSnapshot, takeSnapshot } from "../network/snapshot.ts";
import { sizeOf } from "../shape.ts";
import { Turns } from "../training/aborted.ts";
import { type Changes, contextOf } from "../training/context.ts";
import type { TrainRequest } from "../training/request.ts";
import type { Run } from "../training/run.ts";
import { resultOf } from "./calls.ts";
import { lost, receiveError, sendError } from "./errors.ts";
import type { Connection } from "./pool.ts";
import type { FromWorker, Hook, LentBack, SentError, State } from "./protocol.ts";
import { sendDatasets } from "./sending.ts";
import { type Remote, setupOf } from "./setup.ts";

/** The worker could not make the model: nothing has happened yet. */
export class Unprepared extends Error {}

let trainings = 0;

/** Trains in the worker behind `connection`. As train() does it: the run, the network and the metrics change as there. */
export async function trainRemotely<M extends TrainedModel>(
  request: TrainRequest<M>,
  run: Run,
  remote: Remote,
  connection: Connection,
): Promise<void> {
  const training = new RemoteTraining(request, run, remote, connection);
  await training.run();
}

class RemoteTraining<M extends TrainedModel> {
  private readonly id = ++trainings;
  private readonly hooks: readonly Callback<M>[];
  private readonly context: TrainingContext<M>;
  private readonly turns: Turns;
  private stop: string | undefined;
  /** Errors thrown here, which the worker knows by their numbers. */
  private readonly own: unknown[] = [];
  private datasets: readonly Dataset[] = [];
  private lent: ReadonlyMap<number, Lendable> = new Map();
  /** A callback has its turn. */
  private turn = false;
  /** What a listener of reports threw: the worker is told to stop, and nothing more is asked of anyone here. */
  private broken: { readonly error: unknown } | undefined;
  /** Nobody waits any more. */
  private over = false;

  constructor(
    private readonly request: TrainRequest<M>,
    private readonly state: Run,
    private readonly remote: Remote,
    private readonly connection: Connection,
  ) {
    this.hooks = inOrder(request.callbacks);
    this.turns = new Turns(request.signal);
    this.context = contextOf(request, state, {
      changed: (change) => {
        this.stop = change.stop ?? this.stop;
        this.meddle(change);
      },
      over: () => this.over,
    });
  }

  async run(): Promise<void> {
    const { connection, request } = this;
    try {
      await new Promise<void>((resolve, reject) => {
        connection.onMessage = (message) => {
          try {
            this.receive(message, resolve, reject);
          } catch (error) {
            reject(error);
          }
        };
        connection.onLost = (why) => {
          this.over = true;
          for (const rows of this.lent.values()) rows.lost = rows.x === undefined;
          reject(this.broken ? this.broken.error : lost(why, this.context.step, this.lent.size > 0));
        };
        this.begin().catch(reject);
      });
    } finally {
      this.over = true;
      request.signal?.removeEventListener("abort", this.abort);
      this.remote.turn(true);
    }
  }

  /** Up to the worker's start. */
  private async begin(): Promise<void> {
    const { connection, id, request } = this;
    const { train, validation, signal } = request;
    const { portables, datasets } = this.remote.describe(validation ? [train, validation] : [train]);
    this.datasets = datasets;
    try {
      const sent = await sendDatasets(portables, this.remote.transfer, (piece) => {
        this.goOn();
        connection.post({ kind: "piece", id, ...piece }, [piece.values.buffer as ArrayBuffer]);
      });
      this.goOn();
      const setup = setupOf(request, this.state, this.remote, { sent: sent.datasets, datasets });
      // rows to be moved go at once with the message they are for: where that is not sent, they have not left
      connection.post({ kind: "train", id, setup }, [setup.state.snapshot.buffer, ...sent.moved]);
      this.lent = sent.lent;
      for (const rows of this.lent.values()) rows.x = undefined;
      this.remote.turn(false);
      signal?.addEventListener("abort", this.abort);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** @throws where there is nothing more to be done */
  private goOn(): void {
    this.request.signal?.throwIfAborted();
    if (this.over) throw new NablaError("fit: the worker was lost");
  }

  private receive(message: FromWorker, resolve: () => void, reject: (error: unknown) => void): void {
    if (message.kind === "ready" || message.id !== this.id) return;
    if (message.kind === "read") void this.read(message);
    else if (message.kind === "next") void this.next(message);
    else if (message.kind === "call") this.call(message);
    else if (message.kind === "hook") void this.hook(message);
    else if (message.kind === "progress") {
      if (this.broken) return;
      if (message.state) this.apply(message.state);
      try {
        this.request.progress?.report(message.progress);
      } catch (error) {
        // the listener threw: the training ends, as it would in this thread, and the model is as it was then
        this.broken = { error };
        return this.abort();
      }
      this.connection.post({ kind: "seen", id: this.id });
    } else {
      this.takeBack(message.lent);
      if (this.broken) return reject(this.broken.error);
      if (message.kind === "done") {
        this.apply(message.state);
        return resolve();
      }
      if (message.state) this.apply(message.state);
      if (message.callbacks) restoreStates(this.request.callbacks, message.callbacks);
      const error = message.aborted ? this.request.signal?.reason : receiveError(message.error, this.own);
      reject(message.unprepared && !message.aborted ? new Unprepared("", { cause: error }) : error);
    }
  }

  private takeBack(lent: readonly LentBack[]): void {
    for (const { dataset, x } of lent) this.lent.get(dataset)!.x = x;
  }

  /** The model as it was in the worker when it sent this. */
  private apply({ snapshot, run, metrics, threads }: State): void {
    if (threads) this.remote.used(threads);
    const { network, metrics: counting } = this.request;
    restoreSnapshot(network, snapshot);
    delete this.state.stopped;
    Object.assign(this.state, run);
    for (const [i, metric] of counting.entries()) metric.restore(metrics[i]!);
  }

  private async hook({ hook, at, logs, state }: Extract<FromWorker, { kind: "hook" }>): Promise<void> {
    const { network } = this.request;
    if (!this.broken) this.apply(state);
    const before = network.changes;
    const { rateFactor, baseRate } = this.state;
    this.stop = undefined;
    let failed: { readonly error: SentError } | undefined;
    let callbacks: CallbackState[] | undefined;
    this.takeTurn(true);
    try {
      if (this.broken) throw this.broken.error;
      await this.turns.each(this.hooks, (callback) => {
        if (hook === "onTrainBegin" || hook === "onTrainEnd") return callback[hook]?.(this.context);
        if (hook === "onEpochBegin") return callback.onEpochBegin?.(at, this.context);
        if (hook === "onEpochEnd") return callback.onEpochEnd?.(at, logs!, this.context);
        if (wanted(callback, this.context.step)) return callback.onBatchEnd?.(at, logs!, this.context);
      });
      if (!this.wantedAgain(hook, at)) callbacks = statesOf(this.request.callbacks);
    } catch (error) {
      failed = { error: this.mine(error) };
    }
    if (this.over) return;
    this.takeTurn(false);
    const snapshot = network.changes === before ? undefined : takeSnapshot(network);
    const reply = { kind: "reply" as const, id: this.id };
    try {
      this.connection.post(
        {
          ...reply,
          ...(callbacks && { callbacks }),
          ...(logs && { logs }),
          ...(snapshot && { snapshot }),
          ...(this.state.rateFactor !== rateFactor && { rateFactor: this.state.rateFactor }),
          ...(this.state.baseRate !== baseRate && { baseRate: this.state.baseRate }),
          ...(this.stop !== undefined && { stop: this.stop }),
          ...failed,
        },
        snapshot && [snapshot.buffer],
      );
    } catch (error) {
      // figures or states that cannot be sent; the worker waits for an answer all the same
      this.connection.post({ ...reply, error: this.mine(error) });
    }
  }

  /**
   * Whether callbacks have another turn before their states are asked for, at the beginning of an epoch: states may be as large as the
   * weights, so they go along with the last one only.
   */
  private wantedAgain(hook: Hook, at: number): boolean {
    if (hook !== "onBatchEnd" || this.context.batchesPerEpoch === Number.POSITIVE_INFINITY) return false;
    const { step } = this.context;
    const last = step + this.context.batchesPerEpoch - (at + 1);
    return this.hooks.some(
      ({ onBatchEnd, everySteps = 1 }) =>
        onBatchEnd && Math.floor(last / everySteps) > Math.floor(step / everySteps),
    );
  }

  private readonly abort = (): void => this.connection.post({ kind: "abort", id: this.id });

  private takeTurn(taken: boolean): void {
    this.turn = taken;
    this.remote.turn(taken);
  }

  /** What a program changes through a context it kept, from outside a callback. */
  private meddle(change: Changes): void {
    if (!this.turn && !this.over) this.connection.post({ kind: "meddle", id: this.id, ...change });
  }

  private async read({ read, dataset: number, indices, epoch }: Extract<FromWorker, { kind: "read" }>) {
    const { id } = this;
    try {
      if (this.broken) throw this.broken.error;
      const dataset = this.datasets[number]!;
      const { x, y } = buffersFor(dataset, indices.length);
      if (epoch === undefined) await dataset.read(indices, x, y);
      else await dataset.read(indices, x, y, epoch);
      if (this.over) return;
      const rows = indices.length;
      if (x.length !== rows * sizeOf(dataset.inputShape) || y.length !== rows * targetSize(dataset.target))
        throw new NablaError(`${dataset.name}: its buffers were detached while it read`);
      this.connection.post({ kind: "rows", id, read, x, y }, [
        x.buffer as ArrayBuffer,
        y.buffer as ArrayBuffer,
      ]);
    } catch (error) {
      this.connection.post({ kind: "rows", id, read, error: this.mine(error) });
    }
  }

  private async next({ read, place }: Extract<FromWorker, { kind: "next" }>) {
    const { id } = this;
    try {
      if (this.broken) throw this.broken.error;
      const batch = await this.request.source!.next(place);
      if (!this.over) this.connection.post({ kind: "rows", id, read, ...batch });
    } catch (error) {
      this.connection.post({ kind: "rows", id, read, error: this.mine(error) });
    }
  }

  private call(message: Extract<FromWorker, { kind: "call" }>): void {
    const { id, call } = message;
    try {
      if (this.broken) throw this.broken.error;
      this.connection.post(resultOf(message, this.remote.compiled));
    } catch (error) {
      this.connection.post({ kind: "result", id, call, error: this.mine(error) });
    }
  }

  private mine(error: unknown) {
    const { name, message } = sendError(error);
    return { name, message, own: this.own.push(error) - 1 };
  }
}
