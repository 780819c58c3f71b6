/** Means and variances of data that is there before a model is: what normalization().adapt() takes and computes. */
import { NablaError } from "../errors.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";
import { isBytes } from "../tags.ts";

type Numbers = ArrayLike<number>;
type Nested = readonly (number | Numbers | Nested)[];
/** Rows of values as fit() and predict() take them: nested arrays, or flat with the shape they have, the rows first. */
export type AdaptRows = Nested | { readonly data: Numbers; readonly shape: Shape };
/** What is asked of a data set. */
export interface AdaptDataset {
  readonly name: string;
  readonly length: number;
  readonly inputShape: Shape;
  readonly inputType: "uint8" | "float32";
  readonly inputScale: number;
  readonly target: { readonly kind: "class" } | { readonly kind: "values"; readonly size: number };
  read(indices: Uint32Array, x: never, y: never): void | Promise<void>;
}

const BATCH = 256;
const WHERE = "normalization: adapt";

export const isDataset = (data: AdaptRows | AdaptDataset): data is AdaptDataset =>
  typeof (data as Partial<AdaptDataset> | null)?.read === "function";

/** Collects mean and variance, value by value (Welford 1962), so that no second pass is needed and no digits are lost. */
export class Moments {
  readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private readonly counts: Float64Array;

  /** @param slots for each value of a row, which mean and variance it belongs to */
  constructor(
    private readonly slots: Uint32Array,
    count: number,
  ) {
    this.mean = new Float64Array(count);
    this.squares = new Float64Array(count);
    this.counts = new Float64Array(count);
  }

  add(values: Numbers, scale: number): void {
    const width = this.slots.length;
    for (let i = 0; i < values.length; i++) {
      const slot = this.slots[i % width];
      const value = values[i] * scale;
      if (!Number.isFinite(value))
        throw new NablaError(
          `${WHERE}: expected finite numbers, got ${value} in row ${Math.floor(i / width)}`,
        );
      const before = value - this.mean[slot];
      this.mean[slot] += before / ++this.counts[slot];
      this.squares[slot] += before * (value - this.mean[slot]);
    }
  }

  /** Of the population, as in Keras. */
  get variance(): Float64Array {
    return this.squares.map((sum, slot) => sum / this.counts[slot]);
  }
}

/** The batches of a data set, as the numbers that a model sees. */
export async function addDataset(moments: Moments, data: AdaptDataset): Promise<void> {
  const { inputType, inputScale, target, length } = data;
  if (length === 0) throw new NablaError(`${WHERE}: ${data.name} has no rows`);
  const width = sizeOf(data.inputShape);
  for (let from = 0; from < length; from += BATCH) {
    const n = Math.min(BATCH, length - from);
    const indices = Uint32Array.from({ length: n }, (_, i) => from + i);
    const x = inputType === "uint8" ? new Uint8Array(n * width) : new Float32Array(n * width);
    const y = target.kind === "class" ? new Int32Array(n) : new Float32Array(n * target.size);
    await data.read(indices, x as never, y as never);
    moments.add(x, inputScale);
  }
}

/** Rows as flat values. Bytes stand for 0 … 1, as wherever a model is given bytes. */
export function flatRows(rows: AdaptRows): { shape: Shape; data: Numbers; scale: number } {
  if (!Array.isArray(rows) && typeof rows === "object" && rows !== null && "shape" in rows) {
    const { data, shape } = rows;
    if (sizeOf(shape) !== data.length || data.length === 0)
      throw new NablaError(
        `${WHERE}: shape ${showShape(shape)} needs ${sizeOf(shape)} values, got ${data.length}`,
      );
    return { shape, data, scale: isBytes(data) ? 1 / 255 : 1 };
  }
  const shape: number[] = [];
  const isList = (value: unknown): value is Numbers => Array.isArray(value) || ArrayBuffer.isView(value);
  let leaf: unknown;
  for (let level: unknown = rows; isList(level); level = level[0]) {
    shape.push(level.length);
    leaf = level;
  }
  if (shape.length < 2 || shape.includes(0))
    throw new NablaError(`${WHERE}: expected rows of numbers, { data, shape } or a data set`);
  const data: number[] = [];
  const bytes = isBytes(leaf);
  const visit = (value: unknown, depth: number): void => {
    if (depth === shape.length && typeof value === "number") data.push(value);
    else if (depth < shape.length && isList(value) && value.length === shape[depth])
      for (let i = 0; i < value.length; i++) visit(value[i], depth + 1);
    else throw new NablaError(`${WHERE}: expected rows of one shape, ${showShape(shape.slice(1))}`);
  };
  visit(rows, 0);
  return { shape, data, scale: bytes ? 1 / 255 : 1 };
}
