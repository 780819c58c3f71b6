/** The configuration document: a model and how to train it. One specification, for the check, the schema, the types. */
import { CONFIG_VERSION } from "../checkpoint/document.ts";
import { NablaError } from "../errors.ts";
import {
  bool,
  choice,
  exactly,
  type Infer,
  type Input,
  int,
  list,
  number,
  string,
} from "../fields/fields.ts";
import { described, object, optional, record, withDefault } from "../fields/objects.ts";
import type { LayerConfig } from "../layers/configs.ts";
import { checkChain, layerField } from "../layers/registry.ts";
import { registerAll } from "../layers/table.ts";
import { lossField } from "../losses/table.ts";
import { metricsField } from "../metrics/table.ts";
import { optimizerField } from "../optimizers/table.ts";
import { scheduleField } from "../schedules/table.ts";
import { augmentFields } from "./augment.ts";
import { seedField, shapeField, withShape } from "./shape.ts";

export { seedField, shapeField } from "./shape.ts";

const monitor = string({ default: "valLoss", doc: "The figure watched: loss, valLoss, valAccuracy, …" });
const mode = choice(["auto", "min", "max"], { default: "auto", doc: "Whether smaller or larger is better." });
const patience = (value: number) => int({ min: 0, default: value, doc: "Epochs without improvement." });
const minDelta = (value: number) =>
  number({ min: 0, default: value, doc: "What does not count as an improvement." });

export const earlyStopping = object(
  {
    monitor,
    patience: patience(0),
    minDelta: minDelta(0),
    mode,
    restoreBestWeights: bool({ default: false, doc: "Go back to the weights of the best epoch at the end." }),
  },
  { doc: "Stop when a figure no longer improves." },
);

export const reduceLROnPlateau = object(
  {
    monitor,
    factor: number({
      exclusiveMin: 0,
      exclusiveMax: 1,
      default: 0.1,
      doc: "What the learning rate is multiplied by.",
    }),
    patience: patience(10),
    minDelta: minDelta(1e-4),
    cooldown: int({ min: 0, default: 0, doc: "Epochs after a reduction in which nothing is counted." }),
    minLearningRate: number({ min: 0, default: 0 }),
    mode,
  },
  { doc: "Make the learning rate smaller when a figure no longer improves." },
);

export const modelFields = () => object({ inputShape: shapeField, layers: list(layerField(), { min: 1 }) });

/** How training runs, whatever is trained. */
const running = {
  batchSize: int({ min: 1, default: 32, doc: "Rows per step." }),
  microBatchSize: optional(
    int({
      min: 1,
      doc: "Rows of a batch that pass through the network at once, to take less memory. The result is the same, except with batch normalisation.",
    }),
  ),
  epochs: int({ min: 1, default: 1, doc: "Passes over the data." }),
  seed: seedField,
  shuffle: bool({ default: true, doc: "Visit the rows in another order each epoch." }),
  validationSplit: number({
    min: 0,
    exclusiveMax: 1,
    default: 0,
    doc: "Share of the rows to validate on instead of training on them.",
  }),
  classWeight: optional(
    record(number({ min: 0 }), {
      keys: /^(0|[1-9][0-9]*)$/,
      doc: "Factors of the loss by class number; 1 for those left out.",
    }),
  ),
  shifted: optional(
    int({
      min: 1,
      doc: "Trains on five times the rows: every image also moved by so many pixels up, down, left and right.",
    }),
  ),
};
/** The same as options of fit(), besides `augment`: see src/data/augment/fit.ts. */
export const fitFields = object(running);

export const trainingFields = () =>
  object({
    loss: lossField(),
    optimizer: withDefault(optimizerField(), "adam"),
    schedule: optional(scheduleField()),
    metrics: metricsField(),
    ...running,
    augment: optional(augmentFields),
    earlyStopping: optional(earlyStopping),
    reduceLROnPlateau: optional(reduceLROnPlateau),
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
