/** Opening data: the reader that is surest reads it. The same in Node and on a page. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { Shaped } from "../arrays.ts";
import type { DataSplit, Dataset } from "../dataset.ts";
import { type GeneratedOptions, generatedSets, makeGenerated } from "../generated/index.ts";
import type { Problem } from "../images/imageParts.ts";
import type { ImageInfo } from "../images/imageSet.ts";
import type { ArraysInfo } from "../numpy/split.ts";
import { withHeader } from "../portable.ts";
import type { SequencesInfo } from "../sequences/sequencesInfo.ts";
import type { SeriesInfo } from "../sequences/seriesInfo.ts";
import type { CsvSplit } from "../tables/csv.ts";
import type { CsvInfo } from "../tables/tableInfo.ts";
import type { Together } from "../together.ts";
import { headOf, isFile, latin } from "./content.ts";
import * as all from "./index.ts";
import { Insides, picturesBelow } from "./inside.ts";
import {
  type DataFile,
  type DataHost,
  type FoundData,
  NO,
  PERHAPS,
  type ReadData,
  type Reader,
} from "./reader.ts";

/** The table. A reader that is added here works everywhere. */
export const readers: AnyReader[] = /* @__PURE__ */ Object.values(all);

/** What a path turned out to be; "series" and "text" are what the command line makes of files by its flags. */
export type DataKind = "generated" | "series" | "text" | (typeof all)[keyof typeof all]["kind"];

export interface OpenedData extends DataSplit {
  name: string;
  kind: DataKind;
  csv?: CsvInfo;
  /** How pictures were brought to the shape of a row. */
  images?: ImageInfo;
  /** What was read and how, in plain sentences. */
  notes?: readonly string[];
  /** Of a table: how each column was read. */
  readings?: CsvSplit["readings"];
  /** Of a table: other parts of its training part, see csvSplit(). */
  refit?: CsvSplit["refit"];
  /** Files of an image folder that were left out, with `unreadable: "skip"`. */
  skipped?: readonly Problem[];
  /** Sub-folders of an image folder that were not used, being neither class nor part. */
  unused?: readonly string[];
  /**
   * SHA-256, hexadecimal: whether the data is the same as another time. Of the bytes of a CSV or npz file, of the names and sizes
   * of the files of an image folder.
   */
  fingerprint?: string;
  /** How the arrays of a `.npz` archive were read. */
  arrays?: ArraysInfo;
  /** How windows were cut out of a series. */
  series?: SeriesInfo;
  /** How sequences were filled up and standardised. */
  sequences?: SequencesInfo;
}

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type ReaderOptions = GeneratedOptions & Together<OptionsOf<(typeof all)[keyof typeof all]>>;

/** Of a table, or of sequences, whose target is told: a share F of its rows is tested with. */
export interface Labelled<F extends number> {
  label: string | number;
  testFraction?: F;
}

type OptionsOf<R> = R extends Reader<string, infer Options> ? Options : never;

const GENERATED_OPTIONS: readonly (keyof GeneratedOptions)[] = ["samples", "noise", "seed", "classes"];

const namesOf = (reader: AnyReader): string[] => Object.keys(reader.fields().fields);

/** Names of all options there are. */
export const readerOptions = (): string[] => [
  ...new Set([...GENERATED_OPTIONS, ...readers.flatMap(namesOf)]),
];

/** What a kind of data is called in a sentence. */
export const titleOf = (kind: DataKind): string =>
  readers.find((reader) => reader.kind === kind)?.title ?? kind;

/** @throws NablaError naming the file, for what no reader knows, and for what its reader refuses */
export async function openFound(
  given: FoundData,
  host: DataHost,
  options: ReaderOptions,
): Promise<OpenedData> {
  const { found, reader, sure } = await recognised(given, host, options);
  checkLabel(found.where, reader.kind, options);
  const own = reader.fields().check(picked(options, namesOf(reader)), "openData");
  try {
    const { origin, ...data } = await reader.open(found, host, own as never);
    return withOrigin({ name: found.name, kind: reader.kind as DataKind, ...data }, origin);
  } catch (cause) {
    if (sure > PERHAPS || found.of.kind === "folder" || !(cause instanceof NablaError)) throw cause;
    const { message, details } = cause;
    throw new NablaError(`${message}; is this a ${reader.title}? If not, expected ${expectedFile()}`, {
      cause,
      ...(details && { details }),
    });
  }
}

/** Pictures in a folder and below it, by their names; undefined for a folder of something else. */
export async function picturesOf(given: FoundData, host: DataHost): Promise<DataFile[] | undefined> {
  if (given.of.kind === "file") return undefined;
  const { reader } = await recognised(given, host);
  return reader === (all.images as AnyReader)
    ? picturesBelow(given.of, new Insides(host.pictures.names))
    : undefined;
}

