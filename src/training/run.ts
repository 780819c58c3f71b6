/** Where a training is: all of it but weights and optimizer slots. Saved with them, it lets training continue from any step, bit for bit. */
import type { Logs } from "../callbacks/callback.ts";

/** Plain JSON. */
export interface Run {
  /** Epochs finished since compile(). */
  epoch: number;
  /** Batches finished of the epoch that is running. */
  batch: number;
  /** Steps taken since compile(). */
  step: number;
  /** Of these epochs, those of earlier calls of fit(). Programs and callbacks see what came after them. */
  firstEpoch: number;
  /** Of these steps, those of earlier calls and of trainOnBatch(). */
  firstStep: number;
  /** Sums over the epoch that is running. */
  lossSum: number;
  rows: number;
  metrics: Record<string, number[]>;
  /** Figures of the finished epochs of this call. */
  history: Logs[];
  /** What callbacks multiply the learning rate by. */
  rateFactor: number;
  /** The learning rate that a callback has set in place of the optimizer's. */
  baseRate: number | undefined;
  /** The learning rate of the last step. */
  rate: number;
  /** Why training was stopped before its last epoch, if it was. */
  stopped?: string;
  /** Figures so far of an epoch that was stopped in the middle, and may be resumed. */
  partial: Logs | undefined;
  /** Whether all that belongs to the end of a training has been done. */
  finished: boolean;
  /** What is known of its data. */
  known?: Known;
}

/**
 * The run of another call of fit(), which goes on from where `before` ended. What was left of an epoch is not made up for:
 * another epoch begins, with an order of its own.
 */
export const freshRun = (before?: Run): Run => {
  const epoch = before ? before.epoch + Number(before.batch > 0) : 0;
  const { step = 0, rateFactor = 1, baseRate, rate = 0 } = before ?? {};
  return {
    epoch,
    batch: 0,
    step,
    firstEpoch: epoch,
    firstStep: step,
    lossSum: 0,
    rows: 0,
    metrics: {},
    history: [],
    rateFactor,
    baseRate,
    rate,
    partial: undefined,
    finished: false,
  };
};

/** What this call of fit() has done so far. */
export const since = ({ epoch, step, firstEpoch, firstStep }: Run): Pick<Run, "epoch" | "step"> => ({
  epoch: epoch - firstEpoch,
  step: step - firstStep,
});

/** What a training knows of its data, see known.ts. Plain JSON. */
export interface Known {
  readonly data: KnownRows;
  /** Of the rows that a program validates on. */
  readonly validation?: KnownRows;
  readonly weights?: Hashes;
  /** Of the rows that a program validates on. */
  readonly validationWeights?: Hashes;
  /** Functions that training calls and files do not have: their names. */
  readonly functions: readonly string[];
}

export interface KnownRows {
  /** None where rows come in batches. */
  readonly rows?: number;
  readonly inputs: string;
  readonly targets: string;
  readonly classes?: readonly string[];
  /** Hashes of what the inputs went through before: columns, encoding, scale. */
  readonly prepared?: Readonly<Record<string, string>>;
  readonly content?: { readonly x: Hashes; readonly y: Hashes };
  readonly seen?: Seen;
}

/** Of rows in blocks of `size`: of each block, and of the first, second, … rows of all blocks where a block has few. Hexadecimal. */
export interface Hashes {
  readonly rows: number;
  readonly size: number;
  readonly blocks: string;
  readonly places?: string;
}

/** Rows by number, and the hashes of inputs and targets of each, as this epoch of a training has read them. */
export interface Seen {
  readonly epoch?: number;
  readonly rows: readonly number[];
  readonly hashes: readonly string[];
}
