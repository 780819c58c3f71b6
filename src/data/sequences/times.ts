/** Points in time as programs and tables write them, to numbers. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { isA } from "../../tags.ts";
import { isNumber } from "../tables/cells.ts";
import { DAY, type DateOrder, dateOf, ORDERS, ordersOf } from "../tables/dates.ts";
import { spacingOf, type Times } from "./spacing.ts";

/** A date as text, a Date, or a number. */
export type TimeValue = string | number | bigint | Date | null | undefined;

type Read = Omit<Times, "spacing">;

const ZONED = /(?:Z|UTC|GMT|\d[+-]\d{2}:?\d{2})$/i;

/**
 * All dates, or all numbers.
 *
 * @param place what errors call a step
 * @throws NablaError naming the step, for what is neither, and for dates that may mean two things
 */
export function readTimes(given: ArrayLike<TimeValue>, name: string, place: (step: number) => string): Read {
  const { length } = given;
  const first = given[0];
  const dates = isA("Date", first) || (typeof first === "string" && !isNumber(first));
  if (!dates) {
    const at = new Float64Array(length);
    for (let i = 0; i < length; i++) {
      const value = given[i];
      const number =
        typeof value === "number" ||
        typeof value === "bigint" ||
        (typeof value === "string" && isNumber(value))
          ? Number(value)
          : NaN;
      if (!Number.isFinite(number)) refuse(value, name, place(i), "a number, as the first time is");
      at[i] = number;
    }
    return { at, dates: false };
  }
  const texts = new Array<string>(length);
  const fixed = new Float64Array(length).fill(NaN);
  let orders: readonly DateOrder[] = ORDERS;
  let doubtful = -1;
  let zoned = false;
  for (let i = 0; i < length; i++) {
    const value = given[i];
    if (isA("Date", value)) {
      fixed[i] = (value as Date).getTime();
      if (Number.isNaN(fixed[i]!)) refuse(value, name, place(i), "a date");
      continue;
    }
    if (typeof value !== "string") refuse(value, name, place(i), "a date, as the first time is");
    const text = String(value).trim();
    texts[i] = text;
    zoned ||= i === 0 && ZONED.test(text) && text.includes(":");
    const possible = ordersOf(text);
    if (possible) {
      if (doubtful < 0) doubtful = i;
      orders = orders.filter((order) => possible.includes(order));
    } else {
      const days = dateOf(text);
      if (days === undefined || text.length < 6)
        refuse(value, name, place(i), "a date such as 2024-03-31 14:00");
      fixed[i] = Math.round(days! * DAY);
    }
  }
  const readAs = (order: DateOrder | undefined): Read => {
    const at = fixed.map((ms, i) => (Number.isNaN(ms) ? Math.round(dateOf(texts[i]!, order)! * DAY) : ms));
    const days = at.every((ms) => ms % DAY === 0);
    return { at, dates: true, ...(days && { days }), ...(zoned && { zoned }) };
  };
  if (doubtful < 0) return readAs(undefined);
  // where both can be, the one that makes equal steps is meant
  const read = orders.map(readAs).filter((times) => orders.length === 1 || isEven(times, name, place));
  if (read.length === 1) return read[0]!;
  throw new NablaError(
    `${name}: ${place(doubtful)}: ${show(texts[doubtful])} may begin with the day or with the month, and ${read.length === 0 ? "neither makes" : "both make"} equally spaced steps; write dates as 2024-03-31`,
  );
}

function isEven(times: Read, name: string, place: (step: number) => string): boolean {
  try {
    return spacingOf(name, times, place).gaps.length === 0;
  } catch {
    return false;
  }
}

function refuse(value: unknown, name: string, where: string, what: string): never {
  const missing = value === null || value === undefined || value === "";
  throw new NablaError(
    `${name}: ${where}: time: expected ${what}, got ${missing ? "nothing: the time is missing" : show(value)}`,
  );
}
