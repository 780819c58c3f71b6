/** nabla evaluate */

import type { Dataset } from "../../data/dataset.ts";
import { publicly } from "../../data/readers/remote.ts";
import { isWindows } from "../../data/sequences/windows.ts";
import type { Voting } from "../../ensemble/ensemble.ts";
import { NablaError } from "../../errors.ts";
import { figureMeant } from "../../metrics/direction.ts";
import { METRICS, type MetricName } from "../../metrics/table.ts";
import type { Model } from "../../model/model.ts";
import { type OpenDataOptions, type OpenedData, openData } from "../../node/dataFiles.ts";
import { classNames, examine } from "../../report/examine.ts";
import { figuresOf, intervalsOf, usualMetrics } from "../../report/figures.ts";
import { figuresOfSteps, intervalsOfSteps, subjectOf } from "../../report/steps.ts";
import type { Terminal } from "../../report/terminal.ts";
import { classTable, confusionTable, labelTable } from "../../report/text/confusion.ts";
import { scoreText } from "../../report/text/forecast.ts";
import { count, plural, shown, words } from "../../report/text/format.ts";
import { noteLines, notesOf } from "../../report/text/notes.ts";
import { scoreForecast } from "../../sequences/score.ts";
import type { Intervals } from "../../training/bootstrap.ts";
import { arraysAs } from "../input/arrays.ts";
import { imageOptions, imageOptionsOf, type LabelFlags, sayLeftOut } from "../input/images.ts";
import { openLarge, withLarge } from "../input/large.ts";
import { openModel } from "../input/openModel.ts";
import { sequencesAs } from "../input/sequences.ts";
import { openModelWindows, seriesOf } from "../input/series.ts";
import { checkSingle } from "../input/single.ts";
import { bitsJson, bitsText, openModelText, textOf, textScore } from "../input/texts.ts";
import { trainedOn } from "../input/trainedOn.ts";
import { type ArrayFlags, arrayOptions } from "../options/arrays.ts";
import type { SeriesFlags } from "../options/series.ts";
import { type LargeFlags, type ReadingFlags, readingOptions } from "../options/tables.ts";
import type { OwnThreshold } from "../options/threshold.ts";
import { checkApplicable } from "../training/applicable.ts";
import { withThreshold } from "../training/decision.ts";
import { extraOf } from "../training/resume.ts";
import { asBefore } from "../training/targets.ts";

/** Which rows of a data set are looked at, and how it is read. */
export interface PartFlags
  extends ReadingFlags,
    LargeFlags,
    SeriesFlags,
    ArrayFlags,
    Pick<LabelFlags, "unreadable" | "labels" | "label" | "fileColumn" | "labelPattern"> {
  part?: Part;
  samples?: number;
}

export type Part = "test" | "validation" | "train" | "all";

/** What follows the name of a data set. */
export const SAID: Readonly<Record<Part, string>> = {
  test: ", test part",
  validation: ", validation part",
  train: ", training part",
  all: "",
};

interface EvaluateFlags extends PartFlags, OwnThreshold {
  json?: boolean;
  bootstrap?: number;
  voting?: Voting;
}

/** As they stand on the command line: one model or several, then the data. */
export async function evaluateWords(
  all: string[],
  flags: EvaluateFlags,
  terminal: Terminal,
): Promise<number> {
  const [source, ...models] = [all.at(-1)!, ...all.slice(0, -1)];
  if (models.length > 1 && flags.bootstrap !== undefined)
    throw new NablaError("--bootstrap: expected one model, got several, which vote");
  if (models.length > 1 && flags.threshold !== undefined)
    throw new NablaError("--threshold: expected one model, got several, which vote");
  if (models.length > 1) return (await import("./vote.ts")).voteCommand(models, source, flags, terminal);
  if (models.length === 0)
    throw new NablaError(`evaluate: missing argument DATA; got only ${publicly(source)}`);
  if (flags.voting !== undefined) throw new NablaError("--voting: expected several models, got one");
  return evaluateCommand(models[0]!, source, flags, terminal);
}

