import { mean, target } from "./mean.ts";
import type { MetricKind } from "./metric.ts";

/**
 * The share of outputs on the right side of the threshold, each output by itself: for several yes-or-no answers a row,
 * where accuracy (one class a row) would only compare the largest.
 */
export const binaryAccuracy = {
  better: "higher",
  create: () =>
    mean("binaryAccuracy", (batch, row) => {
      const { units, stride, outputs, threshold } = batch;
      let right = 0;
      for (let c = 0; c < units; c++) {
        if (outputs[row * stride + c] > threshold === target(batch, row, c) > threshold) right++;
      }
      return right / units;
    }),
} satisfies MetricKind;
