import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { isOn, mean } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () => object(threshold());

/** The share of outputs on the right side of the threshold, each output by itself: for several yes-or-no answers a row. */
export const binaryAccuracy = {
  better: "higher",
  fields,
  tasks: OF_CLASSES,
  create: ({ units }: Subject, options: Infer<ReturnType<typeof fields>>) =>
    mean((batch, row) => {
      const { stride, outputs } = batch;
      const { threshold = batch.threshold } = options;
      let right = 0;
      for (let c = 0; c < units; c++)
        if (outputs[row * stride + c] > threshold === isOn(batch, row, c)) right++;
      return right / units;
    }),
} satisfies MetricKind;
