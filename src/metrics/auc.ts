import { choice, type Infer } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";
import { areaUnderRoc, averageField, averagePrecisionOf, ranked } from "./ranked.ts";

const fields = () =>
  object({
    /** Under which curve. Default "ROC"; "PR" is averagePrecision. */
    curve: optional(choice(["ROC", "PR"], { doc: DOCS && 'Under which curve. Default "ROC".' })),
    ...averageField(),
  });

/**
 * Area under the ROC curve, from the ranks of all outputs, not from Keras' buckets: equal outputs count half, as in scikit-learn's
 * roc_auc_score. Several classes: each against all others. 0.5 where no class has both rows that are of it and rows that are not.
 */
export const auc = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  slow: true,
  create: (subject: Subject, options: Infer<ReturnType<typeof fields>>) =>
    options.curve === "PR"
      ? ranked(subject, options, averagePrecisionOf, 0)
      : ranked(subject, options, areaUnderRoc, 0.5),
} satisfies MetricKind;
