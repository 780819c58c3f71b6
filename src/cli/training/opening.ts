/** The data of a training, as its flags want it read: a data set, a series, or a text. */
import { publicly } from "../../data/readers/remote.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { type OpenDataOptions, type OpenedData, openData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { imageOptions, sayLeftOut } from "../input/images.ts";
import { openLarge, withLarge } from "../input/large.ts";
import { asText } from "../input/prose.ts";
import { openWindows, seriesOf, wantsSeries } from "../input/series.ts";
import { openText, textOf } from "../input/texts.ts";
import { arrayOptions } from "../options/arrays.ts";
import { checkSequenceFlags, sequenceOptions } from "../options/sequenceData.ts";
import { checkNoSeries } from "../options/series.ts";
import { tableOptions } from "../options/tables.ts";
import { FOR_TEXTS, textModelOf } from "../options/texts.ts";
import { checkApplicable, checkClasses } from "./applicable.ts";
import type { TrainFlags } from "./flags.ts";
import { readAs, tablesAs } from "./from.ts";
import { extraOf } from "./resume.ts";

/**
 * @param old a model that training goes on from, which is in the file `path`: what it was trained on says how data is read
 * @param processes that open it on this machine at the same time
 */
export async function openFor(
  old: Model | undefined,
  path: string | undefined,
  source: string,
  flags: TrainFlags,
  terminal: Terminal,
  processes = 1,
): Promise<OpenedData & { close?(): void }> {
  const other = (kind: "text" | "series") => {
    checkSequenceFlags(flags, { kind, name: publicly(source) });
    if (flags.large) throw new NablaError(`--large is for tables; ${publicly(source)} is read as a ${kind}`);
  };
  const text = old && textOf(old);
  const model = textModelOf(flags.model);
  if (text ?? model) {
    other("text");
    return openText(source, text ? { text, ...extraOf(old!)?.data } : model!, flags);
  }
  const series = old && seriesOf(old);
  if (wantsSeries(flags, series)) {
    other("series");
    if (flags.unknown !== undefined)
      throw new NablaError(`--unknown is ${FOR_TEXTS}; ${publicly(source)} is read as a series`);
    return openWindows(source, flags, series);
  }
  const as = old && readAs(old, path!, flags, terminal);
  const resumed = old && flags.resume !== undefined && !flags.otherData;
  const before = resumed ? extraOf(old)?.data.pieceBytes : undefined;
  if (!flags.large && before === undefined) return openToTrain(source, flags, terminal, as);
  // rows are standardised once, as they are read
  const { inputsLike: _, ...scales } = resumed ? tablesAs(old) : {};
  const reading = { ...flags, large: true, pieceBytes: flags.pieceBytes ?? before };
  return openToTrain(source, reading, terminal, { ...as, ...scales }, processes);
}

/** The data set as the flags want it read. */
export async function openToTrain(
  source: string,
  flags: TrainFlags,
  terminal: Terminal,
  options: OpenDataOptions = {},
  processes = 1,
): Promise<OpenedData & { close?(): void }> {
  if (flags.pieceBytes !== undefined && !flags.large)
    throw new NablaError("--piece-bytes: expected --large as well: the table that is read in pieces");
  const all: OpenDataOptions = {
    ...tableOptions(flags),
    ...(flags.samples !== undefined && { samples: flags.samples }),
    ...(flags.testSplit !== undefined && { testFraction: flags.testSplit }),
    ...imageOptions(flags, terminal),
    ...arrayOptions(flags),
    ...sequenceOptions(flags),
    ...options,
  };
  const reading = flags.large ? openLarge(source, all, flags, processes) : openData(source, all);
  const opened: OpenedData & { close?(): void } = await reading.catch(async (error) => {
    throw (await asText(error, source, flags)) ?? (await withLarge(error, source));
  });
  checkNoSeries(opened.kind === "sequences" ? { ...flags, time: undefined } : flags, opened.name);
  sayLeftOut(opened, terminal);
  checkApplicable(flags, opened);
  checkClasses(opened);
  return opened;
}
