/** What programs pass to fit() and similar methods, and what they get. */
import type { Callback, TrainedModel } from "../callbacks/callback.ts";
import { bool, type Field, type Fields, int, number } from "../fields/fields.ts";
import { abortSignal, func, milliseconds, numbers, thing, used } from "../fields/programs.ts";
import { type Threads, threadsField } from "../threads/threads.ts";
import type { DataArgument, Together } from "./arguments.ts";
import type { MetricList } from "./compile.ts";
import type { Progress } from "./progress.ts";
import type { Ranks } from "./ranks.ts";
import { type FitSettings, fitSettings, seedField } from "./settings.ts";

/** What only a running program can hand to fit(). */
export interface RunTimeOptions<M = TrainedModel> {
  /**
   * What to validate on after each epoch: a data set, [x, y], [x, y, sampleWeight] with factors of the loss by row, or the same by name:
   * { xs, ys, sampleWeight }.
   */
  validationData?: DataArgument | (Together & { readonly sampleWeight?: ArrayLike<number> });
  /** Factors of the loss, by row of the data. With validationSplit the rows kept out keep theirs, as in Keras. */
  sampleWeight?: ArrayLike<number>;
  /** A callback belongs to one training at a time. */
  callbacks?: readonly Callback<M>[];
  /**
   * Stops between two steps; fit() then rejects with the signal's reason and the model keeps its state. Rows that are being read are not
   * waited for, whenever they come. A callback that has its turn, and may be saving, has another second.
   */
  signal?: AbortSignal;
  /**
   * Train in a worker. Default: on a page, where there can be one; false elsewhere (in Node `true` starts a thread). Everything else stays
   * the same, bits included: callbacks run here and find the model as it is at that moment, a data set of the
   * program's own is read here, batch by batch. Rows in memory are copied to the worker in small pieces (see `transfer`), `digits()` and
   * what `subset`, `shifted`, `augment` and `standardise` make of others is made there. Between callbacks this model has the weights of the last
   * report; changing them then is refused.
   */
  worker?: boolean;
  /**
   * Moves rows in memory to the worker instead of copying them: half the memory. Until the training ends the data set cannot be read
   * here, and the arrays it was made of stay empty; the data set itself has its rows back at the end. Default false.
   */
  transfer?: boolean;
  /**
   * How many threads compute, this one among them; results have the same bits with any number. "auto": the first steps are measured with one
   * and with more, and what is faster is kept. Threads share memory: pages have to be cross-origin isolated and train in their worker.
   * Where there is one thread after all, model.info() says why. Default "auto" in a worker, 1 elsewhere.
   */
  threads?: Threads;
  /**
   * Called with how far training is: at most every `progressInterval` milliseconds, as often at ends of epochs, and at the very end. Not
   * waited for.
   */
  onProgress?: (progress: Progress) => void;
  /** Default 100. */
  progressInterval?: number;
  /**
   * The processes that train this model together, with `shards`: what connect() of nabla/mpi gives. Each computes some of a batch's shards and
   * reads their rows alone; weights have the bits of one process with as many shards. Where one fails, all end.
   */
  ranks?: Ranks;
  /** Continue where a loaded (or aborted) training stopped. Needs the same data, batch size and seed; what differs is named, and refused. */
  resume?: boolean;
  /** With `resume`: go on although the data is not what the training had. Its bits are then those of no uninterrupted training. */
  otherData?: boolean;
}

const runTime = () =>
  ({
    validationData: used("a data set, [x, y] or { xs, ys }"),
    sampleWeight: used("factors by row"),
    callbacks: used("an array of callbacks"),
    signal: abortSignal(),
    worker: bool(),
    transfer: bool(),
    threads: threadsField(),
    onProgress: func(),
    progressInterval: milliseconds(),
    ranks: thing("what connect() of nabla/mpi gives"),
    resume: bool(),
    otherData: bool(),
  }) satisfies Record<keyof RunTimeOptions, Field>;

