// Generated from index.ts by scripts/indexes.mjs. Do not edit: change the index and build.
import { choice, type Fields, int, number } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";

const threshold = () => ({ threshold: optional(number()) });
const k = () => ({ k: optional(int({ min: 1 })) });
const none = () => ({});
const averageThresholdClassId = () => ({
  average: optional(choice(["binary", "macro", "weighted", "micro"])),
  threshold: optional(number()),
  classId: optional(int({ min: 0 })),
});
const weightsThreshold = () => ({
  weights: optional(choice(["linear", "quadratic"])),
  threshold: optional(number()),
});
const curveAverage = () => ({
  curve: optional(choice(["ROC", "PR"])),
  average: optional(choice(["macro", "weighted", "micro"])),
});
const average = () => ({ average: optional(choice(["macro", "weighted", "micro"])) });
const bins = () => ({ bins: optional(int({ min: 1 })) });

/** What the options of metrics may be, which is known before their code is loaded. By name. */
export const OPTIONS = {
  accuracy: threshold,
  acc: threshold,
  binaryAccuracy: threshold,
  topKAccuracy: k,
  top5Accuracy: none,
  top3Accuracy: none,
  top2Accuracy: none,
  balancedAccuracy: threshold,
  subsetAccuracy: threshold,
  hamming: threshold,
  meanSquaredError: none,
  mse: none,
  rootMeanSquaredError: none,
  rmse: none,
  meanAbsoluteError: none,
  mae: none,
  medianAbsoluteError: none,
  meanAbsolutePercentageError: none,
  mape: none,
  r2: none,
  precision: averageThresholdClassId,
  recall: averageThresholdClassId,
  f1: averageThresholdClassId,
  matthewsCorrelation: threshold,
  cohenKappa: weightsThreshold,
  auc: curveAverage,
  averagePrecision: average,
  logLoss: none,
  brier: none,
  expectedCalibrationError: bins,
} satisfies Record<string, () => Fields>;

/** Their names. */
export const METRICS = /* @__PURE__ */ Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];

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
