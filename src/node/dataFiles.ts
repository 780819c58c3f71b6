/** Data by path: what a file or folder is, and how it is read, the readers of `src/data` know. */

import { getHeapStatistics } from "node:v8";
import type { Inputs, Standardisation, WithTest } from "../data/dataset.ts";
import { generatedSets } from "../data/generated/index.ts";
import { gunzip, MAX_UNPACKED } from "../data/gzip.ts";
import { type Idx, parseIdx } from "../data/idx.ts";
import { readTable, type TableOptions } from "../data/readers/csv.ts";
import {
  type DataKind,
  kindOf,
  type Labelled,
  type OpenedData,
  openArray,
  openFound,
  openGenerated,
  picturesOf,
  type ReaderOptions,
  readerOptions,
} from "../data/readers/open.ts";
import type { DataHost } from "../data/readers/reader.ts";
import { isAddress, publicly } from "../data/readers/remote.ts";
import type { Table } from "../data/tables/csvTable.ts";
import { typeOf } from "../data/values/arranged.ts";
import { readInputs, type Scaling } from "../data/values/inputs.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { showShape, sizeOf } from "../shape.ts";
import { type ImageFolderOptions, pictures } from "./images/pictures.ts";
import { type Location, pathOf } from "./location.ts";
import { dataAt, readBytes } from "./paths.ts";
import { database } from "./sqlite.ts";

export type { DataKind, OpenedData };

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type OpenDataOptions = ReaderOptions & {
  /** For folders of pictures. */
  images?: ImageFolderOptions;
  /**
   * Bytes that a file may have, and unpack to; default 2 GiB. Rows and cells of a table may take as much memory, and 0.4 of V8's in any case
   * (`node --max-old-space-size`). More is refused with an error, before there is no memory left.
   */
  maxBytes?: number;
};

/** Of the memory that V8 may take, so much for rows and cells of a table; as much again is needed to make inputs of them. */
const CELLS = 0.4;

/** @param maxBytes what openData() was told */
export function hostFor(maxBytes?: number): DataHost {
  if (maxBytes !== undefined) checkWhole("maxBytes", maxBytes);
  const most = maxBytes ?? MAX_UNPACKED;
  const cells = Math.max(Math.floor(CELLS * getHeapStatistics().heap_size_limit), maxBytes ?? 0);
  return {
    limits: { table: most, arrays: most, cells },
    more: MORE,
    tooLarge: (name, size, limit) =>
      new NablaError(`${name}: ${size} bytes are more than the ${limit} that are read${MORE}`),
    pictures,
    database,
    // found as the program runs: bundlers leave it alone, and webpack warns of a name it cannot know unless told so
    package: (name) => import(/* webpackIgnore: true */ /* @vite-ignore */ name),
    async file(given) {
      const found = typeof given === "string" ? await dataAt(given, maxBytes) : undefined;
      return found?.of.kind === "file" ? found.of : undefined;
    },
  };
}

const MORE = "; take a part of it, or allow more with maxBytes (--max-bytes)";

/**
 * Opens a data set: the name of a generated set, a folder with IDX files as MNIST has them (gzip or not), a folder whose
 * sub-folders are classes of PNG and JPEG files, a `.csv` or `.tsv` file, or a `.npz` archive, gzip or not. What a file is, its bytes
 * say. A generated set's name wins over a path of the same name; write `./digits` for
 * the path. An address, `https://…`, is fetched: of a Parquet file what is needed, where the server gives parts. CSV is split (`testFraction`, default 0.2) and standardised on the training part.
 * A folder of pictures without a test part is split where `testFraction` is given.
 *
 * @throws NablaError naming the file, for anything else, damaged files and unknown options
 */
export async function openData<F extends number = 0.2>(
  location: Location,
  options: OpenDataOptions & Labelled<F>,
): Promise<WithTest<OpenedData, F>>;
export async function openData(location: Location, options?: OpenDataOptions): Promise<OpenedData>;
export async function openData(location: Location, options: OpenDataOptions = {}): Promise<OpenedData> {
  checkOptions("openData", options, [...readerOptions(), "maxBytes"]);
  const pathOrName = isAddress(String(location)) ? String(location) : pathOf("openData", location);
  const { maxBytes, ...reading } = options;
  const generated = openGenerated(pathOrName, reading);
  if (generated) return generated;
  const host = hostFor(maxBytes);
  const found = await dataAt(pathOrName, maxBytes);
  if (found) return openFound(found, host, reading);
  const names = Object.keys(generatedSets);
  throw new NablaError(
    `${pathOrName}: no such file or folder, nor a generated data set${didYouMean(pathOrName, names)} (generated: ${names.join(", ")})`,
  );
}

