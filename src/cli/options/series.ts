/** Options of series: for train and forecast. */
import { type Command, Option } from "commander";
import { GAP_WAYS, type Gaps } from "../../data/sequences/spacing.ts";
import { UNKNOWN } from "../../data/sequences/vocabulary.ts";
import { NablaError } from "../../errors.ts";
import { FOR_TEXTS } from "./texts.ts";
import { oneOf, wholeOption } from "./values.ts";

/** How the rows of a table are read as a series. Undefined: not given. */
export interface SeriesFlags {
  time?: string;
  gaps?: Gaps;
}

/** How windows are cut out of it. */
export interface WindowFlags extends SeriesFlags {
  forecast?: number;
  window?: number;
  windowStep?: number;
  season?: number;
  /** Of texts, whose windows have the same flags. */
  unknown?: "error" | "token";
}

export const seriesFlags = (command: Command): Command =>
  command
    .addOption(
      new Option("--time <COLUMN>", "series: the column of times (default: found by its name or its dates)"),
    )
    .addOption(
      new Option(
        "--gaps <WHAT>",
        "series: what is done about steps that are missing in time: error (default), fill, split (no window reaches over one) or ignore",
      ).argParser(oneOf("--gaps", GAP_WAYS)),
    );

export const windowFlags = (command: Command): Command =>
  seriesFlags(
    command
      .option(
        "--forecast <STEPS>",
        "CSV: rows follow each other in time: forecast so many steps ahead (of --label, several with commas)",
        wholeOption("--forecast"),
      )
      .option(
        "--window <STEPS>",
        "series and texts: steps the model looks at (default: twice --forecast, and at least a season; of texts by --model)",
        wholeOption("--window"),
      )
      .option(
        "--window-step <STEPS>",
        "series: from the beginning of a window to that of the next (default: 1)",
        wholeOption("--window-step"),
      )
      .option(
        "--unknown <WHAT>",
        "texts: characters or words that the vocabulary lacks: error, or token (they share an id of their own)",
        oneOf("--unknown", UNKNOWN),
      )
      .option(
        "--season <STEPS>",
        "series: steps after which it repeats itself, for the baseline (default: found)",
        wholeOption("--season"),
      ),
  );

/** @throws NablaError for flags of series where there is none */
export function checkNoSeries(flags: WindowFlags, name: string): void {
  if (flags.unknown !== undefined)
    throw new NablaError(`--unknown is ${FOR_TEXTS}; ${name} is something else`);
  const given = (
    [
      ["--window", flags.window],
      ["--window-step", flags.windowStep],
      ["--season", flags.season],
      ["--time", flags.time],
      ["--gaps", flags.gaps],
    ] as const
  ).find(([, value]) => value !== undefined);
  if (given)
    throw new NablaError(`${given[0]}: expected --forecast STEPS as well: without it ${name} is no series`);
}
