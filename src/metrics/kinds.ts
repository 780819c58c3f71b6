/** From a metric as it is asked for to its kind and options: for what has the code of metrics. */
import { didYouMean, NablaError } from "../errors.ts";
import { choice, show, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { capital, isOf } from "./direction.ts";
import type { MetricKind } from "./metric.ts";
import { METRICS } from "./names.ts";
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

/** The kind, its options, and what its figures are called. @throws NablaError for names and options that there are not */
export function kindOf(
  given: NamedMetric,
  path: string,
  kinds: Kinds,
): { kind: MetricKind; name: MetricName; as: string; options: object } {
  const asked = typeof given === "string" ? { name: given } : given;
  const kind = Object.hasOwn(kinds, asked.name) ? kinds[asked.name] : undefined;
  if (!kind)
    throw new NablaError(
      `metrics: there is no metric "${asked.name as string}"${didYouMean(asked.name as string, METRICS)}. There are: ${METRICS.join(", ")}`,
    );
  const { name, as = name, ...options } = optionsField(kind, [asked.name]).check(asked, path);
  if (as !== name && !isOf(as, name))
    throw new NablaError(
      `${path}.as: expected a name that ends in "${capital(name)}", which says whether more is better, got ${show(as)}`,
    );
  return { kind, name, as, options };
}
