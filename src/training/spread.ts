/** Whether ranks are about the same training, and how they end it together. */

import { type Callback, SAVING, TELLING, type TrainingContext } from "../callbacks/callback.ts";
import { messageOf, NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Plan } from "../plan/plan.ts";
import type { WayBack } from "./goingBack.ts";
import type { FitOptions } from "./options.ts";
import { gatherJson, type Ranks } from "./ranks.ts";
import type { TrainRequest } from "./request.ts";
import type { Run } from "./run.ts";
import type { RunSettings } from "./settings.ts";
import { Split } from "./shardOptimizer.ts";
import type { Source } from "./source.ts";
import type { Stepper } from "./step.ts";

/** What all ranks have thrown in the same place: they may still exchange something. */
const everywhere = new WeakSet<object>();

/** Of these, what WayBack has thrown: a training within a callback fails alike. */
const own = new WeakSet<object>();

/**
 * Where a rank could not compute its part of a step all of them throw: else the others would wait for what it gives.
 *
 * @param mine what this rank has failed with
 * @param restore goes back to where nothing was wrong, as a rank whose loss is no number has done
 * @throws what this rank has failed with, or a NablaError with the name of the first that has, and the details of a loss that is no number
 */
export async function failTogether(
  ranks: Ranks,
  mine: { readonly error: unknown } | undefined,
  restore: () => void,
): Promise<never> {
  const error = mine?.error as object;
  const details = own.has(error) ? (error as NablaError).details : undefined;
  const all = await gatherJson(ranks, mine ? { why: messageOf(error), details } : null);
  const first = all.findIndex((each) => each !== null);
  const told = all[first]!;
  if (!mine && told.details && told.details.row === undefined) restore();
  // what is no object cannot be known again
  const thrown =
    Object(error) === error
      ? error
      : new NablaError(`fit: ranks: ${ranks.called(first)}: ${told.why}`, { details: told.details });
  everywhere.add(thrown);
  throw thrown;
}

/**
 * Knows again what it throws: where ranks train, all of them throw it, for the weights that it looks at are the same. Of a slot each has gone
 * back in its part alone, also where all were put together after the last step.
 */
function knownAgain(wayBack: Pick<WayBack<unknown>, "fail">, split: Split | undefined): void {
  const { fail } = wayBack;
  wayBack.fail = (failed): never => {
    try {
      return fail.call(wayBack, failed);
    } catch (error) {
      split?.shrink();
      own.add(error as object);
      everywhere.add(error as object);
      throw error;
    }
  };
}

/** One rank may be asked to stop: all of them do, after the same step. */
async function agreeing<M>(request: TrainRequest<M>): Promise<TrainRequest<M>> {
  const agreed = new AbortController();
  const { signal: asked } = request;
  const stop = () =>
    agreed.abort(asked?.aborted ? asked.reason : new NablaError("another rank was asked to stop"));
  const ranks = request.ranks!;
  const after = request.callbacks
    .filter(({ onBatchEnd, name }) => onBatchEnd && name !== TELLING)
    .map(({ everySteps: n = 1, name }) => ({ n, saves: name === SAVING }));
  // callbacks may be there on one alone
  const all = await gatherJson(ranks, { after, reports: request.progress !== undefined });
  const every = all.flatMap(({ after }) => after);
  // what looks at a model after a step, or is told of it, may save it
  const looks = every.some(({ saves }) => !saves) || all.some(({ reports }) => reports);
  const splits = ranks.shardOptimizer || !looks;
  const split = splits && ranks.size > 1 ? new Split(request.network, ranks) : undefined;
  const callbacks = stoppingTogether(request.callbacks, every, ranks, request.network, split);
  return { ...request, signal: agreed.signal, asked, stop, callbacks, split };
}

/**
 * What a callback asks for by context.stop() on one rank, all do: they are told after the callbacks of each, and before those that save.
 * From outside a callback's turn it is told with the next. After an epoch weights are compared: callbacks may have set them.
 *
 * @param every which steps callbacks of any rank are called after, and whether these save
 */
