import { kept } from "./kept.ts";
import { target } from "./mean.ts";
import type { MetricKind, Subject } from "./metric.ts";

/** Median of |output − target|; of several outputs the mean of theirs, as scikit-learn's median_absolute_error. Keeps 4 bytes a value. */
export const medianAbsoluteError = {
  better: "lower",
  slow: true,
  create: (subject: Subject) =>
    kept(
      subject,
      subject.units,
      (batch, row, to, at) => {
        for (let c = 0; c < subject.units; c++)
          to[at + c] = Math.abs(batch.outputs[row * batch.stride + c] - target(batch, row, c));
      },
      ({ rows, width, values }) => {
        let sum = 0;
        const column = new Float32Array(rows);
        for (let c = 0; c < width; c++) {
          for (let r = 0; r < rows; r++) column[r] = values[r * width + c];
          column.sort();
          sum += (column[(rows - 1) >> 1] + column[rows >> 1]) / 2;
        }
        return sum / width;
      },
    ),
} satisfies MetricKind;