async function evaluateCommand(
  path: string,
  source: string,
  flags: EvaluateFlags,
  terminal: Terminal,
): Promise<number> {
  const { bold, dim, print, printJson } = terminal;
  const model = await openModel(path);
  checkSingle(model, path, "evaluate() takes them");
  withThreshold(model, flags.threshold, path);
  const { dataset, part, name, notes, bits } = await openPart(model, source, flags, terminal);
  const score = isWindows(dataset) ? scoreForecast(model, dataset) : undefined;
  const found = await examine(model, dataset, { rows: true });
  const { rows, steps, scores: asked, confusion, wrong, seen } = found;
  const names = classNames(model, dataset);
  const predicted = textOf(model) && textScore(model, bits === undefined ? {} : { bits }, asked.loss);
  const subject = subjectOf(found, model, dataset);
  const usual = subject ? usualMetrics(subject).filter((name) => !figureMeant(name, Object.keys(asked))) : [];
  const more = seen
    ? figuresOf(seen, usual)
    : steps !== undefined
      ? await figuresOfSteps(model, dataset, usual)
      : {};
  const ask: AskIntervals | undefined = seen
    ? (names, n) => intervalsOf(seen, names, n, asked.loss)
    : steps !== undefined
      ? (names, n) => intervalsOfSteps(model, dataset, names, n)
      : undefined;
  const values = seen?.batch.outputs.length ?? (steps ?? 0) * names.length;
  const intervals = ask && (await intervalsFor(ask, values, asked, usual, flags.bootstrap));
  if (flags.json) {
    printJson({
      data: publicly(source),
      part,
      rows,
      ...notesOf({ notes }),
      ...asked,
      ...more,
      ...(score && { forecast: score }),
      ...(predicted && bitsJson(predicted)),
      ...(steps !== undefined && { steps }),
      ...(flags.bootstrap !== undefined && { intervals }),
      ...(confusion && {
        wrong,
        accuracy: confusion.accuracy,
        classes: confusion.perClass().map((figures, c) => ({ class: names[c], ...figures })),
        confusion: confusion.counts,
      }),
    });
    return 0;
  }
  const said = ([key, value]: [string, number]) => {
    const of = intervals?.[key];
    const between = of ? dim(` (95 %: ${of.map((end) => shown(key, end)).join(" to ")})`) : "";
    return `${words(key)} ${bold(shown(key, value))}${between}`;
  };
  const which = SAID[part];
  const ofSteps = steps === undefined ? "" : `, ${plural(steps, "step")}`;
  print(`${name}${which}: ${plural(rows, "row")}${ofSteps}${confusion ? `, ${count(wrong)} wrong` : ""}`);
  for (const line of noteLines({ notes }, terminal)) print(line);
  print(Object.entries(asked).map(said).join(", "));
  if (usual.length > 0) print(Object.entries(more).map(said).join(", "));
  if (usual.includes("f1")) {
    const what = {
      two: `of class ${names[1]}`,
      classes: "the mean over the classes",
      labels: "of all labels together",
      quantities: "",
    }[subject!.task];
    print(dim(`${usual.includes("precision") ? "precision, recall and f1 are" : "f1 is"} ${what}`));
  }
  if (seen?.subject.task === "labels") print(`\n${labelTable(seen, names)}`);
  if (predicted) print(bitsText(predicted));
  if (score) print(`\n${scoreText(score, terminal)}`);
  if (!confusion) return 0;
  // of a text that is a table for each character
  if (predicted) return 0;
  print(`\n${classTable(confusion, names, steps === undefined ? "rows" : "steps")}`);
  print(`\n${confusionTable(confusion, names, terminal)}`);
  return 0;
}

/** Values a table may have for an interval that nobody asked for: it takes no time. */
const FEW = 20_000;

type AskIntervals = (names: readonly MetricName[], bootstrap: number) => Promise<Intervals>;

/** Of all figures, where drawings were asked for; else of the main one, if the rows are few. @param values how many outputs they have */
async function intervalsFor(
  ask: AskIntervals,
  values: number,
  asked: Readonly<Record<string, number>>,
  usual: readonly MetricName[],
  bootstrap: number | undefined,
): Promise<Intervals | undefined> {
  const named = [...Object.keys(asked).filter((name): name is MetricName => isMetric(name)), ...usual];
  if (bootstrap !== undefined) return ask(named, bootstrap);
  const main = named.find((name) => name === "accuracy") ?? named[0];
  if (main === undefined || values > FEW) return undefined;
  const { loss: _, ...one } = await ask([main], 1000);
  return one;
}

