import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { classCounts, hitsOf } from "./counted.ts";
import type { MetricKind, Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () => object(threshold());

/**
 * Correlation of true and predicted classes, of several classes as Gorodkin (2004) defines it, as scikit-learn's matthews_corrcoef. 0 where
 * one class is all that there is, or all that is predicted.
 */
export const matthewsCorrelation = {
  better: "higher",
  fields,
  tasks: ["two", "classes"],
  create: (subject: Subject, options: Infer<ReturnType<typeof fields>>) =>
    classCounts(subject, options, (counts, classes) => {
      const hits = hitsOf(counts, classes);
      const over = (f: (hit: (typeof hits)[number]) => number) => hits.reduce((sum, hit) => sum + f(hit), 0);
      const rows = over(({ there }) => there);
      const both = over(({ right }) => right) * rows - over(({ said, there }) => said * there);
      const said = rows * rows - over(({ said }) => said * said);
      const there = rows * rows - over(({ there }) => there * there);
      return said * there === 0 ? 0 : both / Math.sqrt(said * there);
    }),
} satisfies MetricKind;
