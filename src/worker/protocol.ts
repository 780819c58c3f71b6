/**
 * Messages between a page and the worker that trains for it. One training at a time; `id` distinguishes late messages of an
 * earlier one from those of this one.
 *
 *     page                                        worker
 *      │  ◄──────────────────────────────── ready   │
 *      │  piece · piece · … (rows of datasets) ──►  │
 *      │  train ────────────────────────────────►   │
 *      │  ◄──────────────── hook (a callback's turn) │  waits for
 *      │  reply ────────────────────────────────►   │
 *      │  ◄──────────────── read (row numbers), next │  of datasets and batches that stay on the page
 *      │  rows ─────────────────────────────────►   │
 *      │  ◄──── call (of a function of the program's own) │  waits for
 *      │  result ───────────────────────────────►   │
 *      │  ◄──────────────────────────── progress    │  not again before
 *      │  seen ─────────────────────────────────►   │
 *      │  abort, meddle ────────────────────────►   │
 *      │  ◄──────────────────────── done, or failed │
 */
import type { CallbackState, Logs } from "../callbacks/callback.ts";
import type { SharedCode } from "../core/shared.ts";
import type { Inputs, Targets } from "../data/dataset.ts";
import type { Portable } from "../data/portable.ts";
import type { TargetScale } from "../data/targetScale.ts";
import type { Topology } from "../layers/configs.ts";
import type { InputKind } from "../plan/operation.ts";
import type { Threads, ThreadsUsed } from "../threads/threads.ts";
import type { CompiledTraining } from "../training/compile.ts";
import type { Progress } from "../training/progress.ts";
import type { Run } from "../training/run.ts";
import type { RunSettings } from "../training/settings.ts";
import type { Place } from "../training/source.ts";

/** One end of a connection. */
export interface Port {
  post(message: unknown, transfer?: Transferable[]): void;
  onMessage: (message: never) => void;
}

/** Where a training is, all of it. */
export interface State {
  /** Parameters and slots as they lie in linear memory, which has the same layout on both sides. */
  snapshot: Uint8Array<ArrayBuffer>;
  run: Run;
  metrics: number[][];
  threads?: ThreadsUsed;
}

export type Hook = "onTrainBegin" | "onTrainEnd" | "onEpochBegin" | "onEpochEnd" | "onBatchEnd";

/** Bytes of values sent at once, where there are more: copying them takes about a millisecond. */
export const PIECE = 4 * 1024 * 1024;

/** Inputs or targets of a dataset: sent ahead in pieces, or as they are where memory is shared, or moved, to be given back. */
export type SentValues = { piece: number } | { values: Inputs | Targets; lent?: boolean };
export type SentDataset =
  | Exclude<Portable, { kind: "arrays" }>
  | (Omit<Extract<Portable, { kind: "arrays" }>, "x" | "y" | "rows" | "exact"> & {
      x: SentValues;
      y: SentValues;
    });

export interface Setup {
  module: WebAssembly.Module | BufferSource;
  topology: Topology;
  inputShape: readonly number[];
  /** How the model reads its inputs. */
  reading: readonly InputKind[] | undefined;
  /** In what unit its outputs are, and the threshold that was chosen for its only one. */
  metadata: { targetScale?: TargetScale | undefined; extra?: { decision: unknown } };
  training: CompiledTraining["config"];
  state: State;
  callbacks: CallbackState[];
  datasets: SentDataset[];
  /** Numbers of datasets. */
  train: number;
  /** Rows of the first batch, where rows come in batches: they are asked for by their place. */
  stream?: number;
  validation?: number;
  settings: RunSettings;
  threads?: Threads;
  /** The core with a memory that can be shared, where there is one. */
  shared?: SharedCode;
  classes?: readonly number[];
  samples?: Float64Array;
  /** The same for the rows to validate on. */
  validationSamples?: Float64Array;
  /** Which hooks anyone waits for, and after how many steps onBatchEnd. */
  hooks: Hook[];
  everySteps: readonly number[];
  /** Milliseconds between reports; none where no one listens. */
  progress?: number;
}

/** An error, so that the other side can recreate it, or find its own again. */
export interface SentError {
  message: string;
  name: string;
  stack?: string;
  details?: Record<string, unknown>;
  cause?: SentError;
  /** The number of an error of the page's own. */
  own?: number;
}

/** Outputs or targets of a batch. */
export interface SentOutputs {
  data: Float32Array;
  shape: readonly number[];
}

export type FromPage =
  | { kind: "piece"; id: number; number: number; length: number; at: number; values: Inputs | Targets }
  | { kind: "train"; id: number; setup: Setup }
  | {
      kind: "reply";
      id: number;
      callbacks?: CallbackState[];
      snapshot?: Uint8Array<ArrayBuffer>;
      rateFactor?: number;
      baseRate?: number;
      /** Figures as callbacks left them. */
      logs?: Logs;
      stop?: string;
      error?: SentError;
    }
  | {
      kind: "rows";
      id: number;
      read: number;
      /** None at the end of an epoch of batches. */
      x?: Inputs;
      y?: Targets;
      samples?: ArrayLike<number>;
      error?: SentError;
    }
  | {
      kind: "result";
      id: number;
      call: number;
      figures?: number | Float64Array;
      gradient?: { data: Float64Array; shape: readonly number[] };
      error?: SentError;
    }
  | { kind: "seen"; id: number }
  /** From outside a callback's turn. */
  | { kind: "meddle"; id: number; stop?: string; rateFactor?: number; baseRate?: number }
  /** Before "train" too: pieces are forgotten then. */
  | { kind: "abort"; id: number };

export type FromWorker =
  | { kind: "ready" }
  | { kind: "hook"; id: number; hook: Hook; at: number; logs?: Logs; state: State }
  | { kind: "read"; id: number; read: number; dataset: number; indices: Uint32Array; epoch?: number }
  | { kind: "next"; id: number; read: number; place: Place }
  | {
      kind: "call";
      id: number;
      call: number;
      /** The name of a metric; else the loss is asked, for its gradient as well or not. */
      metric?: string;
      /** The number of the output whose loss is asked. */
      output?: number;
      gradient?: boolean;
      outputs: SentOutputs;
      targets: SentOutputs;
    }
  | { kind: "progress"; id: number; progress: Progress; state?: State }
  | { kind: "done"; id: number; state: State; lent: LentBack[] }
  | {
      kind: "failed";
      id: number;
      error: SentError;
      aborted: boolean;
      /** Training did not begin: the worker could not make the model. */
      unprepared: boolean;
      /** Missing also where there is no memory for it. */
      state?: State;
      /** Of callbacks, where training went back to an earlier state. */
      callbacks?: CallbackState[];
      lent: LentBack[];
    };

/** Moved rows, on their way back. */
export interface LentBack {
  dataset: number;
  x: Inputs & { readonly buffer: ArrayBuffer };
}
