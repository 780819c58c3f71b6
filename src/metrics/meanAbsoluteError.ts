import { deviation } from "./mean.ts";
import type { MetricKind } from "./metric.ts";

/** Mean of |output − target|. */
export const meanAbsoluteError = {
  better: "lower",
  create: () => deviation(Math.abs),
} satisfies MetricKind;
