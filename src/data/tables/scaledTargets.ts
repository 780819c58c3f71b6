/** Targets of a table that are quantities, brought to mean 0 and variance 1. */
import { demand } from "../../fields/expected.ts";
import { list, number, string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { isA } from "../../tags.ts";
import { rescale, type TargetScale } from "../targetScale.ts";
import type { ReadTable } from "./tableInfo.ts";

/** @param rows those that are trained on @returns undefined where the targets are classes, also as 0 and 1 or −1 and 1 */
export function fitScale({ y, label }: ReadTable, rows: Uint32Array): TargetScale | undefined {
  if (!isA("Float32Array", y)) return undefined;
  const all = (no: number) => rows.every((row) => y[row] === 1 || y[row] === no);
  if (all(0) || all(-1)) return undefined;
  let mean = 0;
  for (const row of rows) mean += y[row]! / rows.length;
  let variance = 0;
  for (const row of rows) variance += ((y[row]! - mean) * (y[row]! - mean)) / rows.length;
  const deviation = Math.sqrt(variance);
  // not exactly 0 where all are alike: the mean is rounded
  const scale = deviation <= 1e-10 * Math.abs(mean) ? 1 : deviation;
  return { mean: [mean], scale: [scale], columns: [label] };
}

/** The table with such targets. @throws NablaError for what is no scale of one target */
export function withScale(read: ReadTable, by: TargetScale | undefined): ReadTable {
  if (!by || !isA("Float32Array", read.y)) return read;
  const one = list(number(), { min: 1, max: 1 });
  const targetScale = object({ mean: one, scale: one, columns: optional(list(string())) }).check(
    by,
    "targetScale",
  );
  demand(targetScale.scale[0] !== 0, "targetScale: scale", "numbers other than 0", 0);
  const y = read.y.slice();
  rescale(y, undefined, by);
  return { ...read, y, targetScale: by };
}
