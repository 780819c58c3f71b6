/** Series by path. */
import { publicly } from "../data/readers/remote.ts";
import { type CsvSeriesOptions, checkCsvSeries, seriesOfTable } from "../data/sequences/csvSeries.ts";
import type { Series } from "../data/sequences/rawSeries.ts";
import { NablaError } from "../errors.ts";
import { string } from "../fields/fields.ts";
import { openTable } from "./dataFiles.ts";
import { type Location, pathOf } from "./location.ts";

/** How a file is read as a series. */
export interface OpenSeriesOptions extends CsvSeriesOptions {
  /** Of the text, as TextDecoder calls it; default: UTF-16 where its byte order mark says so, else UTF-8. */
  encoding?: string;
}

/**
 * Opens a table whose rows follow each other in time: `windowSplit(await openSeries("load.csv"), { length: 96, horizon: 24 })`.
 *
 * @throws NablaError as csvSeries() does, and for a file that is no table
 */
export async function openSeries(location: Location, asked: OpenSeriesOptions = {}): Promise<Series> {
  const path = pathOf("openSeries", location);
  const options = checkCsvSeries("openSeries", asked, { encoding: string() });
  const { header, delimiter, decimal, maxBytes, encoding, name, ...rest } = options;
  const table = await openTable(
    path,
    {
      ...(header !== undefined && { header }),
      ...(delimiter !== undefined && { delimiter }),
      ...(decimal !== undefined && { decimal }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(encoding !== undefined && { encoding }),
    },
    options.only ?? [],
  );
  if (!table)
    throw new NablaError(
      `${publicly(path)}: expected a table (.csv, .tsv) whose rows follow each other in time`,
    );
  return seriesOfTable(name === undefined ? table : { ...table, name }, rest);
}
