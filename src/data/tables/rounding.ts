/** What is lost where float64 becomes float32, which networks compute with. */
import type { Standardisation } from "../dataset.ts";
import type { EncodedTable } from "./tableData.ts";

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
    return lost(
      `column ${JSON.stringify(name)}`,
      values,
      rounded,
      by ? "" : "; standardised, they keep their differences",
    );
  });
}

/** The same of quantities to predict, which are not standardised before they are rounded. */
export const targetRounded = (column: string, y: Float64Array, rounded: Float32Array): string[] =>
  lost(`target ${column}`, y, rounded, "; subtract the smallest of them, and they keep their differences");

function lost(what: string, values: Float64Array, rounded: Float32Array, advice: string): string[] {
  const [before, after] = [different(values), different(rounded)];
  return after === before
    ? []
    : [`${what}: ${before} different values become ${after}, being rounded to float32${advice}`];
}

function different(values: Float32Array | Float64Array): number {
  const sorted = values.slice().sort();
  let n = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) n++;
  return n;
}
