/** From the command line to a configuration document. */
import type { ActivationName } from "../../activations/table.ts";
import { type Config, type ConfigInput, checkConfig } from "../../config/config.ts";
import { didYouMean, messageOf, NablaError, prefixed } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { parseJson } from "../../fields/json.ts";
import { given } from "../../fields/options.ts";
import type { InitializerName } from "../../initializers/table.ts";
import { LOSSES, type LossName, losses } from "../../losses/table.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import { readBytes } from "../../node/paths.ts";
import { type OptimizerName, optimizers } from "../../optimizers/table.ts";
import { parseSchedule } from "../../schedules/parse.ts";
import { byNumber, targetToWeigh } from "../../training/classes.ts";
import { compileFields } from "../../training/compile.ts";
import { type ClassWeight, documentSettings } from "../../training/settings.ts";
import { fractionOf, type SplitRule } from "../../training/splitRule.ts";
import { checkSingleDocument } from "../input/single.ts";
import type { ThresholdFlags } from "../options/threshold.ts";
import { type FitFlags, fieldsOf, type OptimizerFlags, optimizerFlagFields } from "../options/training.ts";
import { presetConfig, presets, taskOf } from "../presets/index.ts";

/** Options about the network and its training. Undefined: not given. */
export interface ModelFlags extends FitFlags, OptimizerFlags, ThresholdFlags {
  model?: string;
  config?: string;
  hidden?: number[];
  activation?: ActivationName;
  initializer?: InitializerName;
  loss?: LossName;
  labelSmoothing?: number;
  l1?: number;
  l2?: number;
  optimizer?: OptimizerName;
  ema?: number;
  schedule?: string;
  patience?: number;
  augment?: NonNullable<ConfigInput["training"]["augment"]>;
}

/** Those that need a preset to act on. */
export const ARCHITECTURE = ["hidden", "activation", "initializer", "loss", "l1", "l2"] as const;

/** The document that a new training runs by. Flags come before what files and presets say. */
export async function resolveConfig(flags: ModelFlags, data: OpenedData): Promise<Config> {
  if (flags.model !== undefined && flags.config !== undefined)
    throw new NablaError("--model and --config both name a model; give one of them");
  const file = flags.config ?? (flags.model?.endsWith(".json") ? flags.model : undefined);
  const base = file === undefined ? fromPreset(flags, data) : await fromFile(file, flags, data);
  const config = checkConfig(applyTraining(base, flags, data), file ?? "configuration");
  checkSingleDocument(config.model, file ?? "configuration");
  return file === undefined ? smallEnough(config, flags, data) : config;
}

/** A batch size that nobody asked for is a suggestion: a data set with fewer rows takes them all at once. */
export function smallEnough(config: Config, flags: ModelFlags, data: OpenedData): Config {
  if (flags.batchSize !== undefined) return config;
  const { training } = config;
  const rows = Math.ceil(data.train.length * (1 - fractionOf(training.validationSplit)));
  return { ...config, training: { ...training, batchSize: Math.max(1, Math.min(training.batchSize, rows)) } };
}

/** For a resumed run: the file's configuration, or, if any option about the model is given, a whole new one. */
export async function resolveResumed(flags: ModelFlags, data: OpenedData, saved: Config): Promise<Config> {
  if (
    flags.model !== undefined ||
    flags.config !== undefined ||
    ARCHITECTURE.some((key) => flags[key] !== undefined)
  )
    return resolveConfig(flags, data);
  return checkConfig(applyTraining(saved, flags, data, saved.training.validationSplit));
}

/** Presets by the kind of data. */
const USUAL: Partial<Record<OpenedData["kind"], string>> = {
  csv: "table",
  series: "forecast",
  text: "chars",
  sequences: "gru",
};

/** @throws NablaError for a name that no preset has: before the data are opened, which a name may be about */
export function checkPreset(name: string | undefined): void {
  if (name === undefined || name.endsWith(".json") || Object.hasOwn(presets, name)) return;
  const names = Object.keys(presets);
  const listed = [
    ...names.filter((each) => !/^(book|modern)-/.test(each)),
    "book-1 … book-10",
    "modern-1, modern-2, modern-5 … modern-9",
  ];
  throw new NablaError(
    `--model: there is no ${show(name)}${didYouMean(name, names) || ";"} expected ${listed.join(", ")}, or the name of a .json file`,
  );
}

function fromPreset(flags: ModelFlags, data: OpenedData): ConfigInput {
  const name = flags.model ?? USUAL[data.kind] ?? "mlp";
  checkPreset(name);
  const task = taskOf(data.train);
  if (task.each && !presets[name]!.recurrent)
    throw new NablaError(
      `--model ${name} gives one answer for a row; ${data.name} has a target for each step: --model gru or lstm`,
    );
  const made = presetConfig(name, data.train, task, flags);
  return { nabla: 1, model: { inputShape: made.inputShape, layers: made.layers }, training: made.training };
}