/**
 * The rows of a table as they stand in a file; undefined where it is something else.
 *
 * @param known names of columns that are looked for
 */
export async function openTable(
  path: string,
  { maxBytes, ...options }: TableOptions & { maxBytes?: number } = {},
  known: readonly string[] = [],
): Promise<Table | undefined> {
  const host = hostFor(maxBytes);
  const found = await dataAt(path, maxBytes);
  return found && (await kindOf(found, host)) === "csv" ? readTable(found, host, options, known) : undefined;
}

/** A table as it stands in its file, and as a data set: the file is read once. */
export interface OpenedTable {
  readonly table: Table;
  /** @throws NablaError for what cannot be trained on */
  open(): Promise<OpenedData>;
}

/**
 * A table that is looked at before it is opened; undefined where there is something else.
 *
 * @throws NablaError for a table that cannot be read, and for unknown options
 */
export async function openTableOnce(
  path: string,
  options: OpenDataOptions,
): Promise<OpenedTable | undefined> {
  checkOptions("openData", options, [...readerOptions(), "maxBytes"]);
  const { maxBytes, ...reading } = options;
  const found = await dataAt(path, maxBytes);
  const host: DataHost = { ...hostFor(maxBytes), tables: new Map() };
  if (!found || (await kindOf(found, host, reading)) !== "csv") return undefined;
  const { header, delimiter, decimal, encoding, query, ignore } = reading;
  const table = await readTable(found, host, { header, delimiter, decimal, encoding, query, ignore });
  return { table, open: () => openFound(found, host, reading) };
}

/** Paths of the pictures in a folder and below it; undefined for anything but a folder of pictures. */
export async function picturesAt(path: string): Promise<string[] | undefined> {
  const found = await dataAt(path);
  const files = found && (await picturesOf(found, hostFor()));
  return files?.map((file) => file.path);
}

/** Reads an IDX file, gzip or not. @param maxBytes as for openData() */
export async function readIdx(location: Location, maxBytes?: number): Promise<Idx> {
  const path = pathOf("readIdx", location);
  return parseIdx(await contentAt(path, maxBytes), publicly(path));
}

/** All of a file, unpacked. */
async function contentAt(path: string, maxBytes = MAX_UNPACKED): Promise<Uint8Array> {
  return gunzip(await readBytes(path, maxBytes), publicly(path), maxBytes, MORE);
}

/** One row out of a file, ready to predict. */
export interface OpenedInput {
  name: string;
  index: number;
  inputShape: readonly number[];
  inputType: "uint8" | "float32";
  /** The row as stored; a uint8 row is scaled by the model that reads it. */
  values: Inputs;
}

/** One row of an IDX or `.npy` file as an input to predict from: `FILE#index`, or `FILE` for its first row. */
export async function openInput(location: Location): Promise<OpenedInput> {
  const given = pathOf("openInput", location);
  // of a URL the row is no part of the path
  const spec = given === location ? given : given + (/#\d+$/.exec(String(location))?.[0] ?? "");
  const at = /^(.*)#(\d+)$/s.exec(spec);
  const path = at ? at[1]! : spec;
  const index = at ? Number(at[2]) : 0;
  const { row } = await openRows(path);
  return { name: publicly(path) + spec.slice(path.length), index, ...row(index) };
}

/** Rows of a file of inputs, as `openInput()` gives them. */
export interface FileRows {
  length: number;
  /** @throws NablaError where there is no such row */
  row(index: number): Pick<OpenedInput, "inputShape" | "inputType" | "values">;
}

/**
 * All rows of an IDX or `.npy` file, or of a `.npz` archive that has inputs alone.
 *
 * @param like how the inputs were read that a model was trained on; default: bytes are pixels, anything else stays as it is
 */
export async function openRows(
  path: string,
  { maxBytes, ...like }: { scaling?: Scaling; standardisation?: Standardisation; maxBytes?: number } = {},
): Promise<FileRows> {
  const name = publicly(path);
  const array = openArray(await contentAt(path, maxBytes), name);
  const { data, shape } = array;
  if (shape.length < 2) {
    throw new NablaError(
      `${name}: expected rows of values, got shape ${showShape(shape)}; are these labels?`,
    );
  }
  const type = typeOf(array);
  const scaling = like.scaling ?? (type === "uint8" ? "pixels" : "none");
  const { parts } = readInputs([{ name, type, data, shape }], { ...like, scaling });
  const { values, inputShape, inputType } = parts[0]!;
  const length = shape[0]!;
  const width = sizeOf(inputShape);
  return {
    length,
    row(index) {
      if (index >= length)
        throw new NablaError(`${name}: there is no row ${index}; expected 0 to ${length - 1}`);
      return { inputShape, inputType, values: values.slice(index * width, (index + 1) * width) };
    },
  };
}
