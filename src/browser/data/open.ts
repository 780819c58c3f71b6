/** Data sets from files of a page: what they are, and how they are read, the readers of `src/data` know. */
import type { WithTest } from "../../data/dataset.ts";
import { generatedSets } from "../../data/generated/index.ts";
import type { ImageSetOptions } from "../../data/images/imageSet.ts";
import {
  type Labelled,
  type OpenedData,
  openFound,
  openGenerated,
  type ReaderOptions,
  readerOptions,
} from "../../data/readers/open.ts";
import type { DataHost } from "../../data/readers/reader.ts";
import { isAddress, remoteData } from "../../data/readers/remote.ts";
import { MOST_CELLS } from "../../data/tables/records.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { abortSignal, checkGiven } from "../../fields/programs.ts";
import { isA } from "../../tags.ts";
import { pictures } from "../images/pictures.ts";
import { type DataSource, filesOf, fileTooLarge } from "./files.ts";
import { foundIn } from "./tree.ts";

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type OpenDataOptions = ReaderOptions & {
  /** For folders of pictures. */
  images?: ImageSetOptions;
  /**
   * Larger files are refused before they are read, and so is what unpacks to more. Default: 64 MB for tables, whose text takes many times as
   * much memory while it is read, and 1 GB for arrays. What rows and cells of a table take may be as much, and 1 GiB in any case.
   */
  maxBytes?: number;
  /** Stops what is being fetched. */
  signal?: AbortSignal;
};

const TABLE = 64e6;
const ARRAYS = 1e9;

/**
 * Opens a data set from what a visitor chose or dropped, or from elsewhere:
 *
 * - IDX files as MNIST has them, gzip or not: two (images and labels) or four (a test part), together or in a folder;
 * - a `.csv` or `.tsv` file, gzip or not; split (`testFraction`, default 0.2) and standardised on the training part;
 * - a `.npz` archive;
 * - a folder whose sub-folders are classes, with pictures the browser knows (PNG, JPEG, WebP, GIF, AVIF, …); split where `testFraction` is given
 *   and it has no test part;
 * - the name of a generated set.
 *
 * What a file is, its bytes say. Of a DataTransfer the files are taken at once, so call this within the drop event, before anything is
 * awaited. A URL, also as text, `https://…`, is fetched: of a Parquet file what is needed, where the server gives parts. Nothing else goes over
 * the network.
 *
 * @throws NablaError naming the file, for what is nothing of these, damaged, or larger than `maxBytes`
 */
export async function openData<F extends number = 0.2>(
  source: string | DataSource,
  options: OpenDataOptions & Labelled<F>,
): Promise<WithTest<OpenedData, F>>;
export async function openData(source: string | DataSource, options?: OpenDataOptions): Promise<OpenedData>;
export async function openData(
  source: string | DataSource,
  options: OpenDataOptions = {},
): Promise<OpenedData> {
  checkGiven("openData", options, { signal: abortSignal() }, [...readerOptions(), "maxBytes"]);
  const { maxBytes, signal, ...reading } = options;
  const { table, arrays } = { table: maxBytes ?? TABLE, arrays: maxBytes ?? ARRAYS };
  if (typeof arrays !== "number" || !(arrays > 0))
    throw new NablaError(`openData: maxBytes: expected a number above 0, got ${show(arrays)}`);
  const address = addressOf(source);
  if (typeof source === "string" && address === undefined) {
    const generated = openGenerated(source, reading);
    if (generated) return generated;
    const names = Object.keys(generatedSets);
    throw new NablaError(
      `openData: there is no generated data set ${show(source)}${didYouMean(source, names)} (generated: ${names.join(", ")}); to fetch a file, pass its address, https://…, or new URL(path, location.href)`,
    );
  }
  const limits = { limit: arrays, ...(signal && { signal }) };
  const host: DataHost = {
    limits: { table, arrays, cells: Math.max(MOST_CELLS, maxBytes ?? 0) },
    more: "; take a part of it, or set maxBytes where there is memory for more",
    tooLarge: fileTooLarge,
    pictures,
    async file(given) {
      if (typeof given === "string") return undefined;
      const { of } = foundIn(await filesOf(given as DataSource, limits));
      return of.kind === "file" ? of : undefined;
    },
  };
  const found =
    address === undefined
      ? foundIn(await filesOf(source as DataSource, limits))
      : remoteData(address, { limit: arrays, tooLarge: fileTooLarge, signal });
  return openFound(found, host, reading);
}

/** Of one file that is fetched, maybe in parts. */
function addressOf(source: string | DataSource): string | undefined {
  if (typeof source !== "string" && !isA("URL", source)) return undefined;
  return isAddress(String(source)) ? String(source) : undefined;
}
