/**
 * Bringing columns to mean 0 and variance 1: in float64, and rounded once, so that Unix times and Julian dates, which float32 cannot tell
 * apart, keep their differences.
 */

import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { showShape, sizeOf } from "../shape.ts";
import {
  buffersFor,
  type Dataset,
  type Inputs,
  range,
  readNow,
  type Standardisation,
  type Targets,
  targetSize,
} from "./dataset.ts";
import { demandDataset } from "./expected.ts";
import { describeAll, headerOf, portable, withHeader } from "./portable.ts";
import { rowsDataset } from "./rows.ts";

/**
 * Mean and standard deviation of every input column over `indices` (default: all rows). Fit it on the training rows
 * alone, else the model has seen something of its test rows.
 * A column that does not vary gets scale 1. Throws on uint8 datasets, and on those that read asynchronously.
 */
export function fitStandardisation(dataset: Dataset, indices?: Uint32Array): Standardisation {
  demandDataset("fitStandardisation", dataset);
  const rows = indices ?? range(dataset.length);
  if (dataset.inputType !== "float32") {
    throw new NablaError(
      `${dataset.name}: standardisation is for float32 inputs, these are uint8 (already scaled)`,
    );
  }
  demand(
    isObject(indices ?? {}) && rows.length >= 0,
    `${dataset.name}: standardisation`,
    "a list of row numbers",
    indices,
  );
  if (rows.length === 0) throw new NablaError(`${dataset.name}: expected at least one row to fit on`);
  const exact = exactRows(dataset);
  return measure(sizeOf(dataset.inputShape), rows.length, (visit) => {
    const width = sizeOf(dataset.inputShape);
    if (exact) for (const row of rows) visit(exact.x, row * width);
    else eachRow(dataset, rows, visit);
  });
}

/**
 * @param rows how many `each` visits
 * @param each visits the rows, twice in the same order: an array, and where in it the row begins
 */
export function measure(
  columns: number,
  rows: number,
  each: (visit: (x: ArrayLike<number>, at: number) => void) => void,
): Standardisation {
  const zeros = () => new Array<number>(columns).fill(0);
  const [first, least, most, sum, squares] = [zeros(), zeros(), zeros(), zeros(), zeros()];
  let begun = false;
  each((x, at) => {
    for (let c = 0; c < columns; c++) {
      const value = x[at + c]!;
      if (!begun) first[c] = least[c] = most[c] = value;
      else if (value < least[c]!) least[c] = value;
      else if (value > most[c]!) most[c] = value;
      // from the first value on: the sum of what is large has no digits left for differences
      sum[c]! += value - first[c]!;
    }
    begun = true;
  });
  const mean = first.map((value, c) => value + sum[c]! / rows);
  // Two passes: the sum of squares minus the square of the sum loses every digit when the mean is large.
  each((x, at) => {
    for (let c = 0; c < columns; c++) {
      const d = x[at + c]! - mean[c]!;
      squares[c]! += d * d;
    }
  });
  const scale = squares.map((sum, c) => {
    const size = Math.max(Math.abs(least[c]!), Math.abs(most[c]!));
    // what differs in its last digit alone is the same number, computed in two ways
    // and the square of the smallest numbers is 0
    return most[c]! - least[c]! <= 4 * Number.EPSILON * size ? 1 : Math.sqrt(sum / rows) || 1;
  });
  return { mean, scale };
}

/** All rows of a dataset before they were rounded to float32, where they are in memory. */
function exactRows(dataset: Dataset): { x: ArrayLike<number>; y: Targets } | undefined {
  const { portables, datasets } = describeAll([dataset]);
  const entry = portables.at(-1)!;
  if (entry.kind === "arrays") return entry.exact && { x: entry.exact(), y: entry.y };
  const all = entry.kind === "subset" ? exactRows(datasets[entry.of]!) : undefined;
  if (entry.kind !== "subset" || !all) return undefined;
  const width = sizeOf(dataset.inputShape);
  const x = pick(all.x, new Float64Array(dataset.length * width), entry.rows, width);
  const { kind } = dataset.target;
  const size = targetSize(dataset.target);
  const n = dataset.length * size;
  return { x, y: pick(all.y, kind === "class" ? new Int32Array(n) : new Float32Array(n), entry.rows, size) };
}

