/** Targets that were standardised: figures in their own unit. */
import { type SeriesInfo, scaleAt } from "../data/sequences/seriesInfo.ts";

export interface TargetScale {
  mean: number;
  scale: number;
}

/** What a model's file, or data that was opened, says of its targets. */
interface Described {
  readonly csv?: { readonly target?: TargetScale };
  readonly series?: SeriesInfo;
}

/** Of standardised targets that have one unit: what figures are multiplied by to be in it. */
export function unitsOf(extra: object | undefined): TargetScale | undefined {
  const { csv, series }: Described = extra ?? {};
  return csv?.target ?? (series?.targets.length === 1 ? scaleAt(series, series.targets[0]!) : undefined);
}

/** Figures with errors in the unit of the targets; the loss stays the one that is minimised. */
export function inUnits<T extends Record<string, number | readonly number[]>>(
  figures: T,
  by: TargetScale | undefined,
): T {
  if (!by) return figures;
  const factor = (name: string) =>
    /absoluteError$|mae$|rootMeanSquaredError$|rmse$/i.test(name)
      ? by.scale
      : /meanSquaredError$|mse$/i.test(name)
        ? by.scale * by.scale
        : 1;
  const convert = (name: string, value: number | readonly number[]) =>
    typeof value === "number" ? value * factor(name) : value.map((v) => v * factor(name));
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, convert(name, value)]),
  ) as T;
}
