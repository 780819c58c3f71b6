// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.

/** The names of all metrics, which are known before their code is loaded. */
export const METRICS = [
  "accuracy",
  "acc",
  "binaryAccuracy",
  "topKAccuracy",
  "top5Accuracy",
  "top3Accuracy",
  "top2Accuracy",
  "balancedAccuracy",
  "subsetAccuracy",
  "hamming",
  "meanSquaredError",
  "mse",
  "rootMeanSquaredError",
  "rmse",
  "meanAbsoluteError",
  "mae",
  "medianAbsoluteError",
  "meanAbsolutePercentageError",
  "mape",
  "r2",
  "precision",
  "recall",
  "f1",
  "matthewsCorrelation",
  "cohenKappa",
  "auc",
  "averagePrecision",
  "logLoss",
  "brier",
  "expectedCalibrationError",
] as const;

/** Those that are better the higher they are. */
export const HIGHER: readonly string[] = [
  "accuracy",
  "acc",
  "binaryAccuracy",
  "topKAccuracy",
  "top5Accuracy",
  "top3Accuracy",
  "top2Accuracy",
  "balancedAccuracy",
  "subsetAccuracy",
  "r2",
  "precision",
  "recall",
  "f1",
  "matthewsCorrelation",
  "cohenKappa",
  "auc",
  "averagePrecision",
];

/** Other names of the same metrics. */
export const ALIASES: Readonly<Record<string, string>> = {
  acc: "accuracy",
  mse: "meanSquaredError",
  rmse: "rootMeanSquaredError",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
};
