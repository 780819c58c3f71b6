/** The configuration document: a model and how to train it. One specification, for the check, the schema, the types. */
import { callbackFields } from "../callbacks/table.ts";
import { CONFIG_VERSION } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { exactly, type Infer, type Input, list, string } from "../fields/fields.ts";
import { described, object, optional, withDefault } from "../fields/objects.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { checkChain, layerField } from "../layers/registry.ts";
import { registerAll } from "../layers/table.ts";
import { lossField } from "../losses/table.ts";
import { metricsField } from "../metrics/table.ts";
import { optimizerField } from "../optimizers/table.ts";
import { scheduleField } from "../schedules/table.ts";
import { documentSettings } from "../training/settings.ts";
import { shapeField, withShape } from "./shape.ts";

export const modelFields = () => object({ inputShape: shapeField, layers: list(layerField(), { min: 1 }) });

export const trainingFields = () =>
  object({
    loss: lossField(),
    optimizer: withDefault(optimizerField(), "adam"),
    schedule: optional(scheduleField()),
    metrics: metricsField(),
    ...documentSettings().fields,
    ...callbackFields(),
  });

/** Documents may name any layer, so the program has all of them from now on. */
export function configFields() {
  registerAll();
  return object({
    $schema: optional(string({ doc: DOCS && "Where the schema is, for editors." })),
    nabla: described(exactly(CONFIG_VERSION), DOCS && "The version of this format."),
    model: modelFields(),
    training: trainingFields(),
  });
}

/** With every default filled in and names for whole objects written out. */
export type Config = Infer<ReturnType<typeof configFields>>;
export type ModelConfig = Infer<ReturnType<typeof modelFields>>;
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
export function checkLayers(layers: readonly unknown[]): { configs: LayerConfig[]; inputShape?: number[] } {
  registerAll();
  return withShape(layers, checkChain);
}
