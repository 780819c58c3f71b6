/** The parts of k-fold cross-validation. */

import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { permutation, STREAMS } from "../math/random.ts";
import { type Dataset, range } from "./dataset.ts";
import { demandDataset } from "./expected.ts";
import { byClass, labelsOf, SPLIT_OPTIONS, type SplitOptions, sizesOf, splitFields, wayOf } from "./split.ts";

/** How rows are dealt out to folds. */
export interface KFoldOptions extends SplitOptions {
  /** Default 5. */
  folds?: number;
}

/** Row numbers of a data set, both in ascending order. */
export interface Fold {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * Divides the rows of a data set into `folds` test parts, whose sizes differ by one at most; what a test part lacks is its training
 * part. Every row is in exactly one test part; which one depends on the seed alone. Stratified (the default; without effect on
 * values), the number of rows of a class differs by one at most from test part to test part, too. With groups, each is in one test part,
 * whose sizes then differ by more, and classes do not count.
 *
 * @throws NablaError unless 2 ≤ folds ≤ rows
 */
export function kFold(dataset: Dataset, options: KFoldOptions = {}): Fold[] {
  demandDataset("kFold", dataset);
  checkGiven("kFold", options, splitFields(), ["folds", ...SPLIT_OPTIONS]);
  const { folds = 5 } = options;
  const { seed, stratified, groups, split } = wayOf(dataset, options);
  const n = dataset.length;
  if (!Number.isInteger(folds) || folds < 2 || folds > n) {
    throw new NablaError(
      `folds of ${dataset.name}: expected a whole number from 2 to ${n}, its number of rows, got ${show(folds)}`,
    );
  }
  if (split === "time" && !groups)
    throw new NablaError(
      `folds of ${dataset.name}: its rows are in the order of time, and folds would train on rows after those they test with; split off the last ones instead, or pass split: "random"`,
    );
  const parts = (foldOf: ArrayLike<number>): Fold[] =>
    Array.from({ length: folds }, (_, fold) => ({
      train: range(n).filter((row) => foldOf[row] !== fold),
      test: range(n).filter((row) => foldOf[row] === fold),
    }));
  if (groups) return parts(foldsOfGroups(dataset.name, groups, folds, seed));
  // the random numbers of step 0 divide training from validation rows
  let order = permutation(n, seed, STREAMS.split, 1);
  if (stratified && dataset.target.kind === "class")
    order = byClass(order, labelsOf(dataset), dataset.target.classes);
  const foldOf = new Uint32Array(n);
  for (let i = 0; i < n; i++) foldOf[order[i]!] = i % folds;
  return parts(foldOf);
}

/** The largest group first, each to the fold that has the fewest rows so far. Groups of one size are in an order chosen by the seed. */
function foldsOfGroups(name: string, groups: Int32Array, folds: number, seed: number): Int32Array {
  const sizes = sizesOf(groups);
  if (sizes.length < folds)
    throw new NablaError(
      `folds of ${name}: expected a whole number from 2 to ${sizes.length}, its number of groups, got ${show(folds)}`,
    );
  const order = [...permutation(sizes.length, seed, STREAMS.split, 1)].sort((a, b) => sizes[b]! - sizes[a]!);
  const rows = new Array<number>(folds).fill(0);
  const foldOf = new Int32Array(sizes.length);
  for (const group of order) {
    const fold = rows.indexOf(Math.min(...rows));
    foldOf[group] = fold;
    rows[fold]! += sizes[group]!;
  }
  return groups.map((group) => foldOf[group]!);
}
