/** Bringing columns to mean 0 and variance 1. */
import { NablaError } from "../errors.ts";
import { showShape, sizeOf } from "../shape.ts";
import { buffersFor, type Dataset, type Inputs, range, readNow, type Standardisation } from "./dataset.ts";
import { portable } from "./portable.ts";

/**
 * Mean and standard deviation of every input column over `indices` (default: all rows). Fit it on the training rows
 * alone, else the model has seen something of its test rows.
 * A column that does not vary gets scale 1. Throws on uint8 datasets, and on those that read asynchronously.
 */
export function fitStandardisation(
  dataset: Dataset,
  indices: Uint32Array = range(dataset.length),
): Standardisation {
  if (dataset.inputType !== "float32") {
    throw new NablaError(
      `${dataset.name}: standardisation is for float32 inputs, these are uint8 (already scaled)`,
    );
  }
  if (indices.length === 0) throw new NablaError(`${dataset.name}: expected at least one row to fit on`);
  const columns = sizeOf(dataset.inputShape);
  const mean = new Array<number>(columns).fill(0);
  const variance = new Array<number>(columns).fill(0);
  // Two passes: the sum of squares minus the square of the sum loses every digit when the mean is large.
  eachRow(dataset, indices, (x, at) => {
    for (let c = 0; c < columns; c++) mean[c]! += x[at + c]! / indices.length;
  });
  eachRow(dataset, indices, (x, at) => {
    for (let c = 0; c < columns; c++) {
      const d = x[at + c]! - mean[c]!;
      variance[c]! += (d * d) / indices.length;
    }
  });
  const scale = variance.map((v, c) => {
    const deviation = Math.sqrt(v);
    // Not exactly 0 in a constant column: the mean is rounded.
    return deviation <= 1e-10 * Math.abs(mean[c]!) ? 1 : deviation;
  });
  return { mean, scale };
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

/** The dataset with (x - mean) / scale applied to its inputs as they are read. */
export function standardise(dataset: Dataset, by: Standardisation): Dataset {
  const width = sizeOf(dataset.inputShape);
  if (by.mean.length !== width || by.scale.length !== width || dataset.inputType !== "float32") {
    throw new NablaError(
      `${dataset.name}: standardisation of ${by.mean.length} columns does not fit inputs ${showShape(dataset.inputShape)} of ${dataset.inputType}`,
    );
  }
  const apply = (x: Inputs, rows: number) => {
    for (let i = 0; i < rows * width; i++) x[i] = (x[i]! - by.mean[i % width]!) / by.scale[i % width]!;
  };
  const scaled: Dataset = {
    ...dataset,
    standardisation: after(dataset.standardisation, by),
    read(indices, x, y, epoch) {
      const pending = dataset.read(indices, x, y, epoch);
      if (pending) return pending.then(() => apply(x, indices.length));
      apply(x, indices.length);
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
  const standardisation = { ...fitStandardisation(train), ...(columns && { columns: [...columns] }) };
  return {
    train: standardise(train, standardisation),
    ...(test && { test: standardise(test, standardisation) }),
    standardisation,
  };
}
