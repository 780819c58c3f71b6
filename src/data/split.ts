/** Parts of a dataset, and the order in which rows are visited. */

import { NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { bool, int, show } from "../fields/fields.ts";
import { checkGiven, thing } from "../fields/programs.ts";
import { permutation, STREAMS } from "../math/random.ts";
import { buffersFor, type Dataset, range, readNow } from "./dataset.ts";
import { demandDataset } from "./expected.ts";
import { gathering, inMemory } from "./gather.ts";
import { portable } from "./portable.ts";

/** The rows `indices` of a dataset, in that order, as a dataset. */
export function subset(dataset: Dataset, indices: Uint32Array | readonly number[], name?: string): Dataset {
  demandDataset("subset", dataset);
  demand(
    isObject(indices) && "length" in indices,
    `subset of ${dataset.name}`,
    "a list of row numbers",
    indices,
  );
  const rows = Uint32Array.from(indices);
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! >= dataset.length || rows[i] !== indices[i]) {
      throw new NablaError(
        `subset of ${dataset.name}: expected row numbers from 0 to ${dataset.length - 1}, got ${show(indices[i])}`,
      );
    }
  }
  const { labels, groups, files, inOrder, apart, parts, scaleUnsaid, standardisation, targetScale, extra } =
    dataset;
  const part: Dataset = {
    name: name ?? dataset.name,
    length: rows.length,
    inputShape: dataset.inputShape,
    inputType: dataset.inputType,
    inputScale: dataset.inputScale,
    ...(scaleUnsaid && { scaleUnsaid }),
    target: dataset.target,
    ...(parts && { parts }),
    ...(labels && { labels: Int32Array.from(rows, (row) => labels[row]!) }),
    ...(groups && { groups: Int32Array.from(rows, (row) => groups[row]!) }),
    ...(files && { files: Array.from(rows, (row) => files[row]!) }),
    ...(inOrder && { inOrder }),
    ...(apart && { apart }),
    ...(standardisation && { standardisation }),
    ...(targetScale && { targetScale }),
    ...(extra && { extra }),
    read: gathering(
      (wanted, x, y, epoch) => {
        const mapped = new Uint32Array(wanted.length);
        for (let i = 0; i < wanted.length; i++) mapped[i] = rows[wanted[i]!]!;
        return dataset.read(mapped, x, y, epoch);
      },
      () => {
        const of = inMemory(dataset);
        return of && !of.rows && { ...of, rows };
      },
    ),
  };
  return portable(part, (number) => ({ kind: "subset", of: number(dataset), rows, name: part.name }));
}

/** All labels of a dataset of classes; reads it in pieces unless it knows them already. */
export function labelsOf(dataset: Dataset): Int32Array {
  demandDataset("labelsOf", dataset);
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
  /** Whether every class gives the same share; default true, without effect on values, and where rows are not chosen at random. */
  stratified?: boolean;
  /** Which rows are kept out of training: any, or the last ones. Default: "time" for a data set that is `inOrder`, else "random". */
  split?: "random" | "time";
  /**
   * The group of each row (a patient, a camera): rows of one group are never in both parts. As many groups are kept out as come nearest to
   * the share of rows. Default: those of the data set, unless `split` is given.
   */
  groups?: ArrayLike<string | number>;
}

export const SPLIT_OPTIONS: readonly (keyof SplitOptions)[] = ["seed", "stratified", "split", "groups"];

/** Of these, what is not checked where it is used. */
export const splitFields = () => ({ stratified: bool(), groups: thing("a group for each row") });

/**
 * Splits a dataset in two, [train, validation]; validation gets round(fraction · length) rows, chosen by the seed.
 * Both keep their rows in the order of the original. A class's only row is trained on. Throws unless 0 < fraction < 1 leaves a row in
 * each part.
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
  demandDataset("splitDataset", dataset);
  checkGiven("splitDataset", options, splitFields(), SPLIT_OPTIONS);
  const n = dataset.length;
  const taken = Math.floor(n * fraction + 0.5);
  if (!(fraction > 0 && fraction < 1) || taken < 1 || taken >= n) {
    throw new NablaError(
      `split of ${dataset.name}: expected a fraction between 0 and 1 that leaves at least one of its ${n} rows in each part, got ${show(fraction)}`,
    );
  }
  const by = wayOf(dataset, options);
  if (by.groups) return cut(n, keptGroups(dataset, by.groups, taken, by.seed));
  if (by.split === "time") {
    const { apart = 0 } = dataset;
    const before = n - taken - apart;
    if (before < 1)
      throw new NablaError(
        `split of ${dataset.name}: ${apart} rows before the last ${taken} have a target in common with them and are left out, so none of ${n} is left to train on; expected a smaller fraction`,
      );
    return [range(before), range(taken, n - taken)];
  }
  const order = shareable(dataset, taken, by);
  const kept = new Uint8Array(n);
  // Of every stretch of the order, and so of every class, the same share: row i is taken where i · fraction passes
  // a whole number.
  const m = order.length;
  for (let i = 0; i < m; i++) {
    if (Math.floor(((i + 1) * taken) / m) > Math.floor((i * taken) / m)) kept[order[i]!] = 1;
  }
  return cut(n, kept);
}

/** @param kept 1 for rows that are kept out of training */
function cut(n: number, kept: Uint8Array): [train: Uint32Array, validation: Uint32Array] {
  const pick = (part: number) => range(n).filter((row) => kept[row] === part);
  return [pick(0), pick(1)];
}

