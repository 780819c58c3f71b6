import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { accuracy } from "./accuracy.ts";
import { isOn, mean } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () => object(threshold());

/** The share of rows all of whose labels are right, as scikit-learn's accuracy_score of label matrices; of classes, accuracy. */
export const subsetAccuracy = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create(subject: Subject, options: Infer<ReturnType<typeof fields>>) {
    if (subject.task !== "labels") return accuracy.create(subject, options);
    const { units } = subject;
    return mean((batch, row) => {
      const { stride, outputs } = batch;
      const { threshold = batch.threshold } = options;
      for (let c = 0; c < units; c++)
        if (outputs[row * stride + c] > threshold !== isOn(batch, row, c)) return 0;
      return 1;
    });
  },
} satisfies MetricKind;
