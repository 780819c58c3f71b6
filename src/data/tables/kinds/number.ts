/** Columns of quantities. */
import { bool, choice, number as figure, show, string } from "../../../fields/fields.ts";
import { object, optional } from "../../../fields/objects.ts";
import { isCode, isNumber } from "../cells.ts";
import {
  bareAmongPercents,
  type Decimal,
  decimalOfColumn,
  decimalProblem,
  mostlyNumbers,
  readNumber,
  shareOrPercent,
  unitProblem,
} from "../numbers.ts";
import { type ColumnCells, type ColumnKind, type Filled, firstOdd, word } from "./kind.ts";

export interface NumberColumn extends Filled {
  /** What stands before the fraction, where cells may have separators or a unit; else they are as programs write numbers. */
  readonly decimal?: Decimal;
  /** What is taken off: a currency, or "%". */
  readonly unit?: string;
  readonly fill?: number;
}

export const number: ColumnKind<NumberColumn, { decimal?: Decimal }> = {
  fields: () =>
    object({
      decimal: optional(choice([".", ","])),
      unit: optional(string()),
      fill: optional(figure()),
      indicator: optional(bool()),
    }),
  features: (column) => [{ name: column, scaled: true }],
  reader({ decimal, unit }) {
    return (cell) => {
      if (typeof cell === "number") return finite(cell);
      if (typeof cell !== "string") return undefined;
      if (isNumber(cell)) return decimal === "," && /[.]/.test(cell) ? grouped(cell) : finite(Number(cell));
      if (decimal === undefined) return undefined;
      const read = readNumber(cell, decimal);
      return read && (read.unit === undefined || read.unit === unit) ? finite(read.value) : undefined;
    };
  },
  writer: () => (value, out, at) => {
    out[at] = value;
  },
  expected: ({ decimal, unit }) =>
    `a number${decimal === "," ? " with a decimal comma" : ""}${unit === undefined ? "" : ` (with or without ${show(unit)})`}`,
  title: ({ decimal, unit }) =>
    `number${decimal === "," ? " with decimal commas" : ""}${unit === undefined ? "" : `, ${show(unit)} taken off`}`,
  averaged: true,
  asked: () => object({ decimal: optional(choice([".", ","])) }),
  fit: TRAINING && fit,
};

/** Networks compute with float32: what is beyond it is no number for them. */
const finite = (value: number): number | undefined =>
  Number.isFinite(Math.fround(value)) ? value : undefined;

/** 1.234 among decimal commas. */
function grouped(cell: string): number | undefined {
  const read = readNumber(cell, ",");
  return read && finite(read.value);
}

function fit(column: ColumnCells, asked?: { decimal?: Decimal }): NumberColumn | undefined {
  const numbers = column.numbers();
  if (!asked) {
    if (!mostlyNumbers(numbers)) return undefined;
    // codes are what they are written like
    if (firstOdd(column, (cell) => !isCode(cell)) >= 0) return undefined;
  }
  const ways = `--column ${word(`${column.name}=category`)} takes each different cell as a category, --ignore ${word(column.name)} leaves the column out`;
  if (numbers.odd >= 0)
    column.refuse(
      numbers.odd,
      `expected a number${asked ? "" : ` as in ${numbers.numbers} of ${numbers.present} cells`}, got ${show(column.cells[numbers.odd])}; mend the cell, or ${ways}`,
    );
  const wanted = asked?.decimal ?? column.decimal;
  // 1.234 is written as programs write it; beside columns with decimal commas, and without a cell like 1.5, it is 1234
  const grouping =
    column.shown === "," && numbers.point < 0 && firstOdd(column, (cell) => !cell.includes(".")) >= 0;
  const separated = numbers.plain < numbers.numbers || wanted === "," || grouping;
  const decimal = wanted ?? (separated ? decimalOfColumn(numbers, column.shown) : undefined);
  const units = [...numbers.units].filter(([unit]) => unit !== "");
  const wrong =
    separated && decimal === undefined
      ? decimalProblem(column, numbers)
      : unitProblem(
          column,
          units.map(([, row]) => row),
        );
  if (wrong) column.refuse(wrong.row, wrong.problem);
  const share = bareAmongPercents(column.cells, numbers);
  if (share >= 0) column.refuse(share, shareOrPercent(column.cells, share, numbers));
  const unit = units[0]?.[0];
  const entry = { ...(decimal && { decimal }), ...(unit !== undefined && { unit }) };
  const read = number.reader(entry);
  const odd = firstOdd(column, (cell) => read(cell) !== undefined);
  if (odd >= 0)
    column.refuse(odd, `expected ${number.expected(entry, "")}, got ${show(column.cells[odd])}; ${ways}`);
  return entry;
}
