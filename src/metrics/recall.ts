import { type AverageOptions, averaged, fields, share } from "./averaged.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";

/** Of the rows of a class, the share that were found; 0 where there are none. */
export const recall = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create: (subject: Subject, options: AverageOptions) =>
    averaged(subject, options, ({ right, there }) => share(right, there)),
} satisfies MetricKind;
