/** Metrics by name, and the fields that list them. */
import { didYouMean, NablaError } from "../errors.ts";
import { choice, type Field, type Input, list, show, string } from "../fields/fields.ts";
import { type Custom, object, optional, orCustom, shared } from "../fields/objects.ts";
import { ALL } from "./all.ts";
import { capital, isOf } from "./direction.ts";
import type { MetricKind } from "./metric.ts";
import { METRICS } from "./names.ts";

export { METRICS } from "./names.ts";

/** What a metric is called. */
export type MetricName = keyof typeof ALL;

const kinds: Readonly<Record<MetricName, MetricKind>> = ALL;

type Options<K> = K extends { readonly fields: () => infer F } ? Input<F> : Record<never, never>;

/** A metric with options: { name: "f1", average: "macro" }. */
export type MetricOptions = {
  [K in MetricName]: {
    name: K /** What its figures are called; ends in its name, like "prAuc". */;
    as?: string;
  } & Options<(typeof ALL)[K]>;
}[MetricName];

/** A metric by its name, or by its name with options. */
export type NamedMetric = MetricName | MetricOptions;

type MetricField = Field<NamedMetric | Custom, NamedMetric | Custom, "required">;

/** What is checked before the code of metrics is there: names. Options are checked where they are used: kindOf(). */
const nameField = (): MetricField => {
  const name = choice(METRICS);
  return {
    presence: "required",
    expected: name.expected,
    check: (value, path = "") =>
      typeof value === "object" && value
        ? ({ ...value, name: name.check((value as Custom).name, path) } as MetricOptions)
        : name.check(value, path),
    jsonSchema:
      DOCS &&
      ((defs) => ({
        anyOf: [
          name.jsonSchema(defs),
          {
            type: "object",
            required: ["name"],
            oneOf: branches().map((names) => {
              const { type: _, ...branch } = optionsField(names[0]!, names).jsonSchema(defs);
              return branch;
            }),
          },
        ],
      })),
  };
};

/** Names whose options are the same. */
function branches(): MetricName[][] {
  const groups = new Map<unknown, MetricName[]>();
  for (const name of METRICS) {
    const key = Object.keys(kinds[name].fields?.().fields ?? {}).join();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()];
}

export const metricsField = (): Field<
  (NamedMetric | Custom)[],
  readonly (NamedMetric | Custom)[],
  "defaulted"
> => list(orCustom(shared("metric", nameField())), { default: [] });

/** Options of a metric, with those that all have. */
const optionsField = (name: MetricName, names: readonly MetricName[] = [name]) =>
  object({
    name: choice(names),
    as: optional(string({ doc: DOCS && "What its figures are called; ends in its name." })),
    ...(kinds[name].fields?.().fields as Record<never, never>),
  });

/** The kind, its options, and what its figures are called. @throws NablaError for names and options that there are not */
export function kindOf(
  given: NamedMetric,
  path: string,
): { kind: MetricKind; name: MetricName; as: string; options: object } {
  const asked = typeof given === "string" ? { name: given } : given;
  if (!Object.hasOwn(kinds, asked.name))
    throw new NablaError(
      `metrics: there is no metric "${asked.name as string}"${didYouMean(asked.name as string, METRICS)}. There are: ${METRICS.join(", ")}`,
    );
  const { name, as = name, ...options } = optionsField(asked.name).check(asked, path);
  if (as !== name && !isOf(as, name))
    throw new NablaError(
      `${path}.as: expected a name that ends in "${capital(name)}", which says whether more is better, got ${show(as)}`,
    );
  return { kind: kinds[name], name, as, options };
}
