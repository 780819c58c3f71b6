/** The data of a training, as its flags want it read: a data set, a series, or a text. */
import { publicly } from "../../data/readers/remote.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { type OpenDataOptions, type OpenedData, openData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { imageOptions, sayLeftOut } from "../input/images.ts";
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
import { readAs } from "./from.ts";
import { extraOf } from "./resume.ts";

/** @param old a model that training goes on from, which is in the file `path`: what it was trained on says how data is read */
export async function openFor(
  old: Model | undefined,
  path: string | undefined,
  source: string,
  flags: TrainFlags,
  terminal: Terminal,
): Promise<OpenedData> {
  const other = (kind: "text" | "series") => checkSequenceFlags(flags, { kind, name: publicly(source) });
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
  return openToTrain(source, flags, terminal, old && readAs(old, path!, flags, terminal));
}

/** The data set as the flags want it read. */
export async function openToTrain(
  source: string,
  flags: TrainFlags,
  terminal: Terminal,
  options: OpenDataOptions = {},
): Promise<OpenedData> {
  const reading = openData(source, {
    ...tableOptions(flags),
    ...(flags.samples !== undefined && { samples: flags.samples }),
    ...(flags.testSplit !== undefined && { testFraction: flags.testSplit }),
    ...imageOptions(flags, terminal),
    ...arrayOptions(flags),
    ...sequenceOptions(flags),
    ...options,
  });
  const opened = await reading.catch(async (error) => {
    throw (await asText(error, source, flags)) ?? error;
  });
  checkNoSeries(opened.kind === "sequences" ? { ...flags, time: undefined } : flags, opened.name);
  sayLeftOut(opened, terminal);
  checkApplicable(flags, opened);
  checkClasses(opened);
  return opened;
}
