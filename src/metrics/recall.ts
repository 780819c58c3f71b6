import { macro } from "./confusion.ts";
import type { MetricKind } from "./metric.ts";

/** Of the rows of a class, the share that were found; mean over the classes that occur. */
export const recall = {
  better: "higher",
  create: (classes) => macro("recall", classes),
} satisfies MetricKind;