/** Of settings that are read where they are used. */
const readLater = () => ({
  classWeight: used("factors by class"),
  augment: used("the effects to apply"),
});

/** What fit() takes besides data. */
export interface FitOptions<M = TrainedModel> extends FitSettings, RunTimeOptions<M> {}

/** What else fit() takes, by name; settings have been read. */
export const fitOptions = (): Fields => ({ ...runTime(), ...readLater() });

/** The names of all settings. */
export const settingNames = (): string[] => Object.keys(fitSettings().fields);

/** What fit() resolves to. */
export interface History {
  /** Epoch numbers, from 0. */
  readonly epoch: readonly number[];
  /** Figures by name, one per epoch: loss, accuracy, valLoss, valAccuracy, … */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why training ended before its last epoch, if it did. */
  readonly stopped?: string;
  /** What there is to say of the rows: classes that validationSplit left with none in one of the parts. */
  readonly notes?: readonly string[];
}

/** Factors of the loss. */
export type WeightOptions = Pick<FitOptions, "classWeight" | "sampleWeight">;

/** What confusionMatrix() takes besides data. */
export interface ConfusionOptions extends WeightOptions {
  /** Does not change the result. Default 256. */
  batchSize?: number;
  /** Called with every row's number, loss and outputs. */
  onRow?: (row: number, loss: number, outputs: Float32Array) => void;
  /** Ends it between two batches, or while rows are waited for: it then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What evaluate() takes besides data. */
export interface EvaluateOptions extends ConfusionOptions {
  /** Other metrics than compile() was given, of every output. */
  metrics?: MetricList;
  /**
   * How often figures are computed again, on as many rows drawn from those of the data with repetition: the result has `intervals`, between
   * whose ends the middle `confidence` of these figures lie. 1000 is usual. Keeps outputs, targets and losses of all rows in memory.
   */
  bootstrap?: number;
  /** Of the intervals. Default 0.95. */
  confidence?: number;
  /** Which rows are drawn. Default 0. */
  seed?: number;
  /** How many threads compute: as in fit(). Default 1. */
  threads?: Threads;
}

/** What evaluate() takes besides an iterator of batches. */
export interface StreamEvaluateOptions
  extends Pick<
    EvaluateOptions,
    "onRow" | "signal" | "classWeight" | "metrics" | "bootstrap" | "confidence" | "seed" | "threads"
  > {
  /** How many batches to take. Default: until there are no more. */
  steps?: number;
}

/** What gradients() and inputGradients() take besides data. */
export const weightOptions = () =>
  ({ classWeight: thing("factors by class"), sampleWeight: numbers() }) satisfies Record<
    keyof GradientOptions,
    Field
  >;

export const confusionOptions = () =>
  ({
    batchSize: int({ min: 1, wide: true }),
    onRow: func(),
    signal: abortSignal(),
    ...weightOptions(),
  }) satisfies Record<keyof ConfusionOptions, Field>;

/** What evaluate() takes with data of any kind. */
export const figureOptions = () =>
  ({
    metrics: thing("an array of metrics"),
    bootstrap: int({ min: 0, wide: true }),
    confidence: number(),
    seed: seedField(),
    threads: threadsField(),
  }) satisfies Partial<Record<keyof EvaluateOptions, Field>>;

/** What it takes with an iterator of batches. */
export const streamOptions = () => {
  const { onRow, signal, classWeight } = confusionOptions();
  return {
    steps: int({ min: 1, wide: true }),
    onRow,
    signal,
    classWeight,
    ...figureOptions(),
  } satisfies Record<keyof StreamEvaluateOptions, Field>;
};

/** What gradients() and inputGradients() take besides data. */
export interface GradientOptions extends WeightOptions {}

/** What trainOnBatch() takes besides data; testOnBatch() takes the weights. */
export interface TrainOnBatchOptions extends WeightOptions {
  /** Of this step. Default: the optimizer's, or what callbacks of fit() have made of it. With a schedule it has to be given. */
  learningRate?: number;
}
