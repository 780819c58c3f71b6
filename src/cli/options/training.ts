/** The flags of nabla train that are fields of a configuration's `training`: options of fit(), and of optimizers. */
import { Option } from "commander";
import { configSchema } from "../../config/configSchema.ts";
import { NablaError } from "../../errors.ts";
import type { Field, Fields, Infer } from "../../fields/fields.ts";
import { show } from "../../fields/fields.ts";
import { OPTIMIZERS, type OptimizerName, optimizers } from "../../optimizers/table.ts";
import { type ClassWeight, documentSettings } from "../../training/settings.ts";
import { type Descriptions, type FlagNotes, flagsOf } from "./flags.ts";
import { NUMBER } from "./values.ts";

export type FitFlags = Omit<Partial<Infer<ReturnType<typeof documentSettings>>>, "augment">;
export type OptimizerFlags = { [K in keyof typeof OF_OPTIMIZERS]?: number };

/** All fields are flags; here is what only the command line knows of them. */
const OF_FIT: Readonly<Record<string, FlagNotes | false>> = {
  batchSize: { short: "b", default: "the model's, 32 for mlp and table" },
  microBatchSize: { default: "all" },
  shards: { default: "none" },
  epochs: { short: "e", default: "the model's, mostly 5" },
  seed: { short: "s" },
  shuffle: false,
  // in a short form of its own
  augment: false,
  validationSplit: {
    value: "SHARE",
    default: "0.1 without a test part or with --patience or a figure of --threshold, else 0",
  },
  shifted: { value: "PIXELS" },
};

/** Those fields of optimizers that are flags. What they default to is the model's or the optimizer's affair. */
const OF_OPTIMIZERS = {
  learningRate: { short: "r", value: "η", default: "the model's or optimizer's" },
  momentum: { value: "μ", default: false },
  weightDecay: { value: "λ", default: false },
  clipNorm: { value: "N", default: false },
  clipValue: { value: "N", default: false },
} as const satisfies Record<string, FlagNotes>;

interface Schema {
  properties: { training: { properties: Descriptions } };
  $defs: { optimizer: { anyOf: [unknown, { oneOf: { properties: Descriptions }[] }] } };
}

/** @returns options for the program, in the order of their fields */
export function trainingFlags(): { fit: Option[]; optimizer: Option[] } {
  const { properties, $defs } = configSchema() as unknown as Schema;
  const each = $defs.optimizer.anyOf[1].oneOf.map((one) => one.properties);
  return {
    fit: [
      ...flagsOf(documentSettings().fields, properties.training.properties, OF_FIT),
      new Option(
        "--class-weight <FORM>",
        "factors of the loss by class: balanced, or yes=3,no=1 (default: 1)",
      ).argParser(classWeights),
    ],
    optimizer: flagsOf(optimizerFlagFields(), Object.assign({}, ...each), OF_OPTIMIZERS),
  };
}

/** balanced, or 0=1,1=5, or yes=3: names have no = and no comma. */
function classWeights(text: string): ClassWeight {
  if (text.trim() === "balanced") return "balanced";
  const factors = text.split(",").map((part): [string, number] => {
    const [, name = "", factor = ""] = /^([^=]+)=([^=]+)$/.exec(part) ?? [];
    const value = NUMBER.test(factor.trim()) ? Number(factor) : Number.NaN;
    if (!(value >= 0))
      throw new NablaError(
        `--class-weight: expected balanced, or factors ≥ 0 by class such as yes=3,no=1, got ${show(text)}`,
      );
    return [name.trim(), value];
  });
  return Object.fromEntries(factors);
}

/** The fields of all optimizers that are flags. */
export function optimizerFlagFields(): Record<keyof typeof OF_OPTIMIZERS, Field<number>> {
  const all = Object.assign({}, ...OPTIMIZERS.map(fieldsOf));
  const names = Object.keys(OF_OPTIMIZERS) as (keyof typeof OF_OPTIMIZERS)[];
  return Object.fromEntries(names.map((name) => [name, all[name]])) as ReturnType<typeof optimizerFlagFields>;
}

export const fieldsOf = (name: OptimizerName): Fields => optimizers[name].fields().fields;
