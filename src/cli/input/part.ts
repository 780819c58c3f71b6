/** The part of a data set that a trained model is looked at with. */
import type { Dataset } from "../../data/dataset.ts";
import { publicly } from "../../data/readers/remote.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { type OpenDataOptions, type OpenedData, openData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { type ArrayFlags, arrayOptions } from "../options/arrays.ts";
import type { Part } from "../options/part.ts";
import type { SeriesFlags } from "../options/series.ts";
import { type LargeFlags, type ReadingFlags, readingOptions } from "../options/tables.ts";
import { checkApplicable } from "../training/applicable.ts";
import { extraOf } from "../training/resume.ts";
import { asBefore } from "../training/targets.ts";
import { arraysAs } from "./arrays.ts";
import { imageOptions, imageOptionsOf, type LabelFlags, sayLeftOut } from "./images.ts";
import { openLarge, withLarge } from "./large.ts";
import { sequencesAs } from "./sequences.ts";
import { openModelWindows, seriesOf } from "./series.ts";
import { openModelText, textOf } from "./texts.ts";
import { trainedOn } from "./trainedOn.ts";

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
      `--large is for tables; ${publicly(source)} is read as a ${textOf(model) ? "text" : "series"}`,
    );
  if (textOf(model)) return { ...(await openModelText(source, flags, model)), name: publicly(source) };
  if (seriesOf(model)) {
    const { windows, part, notes } = await openModelWindows(source, flags, model);
    return { dataset: windows, part, name: publicly(source), notes };
  }
  const { standardisation } = model.metadata;
  const samples = flags.samples ?? (extra?.data.name === source ? extra.data.samples : undefined);
  const seed =
    extra?.csv || extra?.sequences || extra?.images || extra?.data.name === source
      ? extra.data.seed
      : undefined;
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
  const open = async (more: OpenDataOptions): Promise<OpenedData & { close?(): void }> => {
    const all = { ...options, ...more };
    // false: for a command that has no such option
    if (flags.large === false) return openData(source, all);
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
  const kept = extra?.data.testSplit ?? (data.kind === "images" ? 0 : 0.2);
  // of another folder all is looked at, or its own test part
  const cut = data.kind === "images" && same && kept > 0 && !data.test;
  if (data.kind === "csv" || data.kind === "sequences" || cut) {
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
    // its rows are in memory, and in a file
    data.close?.();
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
