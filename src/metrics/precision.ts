import { type AverageOptions, averaged, fields, share } from "./averaged.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";

/** Of the rows predicted as a class, the share that are; 0 where none were. */
export const precision = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create: (subject: Subject, options: AverageOptions) =>
    averaged(subject, options, ({ right, said }) => share(right, said)),
} satisfies MetricKind;
