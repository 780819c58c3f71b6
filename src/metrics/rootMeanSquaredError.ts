import type { MetricKind, Subject } from "./metric.ts";
import { perOutput } from "./perOutput.ts";

/** √ of the mean of (output − target)²; of several outputs the mean of theirs, as in scikit-learn. */
export const rootMeanSquaredError = {
  better: "lower",
  create: (subject: Subject) =>
    perOutput(
      subject,
      1,
      (sums, at, output, target) => {
        sums[at] += (output - target) * (output - target);
      },
      ([sum], rows) => Math.sqrt(sum / rows),
    ),
} satisfies MetricKind;
