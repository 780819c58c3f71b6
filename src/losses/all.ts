// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  meanSquaredError: index.meanSquaredError,
  quadratic: index.quadratic,
  meanAbsoluteError: index.meanAbsoluteError,
  huber: index.huber,
  binaryCrossentropy: index.binaryCrossentropy,
  crossEntropy: index.crossEntropy,
  categoricalCrossentropy: index.categoricalCrossentropy,
  sparseCategoricalCrossentropy: index.sparseCategoricalCrossentropy,
  hinge: index.hinge,
  categoricalHinge: index.categoricalHinge,
  perceptron: index.perceptron,
};
