/** The JSON Schema of configuration documents, made from the fields: what `npm run schema` writes. */
import type { JsonSchema } from "../fields/fields.ts";
import { describeMetrics } from "../metrics/describe.ts";
import { configFields } from "./config.ts";

/** Only where DOCS is true: see configSchema() for what ships. */
export function schemaOfFields(): JsonSchema {
  describeMetrics();
  const $defs: Record<string, JsonSchema> = {};
  const schema = configFields().jsonSchema($defs);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Nabla configuration",
    description: "A neural network and how to train it.",
    ...schema,
    $defs: Object.fromEntries(Object.entries($defs).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
