/** What a program may hook into training. */

/** What callbacks can do with the model that is trained. A program's own have all of it: see src/model/options.ts. */
export interface TrainedModel {
  /** Copies of all parameters by name. */
  weights(): Record<string, Float32Array>;
  setWeights(weights: Readonly<Record<string, Float32Array>>): unknown;
  /** The bytes of a checkpoint. */
  save(): Uint8Array;
}

/** Figures of a batch or an epoch: loss, metrics, and valLoss, val… after a validation. */
export interface Logs {
  loss: number;
  [name: string]: number;
}

/** What a callback can see and do while training runs. */
export interface TrainingContext<M = TrainedModel> {
  readonly model: M;
  /** Epochs to be trained in this call of fit(). */
  readonly epochs: number;
  /** Infinity where an iterator gives the batches and `stepsPerEpoch` does not say how many. */
  readonly batchesPerEpoch: number;
  /** Steps taken so far, over all epochs of this call. */
  readonly step: number;
  /** Multiplies the schedule's rate; kept in checkpoints. */
  rateFactor: number;
  /** The learning rate of the last step. Setting it sets that of all steps to come: see nextLearningRate. */
  learningRate: number;
  /**
   * That of the next step. Setting it sets the rate of all steps to come, `rateFactor` included, which becomes 1; kept in checkpoints.
   * @throws NablaError where a schedule sets the rate, and for what is no number ≥ 0
   */
  nextLearningRate: number;
  /** Ends training after this epoch's callbacks (or this batch, when called from onBatchEnd). */
  stop(reason: string): void;
}

/**
 * Every hook may return a promise, which is waited for; else what it returns does not matter. Epochs and batches count from 0 in each call of
 * fit(), as in Keras.
 */
export interface Callback<M = TrainedModel> {
  /** The name under which state() goes into a checkpoint. Callbacks without one have no state. */
  readonly name?: string;
  /** Before the first step, of a resumed run too. */
  onTrainBegin?(context: TrainingContext<M>): unknown;
  /** After the last epoch, or the one that stop() ended. */
  onTrainEnd?(context: TrainingContext<M>): unknown;
  /** Before an epoch; not in the middle of one that is resumed. */
  onEpochBegin?(epoch: number, context: TrainingContext<M>): unknown;
  /** After an epoch and its validation, with the figures of both. */
  onEpochEnd?(epoch: number, logs: Logs, context: TrainingContext<M>): unknown;
  /** After a step, with the figures of the epoch so far. */
  onBatchEnd?(batch: number, logs: Logs, context: TrainingContext<M>): unknown;
  /** onBatchEnd is only wanted where `context.step` is a multiple of this. Default 1: after every batch. */
  readonly everySteps?: number;
  /** What a resumed run needs to continue as if it had not been stopped. Where `context.step` is 0, a run starts again. */
  state?(): CallbackState;
  /** Restores what state() returned, before the first step of a resumed run. */
  restore?(state: CallbackState): void;
}

export interface CallbackState {
  /** Plain JSON. */
  readonly values: Record<string, number | string | boolean | null>;
  /** Weights by tensor name. */
  readonly tensors?: Readonly<Record<string, Float32Array>>;
}

/** States by the names they have in a checkpoint. */
export type CallbackStates = Readonly<Record<string, CallbackState>>;

/** Callbacks with the names their states have in a checkpoint: the second of one name is "name 2", and so on. */
export function withState<M>(callbacks: readonly Callback<M>[]): [key: string, callback: Callback<M>][] {
  const seen = new Map<string, number>();
  const named: [string, Callback<M>][] = [];
  for (const callback of callbacks) {
    if (callback.name === undefined || !callback.state) continue;
    const n = (seen.get(callback.name) ?? 0) + 1;
    seen.set(callback.name, n);
    named.push([n === 1 ? callback.name : `${callback.name} ${n}`, callback]);
  }
  return named;
}

/** What callbacks have learned, in their order; of those that have a state. */
export const statesOf = <M>(callbacks: readonly Callback<M>[]): CallbackState[] =>
  withState(callbacks).map(([, callback]) => callback.state!());

/** Gives callbacks back what statesOf() has returned. */
export function restoreStates<M>(callbacks: readonly Callback<M>[], states: readonly CallbackState[]): void {
  for (const [i, [, callback]] of withState(callbacks).entries()) callback.restore?.(states[i]);
}

/** The name of callbacks that only save: they change no weights, so a resumed run may do without them. */
export const SAVING = "modelCheckpoint";

/** The name of callbacks that only tell how far a training is: they ask nothing of the model, and end nothing. */
export const TELLING = "progressLine";

/** The order callbacks are called in: those that save come last, so that what they save has what the others learned. */
export const inOrder = <M>(callbacks: readonly Callback<M>[]): Callback<M>[] =>
  [...callbacks].sort((a, b) => Number(a.name === SAVING) - Number(b.name === SAVING));

/** Whether onBatchEnd is wanted after this step. */
export const wanted = ({ everySteps = 1 }: { readonly everySteps?: number }, step: number): boolean =>
  step % everySteps === 0;
