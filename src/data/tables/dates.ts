/** Dates and times as people and programs write them, to numbers. Every function takes time linear in the cell. */

/** Of 03/04/2021: whether the day or the month comes first. */
export const ORDERS = ["dmy", "mdy"] as const;
export type DateOrder = (typeof ORDERS)[number];

/** Parts of a date that come round again: where in its year, week or day it lies. */
export const CYCLES = ["year", "week", "day"] as const;
export type Cycle = (typeof CYCLES)[number];

/** Made in one go, so that bundlers leave it out of programs that read no dates. */
const forms = /* @__PURE__ */ (() => {
  const time = "(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)? ?([ap]\\.?m\\.?)?";
  const zone = " ?(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?";
  const after = `(?:(?:T|,? )${time}${zone})?`;
  return {
    ISO: new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${after}$`, "i"),
    NUMERIC: new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${after}$`, "i"),
    DAY_NAME: new RegExp(`^(\\d{1,2})[- .]{1,2}([a-z]{3,9})[- .,]{1,2}(\\d{4})${after}$`, "i"),
    NAME_DAY: new RegExp(`^([a-z]{3,9})\\.? (\\d{1,2}),? (\\d{4})${after}$`, "i"),
    CLOCK: new RegExp(`^${time}$`, "i"),
  };
})();
const MONTH = /^(\d{4})-(\d{2})$/;
/** Longer cells are no dates. */
const LONGEST = 48;

const NAMES = "january february march april may june july august september october november december";

/**
 * Days since 1970-01-01 (UTC where a zone is given, else as it stands); of a time alone, the share of the day that has passed.
 *
 * @param order of dates like 03/04/2021; without it they are none
 * @returns undefined for what is no date
 */
export function dateOf(cell: string, order?: DateOrder): number | undefined {
  if (cell.length > LONGEST || !/\d/.test(cell)) return undefined;
  const iso = forms.ISO.exec(cell);
  if (iso) return dayAt(iso[1], iso[3], iso[4], iso.slice(5));
  const month = MONTH.exec(cell);
  if (month) return dayAt(month[1], month[2], "1", []);
  const numeric = forms.NUMERIC.exec(cell);
  if (numeric) {
    const [, first, sign, second, year, ...time] = numeric;
    const known = sign === "." ? "dmy" : order;
    if (known === "dmy") return dayAt(year, second, first, time);
    return known === "mdy" ? dayAt(year, first, second, time) : undefined;
  }
  const named = forms.DAY_NAME.exec(cell);
  if (named) return dayAt(named[3], monthOf(named[2]!), named[1], named.slice(4));
  const before = forms.NAME_DAY.exec(cell);
  if (before) return dayAt(before[3], monthOf(before[1]!), before[2], before.slice(4));
  const clock = forms.CLOCK.exec(cell);
  return clock ? shareOfDay(clock.slice(1)) : undefined;
}

/** Which orders a date like 03/04/2021 can have; undefined for every other cell. */
export function ordersOf(cell: string): readonly DateOrder[] | undefined {
  const numeric = cell.length <= LONGEST ? forms.NUMERIC.exec(cell) : null;
  if (!numeric || numeric[2] === ".") return undefined;
  return ORDERS.filter((order) => dateOf(cell, order) !== undefined);
}

/** Whether a cell is a time of day without a date. */
export const isClock = (cell: string): boolean => cell.length <= LONGEST && forms.CLOCK.test(cell);

/** How much of its year, week (from Monday) or day has passed: from 0 to 1, without 1. */
export function passed(days: number, cycle: Cycle): number {
  const day = Math.floor(days);
  if (cycle === "day") return days - day;
  if (cycle === "week") return ((((day + 3) % 7) + 7) % 7) / 7 + (days - day) / 7;
  const year = new Date(day * DAY).getUTCFullYear();
  const first = Date.UTC(year, 0, 1) / DAY;
  return (days - first) / (Date.UTC(year + 1, 0, 1) / DAY - first);
}

/** Milliseconds. */
export const DAY = 86_400_000;

function monthOf(name: string): string | undefined {
  const wanted = name.toLowerCase();
  const index = NAMES.split(" ").findIndex(
    (full) => full === wanted || full.slice(0, 3) === wanted || (wanted === "sept" && full === "september"),
  );
  return index < 0 ? undefined : String(index + 1);
}

function dayAt(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  time: readonly (string | undefined)[],
): number | undefined {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  // of the years before, Date.UTC() takes some for others
  if (!(y >= 100 && m >= 1 && m <= 12 && d >= 1)) return undefined;
  const date = new Date(Date.UTC(y, m - 1, d));
  if (date.getUTCDate() !== d) return undefined; // there is no 31st of April
  const share = time[0] === undefined ? 0 : shareOfDay(time);
  return share === undefined ? undefined : date.getTime() / DAY + share;
}

/** @param time hours, minutes, seconds, fraction, am or pm, zone */
function shareOfDay([h, m, s = "0", fraction = "", half, zone]: readonly (string | undefined)[]):
  | number
  | undefined {
  let hours = Number(h);
  const [minutes, seconds] = [Number(m), Number(`${s}.${fraction || 0}`)];
  if (half !== undefined) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half.toLowerCase().startsWith("p") ? 12 : 0);
  }
  if (hours > 23 || minutes > 59 || seconds >= 61) return undefined;
  return (hours * 3600 + minutes * 60 + seconds - aheadOfUtc(zone)) / 86_400;
}

/** Seconds that a zone is ahead of UTC. */
function aheadOfUtc(zone: string | undefined): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}
