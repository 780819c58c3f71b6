import { mean } from "./mean.ts";
import { type MetricKind, predictedClass, trueClass } from "./metric.ts";

/** The share of rows whose largest output is the class of the target. */
export const accuracy = {
  better: "higher",
  create: () =>
    mean("accuracy", (batch, row) => {
      const { outputs, stride, units, threshold } = batch;
      return Number(predictedClass(outputs, row * stride, units, threshold) === trueClass(batch, row));
    }),
} satisfies MetricKind;