/** A whole document; what it leaves out about inputs and training is filled in from the data and the preset mlp. */
async function fromFile(path: string, flags: ModelFlags, data: OpenedData): Promise<ConfigInput> {
  const given = ARCHITECTURE.find((key) => flags[key] !== undefined);
  if (given && given !== "loss")
    throw new NablaError(`--${given} is for presets; ${path} already defines the layers`);
  const text = new TextDecoder().decode(await readBytes(path));
  const value = parseJson(text, path);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new NablaError(`${path}: expected an object { "nabla": 1, "model": { "layers": [ … ] } }`);
  const document = value as Partial<ConfigInput>;
  const preset = presetConfig("mlp", data.train, taskOf(data.train), { loss: flags.loss });
  const model = document.model;
  // a graph has inputs of its own
  const chain = typeof model === "object" && model !== null && !Array.isArray(model) && !("outputs" in model);
  return {
    ...document,
    model: chain ? { ...model, inputShape: model.inputShape ?? preset.inputShape } : (model as never),
    training: document.training === undefined ? preset.training : withLoss(document.training, flags.loss),
  } as ConfigInput;
}

const withLoss = (training: ConfigInput["training"], loss: LossName | undefined) =>
  loss === undefined ? training : { ...training, loss };

/** The document with the training flags applied. */
export function applyTraining(
  base: ConfigInput,
  flags: ModelFlags,
  data: OpenedData,
  split?: SplitRule,
): ConfigInput {
  const training = base.training;
  if (typeof training !== "object" || training === null) return base;
  const { patience } = flags;
  const early = patience !== undefined && { monitor: "valLoss", patience, restoreBestWeights: true };
  return {
    ...base,
    training: {
      ...training,
      loss: smoothed(training.loss, flags.labelSmoothing),
      optimizer: optimizerOf(training.optimizer, flags),
      ...(flags.schedule !== undefined && { schedule: scheduleOf(flags.schedule) }),
      ...given(documentSettings().fields, flags),
      ...(flags.classWeight !== undefined && { classWeight: numbered(flags.classWeight, data) }),
      ...(early && { earlyStopping: early }),
      validationSplit:
        (flags.validationSplit === (split && fractionOf(split)) ? undefined : flags.validationSplit) ??
        split ??
        training.validationSplit ??
        defaultSplit(
          data,
          early !== false || training.earlyStopping !== undefined || typeof flags.threshold === "string",
        ),
    },
  };
}

/** By numbers of classes, which people call by their names. */
function numbered(weights: ClassWeight, { train }: OpenedData): ClassWeight {
  try {
    return weights === "balanced" ? weights : byNumber(weights, targetToWeigh(train));
  } catch (cause) {
    throw new NablaError(messageOf(cause).replace(/^classWeight/, "--class-weight"), { cause });
  }
}

/** A tenth of the rows where there is no test part to look at, or where stopping early or a threshold has to look at something. */
function defaultSplit(data: OpenedData, needed: boolean): number {
  if (data.validation || (data.kind === "generated" && !data.test)) return 0;
  return needed || (!data.test && data.train.length >= 20) ? 0.1 : 0;
}

function smoothed(given: ConfigInput["training"]["loss"], labelSmoothing: number | undefined) {
  if (labelSmoothing === undefined) return given;
  const loss = typeof given === "string" ? { name: given } : (given as { name: string });
  const able = LOSSES.filter((name) => losses[name].smoothed);
  if (!(able as readonly string[]).includes(loss?.name))
    throw new NablaError(`--label-smoothing: loss ${loss?.name} has none; it is for ${able.join(", ")}`);
  return { ...loss, labelSmoothing } as ConfigInput["training"]["loss"];
}

function optimizerOf(written: ConfigInput["training"]["optimizer"], flags: ModelFlags) {
  const usual = written ?? compileFields().optimizer.fallback!;
  const before = typeof usual === "string" ? { name: usual } : usual;
  // another optimizer does not inherit the rate of the one it replaces
  const base =
    flags.optimizer === undefined || flags.optimizer === before.name ? before : { name: flags.optimizer };
  const { momentum, ema } = flags;
  const known = Object.hasOwn(optimizers, base.name);
  if (momentum !== undefined && !(known && "momentum" in fieldsOf(base.name)))
    throw new NablaError(`--momentum: optimizer ${base.name} has none; use --optimizer momentum or nesterov`);
  return {
    ...base,
    ...given(optimizerFlagFields(), flags),
    ...(ema !== undefined && { useEma: true, emaMomentum: ema }),
  } as ConfigInput["training"]["optimizer"];
}

const scheduleOf = (text: string) => prefixed("--", () => parseSchedule(text));
