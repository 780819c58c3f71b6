/** What a program may hook into training. */
import type { Model } from "../model/model.ts";

/** Figures of a batch or an epoch: loss, metrics, and valLoss, val… after a validation. */
export interface Logs {
  loss: number;
  [name: string]: number;
}

/** What a callback can see and do while training runs. */
export interface TrainingContext {
  readonly model: Model;
  /** Epochs to be trained in all. */
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Steps taken so far, over all epochs. */
  readonly step: number;
  /** Multiplies what the schedule says; kept in checkpoints. */
  rateFactor: number;
  /** The learning rate of the last step. */
  readonly learningRate: number;
  /** Ends training after this epoch's callbacks (or this batch, when called from onBatchEnd). */
  stop(reason: string): void;
}

/** Every hook may return a promise, which is waited for. Epochs and batches count from 0, as in Keras. */
export interface Callback {
  /** The name under which state() goes into a checkpoint. Callbacks without one have no state. */
  readonly name?: string;
  /** Before the first step, of a resumed run too. */
  onTrainBegin?(context: TrainingContext): void | Promise<void>;
  /** After the last epoch, or the one that stop() ended. */
  onTrainEnd?(context: TrainingContext): void | Promise<void>;
  /** Before an epoch; not in the middle of one that is resumed. */
  onEpochBegin?(epoch: number, context: TrainingContext): void | Promise<void>;
  /** After an epoch and its validation, with the figures of both. */
  onEpochEnd?(epoch: number, logs: Logs, context: TrainingContext): void | Promise<void>;
  /** After a step, with the figures of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, context: TrainingContext): void | Promise<void>;
  /** onBatchEnd is only wanted where `context.step` is a multiple of this. Default 1: after every batch. */
  readonly everySteps?: number;
  /** What a resumed run needs to go on as if it had not been stopped. Where `context.step` is 0, a run begins anew. */
  state?(): CallbackState;
  /** Takes back what state() gave, before the first step of a resumed run. */
  restore?(state: CallbackState): void;
}

export interface CallbackState {
  /** Plain JSON. */
  readonly values: Record<string, number | string | boolean | null>;
  /** Weights by tensor name. */
  readonly tensors?: Readonly<Record<string, Float32Array>>;
}

/** Callbacks with the names their states have in a checkpoint: the second of one name is "name 2", and so on. */
export function withState(callbacks: readonly Callback[]): [key: string, callback: Callback][] {
  const seen = new Map<string, number>();
  const named: [string, Callback][] = [];
  for (const callback of callbacks) {
    if (callback.name === undefined || !callback.state) continue;
    const n = (seen.get(callback.name) ?? 0) + 1;
    seen.set(callback.name, n);
    named.push([n === 1 ? callback.name : `${callback.name} ${n}`, callback]);
  }
  return named;
}

/** The order callbacks are called in: those that save come last, so that what they save has what the others learned. */
export const inOrder = (callbacks: readonly Callback[]): Callback[] =>
  [...callbacks].sort((a, b) => Number(a.name === "modelCheckpoint") - Number(b.name === "modelCheckpoint"));

/** Whether onBatchEnd is wanted after this step. */
export const wanted = ({ everySteps = 1 }: Pick<Callback, "everySteps">, step: number): boolean =>
  step % everySteps === 0;

/** Whether lower or higher is better: "auto" takes higher for accuracies, precision, recall and f1. */
export type Direction = "auto" | "min" | "max";

export function better(
  monitor: string,
  direction: Direction,
  minDelta: number,
): (value: number, best: number) => boolean {
  const up = direction === "max" || (direction === "auto" && /accuracy|precision|recall|f1/i.test(monitor));
  return up ? (value, best) => value > best + minDelta : (value, best) => value < best - minDelta;
}
