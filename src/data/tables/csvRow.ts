/** One row of a table, as text or as a record, as inputs of a model. */
import { demand, isObject } from "../../fields/expected.ts";
import type { Standardisation } from "../dataset.ts";
import { parseCsvLine } from "./csvTable.ts";
import type { TableEncoding } from "./encoding.ts";
import { type Row, rowEncoder } from "./rows.ts";

/**
 * A row for prediction: a line of CSV, its cells holding the input columns in order (without the label), or an object by the
 * names of columns, to the Float32Array [features] the model was trained on.
 *
 * @param meta the columns, how they become inputs (`encoding`, of `metadata.extra.csv`) and how these are standardised
 */
export function encodeCsvRow(
  row: string | Row,
  meta: { columns: readonly string[]; encoding?: TableEncoding; standardisation?: Standardisation },
  name = "row",
): Float32Array {
  demand(
    isObject(meta) &&
      Array.isArray(meta.columns) &&
      (!meta.standardisation ||
        (Array.isArray(meta.standardisation.mean) && Array.isArray(meta.standardisation.scale))),
    "encodeCsvRow",
    "what a table's columns are, { columns, standardisation: { mean, scale }, … }",
    meta,
  );
  demand(
    typeof row === "string" || isObject(row),
    name,
    "a line of CSV, or an object by the names of columns",
    row,
  );
  return rowEncoder(meta)(typeof row === "string" ? parseCsvLine(row, name) : row, name);
}