const picked = (options: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));

type AnyReader = Reader<string, never>;

/** Which reader knows a file or folder; undefined where none does. */
export async function kindOf(
  found: FoundData,
  host: DataHost,
  options: ReaderOptions = {},
): Promise<DataKind | undefined> {
  const { reader } = await surest(found, host, options);
  return reader?.kind as DataKind | undefined;
}

async function surest(
  found: FoundData,
  host: DataHost,
  options: object = {},
): Promise<{ reader?: AnyReader; sure: number }> {
  let reader: AnyReader | undefined;
  let sure = NO;
  for (const one of readers) {
    const its = await one.recognise(found, host, options as never);
    if (its > sure) [reader, sure] = [one, its];
  }
  return { ...(reader && { reader }), sure };
}

async function recognised(
  found: FoundData,
  host: DataHost,
  options: object = {},
): Promise<{ found: FoundData; reader: AnyReader; sure: number }> {
  const { of, where } = found;
  if (of.kind === "file" && (await headOf(of, host)).length === 0)
    throw new NablaError(`${where}: the file is empty (0 bytes)`);
  const { reader, sure } = await surest(found, host, options);
  if (reader) return { found, reader, sure };
  // a folder of a single file is that file
  const [first, ...others] = of.kind === "folder" ? await of.list() : [];
  if (first && isFile(first) && others.length === 0)
    return recognised({ ...found, of: first }, host, options);
  throw await unknown(found, host);
}

/** undefined where no generated set has this name. */
export function openGenerated(name: string, options: ReaderOptions): OpenedData | undefined {
  if (!Object.hasOwn(generatedSets, name)) return undefined;
  checkLabel(name, "generated", options);
  const { samples, seed } = options;
  return withOrigin(
    { name, kind: "generated", ...makeGenerated(name, picked(options, GENERATED_OPTIONS)) },
    { ...(samples !== undefined && { samples }), ...(seed !== undefined && { seed }) },
  );
}

/** Kinds of data whose target is told by its name. */
const LABELLED: readonly string[] = ["csv", "sequences"];

/** @throws NablaError for a label where none is looked for: whoever names one counts on a part to test with */
function checkLabel(where: string, kind: string, { label }: ReaderOptions): void {
  if (label === undefined || LABELLED.includes(kind)) return;
  throw new NablaError(
    `${where}: label (--label is for CSV files and sequences): expected none, got ${show(label)}`,
  );
}

/** A file of inputs as rows, of any kind that holds an array. @throws NablaError for other bytes */
export function openArray(bytes: Uint8Array, name: string): Shaped {
  for (const reader of readers) {
    const array = reader.array?.read(bytes, name);
    if (array) return array;
  }
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const known = readers.flatMap(({ array }) => array?.expected ?? []);
  throw new NablaError(`${name}: expected ${known.join(", or ")}, got ${start || "nothing"}`);
}

/** With what it was opened from in `extra`, which goes into checkpoints. */
function withOrigin(opened: OpenedData, origin: ReadData["origin"]): OpenedData {
  const { name, kind, fingerprint, csv, images, arrays, sequences } = opened;
  const known = (part: Dataset): Dataset =>
    withHeader(part, {
      extra: {
        data: {
          name,
          kind,
          inputType: part.inputType,
          inputScale: part.inputScale,
          ...origin,
          ...(fingerprint && { fingerprint }),
        },
        ...(csv && { csv }),
        ...(images && { images }),
        ...(arrays && { arrays }),
        ...(sequences && { sequences }),
      },
    });
  const { train, validation, test } = opened;
  return {
    ...opened,
    train: known(train),
    ...(validation && { validation: known(validation) }),
    ...(test && { test: known(test) }),
  };
}

const joined = (from: Reader["from"]): string =>
  readers
    .filter((reader) => reader.from === from)
    .map((reader) => reader.expected)
    .join(" or ");

const expectedFile = (): string => `${joined("file")}, or a folder with ${joined("folder")}`;

async function unknown({ of, where }: FoundData, host: DataHost): Promise<NablaError> {
  if (of.kind === "file") {
    if (latin(await headOf(of, host)).startsWith('{"', 8))
      return new NablaError(`${where}: a model, not data; loadModel(file) opens it`);
    return new NablaError(`${where}: expected ${expectedFile()}; these bytes are none of them`);
  }
  const names = (await of.list()).map(({ name }) => name);
  const found = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  return new NablaError(
    `${where}: expected ${joined("folder")}, or one file: ${joined("file")}; found ${found || "an empty folder"}`,
  );
}
