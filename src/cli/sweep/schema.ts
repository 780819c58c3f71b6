/** The JSON Schema of sweeps' specifications, for editors: what `npm run schema` writes. */
import { configSchema } from "../../config/configSchema.ts";
import type { JsonSchema } from "../../fields/fields.ts";
import { optimizerFlagFields } from "../options/training.ts";
import { sweepFields } from "./fields.ts";
import { type TrainOption, trainOptions, usable } from "./options.ts";

interface Described {
  properties: { training: { properties: Record<string, JsonSchema> } };
}

/** Only where DOCS is true. */
export function schemaOfSweeps(): JsonSchema {
  const $defs: Record<string, JsonSchema> = {};
  const schema = sweepFields().jsonSchema($defs) as { properties: Record<string, JsonSchema> };
  const options = usable(trainOptions());
  const { properties } = schema;
  const parameter = properties.parameters!.additionalProperties as JsonSchema;
  const byName = (of: (option: TrainOption) => JsonSchema) =>
    Object.fromEntries(options.map((option) => [option.name, of(option)]));
  const fields = fieldSchemas();
  const of = ({ description }: JsonSchema, kinds: Record<string, JsonSchema>) => ({
    description,
    type: "object",
    properties: kinds,
    additionalProperties: false,
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Nabla sweep",
    ...schema,
    properties: {
      ...properties,
      options: of(
        properties.options!,
        byName((option) => fields[option.name] ?? loose(option)),
      ),
      parameters: {
        ...of(
          properties.parameters!,
          byName(({ doc }) => ({ description: doc, $ref: "#/$defs/parameter" })),
        ),
        minProperties: 1,
      },
    },
    $defs: {
      parameter,
      value: {
        anyOf: [{ type: ["number", "string"] }, { type: "array", items: { type: ["number", "string"] } }],
      },
      ...$defs,
    },
  };
}

/** Of those options that are fields of documents, what the fields say of numbers, choices and switches. */
function fieldSchemas(): Record<string, JsonSchema> {
  const { training } = (configSchema() as unknown as Described).properties;
  const optimizers = Object.entries(optimizerFlagFields()).map(([name, field]) => [name, field.jsonSchema()]);
  const all: Record<string, JsonSchema> = { ...training.properties, ...Object.fromEntries(optimizers) };
  const plain = ["integer", "number", "boolean"];
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, { type, enum: names }]) => names !== undefined || plain.includes(type as string))
      // the default is the network's, not the field's
      .map(([name, { default: _, ...rest }]) => [name, rest]),
  );
}

const loose = ({ doc, valued }: TrainOption): JsonSchema =>
  valued ? { description: doc, $ref: "#/$defs/value" } : { description: doc, type: "boolean" };
