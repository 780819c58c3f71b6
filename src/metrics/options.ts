/** Options that several metrics have. */

import { NablaError } from "../errors.ts";
import { choice, number } from "../fields/fields.ts";
import { optional } from "../fields/objects.ts";
import { predictedClass, type Scored, type Subject } from "./metric.ts";

export const threshold = () => ({
  /** An output above it says yes. Of outputs as predict() gives them. Default 0.5; 0 for margins and logits. */
  threshold: optional(
    number({ doc: DOCS && "An output above it says yes. Default 0.5; 0 for margins and logits." }),
  ),
});

/** How figures of several classes or labels become one, as in scikit-learn. */
export type Average = "binary" | "macro" | "weighted" | "micro";

export const average = <const T extends Average>(names: readonly T[]) =>
  optional(
    choice(names, {
      doc: DOCS && "How figures of several classes or labels become one, as in scikit-learn.",
    }),
  );

/**
 * Which class a row is predicted as.
 * @throws NablaError for a threshold where the largest of several outputs decides
 */
export function decision(
  { task, units }: Subject,
  options: { readonly threshold?: number },
): (batch: Scored, row: number) => number {
  const own = options.threshold;
  if (own === undefined)
    return ({ outputs, stride, threshold }, row) => predictedClass(outputs, row * stride, units, threshold);
  if (task === "classes")
    throw new NablaError(
      `threshold: ${units} classes are told apart by the largest output; a threshold is for two classes, or for labels`,
    );
  return ({ outputs, stride }, row) => Number(outputs[row * stride + units - 1] > own);
}
