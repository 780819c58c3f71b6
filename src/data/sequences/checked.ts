/** What a series must be before anything reads it: no value missing, steps equally spaced; or what is done where it is not so. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { RawSeries, Series, SeriesOptions } from "./rawSeries.ts";
import { type Gap, spacingOf, spacingText, type Times, timeText } from "./spacing.ts";

/** Gaps and missing values are named, filled, or become breaks. @throws NablaError as series() does */
export function checked(raw: RawSeries, { missing = "error", gaps = "error" }: SeriesOptions): Series {
  const { name, columns } = raw;
  let { place = (step: number) => `step ${step}` } = raw;
  const notes = [...(raw.notes ?? [])];
  let { values } = raw;
  if (values[0]!.length === 0)
    throw new NablaError(`${name}: the series is empty; expected at least one step`);
  let found: readonly Gap[] = [];
  let times: Times | undefined = raw.times;
  if (times && isReversed(times.at)) {
    const last = values[0]!.length - 1;
    const given = place;
    place = (step) => given(last - step);
    values = values.map((each) => each.slice().reverse());
    times = { ...times, at: times.at.slice().reverse() };
    notes.push("the newest step comes first in the file; they are read in the order of time");
  }
  if (times) {
    const read = times;
    const { spacing, gaps: holes } = spacingOf(name, read, place, gaps === "ignore");
    times = { ...read, ...(spacing && { spacing }) };
    found = gaps === "ignore" ? [] : holes;
    if (spacing) notes.push(`a step is ${spacingText(read, spacing)}`);
    const [first] = found;
    if (first && gaps === "error") {
      const [before, after] = [first.before - 1, first.before].map((i) => timeText(read, read.at[i]!));
      const more = found.length > 1 ? `; ${found.length} such gaps in all` : "";
      throw new NablaError(
        `${name}: ${place(first.before)}: ${first.missing} step${first.missing === 1 ? " is" : "s are"} missing between ${before} and ${after}${more}. gaps: "fill" (--gaps fill) repeats the values before, "split" leaves out windows that reach over a gap, "ignore" takes steps as they come`,
        { details: { step: first.before, gaps: found.length } },
      );
    }
  }
  const holes = missingIn(values);
  if (holes.length > 0 && missing === "error") {
    const [step] = holes;
    const column = columns[values.findIndex((each) => Number.isNaN(each[step!]!))];
    const all = values.reduce(
      (sum, each) => sum + each.reduce((n, value) => n + Number(Number.isNaN(value)), 0),
      0,
    );
    throw new NablaError(
      `${name}: ${place(step!)}: column ${show(column)}: the value is missing${all > 1 ? ` (${all} such values in all)` : ""}. missing: "fill" (--missing fill) takes the value before, "drop" leaves out windows with such a step`,
      { details: { step, column } },
    );
  }
  const breaks = new Set<number>();
  if (holes.length > 0 && missing === "fill") {
    values = values.map((each, c) => filledUp(each, name, columns[c]!, place));
    notes.push(
      `${holes.length} step${holes.length === 1 ? "" : "s"} with missing values filled with the values before`,
    );
  } else if (holes.length > 0) {
    const out = new Set(holes);
    const kept = Uint32Array.from({ length: values[0]!.length }, (_, i) => i).filter((i) => !out.has(i));
    if (kept.length === 0) throw new NablaError(`${name}: every step has a missing value, so none is left`);
    kept.forEach((step, i) => {
      if (i > 0 && step > kept[i - 1]! + 1) breaks.add(i);
    });
    // gaps in front of what is left
    found = found.flatMap((gap) => {
      const at = kept.findIndex((step) => step >= gap.before);
      return at > 0 ? [{ ...gap, before: at }] : [];
    });
    values = values.map((each) => Float64Array.from(kept, (step) => each[step]!));
    if (times) times = { ...times, at: Float64Array.from(kept, (step) => times!.at[step]!) };
    notes.push(
      `${holes.length} step${holes.length === 1 ? "" : "s"} with missing values left out, and windows that reach over them`,
    );
  }
  if (found.length > 0 && gaps === "split") {
    for (const { before } of found) breaks.add(before);
    notes.push(
      `${found.length} gap${found.length === 1 ? "" : "s"} in time; windows that would reach over one are left out`,
    );
  }
  if (found.length > 0 && gaps === "fill") {
    const sum = found.reduce((n, gap) => n + gap.missing, 0);
    if (sum > MOST_FILLED * values[0]!.length)
      throw new NablaError(
        `${name}: ${sum} steps are missing in ${found.length} gaps, more than ${MOST_FILLED} for each of the ${values[0]!.length} that are there; gaps: "split" leaves them out`,
      );
    const from = sourcesOf(values[0]!.length, found);
    const moved = [...breaks].map((step) => from.indexOf(step));
    breaks.clear();
    for (const step of moved) breaks.add(step);
    values = values.map((each) => Float64Array.from(from, (step) => each[step]!));
    times = { ...times!, at: filledTimes(times!, from) };
    notes.push(`${sum} missing step${sum === 1 ? "" : "s"} filled with the values before`);
  }
  return {
    name,
    columns: [...columns],
    length: values[0]!.length,
    values,
    ...(times && { times }),
    breaks: Uint32Array.from(breaks).sort(),
    notes,
  };
}

/** Whether every step is before the one above it, as many files have them. */
const isReversed = (at: Float64Array): boolean =>
  at.length > 1 && at.every((ms, i) => i === 0 || ms < at[i - 1]!);

/** Beyond that a year in the wrong place would fill all memory. */
const MOST_FILLED = 10;

function missingIn(values: readonly Float64Array[]): number[] {
  const at: number[] = [];
  for (let i = 0; i < values[0]!.length; i++) if (values.some((each) => Number.isNaN(each[i]!))) at.push(i);
  return at;
}

function filledUp(
  values: Float64Array,
  name: string,
  column: string,
  place: (step: number) => string,
): Float64Array {
  if (Number.isNaN(values[0]!))
    throw new NablaError(
      `${name}: ${place(0)}: column ${show(column)}: the first value is missing, and there is none before it; leave such steps out, or the column`,
    );
  const filled = values.slice();
  for (let i = 1; i < filled.length; i++) if (Number.isNaN(filled[i]!)) filled[i] = filled[i - 1]!;
  return filled;
}

/** Of each step of the filled series, the step whose values it has. */
function sourcesOf(length: number, gaps: readonly Gap[]): Uint32Array {
  const missing = new Map(gaps.map((gap) => [gap.before, gap.missing]));
  const from: number[] = [];
  for (let i = 0; i < length; i++) {
    for (let n = missing.get(i) ?? 0; n > 0; n--) from.push(i - 1);
    from.push(i);
  }
  return Uint32Array.from(from);
}

/** Steps that repeat another lie on equal distances between their neighbours, near enough for months. */
function filledTimes({ at }: Times, from: Uint32Array): Float64Array {
  const filled = Float64Array.from(from, (step) => at[step]!);
  for (let i = 1; i < from.length; i++) {
    if (from[i] !== from[i - 1]) continue;
    let end = i;
    while (from[end] === from[i]) end++;
    const by = (at[from[end]!]! - at[from[i]!]!) / (end - i + 1);
    for (let k = i; k < end; k++) filled[k] = filled[i - 1]! + (k - i + 1) * by;
    i = end;
  }
  return filled;
}
