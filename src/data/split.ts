/** Parts of a dataset, and the order in which rows are visited. */
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { permutation, STREAMS } from "../math/random.ts";
import { buffersFor, type Dataset, range, readNow } from "./dataset.ts";
import { portable } from "./portable.ts";

/** The rows `indices` of a dataset, in that order, as a dataset. */
export function subset(
  dataset: Dataset,
  indices: Uint32Array | readonly number[],
  name = dataset.name,
): Dataset {
  const rows = Uint32Array.from(indices);
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! >= dataset.length || rows[i] !== indices[i]) {
      throw new NablaError(
        `subset of ${dataset.name}: expected row numbers from 0 to ${dataset.length - 1}, got ${indices[i]}`,
      );
    }
  }
  const { labels, parts, scaleUnsaid, standardisation, extra } = dataset;
  const part: Dataset = {
    name,
    length: rows.length,
    inputShape: dataset.inputShape,
    inputType: dataset.inputType,
    inputScale: dataset.inputScale,
    ...(scaleUnsaid && { scaleUnsaid }),
    target: dataset.target,
    ...(parts && { parts }),
    ...(labels && { labels: Int32Array.from(rows, (row) => labels[row]!) }),
    ...(standardisation && { standardisation }),
    ...(extra && { extra }),
    read(wanted, x, y, epoch) {
      const mapped = new Uint32Array(wanted.length);
      for (let i = 0; i < wanted.length; i++) mapped[i] = rows[wanted[i]!]!;
      return dataset.read(mapped, x, y, epoch);
    },
  };
  return portable(part, (number) => ({ kind: "subset", of: number(dataset), rows, name }));
}

/** All labels of a dataset of classes; reads it in pieces unless it knows them already. */
export function labelsOf(dataset: Dataset): Int32Array {
  if (dataset.target.kind !== "class")
    throw new NablaError(`${dataset.name}: expected classes, its targets are values`);
  if (dataset.labels) return dataset.labels;
  const all = new Int32Array(dataset.length);
  const rows = 256;
  const { x, y } = buffersFor(dataset, rows);
  for (let from = 0; from < dataset.length; from += rows) {
    const n = Math.min(rows, dataset.length - from);
    if (!readNow(dataset, range(n, from), x, y)) {
      throw new NablaError(
        `${dataset.name}: cannot balance the classes of a dataset that reads asynchronously; give it \`labels\`, or pass stratified: false`,
      );
    }
    all.set((y as Int32Array).subarray(0, n), from);
  }
  return all;
}

/** How rows are cut in two. */
export interface SplitOptions {
  /** Default 0. */
  seed?: number;
  /** Whether every class gives the same share; default true, without effect on values. */
  stratified?: boolean;
}

/**
 * Splits a dataset in two, [train, validation]; validation gets round(fraction · length) rows, chosen by the seed.
 * Both keep their rows in the order of the original. Throws unless 0 < fraction < 1 leaves a row in each part.
 */
export function splitDataset(
  dataset: Dataset,
  fraction: number,
  options: SplitOptions = {},
): [Dataset, Dataset] {
  return partsOf(dataset, splitRows(dataset, fraction, options));
}

/** Rows to train on and rows to validate on. */
export const partsOf = (
  dataset: Dataset,
  [train, validation]: readonly [Uint32Array, Uint32Array],
): [Dataset, Dataset] => [
  subset(dataset, train, `${dataset.name} (train)`),
  subset(dataset, validation, `${dataset.name} (validation)`),
];

/** The numbers of the rows in each part of splitDataset(). */
export function splitRows(
  dataset: Dataset,
  fraction: number,
  options: SplitOptions,
): [train: Uint32Array, validation: Uint32Array] {
  checkOptions("splitDataset", options, ["seed", "stratified"]);
  const { seed = 0, stratified = true } = options;
  const n = dataset.length;
  const taken = Math.floor(n * fraction + 0.5);
  if (!(fraction > 0 && fraction < 1) || taken < 1 || taken >= n) {
    throw new NablaError(
      `split of ${dataset.name}: expected a fraction between 0 and 1 that leaves at least one of its ${n} rows in each part, got ${fraction}`,
    );
  }
  let order = permutation(n, seed, STREAMS.split);
  if (stratified && dataset.target.kind === "class")
    order = byClass(order, labelsOf(dataset), dataset.target.classes);
  const inValidation = new Uint8Array(n);
  // Of every stretch of the order, and so of every class, the same share: row i is taken where i · fraction passes
  // a whole number.
  for (let i = 0; i < n; i++) {
    if (Math.floor(((i + 1) * taken) / n) > Math.floor((i * taken) / n)) inValidation[order[i]!] = 1;
  }
  const pick = (part: number) => range(n).filter((row) => inValidation[row] === part);
  return [pick(0), pick(1)];
}

/** The same rows sorted by label, keeping their order within a label. */
export function byClass(order: Uint32Array, labels: Int32Array, classes: number): Uint32Array {
  const start = new Uint32Array(classes + 1);
  for (const label of labels) start[label + 1]!++;
  for (let c = 0; c < classes; c++) start[c + 1]! += start[c]!;
  const sorted = new Uint32Array(order.length);
  for (const row of order) sorted[start[labels[row]!]!++] = row;
  return sorted;
}

/** The order in which an epoch visits the rows: a permutation by (seed, epoch), or 0, 1, 2, … without `shuffle`. */
export function epochOrder(length: number, seed: number, epoch: number, shuffle = true): Uint32Array {
  return shuffle ? permutation(length, seed, STREAMS.shuffle, epoch) : range(length);
}

/** The order of rows. */
export interface BatchOptions {
  shuffle?: boolean;
  seed?: number;
  epoch?: number;
}

/** The row numbers of one batch after the other (views, not copies); the last may be shorter. */
export function* batches(
  length: number,
  batchSize: number,
  options: BatchOptions = {},
): Generator<Uint32Array> {
  checkOptions("batches", options, ["shuffle", "seed", "epoch"]);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new NablaError(`batchSize: expected an integer of at least 1, got ${batchSize}`);
  }
  const order = epochOrder(length, options.seed ?? 0, options.epoch ?? 0, options.shuffle ?? true);
  for (let from = 0; from < length; from += batchSize)
    yield order.subarray(from, Math.min(from + batchSize, length));
}
