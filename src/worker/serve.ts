/** In the worker: trains what the page sends, and lets the page's callbacks have their turn. */

import type { Callback, CallbackState, Logs, TrainingContext } from "../callbacks/callback.ts";
import { Core } from "../core/core.ts";
import type { Inputs, Targets } from "../data/dataset.ts";
import { buildLayers } from "../layers/table.ts";
import { Network } from "../network/network.ts";
import { restoreSnapshot, takeSnapshot } from "../network/snapshot.ts";
import type { Batch } from "../plan/loss.ts";
import { type Used, useThreads } from "../threads/use.ts";
import { compileTraining } from "../training/compile.ts";
import { setRates } from "../training/context.ts";
import { metricsOfTraining } from "../training/measures.ts";
import { kindsFor } from "../training/metricKinds.ts";
import type { Measure } from "../training/own.ts";
import type { Progress } from "../training/progress.ts";
import { requestOf } from "../training/request.ts";
import type { Source } from "../training/source.ts";
import { train } from "../training/trainer.ts";
import { sent } from "./copies.ts";
import { makeDatasets } from "./datasets.ts";
import { ErrorElsewhere, sendError } from "./errors.ts";
import { addPiece, buffersOf, checkSetup, lentIn, messageOf, unprepared } from "./messages.ts";
import type { FromPage, FromWorker, Hook, Port, Setup, State } from "./protocol.ts";

type Message<K extends FromPage["kind"]> = Extract<FromPage, { kind: K }>;
/** Milliseconds between reports that keep the page's model fresh where no one listens. */
const UNASKED = 1000;
/** Snapshots of more bytes go to the page at its callbacks and at the ends of epochs only, not with every report. */
const MOST_AT_ANY_TIME = 16 * 1024 * 1024;

/** Answers a page for as long as the worker lives. */
export function serve(port: Port): void {
  const post = (message: FromWorker, transfer?: Transferable[]) => port.post(message, transfer);
  let pieces = new Map<number, Inputs | Targets>();
  /** Which training they are for. */
  let collecting: number | undefined;
  let current: Session | undefined;
  port.onMessage = (given: unknown) => {
    const message = messageOf(given);
    if (!message) return;
    if (message.kind === "piece") {
      collecting = message.id;
      addPiece(pieces, message);
    } else if (message.kind === "train") {
      const mine = pieces;
      pieces = new Map();
      const session = new Session(message.id, message.setup, mine, post);
      current = session;
      // a worker that waits for the next training keeps no memory of the last
      void session.run().then(() => {
        if (current === session) current = undefined;
      });
    } else if (message.kind === "abort" && message.id === collecting && current?.id !== collecting)
      pieces = new Map();
    else if (current && message.id === current.id) current.receive(message);
  };
  post({ kind: "ready" });
}

/** One training. */
class Session {
  private readonly aborting = new AbortController();
  /** The page has not seen the last report yet. */
  private unseen = false;
  /** While callbacks have their turn on the page, which answers in any case, an abort waits. */
  private replied: ((reply: Message<"reply">) => void) | undefined;
  private aborted = false;
  private readonly reads = new Map<number, (rows: Message<"rows">) => void>();
  private readonly calls = new Map<number, (result: Message<"result">) => void>();
  private read = 0;
  private called = 0;
  private callbacks: CallbackState[];
  private wentBack = false;
  private context: TrainingContext<undefined> | undefined;

  constructor(
    readonly id: number,
    private readonly setup: Setup,
    private readonly pieces: ReadonlyMap<number, Inputs | Targets>,
    private readonly post: (message: FromWorker, transfer?: Transferable[]) => void,
  ) {
    this.callbacks = setup?.callbacks;
  }

