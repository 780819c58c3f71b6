/** Metrics by name, and the fields that list them. Their code is not here: see kinds.ts. */
import {
  choice,
  type Field,
  type Fields,
  type Input,
  type JsonSchema,
  list,
  string,
} from "../fields/fields.ts";
import { type Custom, object, optional, orCustom, shared } from "../fields/objects.ts";
import type { ALL } from "./all.ts";
import { figureOf } from "./metric.ts";
import { METRICS, OPTIONS } from "./names.ts";

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

/** Names and options are checked before the code of metrics is there. */
const metricField = (): MetricField => {
  const name = choice(METRICS);
  return {
    ...name,
    check(value, path = "") {
      const asked = (typeof value === "object" && value ? value : { name: value }) as MetricOptions;
      const called = name.check(asked.name, path);
      // what isOf() takes: it says whether more is better
      const end = figureOf("", called);
      const as = string({
        pattern: RegExp(`^${called}$|${end}$`),
        expected: `a name that ends in "${end}"`,
      });
      const checked = object({ name, as: optional(as), ...OPTIONS[called]() } as Fields).check(asked, path);
      return asked === value ? (checked as MetricOptions) : called;
    },
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
> => list(orCustom(shared("metric", metricField())), { default: [] });
