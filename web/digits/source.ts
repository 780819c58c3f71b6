/** What is trained on: generated digits, or the visitor's own data. */
import { signal } from "@preact/signals";
import type { Model } from "nabla";
// not from nabla/data: with all its names would come the readers of files, which are loaded when there is a file
import type { Dataset } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/digits/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { sizeOf } from "../../src/shape.ts";

export interface Source {
  readonly kind: "digits" | "own" | "absent";
  /** How the page calls it. */
  readonly name: string;
  readonly train: Dataset;
  /** What the network is examined with and never trained on. */
  readonly test?: Dataset;
}

/** Generated digits that no training sees. */
const TEST_ROWS = 2000;

export function generated(samples: number): Source {
  return {
    kind: "digits",
    name: "generated digits",
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
  return { kind: "absent", name: "The data of this network is not here", train };
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