/** What options and the data set together say. @throws NablaError for values that make no sense */
export function wayOf(dataset: Dataset, options: SplitOptions) {
  const { seed = 0, split } = options;
  const stratified = options.stratified ?? true;
  if (split !== undefined && split !== "random" && split !== "time")
    throw new NablaError(
      `split of ${dataset.name}: split: expected "random" or "time", got ${show(split)}; groups are given as \`groups\``,
    );
  const given = options.groups ?? (split === undefined ? dataset.groups : undefined);
  const groups = given && numbered(dataset, given);
  return { seed, stratified, groups, split: split ?? (dataset.inOrder ? "time" : "random") };
}

/** In the order of their first rows. */
function numbered(dataset: Dataset, groups: ArrayLike<string | number>): Int32Array {
  if (groups.length !== dataset.length)
    throw new NablaError(
      `split of ${dataset.name}: groups: expected one for each of ${dataset.length} rows, got ${groups.length}`,
    );
  const numbers = new Map<string | number, number>();
  return Int32Array.from(groups, (group) => {
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
}

/** Rows in an order chosen by the seed, class by class; without those that are alone in their class. */
function shareable(
  dataset: Dataset,
  taken: number,
  { seed, stratified }: { readonly seed: number; readonly stratified: boolean },
): Uint32Array {
  const { length: n, target } = dataset;
  const order = permutation(n, seed, STREAMS.split);
  if (!stratified || target.kind !== "class") return order;
  const labels = labelsOf(dataset);
  const counts = countsOf(labels, target.classes);
  const sorted = byClass(order, labels, target.classes);
  if (!counts.includes(1)) return sorted;
  const shared = sorted.filter((row) => counts[labels[row]!]! > 1);
  const classes = counts.filter((count) => count > 1).length;
  if (taken <= shared.length - classes) return shared;
  throw new NablaError(
    `split of ${dataset.name}: ${n - shared.length} of its ${n} rows are the only ones of their class, which are trained on; of the others ${taken} cannot be kept out, with one left of each class. Give more rows, a smaller fraction, or stratified: false`,
  );
}

/** Marks the groups that are kept out. */
function keptGroups(dataset: Dataset, groups: Int32Array, taken: number, seed: number): Uint8Array {
  const sizes = sizesOf(groups);
  const held = neededGroups(dataset, groups, sizes.length);
  const free = [...permutation(sizes.length, seed, STREAMS.split)].filter((group) => !held.has(group));
  if (sizes.length < 2 || free.length === 0)
    throw new NablaError(
      `split of ${dataset.name}: expected at least two groups of rows, one for each part, got ${sizes.length}${sizes.length > 1 ? ", each with all rows of a class" : ""}`,
    );
  const out = new Set<number>();
  let rows = 0;
  for (const group of free) {
    if (out.size + 1 === sizes.length) break;
    if (Math.abs(rows + sizes[group]! - taken) >= Math.abs(rows - taken)) continue;
    out.add(group);
    rows += sizes[group]!;
  }
  // all are too large: the smallest
  if (out.size === 0) out.add(free.reduce((best, group) => (sizes[group]! < sizes[best]! ? group : best)));
  return Uint8Array.from(groups, (group) => (out.has(group) ? 1 : 0));
}

/** Groups that have all rows of a class: these are trained on, as a class's only row is. */
function neededGroups(dataset: Dataset, groups: Int32Array, count: number): Set<number> {
  if (dataset.target.kind !== "class" || count < 2) return new Set();
  const labels = labelsOf(dataset);
  const of = new Int32Array(dataset.target.classes).fill(-1);
  const shared = new Uint8Array(of.length);
  labels.forEach((label, row) => {
    if (of[label] === -1) of[label] = groups[row]!;
    else if (of[label] !== groups[row]) shared[label] = 1;
  });
  return new Set(of.filter((group, label) => group >= 0 && !shared[label]));
}

/** How many rows each group, or class, has. */
export function countsOf(numbers: Int32Array, length: number): number[] {
  const counts = new Array<number>(length).fill(0);
  for (const number of numbers) counts[number]!++;
  return counts;
}

export const sizesOf = (groups: Int32Array): number[] =>
  countsOf(groups, groups.reduce((most, group) => Math.max(most, group), -1) + 1);

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
  /** Whether rows come in another order each epoch. Default true. */
  shuffle?: boolean;
  /** What the order depends on, with the epoch. Default 0. */
  seed?: number;
  /** The epoch whose order it is. Default 0. */
  epoch?: number;
}

/** The row numbers of one batch after the other (views, not copies); the last may be shorter. */
export function* batches(
  length: number,
  batchSize: number,
  options: BatchOptions = {},
): Generator<Uint32Array> {
  checkGiven("batches", options, { shuffle: bool(), epoch: int({ min: 0, wide: true }) }, ["seed"]);
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new NablaError(`batchSize: expected an integer of at least 1, got ${show(batchSize)}`);
  }
  const order = epochOrder(length, options.seed ?? 0, options.epoch ?? 0, options.shuffle ?? true);
  for (let from = 0; from < length; from += batchSize)
    yield order.subarray(from, Math.min(from + batchSize, length));
}
