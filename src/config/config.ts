/** The configuration document: a model and how to train it. One specification, for the check, the schema, the types. */
import { callbackFields } from "../callbacks/documented.ts";
import { NablaError } from "../errors.ts";
import { choice, exactly, type Infer, type Input, type JsonSchema, list, string } from "../fields/fields.ts";
import { described, object, optional, withDefault } from "../fields/objects.ts";
import { documentSettings } from "../training/settings.ts";
import { type LayerConfig, layer } from "./layers.ts";
import { CONFIG_VERSION, METRICS } from "./names.ts";
import { shapeField, withShape } from "./shape.ts";
import { loss, optimizer, schedule } from "./training.ts";

export { seedField, shapeField } from "./shape.ts";

export const modelFields = object({
  inputShape: shapeField,
  layers: list(layer, { min: 1 }),
});

export const trainingFields = () =>
  object({
    loss,
    optimizer: withDefault(optimizer, "adam"),
    schedule: optional(schedule),
    metrics: list(choice(METRICS), { default: [] }),
    ...documentSettings().fields,
    ...callbackFields(),
  });

export const configFields = () =>
  object({
    $schema: optional(string({ doc: "Where the schema is, for editors." })),
    nabla: described(exactly(CONFIG_VERSION), "The version of this format."),
    model: modelFields,
    training: trainingFields(),
  });

/** With every default filled in and names for whole objects written out. */
export type Config = Infer<ReturnType<typeof configFields>>;
export type ModelConfig = Infer<typeof modelFields>;
export type TrainingConfig = Infer<ReturnType<typeof trainingFields>>;
export type { LayerConfig };
/** As people write it. */
export type ConfigInput = Input<ReturnType<typeof configFields>>;

/**
 * Checks a configuration and fills in its defaults; `name` stands in errors.
 * @throws NablaError such as `nabla.json: model.layers[1].units: expected a whole number ≥ 1, got -3`
 */
export function checkConfig(value: unknown, name = "configuration"): Config {
  try {
    const version =
      typeof value === "object" && value !== null ? (value as { nabla?: unknown }).nabla : undefined;
    if (typeof version === "number" && version > CONFIG_VERSION) {
      throw new NablaError(
        `nabla: the document has version ${version}, this Nabla reads version ${CONFIG_VERSION}; update nabla`,
      );
    }
    return configFields().check(value);
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    throw new NablaError(`${name}: ${error.message}`, { cause: error, details: { ...error.details } });
  }
}

/** As `checkConfig`, from the text of a file. */
export function parseConfig(text: string, name: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NablaError(`${name}: not valid JSON: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  return checkConfig(value, name);
}

/** Checks a list of layers of any type and fills in defaults: see withShape(). */
export const checkLayers = (layers: readonly unknown[]): { configs: LayerConfig[]; inputShape?: number[] } =>
  withShape(layers, (rest) => list(layer, { min: 1 }).check(rest, "layers"));

/** The JSON Schema (draft 2020-12) of configuration documents, for editors and other tools. */
export function configSchema(): JsonSchema {
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