function stoppingTogether<M>(
  own: readonly Callback<M>[],
  every: readonly { readonly n: number; readonly saves: boolean }[],
  ranks: Ranks,
  { core, all }: Network,
  split: Split | undefined,
): Callback<M>[] {
  let asked: string | null = null;
  let stop: TrainingContext<M>["stop"];
  const agree = async () => {
    const mine = asked;
    asked = null;
    const reason = (await gatherJson(ranks, mine)).find((reason) => reason !== null);
    if (reason != null) stop(reason);
  };
  const first: Callback<M> = {
    onTrainBegin(context) {
      ({ stop } = context);
      context.stop = (reason) => {
        asked = reason;
      };
    },
    onEpochEnd: () => split?.assemble(),
    onTrainEnd: () => split?.assemble(),
  };
  const last: Callback<M> = {
    onTrainBegin: agree,
    onEpochBegin: agree,
    async onEpochEnd(epoch) {
      const hashes = await gatherJson(ranks, hash(core.i32(core.base, all / 4)));
      weightsDiffer(ranks, hashes, epoch);
      await agree();
    },
    async onBatchEnd(_, __, { step }) {
      const due = every.filter(({ n }) => step % n === 0);
      if (due.length > 0) await agree();
      if (due.some(({ saves }) => saves)) await split?.assemble();
    },
  };
  return [first, ...own, last];
}

interface Training<M> {
  readonly stepper: Pick<Stepper<M>, "plan" | "wayBack">;
  train(): Promise<void>;
}

/** Trains, once all are known to be about the same. @param make what trains; whatever fails, a model whose state is whole is left so */
export async function trained<M>(
  make: (request: TrainRequest<M>) => Training<M>,
  given: TrainRequest<M>,
  run: Run,
): Promise<void> {
  const request = await agreeing(given);
  const { split, signal } = request;
  try {
    const trainer = make(request);
    knownAgain(trainer.stepper.wayBack, split);
    await sameOnAll(request.ranks!, request, run, trainer.stepper.plan);
    await trainer.train();
  } catch (error) {
    // all of them have stopped
    if (signal!.aborted || everywhere.has(error as object)) await split?.assemble();
    throw error;
  } finally {
    split?.end();
  }
}

/** @throws NablaError on all ranks, where they are not about to do the same: says who differs in what */
async function sameOnAll<M>(ranks: Ranks, request: TrainRequest<M>, run: Run, plan: Plan): Promise<void> {
  const { settings, train, validation, network, schedule } = request;
  const { core, architecture, flat } = network;
  const slots = flat.slots.map((slot) => core.i32(slot, flat.n));
  const about = {
    "way to keep the optimizer's state (shardOptimizer)": ranks.shardOptimizer === true,
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
    "loss, optimizer, or option of a layer": [schedule, hash(words(plan.bytes))],
    "place in the training": { epoch: run.epoch, batch: run.batch, step: run.step },
    // gradients are those of a part, of the step before
    "set of weights": [core.i32(core.base, network.all / 4), ...slots].map(hash),
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

/** Of ranges, whose bytes are whole words. */
const words = ({ buffer, byteOffset, length }: Uint8Array) => new Int32Array(buffer, byteOffset, length / 4);

/** Of 32 bits, in the manner of FNV-1a: of each fourth word one, since each waits for the one before; upper bits come down as well. */
function hash(words: Int32Array): number {
  let [a, b, c, d] = [0x811c9dc5, 1, 2, 3];
  const n = words.length & ~3;
  for (let i = 0; i < n; i += 4) {
    a = Math.imul(a ^ words[i]!, 0x01000193);
    b = Math.imul(b ^ words[i + 1]!, 0x01000193);
    c = Math.imul(c ^ words[i + 2]!, 0x01000193);
    d = Math.imul(d ^ words[i + 3]!, 0x01000193);
    a ^= a >>> 15;
    b ^= b >>> 15;
    c ^= c >>> 15;
    d ^= d >>> 15;
  }
  let h = 0;
  for (const value of [a, b, c, d, ...words.subarray(n)]) {
    h = Math.imul(h ^ value, 0x01000193);
    h ^= h >>> 15;
  }
  return h >>> 0;
}

/** @throws NablaError on all ranks, where callbacks have set the learning rate on some of them only. @param rates of the step, by rank */
export function rateDiffers(ranks: Ranks, rates: readonly number[], { step }: Pick<Run, "step">): void {
  const other = rates.findIndex((rate) => rate !== rates[0]);
  if (other < 0) return;
  const error = new NablaError(
    `fit: ranks: ${ranks.called(other)} would take step ${step + 1} with learning rate ${rates[other]}, ${ranks.called(0)} with ${rates[0]}; callbacks that set it have to do so alike on all ranks`,
  );
  everywhere.add(error);
  throw error;
}

/** @throws NablaError on all ranks, where callbacks have set weights on some of them only. @param hashes of weights, by rank */
function weightsDiffer(ranks: Ranks, hashes: readonly number[], epoch: number): void {
  const other = hashes.findIndex((each) => each !== hashes[0]);
  if (other < 0) return;
  throw new NablaError(
    `fit: ranks: ${ranks.called(other)} has other weights after epoch ${epoch + 1} than ${ranks.called(0)}; callbacks that set weights have to do so alike on all ranks`,
  );
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
