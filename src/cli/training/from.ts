/** nabla train --from: a training that begins with the layers and weights of a trained model. */

import { callbackOptions } from "../../callbacks/table.ts";
import { type ConfigInput, checkConfig } from "../../config/config.ts";
import { classNames } from "../../data/sequences/texts.ts";
import { Vocabulary } from "../../data/sequences/vocabulary.ts";
import { standardise } from "../../data/standardise.ts";
import { NablaError } from "../../errors.ts";
import { type FineTuneOptions, fineTune } from "../../model/fineTune.ts";
import { fromConfig } from "../../model/fromConfig.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { configOf } from "../../model/save.ts";
import type { OpenDataOptions, OpenedData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { arraysAs } from "../input/arrays.ts";
import { type ImageFlags, imageOptions, imageOptionsOf } from "../input/images.ts";
import { sequencesAs } from "../input/sequences.ts";
import { type TableFlags, tableOptions } from "../options/tables.ts";
import { presetConfig, taskOf } from "../presets/index.ts";
import { type RestartFlags, resumeOption } from "./restart.ts";
import { type Extra, extraOf, type Prepared } from "./resume.ts";
import { ARCHITECTURE, applyTraining, type ModelFlags, smallEnough } from "./settings.ts";

/** @throws NablaError for flags about what a training begins with, without it */
export function checkBegin({
  freeze,
  otherData,
  from,
  resume,
}: { readonly [K in "freeze" | "otherData"]?: boolean } & {
  readonly [K in "from" | "resume"]?: string;
}): void {
  if (freeze && from === undefined && resume === undefined)
    throw new NablaError("--freeze: expected --from FILE as well: the model whose weights stay as they are");
  if (otherData && resume === undefined)
    throw new NablaError("--other-data: expected --resume FILE as well: the training that goes on");
}

/** How to read pictures: in the size the model takes, whatever they show. */
export function picturesAs(
  model: Model,
  flags: ImageFlags,
  terminal: Terminal,
): Pick<OpenDataOptions, "images"> {
  const { classes: _, ...shape } = imageOptionsOf(model);
  return { images: { ...shape, ...imageOptions(flags, terminal).images } };
}

/** How to read tables: as the model's, whose weights fit no other columns and no other standardisation. */
export function tablesAs(model: Model): OpenDataOptions {
  const { standardisation } = model.metadata;
  const csv = extraOf(model)?.csv;
  return {
    standardise: standardisation !== undefined,
    targetScale: true,
    ...(standardisation && { standardisation }),
    ...(csv && { inputsLike: csv }),
  };
}

/** How to cut a table: as it was. @throws NablaError where the flags say something else */
export function splitAs(
  model: Model,
  path: string,
  flags: TableFlags & RestartFlags & { testSplit?: number; otherData?: boolean },
): OpenDataOptions {
  const data = extraOf(model)?.data;
  if (data?.kind === "sequences")
    return flags.testSplit === undefined && data.testSplit !== undefined
      ? { testFraction: data.testSplit }
      : {};
  if (data?.kind === "images") {
    const { testSplit = 0 } = data;
    if (flags.testSplit !== undefined && flags.testSplit !== testSplit && !flags.otherData)
      throw new NablaError(
        `${resumeOption(flags)}: of the pictures of ${path} a share of ${testSplit} was kept to test with; leave --test-split out, or give the same`,
      );
    return {
      testFraction: flags.testSplit ?? testSplit,
      ...(data.seed !== undefined && { seed: data.seed }),
    };
  }
  if (data?.kind !== "csv") return {};
  const { split = "random", testSplit } = data;
  const { split: asked } = tableOptions(flags);
  const [was, is] = [split, asked ?? split].map((way) => JSON.stringify(way));
  if (was !== is)
    throw new NablaError(
      `${resumeOption(flags)}: the rows of ${path} were split by ${was}, now by ${is}; leave --split out, or give the same`,
    );
  return {
    split,
    ...(flags.testSplit === undefined && testSplit !== undefined && { testFraction: testSplit }),
  };
}

/** How to read data that goes on with a model: as its own was read. */
export const readAs = (
  model: Model,
  path: string,
  flags: ImageFlags & TableFlags & RestartFlags & { testSplit?: number; otherData?: boolean },
  terminal: Terminal,
): OpenDataOptions => ({
  ...arraysAs(model, flags.resume !== undefined),
  ...sequencesAs(model, flags.resume !== undefined),
  // what a resumed run reads is compared, and what was said of it has been said
  ...(flags.resume && !flags.otherData
    ? { standardise: false, targetScale: true }
    : { ...tablesAs(model), ...picturesAs(model, flags, terminal) }),
  ...(flags.resume && splitAs(model, path, flags)),
});

/** Throws unless the data's inputs are like those the model was trained on. */
export function checkInputs(model: Model, path: string, data: OpenedData): void {
  const { inputShape, inputType, inputScale } = data.train;
  const extra = extraOf(model);
  const refuse = (theirs: string, ours: string, advice: string): never => {
    throw new NablaError(`--from: ${path} was trained on ${theirs}, but ${data.name} has ${ours}; ${advice}`);
  };
  const columns = extra?.csv?.columns;
  if (columns && data.csv && columns.join("\n") !== data.csv.columns.join("\n"))
    refuse(
      `the columns ${columns.join(", ")}`,
      data.csv.columns.join(", "),
      "give it the same, in the same order: --label names the one to tell, --ignore those to leave out",
    );
  // rows of numbers without a shape may be anything
  const flat = inputShape.length === 1 || model.inputShape.length === 1;
  const show = (shape: readonly number[]) => `inputs ${showShape(shape)}`;
  if (flat ? sizeOf(inputShape) !== sizeOf(model.inputShape) : inputShape.join() !== model.inputShape.join())
    refuse(show(model.inputShape), show(inputShape), "its weights are for inputs of that shape");
  if (extra && (extra.data.inputType !== inputType || extra.data.inputScale !== inputScale)) {
    const scaled = (type: string, by: number) =>
      `${type} inputs scaled by ${Math.abs(by * 255 - 1) < 1e-9 ? "1/255" : by}`;
    refuse(
      scaled(extra.data.inputType, extra.data.inputScale),
      scaled(inputType, inputScale),
      "store them as those were",
    );
  }
}

/** The data with the standardisation of the model, not its own: the weights fit no other. Tables may have been read so. */
export function standardisedAs(model: Model, data: OpenedData): OpenedData {
  const by = model.metadata.standardisation;
  const { train, test } = data;
  if (
    data.standardisation ||
    !by ||
    train.inputType !== "float32" ||
    by.mean.length !== sizeOf(train.inputShape)
  )
    return data;
  return {
    ...data,
    train: standardise(train, by),
    ...(test && { test: standardise(test, by) }),
    standardisation: by,
  };
}

/** Whether the model already predicts these targets, so that its head can be kept: classes of the same names, or numbers. */
export function sameTargets(model: Model, { csv, train }: OpenedData): boolean {
  const extra = extraOf(model);
  const { target } = train;
  const list = (names: readonly string[] | undefined) => JSON.stringify(names ?? null);
  const [was, is] = [eachStep(extra), eachStep(train.extra)];
  if (was || is) {
    const [steps, width = 1] = target.kind === "values" ? (target.shape ?? []) : [];
    const [rows] = model.outputShape;
    const { length, [length - 1]: units } = model.outputShape;
    const told = is?.classes?.length ?? width;
    const fits =
      length > 1 && rows === steps && (told === units || (is?.classes && told === 2 && units === 1));
    return was !== undefined && is !== undefined && Boolean(fits) && list(was.classes) === list(is.classes);
  }
  const units = sizeOf(model.outputShape);
  const fits =
    target.kind === "values"
      ? target.size === units
      : target.classes === units || (target.classes === 2 && units === 1);
  if (!fits) return false;
  if (csv || extra?.csv)
    return csv?.label === extra?.csv?.label && list(csv?.classes) === list(extra?.csv?.classes);
  return target.kind === "values" || list(target.names) === list(model.metadata.classes);
}

/** What is told of every step; undefined where a row has one target. @param extra of a model's file, or of a data set */
function eachStep(extra: object | undefined): { readonly classes?: readonly string[] } | undefined {
  const { sequences, text } = (extra ?? {}) as Pick<Extra, "sequences" | "text">;
  if (text?.targets === "each")
    return { classes: classNames(text.vocabulary, new Vocabulary(text.vocabulary).size) };
  return sequences?.targets === "each" ? sequences : undefined;
}

/** Throws unless a resumed training may go on with other data: its last layer is for these targets. */
export function checkTargets(model: Model, path: string, data: OpenedData): void {
  if (sameTargets(model, data)) return;
  const { target } = data.train;
  const what = (classes: readonly string[] | undefined) => classes?.join(", ") ?? "numbers";
  throw new NablaError(
    `--other-data: ${path} tells ${what(model.metadata.classes)}, ${data.name} has ${what(target.kind === "class" ? (target.names ?? []) : undefined)}; --from ${path} gives it a new last layer`,
  );
}

/**
 * The model with another head for other targets, and its settings unless flags change them.
 *
 * @param data in the scale of the model: see standardisedAs()
 * @param kept whether the head is kept: see sameTargets()
 */
export function openFrom(
  model: Model,
  path: string,
  flags: ModelFlags & { freeze?: boolean },
  data: OpenedData,
  kept: boolean,
): Prepared {
  const given = (["model", "config", ...ARCHITECTURE] as const).find(
    (key) => key !== "loss" && flags[key] !== undefined,
  );
  if (given) throw new NablaError(`--${given}: with --from the layers are those of ${path}; leave it out`);
  const { head, training } = kept ? { head: {}, training: trainingOf(model, data) } : newHead(model, data);
  const seed = flags.seed ?? training.seed ?? model.seed;
  let tuned: Model;
  try {
    tuned = fineTune(model, { ...head, freeze: flags.freeze ?? false, seed });
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    throw new NablaError(`--from: ${path}: ${error.message}`, { cause: error });
  }
  const document = {
    ...(configOf(tuned) as Pick<ConfigInput, "nabla" | "model">),
    training: { ...training, seed, ...(flags.loss && { loss: flags.loss }) },
  };
  const config = smallEnough(checkConfig(applyTraining(document, flags, data), path), flags, data);
  const { model: fresh, fit } = fromConfig(config);
  return { model: fresh.setWeights(tuned.weights()), config, fit };
}

/** How the model was trained, without what depends on the data: how many rows were kept, how classes were weighted. */
function trainingOf(model: Model, data: OpenedData): ConfigInput["training"] {
  const { training } = configOf(model);
  if (!training) return presetConfig("mlp", data.train, taskOf(data.train), {}).training;
  const { validationSplit: _v, classWeight: _c, ...rest } = training;
  return { ...rest, ...callbackOptions(extraOf(model)?.training ?? {}) };
}

/** The model's own head with as many units as there are classes, if it predicts classes; else a usual one. */
function newHead(
  model: Model,
  data: OpenedData,
): { head: FineTuneOptions; training: ConfigInput["training"] } {
  const { target } = data.train;
  const training = trainingOf(model, data);
  const { compiled } = internalsOf(model).state;
  const classes = compiled?.loss.classification === true && target.kind === "class";
  if (classes && (sizeOf(model.outputShape) > 1 || target.classes === 2))
    return { head: { classes: target.names ?? target.classes }, training };
  const usual = presetConfig("mlp", data.train, taskOf(data.train), {});
  const { loss, metrics } = usual.training;
  const layers = usual.layers.slice(-1) as FineTuneOptions["layers"];
  return { head: { layers }, training: { ...training, loss, metrics } };
}