  receive(message: FromPage): void {
    if (message.kind === "abort") {
      this.aborted = true;
      if (!this.replied) this.aborting.abort();
    } else if (message.kind === "seen") this.unseen = false;
    else if (message.kind === "reply") this.replied?.(message);
    else if (message.kind === "meddle") {
      // before there is anything to meddle with
      if (!this.context) return;
      setRates(this.context, message);
      if (message.stop !== undefined) this.context.stop(message.stop);
    } else if (message.kind === "rows") {
      this.reads.get(message.read)?.(message);
      this.reads.delete(message.read);
    } else if (message.kind === "result") {
      this.calls.get(message.call)?.(message);
      this.calls.delete(message.call);
    }
  }

  async run(): Promise<void> {
    const { id, setup } = this;
    let state: (() => State) | undefined;
    let threads: Used | undefined;
    try {
      checkSetup(setup);
      const { network, request, metrics } = await this.prepare();
      if (setup.threads) threads = await useThreads(network, setup.threads, setup.shared);
      const { run } = setup.state;
      state = () => ({
        snapshot: takeSnapshot(network),
        run: { ...run },
        metrics: metrics.map((each) => each.state()),
        ...(threads && { threads: threads.used }),
      });
      await train(
        {
          ...request,
          callbacks: [this.bridge(network, state)],
          progress: {
            every: setup.progress ?? UNASKED,
            report: (progress) => this.report(progress, state!),
          },
        },
        run,
      );
      const last = state();
      const lent = lentIn(this.setup);
      this.post({ kind: "done", id, state: last, lent }, [last.snapshot.buffer, ...buffersOf(lent)]);
    } catch (error) {
      let last: State | undefined;
      try {
        last = state?.();
      } catch {
        // perhaps there is no memory for it; the page that waits must be told anyway
      }
      const lent = lentIn(this.setup);
      this.post(
        {
          kind: "failed",
          id,
          error: sendError(state ? error : unprepared(error)),
          aborted: this.aborting.signal.aborted && error === this.aborting.signal.reason,
          unprepared: state === undefined,
          lent,
          ...(last && { state: last }),
          ...(this.wentBack && { callbacks: this.callbacks }),
        },
        [...(last ? [last.snapshot.buffer] : []), ...buffersOf(lent)],
      );
    } finally {
      await threads?.end();
    }
  }

  private async prepare() {
    const { setup } = this;
    const { topology, settings, classes, samples, reading, metadata } = setup;
    const network = new Network(buildLayers(topology, setup.inputShape), new Core({ code: setup.module }));
    const compiled = compileTraining(setup.training, topology, async (output, outputs, targets, gradient) => {
      const result = await this.call(outputs, targets, { output, gradient });
      return { losses: result.figures!, gradient: result.gradient };
    });
    network.prepareTraining(compiled.slots);
    restoreSnapshot(network, setup.state.snapshot);
    Object.assign(network, { reading, about: { metadata } });
    const measure: Measure = async ({ name: metric }, outputs, targets) =>
      (await this.call(outputs, targets, { metric })).figures!;
    const datasets = makeDatasets(setup.datasets, this.pieces, (dataset, indices, epoch) =>
      this.rows(dataset, indices, epoch),
    );
    const rows = datasets[setup.train]!;
    const { goals } = compiled;
    const { metrics, scoring } = metricsOfTraining(goals, network, rows, await kindsFor(goals), measure);
    for (const [i, each] of metrics.entries()) each.restore(setup.state.metrics[i]!);
    return {
      network,
      metrics,
      request: {
        ...requestOf(compiled, network, rows, settings, scoring),
        // the one callback here asks the page, which has the model
        model: undefined,
        source: setup.stream === undefined ? undefined : this.source(setup.stream),
        validation: setup.validation === undefined ? undefined : datasets[setup.validation],
        metrics,
        validationWeighting: { samples: setup.validationSamples },
        weighting: { classes, samples },
        callbacks: [],
        signal: this.aborting.signal,
      },
    };
  }