const isMetric = (name: string): boolean => (METRICS as readonly string[]).includes(name);

/**
 * The part of a data set to look at: its test part, if it has one. A table is read the way the model's own was: the same
 * columns, classes and standardisation. If it is the very table the model was trained on, the rows that were kept out
 * are taken; of any other table all rows.
 */
export async function openPart(
  model: Model,
  source: string,
  flags: PartFlags,
  terminal: Terminal,
): Promise<{ dataset: Dataset; part: Part; name: string; notes: readonly string[]; bits?: number }> {
  if (flags.label !== undefined && flags.labels === undefined)
    throw new NablaError(
      "--label: expected --labels FILE as well: the table it is a column of; in other tables the model finds its own label",
    );
  const extra = extraOf(model);
  if (flags.large && (textOf(model) || seriesOf(model)))
    throw new NablaError(
      `--large is for tables; ${publicly(source)} is read as ${textOf(model) ? "a text" : "a series"}`,
    );
  if (textOf(model)) return { ...(await openModelText(source, flags, model)), name: publicly(source) };
  if (seriesOf(model)) {
    const { windows, part, notes } = await openModelWindows(source, flags, model);
    return { dataset: windows, part, name: publicly(source), notes };
  }
  const { standardisation } = model.metadata;
  const samples = flags.samples ?? (extra?.data.name === source ? extra.data.samples : undefined);
  const seed = extra?.csv || extra?.sequences || extra?.data.name === source ? extra.data.seed : undefined;
  // of earlier versions
  const before = extra?.csv?.target;
  const asTrained = (one: Dataset) => (before ? asBefore(one, before) : one);
  const options: OpenDataOptions = {
    ...arraysAs(model),
    ...sequencesAs(model),
    ...arrayOptions(flags),
    ...readingOptions(flags),
    ...(seed !== undefined && { seed }),
    ...(samples !== undefined && { samples }),
    ...(extra?.csv && {
      like: extra.csv,
      standardise: standardisation !== undefined,
      targetScale: model.metadata.targetScale ?? false,
    }),
    ...(extra?.csv && standardisation && { standardisation }),
    images: { ...imageOptionsOf(model), ...imageOptions(flags, terminal).images },
  };
  const open = async (more: OpenDataOptions): Promise<OpenedData> => {
    const all = { ...options, ...more };
    if (!flags.large)
      return openData(source, all).catch(async (error) => Promise.reject(await withLarge(error, source)));
    const table = await openLarge(source, all, flags);
    process.once("exit", () => table.close());
    return table;
  };
  let data = await open({ testFraction: 0 });
  const { fingerprint } = data;
  const same =
    data.kind === "generated"
      ? extra?.data.kind === "generated" && extra.data.name === source
      : fingerprint !== undefined && extra?.data.fingerprint === fingerprint;
  sayLeftOut(data, terminal);
  checkApplicable(flags, data);
  if (data.kind === "csv" || data.kind === "sequences") {
    const kept = extra?.data.testSplit ?? 0.2;
    if (flags.part === undefined ? !same || kept === 0 : flags.part === "all")
      return {
        dataset: asTrained(data.train),
        part: "all",
        name: data.name,
        notes: [...(data.notes ?? []), ...trainedOn("all", same, kept)],
      };
    if (!same) {
      throw new NablaError(
        `--part: ${publicly(source)} is not the table the model was trained on, so it has no ${flags.part} part; leave --part out`,
      );
    }
    const split = extra?.data.split && { split: extra.data.split };
    data = await open({ ...split, testFraction: kept });
  }
  const parts = { train: data.train, validation: data.validation, test: data.test };
  const apart = (["test", "validation"] as const).filter((one) => parts[one]);
  if (flags.part === "all" && apart.length > 0)
    throw new NablaError(
      `--part: ${data.name} has a training and a ${apart[0]} part; expected ${["train", ...apart].join(" or ")}`,
    );
  const part = flags.part ?? apart[0] ?? "all";
  const dataset = part === "all" ? data.train : parts[part];
  if (!dataset) throw new NablaError(`--part: ${data.name} has no ${part} part`);
  return {
    dataset: asTrained(dataset),
    part,
    name: data.name,
    notes: [...(data.notes ?? []), ...trainedOn(part, same)],
  };
}
