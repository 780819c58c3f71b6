import { type Infer, int } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { counted } from "./counted.ts";
import { isOn } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject, trueClass } from "./metric.ts";
import { distributionOf, probabilityOf } from "./probability.ts";

const fields = () =>
  object({ bins: optional(int({ min: 1, doc: DOCS && "Of equal width between 0 and 1. Default 15." })) });

/**
 * Σ over bins of |mean probability − share that is right| · share of the rows in the bin (Guo, Pleiss, Sun & Weinberger 2017). Of two classes
 * it is the probability of class 1 against how often that is right, of several that of the predicted class, of labels that of each.
 * A bin has its upper edge and not its lower one.
 */
export const expectedCalibrationError = {
  better: "lower",
  fields,
  tasks: OF_CLASSES,
  probabilities: true,
  create(subject: Subject, { bins = 15 }: Infer<ReturnType<typeof fields>>) {
    const { task, units } = subject;
    const all = new Float64Array(units);
    const put = (counts: Float64Array, p: number, right: boolean) => {
      const at = 3 * Math.min(Math.max(Math.ceil(p * bins) - 1, 0), bins - 1);
      counts[at]++;
      counts[at + 1] += p;
      counts[at + 2] += Number(right);
    };
    return counted(
      3 * bins,
      (counts, batch, row) => {
        if (task === "classes") {
          distributionOf(subject, batch, row, all);
          let best = 0;
          for (let c = 1; c < units; c++) if (all[c] > all[best]) best = c;
          put(counts, all[best], trueClass(batch, row) === best);
        } else if (task === "two")
          put(counts, probabilityOf(subject, batch, row), trueClass(batch, row) === 1);
        else
          for (let c = 0; c < units; c++)
            put(counts, probabilityOf(subject, batch, row, c), isOn(batch, row, c));
      },
      (counts) => {
        let [error, n] = [0, 0];
        for (let at = 0; at < counts.length; at += 3) {
          n += counts[at];
          error += Math.abs(counts[at + 1] - counts[at + 2]);
        }
        return error / n;
      },
    );
  },
} satisfies MetricKind;
