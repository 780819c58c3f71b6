/** Continuing a training that was saved before it was finished. */
import { type CallbackFields, callbackOptions } from "../../callbacks/table.ts";
import { type Config, checkConfig } from "../../config/config.ts";
import type { SequencesInfo } from "../../data/sequences/sequencesInfo.ts";
import type { SeriesInfo } from "../../data/sequences/seriesInfo.ts";
import type { TextInfo } from "../../data/sequences/texts.ts";
import type { CsvInfo } from "../../data/tables/tableInfo.ts";
import type { TableSplit } from "../../data/tables/tableSplit.ts";
import { NablaError } from "../../errors.ts";
import { nameLayers } from "../../layers/chain.ts";
import { fromConfig } from "../../model/fromConfig.ts";
import { internalsOf } from "../../model/internals.ts";
import type { FitOptions, Model } from "../../model/model.ts";
import { configOf } from "../../model/save.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import type { TargetScale } from "../../report/units.ts";
import { isOver } from "../../training/begin.ts";
import { since } from "../../training/run.ts";
import { fractionOf, keptRule } from "../../training/splitRule.ts";
import type { ThresholdFlags } from "../options/threshold.ts";
import { type RestartFlags, resumeOption } from "./restart.ts";
import type { Saved } from "./saving.ts";
import { type ModelFlags, resolveResumed } from "./settings.ts";

/** `metadata.extra`: openData()'s description of the data a model was fitted to, and what the command line adds. */
export interface Extra {
  /** What the model was trained on. */
  data: {
    name: string;
    kind: OpenedData["kind"];
    inputType: "uint8" | "float32";
    inputScale: number;
    samples?: number;
    testSplit?: number;
    split?: TableSplit;
    seed?: number;
    fingerprint?: string;
    /** Of a table that was read in pieces. */
    pieceBytes?: number;
  };
  /** How pictures were brought to the shape of a row. */
  images?: OpenedData["images"];
  /** How arrays were read. */
  arrays?: OpenedData["arrays"];
  csv?: CsvInfo & { target?: TargetScale };
  /** How windows of a series were cut and standardised. */
  series?: SeriesInfo;
  /** How sequences were filled up and standardised. */
  sequences?: SequencesInfo;
  /** How windows of a text were cut, and its vocabulary. */
  text?: TextInfo;
  /** Parts of the configuration that callbacks and fit() hold, not the model. */
  training?: Pick<Config["training"], keyof CallbackFields | "classWeight">;
  /** What --threshold asked for: what is saved before the training is over says it, too. */
  threshold?: ThresholdFlags["threshold"];
}

/** The contents of `metadata.extra`; undefined for models whose data has no description. */
export function extraOf(model: Model): Extra | undefined {
  const extra = model.metadata.extra as Partial<Extra> | undefined;
  return extra && typeof extra.data === "object" && extra.data !== null ? (extra as Extra) : undefined;
}

/** A model, and all options of fit() but the data. */
export interface Prepared {
  model: Model;
  config: Config;
  fit: FitOptions;
}

