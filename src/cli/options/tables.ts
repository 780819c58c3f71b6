/** Options of tables: for train, data and whatever opens one for the first time. */

import type { AskedColumn } from "../../data/tables/asked.ts";
import { CYCLES, type Cycle } from "../../data/tables/dates.ts";
import type { Missing } from "../../data/tables/tableData.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import type { OpenDataOptions } from "../../node/dataFiles.ts";

/** Undefined: not given. */
export interface TableFlags {
  label?: string;
  ignore?: string[];
  task?: "auto" | "classification" | "regression";
  column?: Record<string, AskedColumn>;
  maxCategories?: number;
  missing?: Missing;
}

/** What openData() is told of them. */
export function tableOptions(flags: TableFlags): OpenDataOptions {
  const { label, ignore, task, column, maxCategories, missing } = flags;
  return {
    ...(label !== undefined && { label: columnOf(label) }),
    ...(ignore && { ignore }),
    ...(task && { task }),
    ...(column && { columns: column }),
    ...(maxCategories !== undefined && { maxCategories }),
    ...(missing && { missing }),
  };
}

/** As they are given on the command line, with their values: for errors about data that is no table. */
export const tableFlagsGiven = (flags: TableFlags): [option: string, given: unknown][] => [
  ["--label", flags.label],
  ["--ignore", flags.ignore],
  ["--task", flags.task],
  ["--column", flags.column],
  ["--max-categories", flags.maxCategories],
  ["--missing", flags.missing],
];

/** "-1" and "4" are numbers of columns, anything else a name. */
export const columnOf = (label: string): string | number => (/^-?\d+$/.test(label) ? Number(label) : label);

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
      `--column: expected NAME=KIND, KIND being number, boolean, category, category:10, ordered:small,medium,large, date, date:dmy or date+week, got ${JSON.stringify(text)}${didYouMean(word, ["number", "boolean", "category", "ordered", "date"])}`,
    );
  }
  if (Object.hasOwn(before, name))
    throw new NablaError(`--column: ${JSON.stringify(name)} is given twice; expected one kind for a column`);
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
        `--column: there is no cycle ${JSON.stringify(strange)}${didYouMean(strange, CYCLES) || ";"} expected ${CYCLES.join(", ")}`,
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
