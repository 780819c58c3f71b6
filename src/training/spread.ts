/** What ranks tell each other of their shards, as bytes; and whether they are about the same training. */

import type { Callback, TrainingContext } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Plan } from "../plan/plan.ts";
import type { FitOptions } from "./options.ts";
import { gatherJson, type Ranks } from "./ranks.ts";
import type { TrainRequest } from "./request.ts";
import type { Run } from "./run.ts";
import type { RunSettings } from "./settings.ts";
import type { Given } from "./shards.ts";
import type { Source } from "./source.ts";

/** [whether to stop, then of each subtree: loss, lists of states of each metric], each list with its length before it; then gradients. */
export function packed(own: readonly Given[], metrics: readonly Metric[], stops: boolean): Uint8Array {
  const figures = [Number(stops)];
  for (const { sum } of own) {
    figures.push(sum.loss);
    for (const i of metrics.keys()) {
      figures.push(sum.metrics[i].length);
      for (const state of sum.metrics[i]) {
        figures.push(state.length);
        for (const n of state) figures.push(n);
      }
    }
  }
  const bytes = own.reduce((sum, { gradient }) => sum + gradient.length, 0);
  const all = new Uint8Array(bytes + figures.length * 8);
  let at = 0;
  for (const { gradient } of own) {
    all.set(gradient, at);
    at += gradient.length;
  }
  all.set(new Uint8Array(Float64Array.from(figures).buffer), at);
  return all;
}

/** @param n subtrees @param bytes of a gradient */
export function unpacked(
  all: Uint8Array,
  n: number,
  bytes: number,
  metrics: readonly Metric[],
): { sums: Given[]; stops: boolean } {
  const figures = new Float64Array(all.slice(n * bytes).buffer);
  let at = 0;
  const next = () => figures[at++];
  const stops = next() === 1;
  const sums = Array.from({ length: n }, (_, i) => {
    const loss = next();
    const states = metrics.map(() =>
      Array.from({ length: next() }, () => Array.from({ length: next() }, next)),
    );
    return { sum: { loss, metrics: states }, gradient: all.subarray(i * bytes, (i + 1) * bytes) };
  });
  return { sums, stops };
}

/** One rank may be asked to stop: all of them do, after the same step. */
export function agreeing<M>(request: TrainRequest<M>): TrainRequest<M> {
  const agreed = new AbortController();
  const { signal: asked } = request;
  const stop = () =>
    agreed.abort(asked?.aborted ? asked.reason : new NablaError("another rank was asked to stop"));
  const { signal, ranks } = { signal: agreed.signal, ranks: request.ranks! };
  return {
    ...request,
    signal,
    asked,
    stop,
    callbacks: stoppingTogether(request.callbacks, ranks),
    together(compute) {
      // all or none
      signal.throwIfAborted();
      return figuresOfFirst(ranks, compute);
    },
  };
}

/**
 * What a callback asks for by context.stop() on one rank, all do: they are told after the callbacks of each, and before those that save.
 * From outside a callback's turn it is told with the next.
 */
function stoppingTogether<M>(own: readonly Callback<M>[], ranks: Ranks): Callback<M>[] {
  const after = own.filter(({ onBatchEnd }) => onBatchEnd).map(({ everySteps = 1 }) => everySteps);
  let asked: string | null = null;
  let stop: TrainingContext<M>["stop"];
  /** Of all ranks: callbacks may be there on one alone. */
  let every: readonly number[];
  const agree = async () => {
    const mine = asked;
    asked = null;
    const reason = (await gatherJson(ranks, mine)).find((reason) => reason !== null);
    if (reason != null) stop(reason);
  };
  const first: Callback<M> = {
    async onTrainBegin(context) {
      ({ stop } = context);
      context.stop = (reason) => {
        asked = reason;
      };
      every = (await gatherJson(ranks, after)).flat();
    },
  };
  const last: Callback<M> = {
    onTrainBegin: agree,
    onEpochBegin: agree,
    onEpochEnd: agree,
    onBatchEnd: (_, __, { step }) => (every.some((n) => step % n === 0) ? agree() : undefined),
  };
  return [first, ...own, last];
}

/** @throws NablaError on all ranks, where they are not about to do the same: says who differs in what */
export async function sameOnAll<M>(
  ranks: Ranks,
  request: TrainRequest<M>,
  run: Run,
  plan: Plan,
): Promise<void> {
  const { settings, train, validation, network, schedule } = request;
  const { core, architecture } = network;
  const about = {
    "number of rows": train.length,
    "shape of a row": train.inputShape,
    targets: train.target,
    "content of the data": run.known?.data.content,
    "set of sample weights": run.known?.weights,
    "number of rows to validate on": validation?.length,
    "content of the data to validate on": run.known?.validation?.content,
    "set of sample weights to validate on": run.known?.validationWeights,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [`option ${name}`, value])),
    layers: architecture.layers.map(({ name, type, outputShape }) => [name, type, outputShape]),
    "loss, optimizer, or option of a layer": [schedule, hash(plan.bytes)],
    "place in the training": { epoch: run.epoch, batch: run.batch, step: run.step },
    "set of weights": hash(core.u8(core.base, network.workspace - core.base)),
  };
  const all = await gatherJson(
    ranks,
    Object.entries(about).map(([what, value]) => [what, JSON.stringify(value) ?? "none"]),
  );
  for (const [rank, facts] of all.entries())
    for (const [i, [what, value]] of facts.entries()) {
      if (value === all[0][i][1]) continue;
      const texts = [value, all[0][i][1]];
      const is = texts.some((text) => text.length > 100 || /"blocks"/.test(text))
        ? ""
        : `: ${texts[0]} instead of ${texts[1]}`;
      throw new NablaError(
        `fit: ranks: ${ranks.called(rank)} has another ${what} than ${ranks.called(0)}${is}; start all with the same program, options and data`,
      );
    }
}

/** FNV-1a of 32 bits. */
function hash(bytes: Uint8Array): number {
  let h = 0x811c9dc5;
  for (const byte of bytes) h = Math.imul(h ^ byte, 0x01000193);
  return h >>> 0;
}

/** Figures that the first one computes, and all have. */
async function figuresOfFirst(
  ranks: Ranks,
  compute: () => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const mine = ranks.rank === 0 ? Object.entries(await compute()).map(([name, n]) => [name, String(n)]) : [];
  const [first] = await gatherJson(ranks, mine);
  return Object.fromEntries(first.map(([name, n]) => [name, Number(n)]));
}

/** @throws NablaError where a batch cannot be cut so, or not among these ranks */
export function checkShards(
  { shards, batchSize, rows }: RunSettings,
  { ranks, worker }: Pick<FitOptions, "ranks" | "worker">,
  source: Source | undefined,
): void {
  const refuse = (expected: string) => {
    throw new NablaError(`fit: shards: expected ${expected}, got ${shards ?? "none"}`);
  };
  if (ranks && worker)
    throw new NablaError("fit: worker: ranks are processes, each of which trains by itself; leave it out");
  if (ranks && source)
    throw new NablaError(
      "fit: ranks: expected a data set, of which each rank reads its rows; got an iterator of batches",
    );
  if (shards === undefined || shards < (ranks?.size ?? 1))
    return refuse(`at least ${ranks!.size}, the ranks, each of which computes some of a batch's shards`);
  if ((shards & (shards - 1)) !== 0) refuse("a power of two from 1 to 4096");
  const most = source ? batchSize : Math.min(batchSize, rows);
  if (shards > most) refuse(`at most ${most}, the rows of a batch`);
}
