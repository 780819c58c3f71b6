/** Dates and times in cells. */

/** Which way round days, months and years stand in 03/04/2021. */
export type DateOrder = "ymd" | "dmy" | "mdy";

const TIME =
  "(?:[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s?([AaPp][Mm])?\\s?(Z|UTC|[+-]\\d{2}:?\\d{2})?)?";
const YEAR_FIRST = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${TIME}$`);
const YEAR_LAST = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${TIME}$`);
/** No date is written longer. */
const LONGEST = 48;

/**
 * A date, with or without a time, in milliseconds since 1970-01-01T00:00:00Z: 2021-01-31, 2021/1/31, 2021-01-31T12:00:00Z,
 * 31.1.2021, 1/31/2021 2:30 PM. Without a zone it is taken for UTC. undefined for what is none, and for days that do not exist.
 *
 * @param order of dates that end with the year; "dmy" by default where points stand between them
 */
export function dateOf(cell: string, order?: DateOrder): number | undefined {
  if (cell.length > LONGEST || cell.length < 8) return undefined;
  const first = YEAR_FIRST.exec(cell);
  const found = first ?? YEAR_LAST.exec(cell);
  if (!found) return undefined;
  const [, a, between, b, c, hour, minute, second, fraction, half, zone] = found;
  const dayFirst = order === "dmy" || (order === undefined && between === ".");
  if (!first && !dayFirst && order !== "mdy") return undefined;
  const [year, month, day] = first ? [a, b, c] : dayFirst ? [c, b, a] : [c, a, b];
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  let hours = Number(hour ?? 0);
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (/p/i.test(half) ? 12 : 0);
  }
  const [minutes, seconds] = [Number(minute ?? 0), Number(second ?? 0)];
  if (m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || hours > 24 || minutes > 59 || seconds > 60)
    return undefined;
  const offset =
    zone && /\d/.test(zone) ? Number(zone.slice(0, 3)) * 60 + Number(zone[0] + zone.slice(-2)) : 0;
  const ms = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
  const days = new Date(0);
  // years below 100 are those years
  days.setUTCFullYear(y, m - 1, d);
  return days.getTime() + ((hours * 60 + minutes - offset) * 60 + seconds) * 1000 + ms;
}

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : [4, 6, 9, 11].includes(month)
      ? 30
      : 31;

/**
 * Which way round the dates of a column are: the one order that makes a date of every cell. "both" where 03/04/2021 may be
 * either all along; undefined where they are no dates.
 */
export function dateOrderOf(cells: Iterable<string>): DateOrder | "both" | undefined {
  let possible: DateOrder[] = ["ymd", "dmy", "mdy"];
  let any = false;
  for (const cell of cells) {
    any = true;
    possible = possible.filter((order) => dateOf(cell, order) !== undefined);
    if (possible.length === 0) return undefined;
  }
  if (!any) return undefined;
  // where the year comes first, all three read the same
  return possible.length === 3 ? "ymd" : possible.length === 2 ? "both" : possible[0];
}
