import { choice, type Infer } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { classCounts, hitsOf } from "./counted.ts";
import type { MetricKind, Subject } from "./metric.ts";
import { threshold } from "./options.ts";

const fields = () =>
  object({
    /** For ordered classes: how much worse a class further away is. Default: every mistake counts alike. */
    weights: optional(
      choice(["linear", "quadratic"], {
        doc: DOCS && "For ordered classes: mistakes count by their distance, or by its square.",
      }),
    ),
    ...threshold(),
  });

/**
 * Agreement beyond chance, 1 − Σ w · counted / Σ w · expected (Cohen 1960, 1968), as scikit-learn's cohen_kappa_score. 0 where it is not
 * defined: all rows are of one class and predicted as that class.
 */
export const cohenKappa = {
  better: "higher",
  fields,
  tasks: ["two", "classes"],
  create: (subject: Subject, options: Infer<ReturnType<typeof fields>>) =>
    classCounts(subject, options, (counts, classes) => {
      const hits = hitsOf(counts, classes);
      const rows = hits.reduce((sum, { there }) => sum + there, 0);
      let [seen, expected] = [0, 0];
      for (let t = 0; t < classes; t++)
        for (let p = 0; p < classes; p++) {
          const far = Math.abs(t - p);
          const weight =
            options.weights === "linear"
              ? far
              : options.weights === "quadratic"
                ? far * far
                : Number(far > 0);
          seen += weight * counts[t * classes + p];
          expected += (weight * hits[t].there * hits[p].said) / rows;
        }
      return expected === 0 ? 0 : 1 - seen / expected;
    }),
} satisfies MetricKind;
