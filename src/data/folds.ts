/** The parts of k-fold cross-validation. */
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { permutation, STREAMS } from "../math/random.ts";
import { type Dataset, range } from "./dataset.ts";
import { byClass, labelsOf, type SplitOptions } from "./split.ts";

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
 * values), the number of rows of a class differs by one at most from test part to test part, too.
 *
 * @throws NablaError unless 2 ≤ folds ≤ rows
 */
export function kFold(dataset: Dataset, options: KFoldOptions = {}): Fold[] {
  checkOptions("kFold", options, ["folds", "seed", "stratified"]);
  const { folds = 5, seed = 0, stratified = true } = options;
  const n = dataset.length;
  if (!Number.isInteger(folds) || folds < 2 || folds > n) {
    throw new NablaError(
      `folds of ${dataset.name}: expected a whole number from 2 to ${n}, its number of rows, got ${folds}`,
    );
  }
  // the random numbers of step 0 divide training from validation rows
  let order = permutation(n, seed, STREAMS.split, 1);
  if (stratified && dataset.target.kind === "class")
    order = byClass(order, labelsOf(dataset), dataset.target.classes);
  const foldOf = new Uint32Array(n);
  for (let i = 0; i < n; i++) foldOf[order[i]!] = i % folds;
  return Array.from({ length: folds }, (_, fold) => ({
    train: range(n).filter((row) => foldOf[row] !== fold),
    test: range(n).filter((row) => foldOf[row] === fold),
  }));
}
