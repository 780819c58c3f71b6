/** What is trained on: generated digits, or the visitor's own data. */
import { signal } from "@preact/signals";
import type { Model } from "nabla";
// not from nabla/data: with all its names would come the readers of files, which are loaded when there is a file
import type { Dataset } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/digits/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { sizeOf } from "../../src/shape.ts";
import { digitsText } from "../text/digits.ts";

export interface Source {
  readonly kind: "digits" | "own" | "absent";
  /** How the page calls it. */
  readonly name: string;
  readonly train: Dataset;
  /** What the network is examined with and never trained on. */
  readonly test?: Dataset;
  /** Drawings of the visitor's own among the rows that are trained on. */
  readonly drawn?: number;
  /** Of a table: how it was read, and how it can be read otherwise. */
  readonly table?: TableSource;
}

export interface TableSource {
  readonly columns: readonly string[];
  /** As they are written. */
  readonly rows: readonly (readonly string[])[];
  readonly choices: TableChoices;
  /** The same file with other choices. */
  readonly again: (choices: TableChoices) => Promise<Source>;
}

/** What a visitor says of a table. */
export interface TableChoices {
  readonly label: string;
  readonly task: "auto" | "classification" | "regression";
  readonly missing: "auto" | "drop" | "fill";
  /** What the first row has. */
  readonly header: "auto" | "names" | "values";
  readonly decimal: "auto" | "." | ",";
  /** Columns that are no inputs. */
  readonly ignore: readonly string[];
}

/** A table of which something has to be said before it can be read. */
export const undecided = signal<TableSource | undefined>(undefined);

/** Generated digits that no training sees. */
const TEST_ROWS = 2000;

export function generated(samples: number): Source {
  return {
    kind: "digits",
    name: digitsText.generated,
    train: digits({ samples }),
    test: digits({ samples: TEST_ROWS, part: "test" }),
  };
}

/** Stands for the data of a network that came without it: no rows, only their format. */
export function absent(model: Model): Source {
  const { inputShape, outputShape, metadata } = model;
  const training = internalsOf(model).state.required;
  const outputs = sizeOf(outputShape);
  const classes = metadata.classes?.length ?? Math.max(2, outputs);
  const train: Dataset = {
    name: "absent",
    length: 0,
    inputShape,
    inputType: "uint8",
    inputScale: 1 / 255,
    target: training.loss.classification
      ? { kind: "class", classes, ...(metadata.classes && { names: metadata.classes }) }
      : { kind: "values", size: outputs },
    read() {},
  };
  return { kind: "absent", name: digitsText.absent, train };
}

/** The visitor's own data, once it is read. */
export const own = signal<Source | undefined>(undefined);

/** What classes are called. */
export function classNames({ target }: Dataset): string[] {
  if (target.kind !== "class") return [];
  return Array.from({ length: target.classes }, (_, c) => target.names?.[c] ?? String(c));
}

/** Height, width and channels of rows that are pictures. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Rows [h, w] or [h, w, 1 or 3] are pictures. */
export function imageShape(shape: readonly number[]): ImageShape | undefined {
  const [height = 0, width = 0, channels = 1] = shape;
  if (shape.length < 2 || shape.length > 3 || (channels !== 1 && channels !== 3)) return undefined;
  return { height, width, channels };
}

/** A drawing and what it is said to be. */
export interface Drawn {
  readonly values: Uint8Array;
  readonly label: number;
}

/** Drawings that go into the next training. */
export const added = signal<readonly Drawn[]>([]);

/** Of so many rows one is a copy of a drawing: once among thousands it would not be noticed. */
const SHARE = 100;

/** The source with drawings among its rows, if they are such rows. */
export function withDrawn(source: Source, drawn: readonly Drawn[]): Source {
  const { train } = source;
  const size = sizeOf(train.inputShape);
  const fit = drawn.filter(({ values }) => values.length === size);
  if (fit.length === 0 || train.target.kind !== "class" || train.inputType !== "uint8") return source;
  const { length, labels: _, ...rest } = train;
  const copies = Math.ceil(length / SHARE);
  const joined: Dataset = {
    ...rest,
    length: length + copies * fit.length,
    async read(indices, x, y, epoch) {
      const known = indices.filter((row) => row < length);
      const xs = new Uint8Array(known.length * size);
      const ys = new Int32Array(known.length);
      if (known.length > 0) await train.read(known, xs, ys, epoch);
      let next = 0;
      for (const [i, row] of indices.entries()) {
        const own = row < length ? undefined : fit[(row - length) % fit.length]!;
        x.set(own ? own.values : xs.subarray(next * size, (next + 1) * size), i * size);
        y[i] = own ? own.label : ys[next]!;
        if (!own) next++;
      }
    },
  };
  return { ...source, train: joined, drawn: fit.length };
}
