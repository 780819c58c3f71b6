import { type AverageOptions, averaged, fields, share } from "./averaged.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";

/** Harmonic mean of precision and recall, 2 right / (said + there); 0 where both are. */
export const f1 = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create: (subject: Subject, options: AverageOptions) =>
    averaged(subject, options, ({ right, said, there }) => share(2 * right, said + there)),
} satisfies MetricKind;