/** Checks that options given on the command line agree with the model's file. */
export async function openResumed(
  model: Model,
  path: string,
  flags: ModelFlags & RestartFlags & { otherData?: boolean },
  data: OpenedData,
): Promise<Prepared> {
  const extra = extraOf(model);
  const option = resumeOption(flags);
  const { settings } = internalsOf(model).state;
  if (!settings) throw new NablaError(`${option}: ${path} has a model, but no training to continue`);
  const known = flags.otherData ? undefined : extra;
  if (known && known.data.fingerprint !== undefined && known.data.fingerprint !== data.fingerprint) {
    throw new NablaError(
      `${option}: ${path} was trained on ${known.data.name}; ${data.name} ${known.data.name === data.name ? "has changed since" : "is other data"}; a resumed run needs the same, or --other-data`,
    );
  }
  if (known && known.data.fingerprint === undefined && known.data.name !== data.name) {
    throw new NablaError(
      `${option}: ${path} was trained on ${known.data.name}, not on ${data.name}; a resumed run needs the same data, or --other-data`,
    );
  }
  if (extra?.csv && data.csv) {
    const other =
      difference(extra.csv.columns, data.csv.columns, "columns") ??
      difference(extra.csv.label, data.csv.label, "label");
    if (other)
      throw new NablaError(
        `${option}: ${path} was trained on the columns ${extra.csv.columns.join(", ")} to predict ${extra.csv.label}; give the same --label and --ignore`,
      );
    const [where] =
      difference(extra.csv.encoding, data.csv.encoding, "encoding") ??
      difference(extra.csv.missing, data.csv.missing, "missing") ??
      [];
    if (where !== undefined)
      throw new NablaError(
        `${option}: ${path} read the columns otherwise than they are read now (${where}); give the same --column, --max-categories, --missing and --test-split`,
      );
  }
  const shaped = extra?.images && difference(extra.images, data.images, "pictures");
  if (shaped)
    throw new NablaError(
      `${option}: ${shaped[0]} was ${text(shaped[1])} in ${path}, now it is ${text(shaped[2])}; give the same --size, --channels and --fit`,
    );
  const document = configOf(model) as Config;
  const saved = checkConfig({ ...document, training: { ...document.training, ...extra?.training } }, path);
  const config = await resolveResumed(flags, data, saved);
  // fit() checks how a batch is divided, where it matters
  const { epochs, microBatchSize: _w, ...wanted } = config.training;
  const { epochs: _, microBatchSize: _b, ...before } = saved.training;
  // a share alone is that of the saved training, however its rows were chosen
  wanted.validationSplit = keptRule(wanted.validationSplit);
  if (wanted.validationSplit === fractionOf(before.validationSplit))
    wanted.validationSplit = before.validationSplit;
  const other =
    difference(named(saved.model), named(config.model), "model") ?? difference(before, wanted, "training");
  if (other) {
    const [where, was, is] = other;
    throw new NablaError(
      `${option}: ${where} was ${text(was)} in ${path}, now it is ${text(is)}; a resumed run needs the same settings`,
    );
  }
  if (epochs < saved.training.epochs) {
    throw new NablaError(
      `--epochs: ${path} is on its way to ${saved.training.epochs}; expected as many or more, got ${epochs}`,
    );
  }
  return { model, config, fit: fromConfig(config).fit };
}

/** Whether a training that is gone on with has come to its end. */
export const isFinished = ({ model, config }: Prepared): boolean =>
  isOver(internalsOf(model).state.run, config.training.epochs);

/** Says that: to ask for it once more is no mistake of a script's. @param report that was written */
export function sayOver(
  { model, config }: Prepared,
  path: string,
  flags: RestartFlags,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  { print, printJson }: Terminal,
  report?: Saved,
): void {
  const { run } = internalsOf(model).state;
  const { epochs } = config.training;
  const { epoch, step } = since(run);
  const stopped = run.stopped === undefined ? {} : { stopped: run.stopped };
  if (json)
    return printJson({
      ...{ event: "finished", epochs: epoch, step, ...stopped, out: path },
      ...(report && { report: report.path }),
    });
  if (quiet) return;
  print(
    `${path} is finished: ${epoch} of ${epochs} epochs are done${run.stopped === undefined ? "" : `, because ${run.stopped}`}; ` +
      `${resumeOption(flags)} with more --epochs goes on, --from ${JSON.stringify(path)} begins another training`,
  );
  if (report) print(`report written to ${report.path}`);
}

/** A graph is saved with the names of all layers written out. */
const named = (model: Config["model"]): Config["model"] =>
  model.outputs ? { ...model, layers: nameLayers(model.layers) } : model;

const text = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));

/** The first difference between two JSON values and its path. */
export function difference(a: unknown, b: unknown, path: string): [string, unknown, unknown] | undefined {
  if (Object.is(a, b)) return undefined;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return [path, a, b];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const at = Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`;
    const found = difference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], at);
    if (found) return found;
  }
  return undefined;
}

/** What only the command line knows; the rest comes with the data, in fit(). @param old whose head is kept: its outputs stay in their scale */
export function metadataOf({ training }: Config, old: Model | undefined): Model["metadata"] {
  const { classWeight } = training;
  const own: Pick<Extra, "training"> = {
    training: { ...callbackOptions(training), ...(classWeight && { classWeight }) },
  };
  return { ...(old?.metadata.targetScale && { targetScale: old.metadata.targetScale }), extra: own };
}
