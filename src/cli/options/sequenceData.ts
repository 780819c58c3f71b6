/** Flags of sequences of different lengths: for train and data. */
import { Command } from "commander";
import { TARGETS } from "../../data/sequences/sequenceFields.ts";
import { NablaError } from "../../errors.ts";
import type { OpenDataOptions, OpenedData } from "../../node/dataFiles.ts";
import { type Given, givenOf, oneOf, wholeOption } from "./values.ts";

/** How JSON, or the rows of a table, are read as sequences. Undefined: not given. */
export interface SequenceFlags {
  sequence?: string;
  targets?: "sequence" | "each";
  ids?: boolean;
  steps?: number;
  keepSteps?: "first" | "last";
  /** Of tables; `--time` is a flag of series, too. */
  time?: string;
}

export const sequenceFlags = (command: Command): Command =>
  command
    .option(
      "--sequence <COLUMN>",
      "CSV: rows are steps; the column that tells which rows are one sequence (--time orders them)",
    )
    .option(
      "--targets <WHAT>",
      "sequences: what has a target: sequence, or each (every step; default: each where JSON has lists of them)",
      oneOf("--targets", TARGETS),
    )
    .option("--ids", "sequences: steps are ids, whole numbers from 1, instead of quantities")
    .option(
      "--steps <N>",
      "sequences: steps of a row; shorter ones are filled up (default: the longest)",
      wholeOption("--steps"),
    )
    .option(
      "--keep-steps <WHICH>",
      "sequences longer than --steps: keep the first or the last ones (default: they are refused)",
      oneOf("--keep-steps", ["first", "last"]),
    );

/** What openData() is told of them. */
export const sequenceOptions = ({
  sequence,
  targets,
  ids,
  steps,
  keepSteps,
  time,
}: SequenceFlags): Pick<OpenDataOptions, "sequence" | "targets" | "ids" | "steps" | "keep" | "time"> => ({
  ...(sequence !== undefined && { sequence }),
  ...(targets && { targets }),
  ...(ids && { ids }),
  ...(steps !== undefined && { steps }),
  ...(keepSteps && { keep: keepSteps }),
  ...(time !== undefined && { time }),
});

/** Those that are for nothing else. */
export const sequenceFlagsGiven = (flags: SequenceFlags): Given[] =>
  givenOf(sequenceFlags(new Command()).options, flags);

/** @throws NablaError for flags that say nothing about such data */
export function checkSequenceFlags(
  flags: SequenceFlags,
  { kind, name }: Pick<OpenedData, "kind" | "name">,
): void {
  if (kind === "sequences") return;
  const given = sequenceFlagsGiven(flags).find(([, value]) => value !== undefined);
  if (given) throw new NablaError(`${given[0]} is for sequences; ${name} is something else`);
}
