/** Columns of dates and times: one input, in days, and two for each cycle that is asked for. */
import { bool, choice, number as figure, list, show } from "../../../fields/fields.ts";
import { object, optional } from "../../../fields/objects.ts";
import { cos, sin } from "../../../math/elementary.ts";
import { isA } from "../../../tags.ts";
import {
  CYCLES,
  type Cycle,
  DAY,
  type DateOrder,
  dateOf,
  isClock,
  ORDERS,
  ordersOf,
  passed,
} from "../dates.ts";
import { type ColumnCells, type ColumnKind, type Filled, firstOdd, present, word } from "./kind.ts";

export interface DateColumn extends Filled {
  /** Of dates like 03/04/2021. */
  readonly order?: DateOrder;
  /** Parts that come round again, as sine and cosine. */
  readonly cyclic?: readonly Cycle[];
  /** In days since 1970-01-01. */
  readonly fill?: number;
}

type Asked = Pick<DateColumn, "order" | "cyclic">;

export const date: ColumnKind<DateColumn, Asked> = {
  fields: () => object({ ...asked(), fill: optional(figure()), indicator: optional(bool()) }),
  features: (column, { cyclic = [] }) => [
    { name: column, scaled: true },
    ...cyclic.flatMap((cycle) =>
      ["sin", "cos"].map((part) => ({ name: `${column} ${part}(${cycle})`, scaled: false })),
    ),
  ],
  reader:
    ({ order }) =>
    (cell) => {
      if (typeof cell === "string") return dateOf(cell, order);
      if (!isA("Date", cell)) return undefined;
      const days = Number(cell) / DAY;
      return Number.isFinite(days) ? days : undefined;
    },
  writer:
    ({ cyclic = [] }) =>
    (value, out, at) => {
      out[at] = value;
      cyclic.forEach((cycle, i) => {
        const angle = 2 * Math.PI * passed(value, cycle);
        out[at + 1 + 2 * i] = sin(angle);
        out[at + 2 + 2 * i] = cos(angle);
      });
    },
  expected: ({ order }) =>
    `a date or time like 2021-01-31, 2021-01-31 12:00 or 12:00${order ? ` (or ${order === "dmy" ? "31/01" : "01/31"}/2021)` : ""}`,
  title: ({ order, cyclic = [] }) =>
    `date${order ? `, ${order === "dmy" ? "day before month" : "month before day"}` : ""}${cyclic.length ? `, and where in the ${cyclic.join(", ")}` : ""}`,
  averaged: true,
  asked: () => object(asked()),
  fit: TRAINING && fit,
};

const asked = () => ({ order: optional(choice(ORDERS)), cyclic: optional(list(choice(CYCLES))) });

function fit(column: ColumnCells, given?: Asked): DateColumn | undefined {
  const { order: wanted, cyclic } = given ?? {};
  const cells = present(column);
  const possible = wanted
    ? [wanted]
    : ORDERS.filter((order) => cells.every((cell) => ordersOf(cell)?.includes(order) !== false));
  const order = possible[0];
  const odd = order && firstOdd(column, (cell) => dateOf(cell, order) !== undefined);
  if (cells.length === 0 || odd === undefined || odd >= 0) {
    if (!given) return undefined;
    const at = odd ?? firstOdd(column, (cell) => ordersOf(cell) === undefined);
    return column.refuse(
      Math.max(0, at),
      `expected ${date.expected(given, "")}, got ${show(column.cells[Math.max(0, at)])}`,
    );
  }
  const clocks = cells.filter(isClock).length;
  if (clocks > 0 && clocks < cells.length)
    column.refuse(
      firstOdd(column, (cell) => isClock(cell) === isClock(cells[0]!)),
      `expected ${isClock(cells[0]!) ? "a time of day" : "a date"} as in the rows before; mend the cell`,
    );
  // written so that the order matters, in one cell at least
  const numeric = firstOdd(column, (cell) => ordersOf(cell) === undefined);
  if (numeric >= 0 && possible.length > 1) {
    const differs = firstOdd(
      column,
      (cell) => ordersOf(cell) === undefined || dateOf(cell, "dmy") === dateOf(cell, "mdy"),
    );
    if (differs >= 0)
      column.refuse(
        differs,
        `${show(column.cells[differs])} begins with the day or with the month: --column ${word(`${column.name}=date:dmy`)} or ${word(`${column.name}=date:mdy`)} says which`,
      );
  }
  return { ...(numeric >= 0 && order && { order }), ...(cyclic?.length && { cyclic: [...cyclic] }) };
}
