import type { MetricKind, Subject } from "./metric.ts";
import { perOutput } from "./perOutput.ts";

/**
 * 1 − Σ (output − target)² / Σ (target − mean)²; of several outputs the mean of theirs, as in scikit-learn. Where all targets are alike:
 * 1 if every output is right, else 0.
 */
export const r2 = {
  better: "higher",
  create: (subject: Subject) =>
    perOutput(
      subject,
      4,
      // Welford's way: nothing is lost where the mean is far from 0
      (sums, at, output, target) => {
        const n = ++sums[at];
        const before = target - sums[at + 1];
        sums[at + 1] += before / n;
        sums[at + 2] += before * (target - sums[at + 1]);
        sums[at + 3] += (output - target) * (output - target);
      },
      ([, , spread, wrong]) => (spread > 0 ? 1 - wrong / spread : Number(wrong === 0)),
      // Chan, Golub and LeVeque 1979
      (before, after) => {
        const [n, mean, spread, wrong] = before;
        const [m, other, more, wrongToo] = after;
        if (n === 0 || m === 0) return [...(n === 0 ? after : before)];
        const apart = other - mean;
        const all = n + m;
        return [
          all,
          mean + (apart * m) / all,
          spread + more + (apart * apart * n * m) / all,
          wrong + wrongToo,
        ];
      },
    ),
} satisfies MetricKind;
