/** From a metric as it is asked for to its kind and options: for what has the code of metrics. */
import { choice, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import type { MetricKind } from "./metric.ts";
import type { MetricName, NamedMetric } from "./table.ts";

/** Kinds by name: all, or those that are there. */
export type Kinds = { readonly [K in MetricName]?: MetricKind };

/** Options of a metric, with those that all have. @param names what it may be called */
export const optionsField = ({ fields }: MetricKind, names: readonly MetricName[]) =>
  object({
    name: choice(names),
    as: optional(string({ doc: DOCS && "What its figures are called; ends in its name." })),
    ...(fields?.().fields as Record<never, never>),
  });

/** The kind, its options, and what its figures are called, of a metric as metricsField() has checked it. */
export function kindOf(
  given: NamedMetric,
  kinds: Kinds,
): { kind: MetricKind; name: MetricName; as: string; options: object } {
  const { name, as = name, ...options } = typeof given === "string" ? { name: given } : given;
  return { kind: kinds[name]!, name, as, options };
}
