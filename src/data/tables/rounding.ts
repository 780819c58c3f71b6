/** What is lost where float64 becomes float32, which networks compute with. */
import { show } from "../../fields/fields.ts";
import type { Standardisation } from "../dataset.ts";
import type { EncodedTable } from "./tableInfo.ts";

/** A sentence for each feature of which different values become the same. @param by how they are standardised before that */
export function roundingNotes(
  { features, x }: Pick<EncodedTable, "features" | "x">,
  by?: Standardisation,
): string[] {
  const width = features.length;
  const rows = x.length / width;
  return features.flatMap(({ name, scaled }, i) => {
    if (!scaled) return [];
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = x[row * width + i]!;
    const rounded = Float32Array.from(values, (value) => (by ? (value - by.mean[i]!) / by.scale[i]! : value));
    const [before, after] = [different(values), different(rounded)];
    if (after === before) return [];
    return [
      `column ${show(name)}: ${before} different values become ${after}, being rounded to float32${by ? "" : "; standardised, they keep their differences"}`,
    ];
  });
}

/** How many different values there are. */
export function different(values: Float32Array | Float64Array): number {
  const sorted = values.slice().sort();
  let n = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) n++;
  return n;
}
