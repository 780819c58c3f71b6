import { log } from "../math/elementary.ts";
import { isOn, mean } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject, trueClass } from "./metric.ts";
import { distributionOf, probabilityOf } from "./probability.ts";

/** Probabilities are kept so far from 0 and 1, as scikit-learn does with float32: the spacing of these numbers at 1. */
const LEAST = 1.1920928955078125e-7;

const cost = (p: number): number => -log(Math.min(Math.max(p, LEAST), 1 - LEAST));

/**
 * Mean of −ln of the probability of what is right, as scikit-learn's log_loss; of labels also the mean over them. Probabilities are those of
 * the outputs, whatever the loss is: without label smoothing, penalties and weights.
 */
export const logLoss = {
  better: "lower",
  tasks: OF_CLASSES,
  probabilities: true,
  create(subject: Subject) {
    const { task, units } = subject;
    const all = new Float64Array(units);
    return mean((batch, row) => {
      if (task === "classes") return cost(distributionOf(subject, batch, row, all)[trueClass(batch, row)]);
      if (task === "two") {
        const p = probabilityOf(subject, batch, row);
        return cost(trueClass(batch, row) === 1 ? p : 1 - p);
      }
      let sum = 0;
      for (let c = 0; c < units; c++) {
        const p = probabilityOf(subject, batch, row, c);
        sum += cost(isOn(batch, row, c) ? p : 1 - p);
      }
      return sum / units;
    });
  },
} satisfies MetricKind;
