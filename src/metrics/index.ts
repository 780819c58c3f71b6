/** The metrics there are, a line each, in the order in which messages list them. Per-class figures come from a ConfusionMatrix. */
export { accuracy } from "./accuracy.ts";
export { binaryAccuracy } from "./binaryAccuracy.ts";
export { top5Accuracy, top3Accuracy, top2Accuracy } from "./topKAccuracy.ts";
export { meanSquaredError, meanSquaredError as mse } from "./meanSquaredError.ts";
export { meanAbsoluteError, meanAbsoluteError as mae } from "./meanAbsoluteError.ts";
export { precision } from "./precision.ts";
export { recall } from "./recall.ts";
export { f1 } from "./f1.ts";
