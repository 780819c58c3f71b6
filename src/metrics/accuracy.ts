import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { binaryAccuracy } from "./binaryAccuracy.ts";
import { mean } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject, trueClass } from "./metric.ts";
import { decision, threshold } from "./options.ts";

const fields = () => object(threshold());

/** The share of rows whose class is right; of rows with several labels, the share of labels: binaryAccuracy. */
export const accuracy = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create(subject: Subject, options: Infer<ReturnType<typeof fields>>) {
    if (subject.task === "labels") return binaryAccuracy.create(subject, options);
    const predicted = decision(subject, options);
    return mean((batch, row) => Number(predicted(batch, row) === trueClass(batch, row)));
  },
} satisfies MetricKind;
