/**
 * The public names of `nabla/parquet`: tables in Apache Parquet files, read with the package hyparquet, and those that are packed with gzip,
 * Zstandard, Brotli or LZ4 with hyparquet-compressors. A program installs both. With this import `openData` of `nabla/browser` reads them
 * as well; that of `nabla/node`, and the command line, do so without.
 */

import { demand, isObject } from "../../fields/expected.ts";
import { isA } from "../../tags.ts";
import type { WithTest } from "../dataset.ts";
import { type CsvSplit, type CsvSplitOptions, checkSplit, tableSplit } from "../tables/csv.ts";
import { usedBy } from "../tables/formats/format.ts";
import { offer } from "../tables/formats/packages.ts";
import { inMemory, parquetTable } from "../tables/formats/parquet.ts";

export type { CsvSplit, CsvSplitOptions } from "../tables/csv.ts";

offer("hyparquet", () => import("hyparquet"));
offer("hyparquet-compressors", () => import("hyparquet-compressors"));

/**
 * Reads a table in a Parquet file, splits it in two, and standardises both parts by the training part: as `csvSplit()` of `nabla/data` does
 * with text.
 *
 *     const { train, test } = await parquetSplit(await (await fetch("people.parquet")).bytes(), { label: "churned" });
 *
 * @param bytes the file
 * @param options those of `csvSplit()` without what concerns text; columns that are in `ignore` may hold lists
 * @throws NablaError for a file that is damaged, for columns of lists or records, for what `csvSplit()` refuses, and where hyparquet is not
 * installed
 */
export async function parquetSplit<F extends number = 0.2>(
  bytes: Uint8Array,
  options: CsvSplitOptions & { testFraction?: F } = {},
): Promise<WithTest<CsvSplit, F>> {
  demand(isA("Uint8Array", bytes), "parquetSplit", "the bytes of a Parquet file as a Uint8Array", bytes);
  demand(isObject(options), "parquetSplit", "its options as an object", options);
  checkSplit("parquetSplit", options);
  const { name = "data.parquet", maxBytes } = options;
  const table = await parquetTable(inMemory(bytes), name, {}, usedBy(options), maxBytes);
  return tableSplit("parquetSplit", () => table, options) as WithTest<CsvSplit, F>;
}
