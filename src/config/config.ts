/** The configuration document: a model and how to train it. One specification, for the check, the schema, the types. */
import { type CallbackFields, callbackFields } from "../callbacks/table.ts";
import { CONFIG_VERSION, isTooDeep } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import { type Field, type Infer, type Input, type ObjectField, show, string } from "../fields/fields.ts";
import { parseJson } from "../fields/json.ts";
import { described, object, optional } from "../fields/objects.ts";
import { type ModelField, modelFields } from "../layers/document.ts";
import { registerAll } from "../layers/table.ts";
import { type CompileFields, compileFields } from "../training/compile.ts";
import { documentSettings } from "../training/settings.ts";

// The types of these fields are written out by name: the compiler would copy all they consist of into the declarations.
export type TrainingFields = CompileFields & ReturnType<typeof documentSettings>["fields"] & CallbackFields;
export type ConfigFields = {
  $schema: Field<string, string, "optional">;
  nabla: Field<1 | 2, 1 | 2, "required">;
  model: ModelField;
  training: ObjectField<TrainingFields>;
};

/** The versions this code reads. */
const versionField = (): ConfigFields["nabla"] => ({
  presence: "required",
  expected: "1, or 2 for a graph of layers",
  check(value, path) {
    if (value === 1 || value === 2) return value;
    throw new NablaError(`${path}: expected 1, or 2 for a graph of layers, got ${show(value)}`);
  },
  jsonSchema: DOCS && (() => ({ enum: [1, 2] })),
});

export const trainingFields = (): ObjectField<TrainingFields> =>
  object({
    ...compileFields(),
    ...documentSettings().fields,
    ...callbackFields(),
  });

/** Documents may name any layer, so the program has all of them from now on. */
export function configFields(): ObjectField<ConfigFields> {
  registerAll();
  return object({
    $schema: optional(string({ doc: DOCS && "Where the schema is, for editors." })),
    nabla: described(versionField(), DOCS && "The version of this format: 1, or 2 for a graph of layers."),
    model: modelFields(),
    training: trainingFields(),
  });
}

/** With every default filled in and names for whole objects written out. */
export type Config = Infer<ReturnType<typeof configFields>>;
export type TrainingConfig = Infer<ReturnType<typeof trainingFields>>;
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
    const config = configFields().check(value);
    if (config.nabla === 1 && config.model.outputs)
      throw new NablaError("nabla: a graph of layers, with outputs, needs version 2, got 1");
    return config;
  } catch (error) {
    // what a program hands over may be nested so deeply that the stack is full
    if (isTooDeep(error)) throw new NablaError(`${name}: nested too deeply`, { cause: error });
    if (!(error instanceof NablaError)) throw error;
    throw new NablaError(`${name}: ${error.message}`, { cause: error, details: { ...error.details } });
  }
}

/** As `checkConfig`, from the text of a file. */
export const parseConfig = (text: string, name: string): Config => checkConfig(parseJson(text, name), name);
