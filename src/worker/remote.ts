/**
 * On the page: a training that runs in a worker, and looks as if it ran here. The model's weights, its run and its metrics are
 * brought up to date before every callback and every report, so whoever predicts or saves then has the state of that moment.
 */
import { type Callback, inOrder, type TrainingContext, wanted, withState } from "../callbacks/callback.ts";
import type { CompiledTraining } from "../compile.ts";
import type { LayerConfig } from "../config/config.ts";
import { buffersFor, type Dataset, sizeOf, targetSize } from "../data/dataset.ts";
import { describeAll, type Lendable } from "../data/portable.ts";
import { NablaError } from "../errors.ts";
import { pauser } from "../pause.ts";
import { contextOf, type Run, type TrainRequest } from "../train.ts";
import { receiveError, sendError } from "./errors.ts";
import type { Connection } from "./pool.ts";
import type { FromWorker, Hook, LentBack, SentDataset, SentValues, Setup, State } from "./protocol.ts";

/** Values sent at once: a copy of so many bytes takes about a millisecond. */
const PIECE = 4 * 1024 * 1024;
const HOOKS: readonly Hook[] = ["onTrainBegin", "onTrainEnd", "onEpochBegin", "onEpochEnd", "onBatchEnd"];

/** What a worker needs to know besides the request. */
export interface Remote {
  readonly configs: readonly LayerConfig[];
  readonly inputShape: readonly number[];
  readonly training: CompiledTraining["config"];
  /** Rows of datasets in memory are moved instead of copied, and come back at the end. */
  readonly transfer: boolean;
  /** Told whether a callback has its turn: only then may the model be changed from here. */
  turn(taken: boolean): void;
}

type Sendable = Setup["state"];
let trainings = 0;

/** Trains in the worker behind `connection`. As train() does it: the run, the network and the metrics change as there. */
export async function trainRemotely(
  request: TrainRequest,
  run: Run,
  remote: Remote,
  connection: Connection,
): Promise<void> {
  const training = new RemoteTraining(request, run, remote, connection);
  await training.run();
}

class RemoteTraining {
  private readonly id = ++trainings;
  private readonly hooks: readonly Callback[];
  private readonly withStates: [string, Callback][];
  private readonly context: TrainingContext;
  private stop: string | undefined;
  /** Errors thrown here, which the worker knows by their numbers. */
  private readonly own: unknown[] = [];
  private datasets: readonly Dataset[] = [];
  private readonly lent = new Map<number, Lendable>();

  constructor(
    private readonly request: TrainRequest,
    private readonly state: Run,
    private readonly remote: Remote,
    private readonly connection: Connection,
  ) {
    this.hooks = inOrder(request.callbacks);
    this.withStates = withState(request.callbacks);
    this.context = contextOf(request, state, (reason) => {
      this.stop = reason;
    });
  }

  async run(): Promise<void> {
    const { signal } = this.request;
    signal?.throwIfAborted();
    const setup = await this.setup();
    signal?.throwIfAborted();
    const abort = () => this.connection.post({ kind: "abort", id: this.id });
    signal?.addEventListener("abort", abort);
    try {
      await new Promise<void>((resolve, reject) => {
        this.connection.onMessage = (message) => {
          this.receive(message, resolve, reject);
        };
        this.connection.onLost = (why) => {
          const { step } = this.state;
          reject(
            new NablaError(
              `fit: the worker that trains was lost (${why}); the model is as of step ${step}: fit(…, { resume: true }) goes on from there, and worker: false trains without one`,
            ),
          );
        };
        this.connection.post({ kind: "train", id: this.id, setup }, [setup.state.snapshot.buffer]);
      });
    } finally {
      signal?.removeEventListener("abort", abort);
      this.remote.turn(true);
    }
  }

  private async setup(): Promise<Setup> {
    const { request, remote, state } = this;
    const { validation, metrics, weighting, progress } = request;
    const described = describeAll(validation ? [request.train, validation] : [request.train]);
    this.datasets = described.datasets;
    const numberOf = (dataset: Dataset) => this.datasets.indexOf(dataset);
    const datasets: SentDataset[] = [];
    let piece = 0;
    for (const [number, entry] of described.portables.entries()) {
      if (entry.kind !== "arrays") {
        datasets.push(entry);
        continue;
      }
      const { x, y, rows, ...rest } = entry;
      const values = async (of: typeof x | typeof y, lend: boolean): Promise<SentValues> => {
        if (!(of.buffer instanceof ArrayBuffer)) return { shared: of };
        await this.send(of, piece, lend);
        return { piece: piece++, ...(lend && { lent: true }) };
      };
      // others' views would lose their memory as well
      const lend = remote.transfer && x.byteLength === x.buffer.byteLength && x.buffer instanceof ArrayBuffer;
      if (lend) this.lent.set(number, rows);
      datasets.push({ ...rest, x: await values(x, lend), y: await values(y, false) });
      if (lend) rows.x = undefined;
    }
    const used = HOOKS.filter((hook) => this.hooks.some((callback) => callback[hook]));
    remote.turn(false);
    return {
      module: request.network.core.module,
      configs: remote.configs,
      inputShape: remote.inputShape,
      training: remote.training,
      state: {
        snapshot: request.network.snapshot(),
        run: { ...state },
        metrics: metrics.map((metric) => metric.state()),
      } satisfies Sendable,
      callbacks: this.callbackStates(),
      datasets,
      train: numberOf(request.train),
      ...(validation && { validation: numberOf(validation) }),
      batchSize: request.batchSize,
      ...(request.microBatchSize !== undefined && { microBatchSize: request.microBatchSize }),
      epochs: request.epochs,
      seed: request.seed,
      shuffle: request.shuffle,
      ...(weighting.classes && { classes: weighting.classes }),
      ...(weighting.samples && { samples: Float64Array.from(weighting.samples) }),
      hooks: used,
      everySteps: this.hooks.filter((hook) => hook.onBatchEnd).map(({ everySteps = 1 }) => everySteps),
      ...(progress && { progress: progress.every }),
    };
  }

