/**
 * The public names of `nabla/arrow`: tables in Apache Arrow files and streams (Feather version 2 is such a file), read with the package
 * apache-arrow, and those that are packed with Zstandard with fzstd. A program installs them. With this import `openData` of
 * `nabla/browser` reads them as well; that of `nabla/node`, and the command line, do so without.
 */

import { demand, isObject } from "../../fields/expected.ts";
import { isA } from "../../tags.ts";
import type { WithTest } from "../dataset.ts";
import { type CsvSplit, type CsvSplitOptions, checkSplit, tableSplit } from "../tables/csv.ts";
import { arrowTable } from "../tables/formats/arrow.ts";
import { usedBy } from "../tables/formats/format.ts";
import { offer } from "../tables/formats/packages.ts";

export type { CsvSplit, CsvSplitOptions } from "../tables/csv.ts";

offer("apache-arrow", () => import("apache-arrow"));
offer("fzstd", () => import("fzstd"));

/**
 * Reads a table in an Arrow file or stream, splits it in two, and standardises both parts by the training part: as `csvSplit()` of
 * `nabla/data` does with text.
 *
 *     const { train, test } = await arrowSplit(await (await fetch("people.arrow")).bytes(), { label: "churned" });
 *
 * @param bytes the file
 * @param options those of `csvSplit()` without what concerns text; columns that are in `ignore` may hold lists
 * @throws NablaError for a file that is damaged, for columns of lists or records, for what `csvSplit()` refuses, and where apache-arrow is
 * not installed
 */
export async function arrowSplit<F extends number = 0.2>(
  bytes: Uint8Array,
  options: CsvSplitOptions & { testFraction?: F } = {},
): Promise<WithTest<CsvSplit, F>> {
  demand(isA("Uint8Array", bytes), "arrowSplit", "the bytes of an Arrow file as a Uint8Array", bytes);
  demand(isObject(options), "arrowSplit", "its options as an object", options);
  checkSplit("arrowSplit", options);
  const { name = "data.arrow", maxBytes } = options;
  const table = await arrowTable(bytes, name, {}, usedBy(options), maxBytes);
  return tableSplit("arrowSplit", () => table, options) as WithTest<CsvSplit, F>;
}