function pick<T extends Float64Array | Targets>(
  from: ArrayLike<number>,
  to: T,
  rows: Uint32Array,
  width: number,
): T {
  for (let r = 0; r < rows.length; r++)
    for (let i = 0; i < width; i++) to[r * width + i] = from[rows[r]! * width + i]!;
  return to;
}

function eachRow(dataset: Dataset, indices: Uint32Array, visit: (x: Inputs, at: number) => void): void {
  const rows = 256;
  const width = sizeOf(dataset.inputShape);
  const { x, y } = buffersFor(dataset, rows);
  for (let from = 0; from < indices.length; from += rows) {
    const part = indices.subarray(from, from + rows);
    if (!readNow(dataset, part, x, y)) {
      throw new NablaError(
        `${dataset.name}: cannot fit a standardisation to a dataset that reads asynchronously`,
      );
    }
    for (let row = 0; row < part.length; row++) visit(x, row * width);
  }
}

/** The dataset with (x - mean) / scale applied to its inputs, as they are read, or at once where they are in memory in float64. */
export function standardise(dataset: Dataset, by: Standardisation): Dataset {
  demandDataset("standardise", dataset);
  demand(
    isObject(by) && Array.isArray(by.mean) && Array.isArray(by.scale),
    "standardise",
    "what fitStandardisation() gives, { mean, scale }",
    by,
  );
  const width = sizeOf(dataset.inputShape);
  if (by.mean.length !== width || by.scale.length !== width || dataset.inputType !== "float32") {
    throw new NablaError(
      `${dataset.name}: standardisation of ${by.mean.length} columns does not fit inputs ${showShape(dataset.inputShape)} of ${dataset.inputType}`,
    );
  }
  const apply = (x: ArrayLike<number>, out: Inputs, values: number) => {
    for (let i = 0; i < values; i++) out[i] = (x[i]! - by.mean[i % width]!) / by.scale[i % width]!;
  };
  const standardisation = after(dataset.standardisation, by);
  const exact = exactRows(dataset);
  if (exact) {
    const x = new Float32Array(dataset.length * width);
    apply(exact.x, x, x.length);
    const { extra, groups, inOrder } = dataset;
    const rows = rowsDataset({ ...headerOf(dataset), standardisation }, x, exact.y);
    return withHeader(rows, {
      ...(extra && { extra }),
      ...(groups && { groups }),
      ...(inOrder && { inOrder }),
    });
  }
  const scaled: Dataset = {
    ...dataset,
    standardisation,
    read(indices, x, y, epoch) {
      const pending = dataset.read(indices, x, y, epoch);
      if (pending) return pending.then(() => apply(x, x, indices.length * width));
      apply(x, x, indices.length * width);
    },
  };
  return portable(scaled, (number) => ({ kind: "standardise", of: number(dataset), by }));
}

/** One standardisation for two, `first` and then `by`. */
function after(first: Standardisation | undefined, by: Standardisation): Standardisation {
  if (!first) return by;
  return {
    ...first,
    mean: first.mean.map((mean, c) => mean + first.scale[c]! * by.mean[c]!),
    scale: first.scale.map((scale, c) => scale * by.scale[c]!),
  };
}

/** Fits on `train` alone and applies it to both parts; `columns` are kept along for the checkpoint. */
export function standardiseSplit(
  train: Dataset,
  test?: Dataset,
  columns?: readonly string[],
): { train: Dataset; test?: Dataset; standardisation: Standardisation } {
  demand(!columns || Array.isArray(columns), "standardiseSplit: columns", "a list of names", columns);
  const standardisation = { ...fitStandardisation(train), ...(columns && { columns: [...columns] }) };
  return {
    train: standardise(train, standardisation),
    ...(test && { test: standardise(test, standardisation) }),
    standardisation,
  };
}
