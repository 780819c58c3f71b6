/** What a schema says of options of metrics: for what writes it. Others have the names, and would load the code of all metrics with this. */
import { ALL } from "./all.ts";
import { type Kinds, optionsField } from "./kinds.ts";
import { METRICS } from "./names.ts";
import { described, type MetricName } from "./table.ts";

const kinds: Kinds = ALL;

export function describeMetrics(): void {
  described.options = (defs) => ({
    oneOf: branches().map((names) => {
      const { type: _, ...branch } = optionsField(kinds[names[0]!]!, names).jsonSchema(defs);
      return branch;
    }),
  });
}

/** Names whose options are the same. */
function branches(): MetricName[][] {
  const groups = new Map<string, MetricName[]>();
  for (const name of METRICS) {
    const key = Object.keys(kinds[name]!.fields?.().fields ?? {}).join();
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups.values()];
}
