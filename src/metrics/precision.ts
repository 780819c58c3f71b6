import { macro } from "./confusion.ts";
import type { MetricKind } from "./metric.ts";

/** Of the rows predicted as a class, the share that are; mean over the classes that occur. */
export const precision = {
  better: "higher",
  create: (classes) => macro("precision", classes),
} satisfies MetricKind;
