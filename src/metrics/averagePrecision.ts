import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";
import { averageField, averagePrecisionOf, ranked } from "./ranked.ts";

const fields = () => object(averageField());

/** Area under the precision–recall curve as steps, as scikit-learn's average_precision_score. 0 where no row is of class 1. */
export const averagePrecision = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  slow: true,
  create: (subject: Subject, options: Infer<ReturnType<typeof fields>>) =>
    ranked(subject, options, averagePrecisionOf, 0),
} satisfies MetricKind;
