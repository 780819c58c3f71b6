/** Columns of texts that have an order, small, medium, large: one input, the place in the list. Only where an option says so. */
import { NablaError } from "../../../errors.ts";
import { bool, list, show, string } from "../../../fields/fields.ts";
import { object, optional } from "../../../fields/objects.ts";
import { labelOf } from "../cells.ts";
import { type ColumnKind, type Filled, firstOdd, hint } from "./kind.ts";

export interface OrderedColumn extends Filled {
  /** From the least to the most. */
  readonly values: readonly string[];
  readonly fill?: string;
}

export const ordered: ColumnKind<OrderedColumn, { values: readonly string[] }> = {
  fields: () =>
    object({ values: list(string(), { min: 2 }), fill: optional(string()), indicator: optional(bool()) }),
  features: (column) => [{ name: column, scaled: true }],
  reader({ values }) {
    const places = new Map(values.map((value, i) => [labelOf(value), i]));
    return (cell) => (cell === null ? undefined : places.get(labelOf(String(cell))));
  },
  writer: () => (value, out, at) => {
    out[at] = value;
  },
  expected: ({ values }, cell) => `one of ${values.join(", ")}${hint(cell, values)}`,
  title: ({ values }) => `ordered: ${values.join(" < ")}`,
  averaged: false,
  nameOf: ({ values }, value) => values[value]!,
  asked: () => object({ values: list(string(), { min: 2 }) }),
  fit:
    TRAINING &&
    ((column, asked) => {
      if (!asked) return undefined;
      const values = [...asked.values];
      const twice = values.find((value, i) => values.indexOf(value) !== i);
      if (twice !== undefined)
        throw new NablaError(`column ${show(column.name)}: ${show(twice)} is twice in its order`);
      const read = ordered.reader({ values });
      const odd = firstOdd(column, (cell) => read(cell) !== undefined);
      if (odd >= 0) {
        const cell = column.cells[odd]!;
        column.refuse(odd, `expected ${ordered.expected({ values }, cell)}, got ${show(cell)}`);
      }
      return { values };
    }),
};
