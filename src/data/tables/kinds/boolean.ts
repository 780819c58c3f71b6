/** Columns of true and false, yes and no: one input, 1 or 0. */
import { bool, show } from "../../../fields/fields.ts";
import { object, optional } from "../../../fields/objects.ts";
import { truthOf } from "../cells.ts";
import { type ColumnKind, type Filled, firstOdd, present } from "./kind.ts";

export interface BooleanColumn extends Filled {
  readonly fill?: boolean;
}

export const boolean: ColumnKind<BooleanColumn> = {
  fields: () => object({ fill: optional(bool()), indicator: optional(bool()) }),
  features: (column) => [{ name: column, scaled: false }],
  reader: () => (cell) => {
    const truth = typeof cell === "string" ? truthOf(cell) : typeof cell === "boolean" ? cell : undefined;
    if (truth !== undefined) return Number(truth);
    return cell === 1 || cell === "1" ? 1 : cell === 0 || cell === "0" ? 0 : undefined;
  },
  writer: () => (value, out, at) => {
    out[at] = value;
  },
  expected: () => "true or false (or yes, no, 1, 0)",
  title: () => "yes or no",
  averaged: false,
  nameOf: (_, value) => value === 1,
  asked: () => object({}),
  fit:
    TRAINING &&
    ((column, asked) => {
      const read = boolean.reader({});
      const fits = (cell: string) => (asked ? read(cell) : truthOf(cell)) !== undefined;
      const odd = firstOdd(column, fits);
      if (odd < 0 && present(column).length > 0) return {};
      if (asked) column.refuse(odd, `expected ${boolean.expected({}, "")}, got ${show(column.cells[odd])}`);
      return undefined;
    }),
};
