// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.

/** The names of all metrics, which are known before their code is loaded. */
export const METRICS = [
  "accuracy",
  "binaryAccuracy",
  "top5Accuracy",
  "top3Accuracy",
  "top2Accuracy",
  "meanSquaredError",
  "mse",
  "meanAbsoluteError",
  "mae",
  "precision",
  "recall",
  "f1",
] as const;
