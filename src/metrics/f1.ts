import { macro } from "./confusion.ts";
import type { MetricKind } from "./metric.ts";

/** Harmonic mean of precision and recall; mean over the classes that occur. */
export const f1 = {
  better: "higher",
  create: (classes) => macro("f1", classes),
} satisfies MetricKind;
