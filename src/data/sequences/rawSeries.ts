/** Columns of numbers over the same steps, as they are read and as they are checked. */
import type { Gaps, Times } from "./spacing.ts";
import type { TimeValue } from "./times.ts";

/** Columns of numbers over the same steps. */
export interface Series {
  /** What errors call it. */
  readonly name: string;
  readonly columns: readonly string[];
  /** How many steps it has. */
  readonly length: number;
  /** Of each column its numbers, a number for each step. */
  readonly values: readonly Float64Array[];
  /** When the steps are, where that is known. */
  readonly times?: Times;
  /** Ascending: the steps before which others are missing. Windows do not reach over them. */
  readonly breaks: Uint32Array;
  /** What was read and how, in plain sentences. */
  readonly notes: readonly string[];
}

/** What is done about values that are missing. */
export const MISSING_STEPS = ["error", "fill", "drop"] as const;

/** How a program's arrays are read as a series. */
export interface SeriesOptions {
  /** What errors call it; default "series". */
  name?: string;
  /** Names of the columns, where the values have none. Default: "value", or "column 1", "column 2", … */
  columns?: readonly string[];
  /**
   * When the steps are: the name of a column, or a point in time for each step: dates as text, Date objects, or numbers that increase.
   * Default: a column called time, date, timestamp or the like; else steps are taken as equally spaced.
   */
  time?: string | ArrayLike<TimeValue>;
  /**
   * Missing values (NaN, null, undefined). "error" (default); "fill": the value before is taken again; "drop": windows with such a step are
   * left out.
   */
  missing?: (typeof MISSING_STEPS)[number];
  /** Steps that are missing between two others; default "error". */
  gaps?: Gaps;
}

/** Columns as they were given: every cell a number, or NaN for none. */
export interface RawSeries {
  readonly name: string;
  readonly columns: readonly string[];
  readonly values: readonly Float64Array[];
  readonly times?: Omit<Times, "spacing">;
  /** What errors call a step: "line 17"; default "step 17". */
  readonly place?: (step: number) => string;
  readonly notes?: readonly string[];
}
