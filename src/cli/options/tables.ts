/** Options of tables: for train, data and whatever opens one for the first time. */

import { Command, Option } from "commander";
import type { TableOptions } from "../../data/readers/csv.ts";
import type { AskedColumn } from "../../data/tables/asked.ts";
import { CYCLES, type Cycle } from "../../data/tables/dates.ts";
import type { Decimal } from "../../data/tables/numbers.ts";
import { MISSING_WAYS, type Missing } from "../../data/tables/tableInfo.ts";
import type { TableSplit } from "../../data/tables/tableSplit.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { OpenDataOptions } from "../../node/dataFiles.ts";
import { bytesOption, type Given, givenOf, oneOf, wholeOption } from "./values.ts";

/** How the text of a table is read: for every command that opens one. Undefined: not given. */
export interface ReadingFlags {
  header?: boolean;
  delimiter?: string;
  encoding?: string;
  query?: string;
  maxBytes?: number;
}

/** Undefined: not given. */
export interface TableFlags extends ReadingFlags {
  decimal?: Decimal;
  label?: string;
  ignore?: string[];
  task?: "auto" | "classification" | "regression";
  column?: Record<string, AskedColumn>;
  maxCategories?: number;
  missing?: Missing;
  /** "random", "time" or "group:COLUMN". */
  split?: TableSplit;
  keepGroup?: boolean;
}

export const readingFlags = (): Option[] => [
  new Option("--header <yes|no>", "CSV: whether the first row holds names (default: found out)").argParser(
    (text) => oneOf("--header", ["yes", "no"])(text) === "yes",
  ),
  new Option("--delimiter <CHAR>", "CSV: what separates cells: , ; | tab or blanks (default: found out)"),
  new Option(
    "--encoding <NAME>",
    "CSV: of the text, windows-1252 for example (default: UTF-8, UTF-16 by its mark)",
  ),
  new Option(
    "--query <SQL>",
    'SQLite: which rows, like "SELECT * FROM patients" (default: all rows, where there is one table)',
  ),
  new Option(
    "--max-bytes <SIZE>",
    "files: bytes that are read, unpacked and held at most, like 4GB (default: 2GB)",
  ).argParser(bytesOption("--max-bytes")),
];

/** How columns become inputs and a target: for commands that open a table for the first time. */
export const tableFlags = (command: Command): Command =>
  command
    .option("--label <COLUMN>", "CSV: the target's column, by name, or by number from 0 (-1 is the last)")
    .option("--ignore <COLUMN,…>", "CSV: columns to leave out, by name; may be repeated", repeated)
    .option(
      "--decimal <. or ,>",
      "CSV: what stands before the fraction of numbers, . or , (default: what the cells show)",
      oneOf("--decimal", [".", ","]),
    )
    .option(
      "--task <KIND>",
      "CSV, npz: classification or regression (default: auto)",
      oneOf("--task", ["auto", "classification", "regression"]),
    )
    .option(
      "--column <NAME=KIND>",
      "CSV: how a column is read: number, boolean, category, ordered:S,M,L, date, date:dmy or date+year+week+day; may be repeated",
      columnKind,
    )
    .option(
      "--max-categories <N>",
      "CSV: inputs that a column of text becomes at most; the last is shared by rare values (default: 30)",
      wholeOption("--max-categories", 2),
    )
    .option(
      "--missing <WHAT>",
      "CSV: what is done about missing values: error, drop (leave rows out) or fill (default: fill inputs, refuse labels)",
      oneOf("--missing", MISSING_WAYS),
    );

/** How a table is read that is larger than memory. Undefined: not given. */
export interface LargeFlags {
  large?: boolean;
  pieceBytes?: number;
}

export const largeFlags = (command: Command): Command =>
  command
    .option("--large", "a table that is larger than memory: read in pieces, kept in a file for the time")
    .option(
      "--piece-bytes <SIZE>",
      "with --large: bytes that are read together; the first so many say what columns are (default: 4MB)",
      bytesOption("--piece-bytes"),
    );

/** What is told of them to whatever reads a table. */
export const readingOptions = ({
  header,
  delimiter,
  encoding,
  query,
  maxBytes,
}: ReadingFlags): TableOptions & { maxBytes?: number } => ({
  ...(header !== undefined && { header }),
  ...(delimiter !== undefined && { delimiter }),
  ...(encoding !== undefined && { encoding }),
  ...(query !== undefined && { query }),
  ...(maxBytes !== undefined && { maxBytes }),
});

