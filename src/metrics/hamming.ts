import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { accuracy } from "./accuracy.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () => object(threshold());

/** The share of labels that are wrong, as scikit-learn's hamming_loss; of classes, the share of rows. */
export const hamming = {
  better: "lower",
  fields,
  tasks: OF_CLASSES,
  create(subject: Subject, options: Infer<ReturnType<typeof fields>>) {
    const right = accuracy.create(subject, options);
    return { ...right, result: () => 1 - right.result() };
  },
} satisfies MetricKind;
