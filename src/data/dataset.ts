/** What training reads from: rows by number, written into the caller's buffers. */
import { sizeOf } from "../shape.ts";

/** What a row is mapped to: one of some classes, or numbers. */
export type Target =
  | { readonly kind: "class"; readonly classes: number; readonly names?: readonly string[] }
  | {
      readonly kind: "values";
      readonly size: number;
      /** Of a row, where targets were given with one of several axes: compared with the shape of the outputs. */
      readonly shape?: readonly number[];
      readonly names?: readonly string[];
    };

/** Input values of some rows, row-major: bytes of images, or float32. */
export type Inputs = Uint8Array | Float32Array;

/** Targets of some rows: class numbers, or values. */
export type Targets = Int32Array | Float32Array;

/** One of several inputs of a data set. */
export interface InputPart {
  readonly name: string;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly type: "uint8" | "float32";
  /** What uint8 values are multiplied by. */
  readonly scale: number;
  /** See Dataset. */
  readonly scaleUnsaid?: true;
}

/** One of several targets. */
export interface TargetPart {
  readonly name: string;
  readonly target: Target;
}

/**
 * How the rows of a data set are made up whose inputs or targets are records, by the names of a model's inputs and outputs. A row of x
 * then is the bytes of all inputs, one after the other, and a row of y all targets, labels among them, as float32.
 */
export interface Parts {
  readonly inputs: readonly InputPart[];
  readonly targets: readonly TargetPart[];
}

/** Rows of inputs and targets that are read by their numbers, a batch at a time. */
export interface Dataset {
  readonly name: string;
  readonly length: number;
  /** The shape of one row, without the batch dimension. */
  readonly inputShape: readonly number[];
  readonly inputType: "uint8" | "float32";
  /** What uint8 values are multiplied by on their way to float32: 1/255 for images; 1 for float32. */
  readonly inputScale: number;
  /** Nobody chose inputScale: a model that is trained reads the bytes as it was trained. */
  readonly scaleUnsaid?: true;
  readonly target: Target;
  /** Where rows are records: see joinDatasets(). */
  readonly parts?: Parts;
  /** All labels, if they are known anyway: saves a pass over the inputs when splitting by class. */
  readonly labels?: Int32Array;
  /** The group of each row (a patient, a camera): rows of one group are kept together wherever rows are split. */
  readonly groups?: Int32Array;
  /** Of pictures: the file of each row, below the folder that was opened. For people; a subset has those of its rows. */
  readonly files?: readonly string[];
  /** Rows stand in the order of time: wherever they are split, it is the last ones that are kept out of training. */
  readonly inOrder?: boolean;
  /** Where rows overlap: so many before those that are kept out have a target in common with them, and are left out of both parts. */
  readonly apart?: number;
  /** How the inputs were moved and scaled before they are read: goes into the metadata of a model that is fitted to them. */
  readonly standardisation?: Standardisation;
  /** How the targets read() gives were moved and scaled, where they are not in their own unit: likewise. See `metadata.targetScale`. */
  readonly targetScale?: Standardisation;
  /** What else programs need to know to prepare inputs alike (columns, …): plain JSON, goes into `metadata.extra`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /**
   * Writes the rows `indices` one after the other into x ([indices.length, ...inputShape]) and their targets into y:
   * labels ([n], Int32Array) or values ([n, size], Float32Array). May return a promise; then the caller reads ahead.
   *
   * `epoch` is the pass of a training these rows are for, counted from 0: `augment` makes other images of them each time. Left
   * out by evaluation and prediction, which need the rows unchanged. A dataset over another passes it on.
   */
  read(indices: Uint32Array, x: Inputs, y: Targets, epoch?: number): void | Promise<void>;
}

/** How float columns were moved and scaled: (x - mean) / scale, column by column. */
export interface Standardisation {
  mean: number[];
  scale: number[];
  columns?: string[];
}

/** Rows to train on and, where there are any, rows to validate on while training, and to test with. */
export interface DataSplit {
  train: Dataset;
  validation?: Dataset;
  test?: Dataset;
  standardisation?: Standardisation;
}

/** A split of which a share F is tested with, the default if F is not given: then there is `test`, unless F is 0 or any number. */
export type WithTest<Split, F extends number> = 0 extends F ? Split : Split & { test: Dataset };

/** Values per row of a dataset's target: 1 for a label. */
export function targetSize(target: Target): number {
  return target.kind === "class" ? 1 : target.size;
}

/** Buffers that `read` can fill with `rows` rows of this dataset. */
export function buffersFor(dataset: Dataset, rows: number): { x: Inputs; y: Targets } {
  const xLength = rows * sizeOf(dataset.inputShape);
  const yLength = rows * targetSize(dataset.target);
  return {
    x: dataset.inputType === "uint8" ? new Uint8Array(xLength) : new Float32Array(xLength),
    y: dataset.target.kind === "class" ? new Int32Array(yLength) : new Float32Array(yLength),
  };
}

/** The numbers 0 to n - 1. */
export function range(n: number, from = 0): Uint32Array {
  const indices = new Uint32Array(n);
  for (let i = 0; i < n; i++) indices[i] = from + i;
  return indices;
}

/**
 * Reads rows where waiting is not possible. False when the dataset reads asynchronously; nothing may rely on the buffers then,
 * and the pending read can be ignored.
 */
export function readNow(dataset: Dataset, indices: Uint32Array, x: Inputs, y: Targets): boolean {
  const pending = dataset.read(indices, x, y);
  if (pending) pending.catch(() => {});
  return !pending;
}

/** All of a dataset but its rows. */
export type DatasetHeader = Pick<
  Dataset,
  | "name"
  | "length"
  | "inputShape"
  | "inputType"
  | "inputScale"
  | "scaleUnsaid"
  | "target"
  | "parts"
  | "standardisation"
  | "targetScale"
>;
