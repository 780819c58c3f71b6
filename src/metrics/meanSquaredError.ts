import { deviation } from "./mean.ts";
import type { MetricKind } from "./metric.ts";

/** Mean of (output − target)². */
export const meanSquaredError = {
  better: "lower",
  create: () => deviation((d) => d * d),
} satisfies MetricKind;
