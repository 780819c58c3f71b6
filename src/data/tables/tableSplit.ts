/** How the rows of a table are cut into parts: at random, in the order of time, or by the groups of a column. */
import { NablaError } from "../../errors.ts";
import { type Field, show } from "../../fields/fields.ts";
import type { Dataset } from "../dataset.ts";
import { splitNotes } from "../splitNotes.ts";
import { findLabel } from "./columns.ts";
import { rowIn, type Table } from "./csvTable.ts";

/**
 * "random": any rows, the same share of every class. "time": the last ones. { group: "patient" }: rows with the same cell in that column are
 * never in both parts; the column is no input, unless `input` is true.
 */
export type TableSplit = "random" | "time" | { readonly group: string | number; readonly input?: boolean };

export function tableSplitField(): Field<TableSplit> {
  const expected = '"random", "time" or { group: column }';
  return {
    presence: "required",
    expected,
    check(value, path) {
      if (value === "random" || value === "time") return value;
      const { group, input, ...others } = (typeof value === "object" ? (value ?? {}) : {}) as {
        group?: unknown;
        input?: unknown;
      };
      const named = typeof group === "string" || Number.isInteger(group);
      const asked = input === undefined || typeof input === "boolean";
      if (named && asked && Object.keys(others).length === 0) return value as TableSplit;
      throw new NablaError(`${path}: expected ${expected}, got ${show(value)}`);
    },
    jsonSchema: DOCS && (() => ({ type: ["string", "object"] })),
  };
}

/** Where the column of groups is; -1 where there is none. */
export function groupColumn(table: Table, split: TableSplit | undefined): number {
  if (typeof split !== "object") return -1;
  return findLabel(table, split.group);
}

/** What the data set of a table is told of it. @param at the column of groups, or -1 */
export function rowOrder(
  table: Table,
  labelAt: number,
  at: number,
  split: TableSplit | undefined,
): Pick<Dataset, "groups" | "inOrder"> {
  if (split === "time") return { inOrder: true };
  if (at < 0) return {};
  const { name, columns, rows } = table;
  const column = `column ${show(columns[at])}`;
  if (at === labelAt)
    throw new NablaError(`${name}: split: ${column} is the label; expected a column of groups`);
  const numbers = new Map<string, number>();
  const groups = Int32Array.from(rows, (row, r) => {
    const cell = row[at]!;
    if (cell === "") throw new NablaError(`${name}: ${rowIn(table, r)}: ${column}: the group is missing`);
    if (!numbers.has(cell)) numbers.set(cell, numbers.size);
    return numbers.get(cell)!;
  });
  return { groups };
}

/** How the rows were cut, in sentences. */
export function cutNotes(
  table: Table,
  dataset: Dataset,
  rows: readonly [Uint32Array, Uint32Array],
  at: number,
): string[] {
  const { groups, inOrder } = dataset;
  const [train, test] = rows;
  const notes = splitNotes(dataset, rows);
  if (groups) {
    const groupsIn = (part: Uint32Array) => new Set(Array.from(part, (row) => groups[row]!)).size;
    const [here, there] = [groupsIn(train), groupsIn(test)];
    notes.unshift(
      `${here} group${here === 1 ? "" : "s"} of column ${show(table.columns[at])} to train on, ${there} others to test with`,
    );
  } else if (inOrder)
    notes.unshift(
      `the last ${test.length} rows to test with, from ${rowIn(table, test[0]!)} on: rows are in the order of time`,
    );
  return notes;
}
