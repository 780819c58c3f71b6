/** Points in time of a series: whether they are equally spaced, where steps are missing, and how time goes on. */
import { NablaError } from "../../errors.ts";
import { DAY } from "../tables/dates.ts";

/** How far the steps of a series are apart: a number (milliseconds where times are dates), or whole calendar months. */
export type Spacing = { readonly by: number } | { readonly months: number };

/** When the steps of a series are. */
export interface Times {
  /** Of each step: milliseconds since 1970 in UTC where `dates`, else numbers as they were given. Increasing. */
  readonly at: Float64Array;
  readonly dates: boolean;
  /** Absent where nothing is equally spaced, and nobody minds. */
  readonly spacing?: Spacing;
  /** Whether all are at midnight, and so days. */
  readonly days?: boolean;
  /** Whether the texts had a time zone, so that new ones get one. */
  readonly zoned?: boolean;
}

/** What is done about steps that are missing between two others. */
export const GAP_WAYS = ["error", "fill", "split", "ignore"] as const;
/**
 * "error": a missing step is an error. "fill": each becomes a step with the values before it. "split": windows that would reach over it are
 * left out. "ignore": steps are taken as they come, as days of business are.
 */
export type Gaps = (typeof GAP_WAYS)[number];

/** Steps that are missing in front of a step. */
export interface Gap {
  readonly before: number;
  readonly missing: number;
}

interface Found {
  readonly spacing?: Spacing;
  readonly gaps: readonly Gap[];
}

/**
 * How far steps are apart, and where some are missing.
 *
 * @param place what errors call a step: "line 17"
 * @throws NablaError for times that go back, come twice, or are not equally spaced
 */
export function spacingOf(
  name: string,
  times: Omit<Times, "spacing">,
  place: (step: number) => string,
  ignore = false,
): Found {
  const { at } = times;
  const shown = (step: number) => `${place(step)} (${timeText(times, at[step]!)})`;
  const fail = (step: number, problem: string): never => {
    throw new NablaError(`${name}: ${shown(step)}: ${problem}`, { details: { step } });
  };
  for (let i = 1; i < at.length; i++) {
    if (at[i]! > at[i - 1]!) continue;
    if (at[i]! < at[i - 1]!)
      fail(i, `is before ${shown(i - 1)}; expected steps in the order of time: sort them`);
    if (!ignore)
      fail(
        i,
        `has the same time as ${place(i - 1)}; expected one step for each point in time. Is it several series in one, or an hour that comes twice in autumn?`,
      );
  }
  if (at.length < 2) return { gaps: [] };
  const months = times.dates ? monthsOf(at) : undefined;
  const steps = months ?? at;
  const by = usual(steps);
  const spacing: Spacing = months ? { months: by } : { by };
  const gaps: Gap[] = [];
  for (let i = 1; i < steps.length; i++) {
    const between = (steps[i]! - steps[i - 1]!) / by;
    const whole = Math.round(between);
    // numbers such as 0.1, 0.2, 0.3 are rounded
    if (whole >= 1 && Math.abs(between - whole) < 1e-6 * whole) {
      if (whole > 1) gaps.push({ before: i, missing: whole - 1 });
    } else if (ignore) return { gaps: [] };
    else
      fail(
        i,
        `is ${spacingText(times, { by: at[i]! - at[i - 1]! })} after ${shown(i - 1)}, but most steps are ${spacingText(times, spacing)} apart; expected equal spacing. gaps: "ignore" (--gaps ignore) takes steps as they come`,
      );
  }
  return { spacing, gaps };
}

/** The difference that comes most often; of equals the smallest. */
function usual(steps: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < steps.length; i++) {
    const between = Number((steps[i]! - steps[i - 1]!).toPrecision(9));
    if (between > 0) counts.set(between, (counts.get(between) ?? 0) + 1);
  }
  let [best, most] = [1, 0];
  for (const [between, count] of counts)
    if (count > most || (count === most && between < best)) [best, most] = [between, count];
  return best;
}

/** Months since year 0, where all steps are on the same day of a month, or on its last day, at the same time; else undefined. */
function monthsOf(at: Float64Array): Float64Array | undefined {
  const first = partsOf(at[0]!);
  if (at[1]! - at[0]! < 28 * DAY) return undefined;
  const months = new Float64Array(at.length);
  let [same, last] = [true, true];
  for (let i = 0; i < at.length; i++) {
    const { month, day, time, isLast } = partsOf(at[i]!);
    if (time !== first.time) return undefined;
    same &&= day === first.day;
    last &&= isLast;
    if (!same && !last) return undefined;
    months[i] = month;
  }
  return months;
}

function partsOf(at: number) {
  const date = new Date(at);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const isLast = new Date(at + DAY).getUTCMonth() !== month;
  return { month: 12 * year + month, day, time: ((at % DAY) + DAY) % DAY, isLast };
}

/** The points in time of `n` steps after the last. undefined where nothing is equally spaced. */
export function timesAfter({ at, spacing }: Times, n: number): Float64Array | undefined {
  if (!spacing || at.length === 0) return undefined;
  const last = at[at.length - 1]!;
  if ("by" in spacing) return Float64Array.from({ length: n }, (_, i) => last + (i + 1) * spacing.by);
  const { month, day, time, isLast } = partsOf(last);
  // the 30th of April, after the 31st of March, is a last day
  const ends = isLast && at.every((each) => partsOf(each).isLast);
  return Float64Array.from({ length: n }, (_, i) => {
    const to = month + (i + 1) * spacing.months;
    const [year, of] = [Math.floor(to / 12), to % 12];
    const days = new Date(Date.UTC(year, of + 1, 0)).getUTCDate();
    return Date.UTC(year, of, ends ? days : Math.min(day, days)) + time;
  });
}

/** A point in time as people write it: 2024-03-31, 2024-03-31T14:00, 2024-03-31T14:00:05.250; or the number. */
export function timeText({ dates, days, zoned }: Omit<Times, "at" | "spacing">, at: number): string {
  if (!dates) return String(Number(at.toPrecision(12)));
  if (!Number.isFinite(new Date(at).getTime())) return String(at);
  const [date, time] = new Date(Math.round(at)).toISOString().slice(0, -1).split("T") as [string, string];
  if (days && time === "00:00:00.000") return date;
  const short = time.endsWith(":00.000") ? time.slice(0, 5) : time.endsWith(".000") ? time.slice(0, 8) : time;
  return `${date}T${short}${zoned ? "Z" : ""}`;
}

const UNITS = [
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** "1 hour", "3 months", "0.5" */
export function spacingText({ dates }: Pick<Times, "dates">, spacing: Spacing): string {
  const said = (n: number, unit: string) => `${n} ${unit}${n === 1 ? "" : "s"}`;
  if ("months" in spacing)
    return spacing.months % 12 === 0 ? said(spacing.months / 12, "year") : said(spacing.months, "month");
  const by = Number(spacing.by.toPrecision(9));
  if (!dates) return String(by);
  const [unit, size] = UNITS.find(([, ms]) => by >= ms) ?? ["millisecond", 1];
  return said(Number((by / size).toPrecision(4)), unit);
}
