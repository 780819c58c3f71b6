import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { classCounts, hitsOf } from "./counted.ts";
import type { MetricKind, Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () => object(threshold());

/** Mean recall over the classes that occur, as scikit-learn's balanced_accuracy_score. */
export const balancedAccuracy = {
  better: "higher",
  fields,
  tasks: ["two", "classes"],
  create: (subject: Subject, options: Infer<ReturnType<typeof fields>>) =>
    classCounts(subject, options, (counts, classes) => {
      const occurring = hitsOf(counts, classes).filter(({ there }) => there > 0);
      return occurring.reduce((sum, { right, there }) => sum + right / there, 0) / occurring.length;
    }),
} satisfies MetricKind;
