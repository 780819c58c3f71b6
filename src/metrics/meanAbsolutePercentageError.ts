import { deviation } from "./mean.ts";
import type { MetricKind } from "./metric.ts";

/** What stands for a target of 0, as in scikit-learn: the spacing of double-precision numbers at 1. */
const LEAST = 2.220446049250313e-16;

/** Mean of |output − target| / max(|target|, 2.2e-16): a share, as in scikit-learn; Keras gives it times 100. */
export const meanAbsolutePercentageError = {
  better: "lower",
  create: () => deviation((d, target) => Math.abs(d) / Math.max(Math.abs(target), LEAST)),
} satisfies MetricKind;