  /** One callback that stands for all of the page's. */
  private bridge(network: Network, state: () => State): Callback<undefined> {
    const { hooks, everySteps } = this.setup;
    const ask = async (hook: Hook, at: number, context: TrainingContext<undefined>, logs?: Logs) => {
      this.context = context;
      if (hook === "onBatchEnd" && !everySteps.some((steps) => context.step % steps === 0)) return;
      const now = state();
      const reply = await new Promise<Message<"reply">>((resolve) => {
        this.replied = resolve;
        this.post({ kind: "hook", id: this.id, hook, at, logs, state: now }, [now.snapshot.buffer]);
      });
      this.replied = undefined;
      if (this.aborted) this.aborting.abort();
      if (reply.callbacks) this.callbacks = reply.callbacks;
      if (reply.snapshot) restoreSnapshot(network, reply.snapshot);
      if (logs && reply.logs) Object.assign(logs, reply.logs);
      setRates(context, reply);
      if (reply.stop !== undefined) context.stop(reply.stop);
      if (reply.error) throw new ErrorElsewhere(reply.error.message, reply.error.own!);
    };
    const has = (hook: Hook) => hooks.includes(hook);
    return {
      name: "page",
      ...(has("onTrainBegin") && { onTrainBegin: (context) => ask("onTrainBegin", 0, context) }),
      ...(has("onTrainEnd") && { onTrainEnd: (context) => ask("onTrainEnd", 0, context) }),
      ...(has("onEpochBegin") && { onEpochBegin: (epoch, context) => ask("onEpochBegin", epoch, context) }),
      ...(has("onEpochEnd") && {
        onEpochEnd: (epoch, logs, context) => ask("onEpochEnd", epoch, context, logs),
      }),
      ...(has("onBatchEnd") && {
        onBatchEnd: (batch, logs, context) => ask("onBatchEnd", batch, context, logs),
      }),
      // what the page's callbacks know, for going back: the loop only keeps it
      state: () => this.callbacks as unknown as CallbackState,
      restore: (states) => {
        this.callbacks = states as unknown as CallbackState[];
        this.wentBack = true;
      },
    };
  }

  private report(progress: Progress, state: () => State): void {
    const complete = progress.batch === progress.batches;
    const last =
      this.setup.state.run.stopped !== undefined || (complete && progress.epoch + 1 === progress.epochs);
    if (this.unseen && !last) return;
    this.unseen = true;
    const now = complete || this.setup.state.snapshot.length <= MOST_AT_ANY_TIME ? state() : undefined;
    this.post(
      { kind: "progress", id: this.id, progress, ...(now && { state: now }) },
      now && [now.snapshot.buffer],
    );
  }

  /** Batches of the page's iterator. */
  private source(rows: number): Source {
    return {
      rows,
      next: async (place) => {
        const { x, y, samples } = await this.ask((read) => ({ kind: "next", id: this.id, read, place }));
        return x && y && { x, y, samples };
      },
    };
  }

  /** What a function on the page makes of a batch. */
  private async call(
    outputs: Batch,
    targets: Batch,
    of: { readonly metric: string } | { readonly output: number; readonly gradient: boolean },
  ): Promise<Message<"result">> {
    const call = this.called++;
    const result = await new Promise<Message<"result">>((resolve) => {
      this.calls.set(call, resolve);
      // copied: the outputs are looked at again when the answer is there
      this.post({ kind: "call", id: this.id, call, ...of, outputs: sent(outputs), targets: sent(targets) });
    });
    if (result.error) throw new ErrorElsewhere(result.error.message, result.error.own!);
    return result;
  }

  private async rows(
    dataset: number,
    indices: Uint32Array,
    epoch?: number,
  ): Promise<{ x: Inputs; y: Targets }> {
    // a copy of the numbers alone: a view would take all of the epoch's along
    const wanted = { id: this.id, dataset, indices: indices.slice(), epoch };
    const { x, y } = await this.ask((read) => ({ kind: "read", read, ...wanted }));
    return { x: x!, y: y! };
  }

  private async ask(question: (read: number) => FromWorker): Promise<Message<"rows">> {
    const read = this.read++;
    const answer = await new Promise<Message<"rows">>((resolve) => {
      this.reads.set(read, resolve);
      this.post(question(read));
    });
    if (answer.error) throw new ErrorElsewhere(answer.error.message, answer.error.own!);
    return answer;
  }
}
