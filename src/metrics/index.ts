/** All metrics by name. */
import { METRICS, type MetricName } from "../config/names.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { f1, precision, recall } from "./confusion.ts";
import { accuracy, binaryAccuracy, meanAbsoluteError, meanSquaredError, topKAccuracy } from "./mean.ts";
import type { Metric } from "./metric.ts";

export { type ClassFigures, ConfusionMatrix } from "./confusion.ts";
export { type Metric, predictedClass, type Scored } from "./metric.ts";

export type { MetricName };

/**
 * precision, recall and f1 are means over classes; per-class figures come from a confusion matrix.
 *
 * @param classes number of classes the outputs tell apart: 2 for a single output
 */
export function metric(name: MetricName, classes: number): Metric {
  switch (name) {
    case "accuracy":
      return accuracy();
    case "binaryAccuracy":
      return binaryAccuracy();
    case "top5Accuracy":
      return topKAccuracy(5);
    case "top3Accuracy":
      return topKAccuracy(3);
    case "top2Accuracy":
      return topKAccuracy(2);
    case "meanSquaredError":
    case "mse":
      return meanSquaredError();
    case "meanAbsoluteError":
    case "mae":
      return meanAbsoluteError();
    case "precision":
      return precision(classes);
    case "recall":
      return recall(classes);
    case "f1":
      return f1(classes);
    default:
      throw new NablaError(
        `metrics: there is no metric "${name as string}"${didYouMean(name as string, METRICS)}. There are: ${METRICS.join(", ")}`,
      );
  }
}
