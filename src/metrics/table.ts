/** Metrics by name, and the fields that list them. Their code is not here: see kinds.ts. */
import { choice, type Field, type Input, type JsonSchema, list } from "../fields/fields.ts";
import { type Custom, orCustom, shared } from "../fields/objects.ts";
import type { ALL } from "./all.ts";
import { METRICS } from "./names.ts";

export { METRICS } from "./names.ts";

/** What a metric is called. */
export type MetricName = keyof typeof ALL;

type Options<K> = K extends { readonly fields: () => infer F } ? Input<F> : Record<never, never>;

/** A metric with options: { name: "f1", average: "macro" }. */
export type MetricOptions = {
  [K in MetricName]: {
    /** Which metric. */
    name: K;
    /** What its figures are called; ends in its name, like "prAuc". */
    as?: string;
  } & Options<(typeof ALL)[K]>;
}[MetricName];

/** A metric by its name, or by its name with options. */
export type NamedMetric = MetricName | MetricOptions;

type MetricField = Field<NamedMetric | Custom, NamedMetric | Custom, "required">;

/** What a schema says of options. What writes it has the code of all metrics: see describe.ts. */
export const described: { options?: (defs?: Record<string, JsonSchema>) => JsonSchema } = {};

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
        anyOf: [name.jsonSchema(defs), { type: "object", required: ["name"], ...described.options?.(defs) }],
      })),
  };
};

export const metricsField = (): Field<
  (NamedMetric | Custom)[],
  readonly (NamedMetric | Custom)[],
  "defaulted"
> => list(orCustom(shared("metric", nameField())), { default: [] });
