import { isOn } from "../../../metrics/mean.ts";
import { trueClass } from "../../../metrics/metric.ts";
import { distributionOf, probabilityOf } from "../../../metrics/probability.ts";
import { type Seen, usualMetrics } from "../../figures.ts";
import { count } from "../../text/format.ts";
import type { Plot, Point } from "./plot.ts";

const BINS = 10;

/** How often the model is right where it says how sure it is: on the diagonal as often as it says. */
export function calibration(seen: Seen, names: readonly string[]): Plot | undefined {
  const { subject, batch } = seen;
  const { task, units } = subject;
  if (!usualMetrics(subject).includes("expectedCalibrationError")) return undefined;
  const bins = Array.from({ length: BINS }, () => ({ n: 0, said: 0, right: 0 }));
  const put = (p: number, right: boolean) => {
    const bin = bins[Math.min(Math.max(Math.ceil(p * BINS) - 1, 0), BINS - 1)]!;
    bin.n++;
    bin.said += p;
    bin.right += Number(right);
  };
  const all = new Float64Array(units);
  for (let r = 0; r < batch.rows; r++) {
    if (task === "two") put(probabilityOf(subject, batch, r), trueClass(batch, r) === 1);
    else if (task === "labels")
      for (let c = 0; c < units; c++) put(probabilityOf(subject, batch, r, c), isOn(batch, r, c));
    else {
      distributionOf(subject, batch, r, all);
      const best = all.indexOf(Math.max(...all));
      if (best >= 0) put(all[best]!, trueClass(batch, r) === best);
    }
  }
  const filled = bins.filter(({ n }) => n > 0);
  const points = filled.map(({ n, said, right }): Point => [said / n, right / n]);
  const what = {
    two: `class ${names[1] ?? "1"}`,
    classes: "the predicted class",
    labels: "any label",
    quantities: "",
  }[task];
  const counts = filled.map(({ n }) => count(n)).join(", ");
  return {
    title: "Calibration",
    x: { label: `probability of ${what}`, from: 0, to: 1, percent: true },
    y: { label: "how often it is right", from: 0, to: 1, percent: true },
    lines: [
      {
        points: [
          [0, 0],
          [1, 1],
        ],
        dashed: true,
      },
      { points },
    ],
    dots: true,
    note: `A dot for each tenth of the probabilities; from left to right they stand for ${counts} answers. Below the dashed line the model is too sure.`,
  };
}
