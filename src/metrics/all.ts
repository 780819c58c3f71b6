// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import * as index from "./index.ts";

/** By name. */
export const ALL = {
  accuracy: index.accuracy,
  binaryAccuracy: index.binaryAccuracy,
  top5Accuracy: index.top5Accuracy,
  top3Accuracy: index.top3Accuracy,
  top2Accuracy: index.top2Accuracy,
  meanSquaredError: index.meanSquaredError,
  mse: index.mse,
  meanAbsoluteError: index.meanAbsoluteError,
  mae: index.mae,
  precision: index.precision,
  recall: index.recall,
  f1: index.f1,
};
