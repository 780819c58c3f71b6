import { isOn, mean } from "./mean.ts";
import { type MetricKind, OF_CLASSES, type Subject, trueClass } from "./metric.ts";
import { distributionOf, probabilityOf } from "./probability.ts";

/**
 * Mean of (probability − 1 or 0)² (Brier 1950), as scikit-learn's brier_score_loss: of class 1 where there are two, from 0 to 1; of several
 * the sum over the classes, from 0 to 2; of labels the mean over them.
 */
export const brier = {
  better: "lower",
  tasks: OF_CLASSES,
  probabilities: true,
  create(subject: Subject) {
    const { task, units } = subject;
    const all = new Float64Array(units);
    const square = (d: number) => d * d;
    return mean((batch, row) => {
      if (task === "two") return square(probabilityOf(subject, batch, row) - trueClass(batch, row));
      let sum = 0;
      if (task === "classes") {
        const truth = trueClass(batch, row);
        distributionOf(subject, batch, row, all);
        for (let c = 0; c < units; c++) sum += square(all[c] - Number(c === truth));
        return sum;
      }
      for (let c = 0; c < units; c++)
        sum += square(probabilityOf(subject, batch, row, c) - Number(isOn(batch, row, c)));
      return sum / units;
    });
  },
} satisfies MetricKind;