/** Options that are given once for each of their values, where others take them separated by commas. */
export const REPEATED: ReadonlySet<string> = new Set(["ignore", "column"]);

/** `--ignore a --ignore b,c` → ["a", "b,c"]: which commas are part of a name, the table says. */
const repeated = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** What openData() is told of them. */
export function tableOptions(flags: TableFlags & { readonly labels?: string }): OpenDataOptions {
  // with --labels it is a column of that table
  const label = flags.labels === undefined ? flags.label : undefined;
  const { ignore, task, column, maxCategories, missing, decimal, split, keepGroup } = flags;
  if (keepGroup && typeof split !== "object")
    throw new NablaError("--keep-group: expected --split group:COLUMN as well: the column to keep");
  return {
    ...readingOptions(flags),
    ...(decimal && { decimal }),
    ...(label !== undefined && { label }),
    ...(ignore && { ignore }),
    ...(task && { task }),
    ...(column && { columns: column }),
    ...(maxCategories !== undefined && { maxCategories }),
    ...(missing && { missing }),
    ...(split && { split: typeof split === "object" && keepGroup ? { ...split, input: true } : split }),
  };
}

/** "random", "time", "group:patient" */
export function splitWay(text: string): TableSplit {
  if (text === "random" || text === "time") return text;
  const column = /^group:(.+)$/s.exec(text)?.[1];
  if (column !== undefined) return { group: column };
  throw new NablaError(
    `--split: expected random, time (the last rows are tested with) or group:COLUMN, got ${show(text)}${didYouMean(text, ["random", "time"])}`,
  );
}

/** What is said of columns, and what they are for. */
export const columnFlagsGiven = (flags: TableFlags): Given[] =>
  givenOf(tableFlags(new Command()).options, flags);

/** As they are given on the command line, with their values: for errors about data that is no table. */
export const tableFlagsGiven = (flags: TableFlags): Given[] => [
  // any file has bytes
  ...givenOf(readingFlags(), flags).filter(([option]) => option !== "--max-bytes"),
  ...columnFlagsGiven(flags),
  ["--split", flags.split],
];

const KIND = /^(.+?)=(number|boolean|category(?::(\d+))?|date(?::(dmy|mdy))?((?:\+[a-z]+)*)|ordered:(.+))$/s;

/**
 * "zip=category", "city=category:10", "member=boolean", "size=ordered:small,medium,large", "when=date:dmy+week+day"
 *
 * @param before what the option said where it was given before
 */
export function columnKind(
  text: string,
  before: Record<string, AskedColumn> = {},
): Record<string, AskedColumn> {
  const [, name, kind, most, order, cycles = "", values] = KIND.exec(text) ?? [];
  if (name === undefined || kind === undefined) {
    const word = text.slice(text.lastIndexOf("=") + 1);
    throw new NablaError(
      `--column: expected NAME=KIND, KIND being number, boolean, category, category:10, ordered:small,medium,large, date, date:dmy or date+week, got ${show(text)}${didYouMean(word, ["number", "boolean", "category", "ordered", "date"])}`,
    );
  }
  if (Object.hasOwn(before, name))
    throw new NablaError(`--column: ${show(name)} is given twice; expected one kind for a column`);
  const asked = (): AskedColumn => {
    if (kind === "number" || kind === "boolean") return { kind };
    if (values !== undefined)
      return { kind: "ordered", values: values.split(",").map((each) => each.trim()) };
    if (kind.startsWith("category"))
      return { kind: "category", ...(most && { maxCategories: Number(most) }) };
    const cyclic = cycles.split("+").filter(Boolean) as Cycle[];
    const strange = cyclic.find((cycle) => !CYCLES.includes(cycle));
    if (strange !== undefined)
      throw new NablaError(
        `--column: there is no cycle ${show(strange)}${didYouMean(strange, CYCLES) || ";"} expected ${CYCLES.join(", ")}`,
      );
    return {
      kind: "date",
      ...(order && { order: order as "dmy" | "mdy" }),
      ...(cyclic.length && { cyclic }),
    };
  };
  // a column may be called __proto__
  return Object.fromEntries([...Object.entries(before), [name, asked()]]);
}
