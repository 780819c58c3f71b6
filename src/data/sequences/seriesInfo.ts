/** What a model's file says of the series it was trained on: `metadata.extra.series`. */
import { NablaError } from "../../errors.ts";
import { int, list, number, show, string } from "../../fields/fields.ts";
import type { Spacing } from "./spacing.ts";

/** How windows were cut and standardised; plain JSON. */
export interface SeriesInfo {
  /** Columns that go in, in their order. */
  features: string[];
  /** The columns to forecast, in their order. */
  targets: string[];
  /** Steps that go in. */
  length: number;
  /** Steps ahead that are forecast. */
  horizon: number;
  /** From the beginning of a window to that of the next. */
  step: number;
  spacing?: Spacing;
  /** Steps after which the series repeats itself, for the baseline. */
  season?: number;
  /** By the columns named: (value - mean) / scale. */
  standardisation?: { columns: string[]; mean: number[]; scale: number[] };
}

/** @throws NablaError for what is none: files come from strangers */
export function checkSeriesInfo(value: unknown, path = "series"): SeriesInfo {
  const info = value as SeriesInfo;
  if (typeof value !== "object" || value === null)
    throw new NablaError(`${path}: expected an object that windows() wrote`);
  const names = list(string(), { min: 1 });
  names.check(info.features, `${path}.features`);
  names.check(info.targets, `${path}.targets`);
  for (const key of ["length", "horizon", "step"] as const)
    int({ min: 1 }).check(info[key], `${path}.${key}`);
  if (info.season !== undefined) int({ min: 1 }).check(info.season, `${path}.season`);
  const { spacing, standardisation: by } = info;
  for (const [key, given] of Object.entries({ spacing, standardisation: by }))
    if (given !== undefined && (typeof given !== "object" || given === null))
      throw new NablaError(`${path}.${key}: expected an object that windows() wrote, got ${show(given)}`);
  if (spacing !== undefined)
    number({ exclusiveMin: 0 }).check("months" in spacing ? spacing.months : spacing.by, `${path}.spacing`);
  if (by === undefined) return info;
  names.check(by.columns, `${path}.standardisation.columns`);
  const { length } = by.columns;
  for (const key of ["mean", "scale"] as const)
    list(number(), { min: length, max: length }).check(by[key], `${path}.standardisation.${key}`);
  const lost = [...info.features, ...info.targets].find((column) => !by.columns.includes(column));
  if (lost !== undefined) throw new NablaError(`${path}.standardisation: column "${lost}" is missing`);
  if (by.scale.some((scale) => scale === 0))
    throw new NablaError(`${path}.standardisation.scale: expected numbers that are not 0`);
  return info;
}

/** Of a column: what a model's values are times scale, plus mean. */
export function scaleAt(
  { standardisation: by }: SeriesInfo,
  column: string,
): { mean: number; scale: number } {
  const at = by?.columns.indexOf(column) ?? -1;
  return at < 0 ? { mean: 0, scale: 1 } : { mean: by!.mean[at]!, scale: by!.scale[at]! };
}
