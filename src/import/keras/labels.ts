/** Files beside a model that say what its classes are called. */
import type { Building } from "../building.ts";
import type { Source } from "../source.ts";

/** @returns undefined where there is no such file, or it says another thing */
export async function labelsBeside(source: Source, building: Building): Promise<string[] | undefined> {
  for (const name of ["metadata.json", "model_meta.json", "labels.txt"]) {
    const bytes = await source.optional(name);
    if (!bytes) continue;
    const { fromJson, fromText } = await building.piece(() => import("./labelTexts.ts"));
    const labels = (name === "labels.txt" ? fromText : fromJson)(bytes);
    if (labels) return labels;
  }
  return undefined;
}
