/** Columns of texts of which some are frequent: an input for each, 1 for one of them and 0 for the others (one-hot). */
import { bool, int, list, string } from "../../../fields/fields.ts";
import { object, optional } from "../../../fields/objects.ts";
import { byCodeUnit } from "../../labels.ts";
import { labelOf } from "../cells.ts";
import { type ColumnCells, type ColumnKind, type Filled, hint, some } from "./kind.ts";

export interface CategoryColumn extends Filled {
  /** By code unit. */
  readonly values: readonly string[];
  /** Whether the last input is for every other value. */
  readonly other?: boolean;
  readonly fill?: string;
}

export const category: ColumnKind<CategoryColumn, { maxCategories?: number }> = {
  fields: () =>
    object({
      values: list(string(), { min: 1 }),
      other: optional(bool()),
      fill: optional(string()),
      indicator: optional(bool()),
    }),
  features: (column, { values, other }) => [
    ...values.map((value) => ({ name: `${column}=${value}`, scaled: false })),
    ...(other ? [{ name: `${column} other`, scaled: false }] : []),
  ],
  reader({ values }) {
    const places = new Map(values.map((value, i) => [value, i]));
    return (cell) => (cell === null ? undefined : places.get(labelOf(String(cell))));
  },
  otherwise: ({ values, other }) => (other ? values.length : undefined),
  writer({ values, other }) {
    const width = values.length + (other ? 1 : 0);
    return (value, out, at) => {
      out.fill(0, at, at + width);
      out[at + value] = 1;
    };
  },
  expected: ({ values }, cell) => `one of ${some(values, 20)}${hint(cell, values)}`,
  title: ({ values, other }) => {
    const n = values.length + (other ? 1 : 0);
    return `${n} categor${n === 1 ? "y" : "ies"}: ${some(values)}${other ? " and all others together" : ""}`;
  },
  averaged: false,
  nameOf: ({ values }, value) => values[value]!,
  asked: () => object({ maxCategories: optional(int({ min: 2 })) }),
  fit: TRAINING && ((column, asked) => fit(column, asked?.maxCategories ?? column.maxCategories)),
};

function countsOf(cells: Iterable<string>, isMissing: (cell: string) => boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (const cell of cells) {
    if (isMissing(cell)) continue;
    const value = labelOf(cell);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** As many of the values of the training rows as there may be, the most frequent first; "other" is trained on something. */
function fit({ cells, rows, isMissing }: ColumnCells, most: number): CategoryColumn | undefined {
  const all = countsOf(cells, isMissing);
  if (all.size === 0) return undefined;
  const trained = countsOf(pick(cells, rows), isMissing);
  // nothing to learn from: the test part alone has values
  const counts = trained.size > 0 ? trained : all;
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || byCodeUnit(a, b));
  // with "other" as many as there may be, as in scikit-learn
  let kept = ranked.length > most ? ranked.slice(0, most - 1) : ranked;
  const unseen = all.size > counts.size;
  if (unseen && kept.length === ranked.length && kept.length > 1) {
    const often = kept.filter(([, n]) => n > 1);
    kept = often.length > 0 && often.length < kept.length ? often : kept.slice(0, -1);
  }
  const other = kept.length < ranked.length || unseen;
  return { values: kept.map(([value]) => value).sort(byCodeUnit), ...(other && { other }) };
}

function* pick(cells: readonly string[], rows: Uint32Array): Generator<string> {
  for (const row of rows) yield cells[row]!;
}

/** However few inputs a column may become, so many of its most frequent values are looked at. */
const FREQUENT = 30;

/**
 * Whether a column is free text, or names each row: most values occur once, or the frequent ones are less than half of the
 * rows. Then there is nothing to learn from it.
 *
 * @returns how many different values there are; undefined for a choice of few
 */
export function freeText({ cells, isMissing, maxCategories }: ColumnCells): number | undefined {
  const counts = countsOf(cells, isMissing);
  let [all, once] = [0, 0];
  for (const n of counts.values()) {
    all += n;
    if (n === 1) once++;
  }
  if (once * 2 > all && counts.size > 1) return counts.size;
  const frequent = Math.max(FREQUENT, maxCategories);
  if (counts.size <= frequent) return undefined;
  const most = [...counts.values()].sort((a, b) => b - a).slice(0, frequent - 1);
  return most.reduce((sum, n) => sum + n, 0) * 2 < all ? counts.size : undefined;
}