  /** Values to the worker: moved, or copied in pieces between which others have their turn. */
  private async send(values: Uint8Array | Float32Array | Int32Array, number: number, move: boolean) {
    const { length } = values;
    const post = (part: typeof values, at: number) =>
      this.connection.post({ kind: "piece", id: this.id, number, length, at, values: part }, [
        part.buffer as ArrayBuffer,
      ]);
    if (move) return post(values, 0);
    const pause = pauser();
    const step = Math.max(1, PIECE / values.BYTES_PER_ELEMENT);
    for (let at = 0; at < length; at += step) {
      post(values.slice(at, at + step), at);
      await pause();
      this.request.signal?.throwIfAborted();
    }
  }

  private receive(message: FromWorker, resolve: () => void, reject: (error: unknown) => void): void {
    if (message.kind === "ready" || message.id !== this.id) return;
    if (message.kind === "read") void this.read(message);
    else if (message.kind === "hook") void this.hook(message);
    else if (message.kind === "progress") {
      if (message.state) this.apply(message.state);
      try {
        this.request.progress?.report(message.progress);
      } catch (error) {
        // whoever listens is broken: as where the training runs here, it ends
        this.connection.post({ kind: "abort", id: this.id });
        return reject(error);
      }
      this.connection.post({ kind: "seen", id: this.id });
    } else if (message.kind === "done") {
      this.takeBack(message.lent);
      this.apply(message.state);
      resolve();
    } else {
      this.takeBack(message.lent);
      if (message.state) this.apply(message.state);
      if (message.callbacks) this.restoreCallbacks(message.callbacks);
      reject(message.aborted ? this.request.signal?.reason : receiveError(message.error, this.own));
    }
  }

  private takeBack(lent: readonly LentBack[]): void {
    for (const { dataset, x } of lent) this.lent.get(dataset)!.x = x;
  }

  /** The model as it was in the worker when it sent this. */
  private apply({ snapshot, run, metrics }: State): void {
    const { network, metrics: counting } = this.request;
    network.restore(snapshot);
    delete this.state.stopped;
    Object.assign(this.state, run);
    for (const [i, metric] of counting.entries()) metric.restore(metrics[i]!);
  }

  private async hook({ hook, at, logs, state }: Extract<FromWorker, { kind: "hook" }>): Promise<void> {
    const { network } = this.request;
    this.apply(state);
    const before = network.changes;
    const { rateFactor } = this.state;
    this.stop = undefined;
    let error: unknown;
    let failed = false;
    this.remote.turn(true);
    try {
      for (const callback of this.hooks) {
        if (hook === "onTrainBegin" || hook === "onTrainEnd") await callback[hook]?.(this.context);
        else if (hook === "onEpochBegin") await callback.onEpochBegin?.(at, this.context);
        else if (hook === "onEpochEnd") await callback.onEpochEnd?.(at, logs!, this.context);
        else if (wanted(callback, this.state.step)) await callback.onBatchEnd?.(at, logs!, this.context);
      }
    } catch (thrown) {
      [error, failed] = [thrown, true];
    }
    this.remote.turn(false);
    const snapshot = network.changes === before ? undefined : network.snapshot();
    this.connection.post(
      {
        kind: "reply",
        id: this.id,
        // what they know may be as large as the weights, and is asked for at beginnings of epochs
        ...((hook !== "onBatchEnd" || at + 1 === this.context.batchesPerEpoch) && {
          callbacks: this.callbackStates(),
        }),
        ...(logs && { logs }),
        ...(snapshot && { snapshot }),
        ...(this.state.rateFactor !== rateFactor && { rateFactor: this.state.rateFactor }),
        ...(this.stop !== undefined && { stop: this.stop }),
        ...(failed && { error: this.mine(error) }),
      },
      snapshot && [snapshot.buffer],
    );
  }

  private async read({ read, dataset: number, indices, epoch }: Extract<FromWorker, { kind: "read" }>) {
    const { id } = this;
    try {
      const dataset = this.datasets[number]!;
      const { x, y } = buffersFor(dataset, indices.length);
      if (epoch === undefined) await dataset.read(indices, x, y);
      else await dataset.read(indices, x, y, epoch);
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

  private mine(error: unknown) {
    return { ...sendError(error), own: this.own.push(error) - 1 };
  }

  private callbackStates() {
    return this.withStates.map(([, callback]) => callback.state!());
  }

  private restoreCallbacks(states: ReturnType<RemoteTraining["callbackStates"]>): void {
    for (const [i, [, callback]] of this.withStates.entries()) callback.restore?.(states[i]!);
  }
}
