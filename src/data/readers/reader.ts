/** What a reader of data is, and what it reads from: files and folders as their host (Node, a page) hands them in. */
import type { NablaError } from "../../errors.ts";
import type { Field } from "../../fields/fields.ts";
import type { Shaped } from "../arrays.ts";
import type { DataSplit } from "../dataset.ts";
import type { Decoder, ImageFile, Problem } from "../images/imageParts.ts";
import type { ImageInfo, ImageSetOptions } from "../images/imageSet.ts";
import type { ArraysInfo } from "../numpy/split.ts";
import type { SequencesInfo } from "../sequences/sequencesInfo.ts";
import type { CsvSplit } from "../tables/csv.ts";
import type { Table } from "../tables/csvTable.ts";
import type { CsvInfo } from "../tables/tableInfo.ts";

/** A file that is opened when it is wanted. */
export interface DataFile {
  readonly kind: "file";
  readonly name: string;
  /** As results and errors call it. */
  readonly path: string;
  /** From the opened folder on: the same wherever that lies. */
  readonly relative: string;
  /** Its first bytes, at most so many. */
  start(bytes: number): Promise<Uint8Array>;
  /** All its bytes. @throws NablaError for more than `limit` of them, before they are read */
  read(limit: number): Promise<Uint8Array>;
  /** Its size, and bytes from one place to another; undefined, or left out, where it comes as a whole. */
  parts?(): Promise<FileParts | undefined>;
}

/** A file of which some is read. */
export interface FileParts {
  readonly size: number;
  /** @throws NablaError where the file is not the same one any more */
  read(from: number, to: number): Promise<Uint8Array>;
}

/** A folder that is listed when it is wanted. */
export interface DataFolder {
  readonly kind: "folder";
  readonly name: string;
  /** As results call it. */
  readonly path: string;
  /** As errors call it. */
  readonly where: string;
  /** Why it must not be listed: it is a link back to a folder it lies in. */
  readonly problem?: string;
  /** What lies in it, by code unit of the names; without what systems leave behind (CLUTTER). */
  list(): Promise<readonly DataEntry[]>;
}

/** What is neither file nor folder, a broken link for example. */
export interface OddEntry {
  readonly kind: "odd";
  readonly name: string;
  readonly path: string;
  readonly problem: string;
}

export type DataEntry = DataFile | DataFolder | OddEntry;

/** What to open: one file, or a folder. */
export interface FoundData {
  /** What the data set is called. */
  readonly name: string;
  /** What errors call it. */
  readonly where: string;
  readonly of: DataFile | DataFolder;
}

/** Decoding picture files is the host's. */
export interface PictureHost {
  /** Which kinds are decoded, "PNG or JPEG". */
  readonly kinds: string;
  /** Names of files that are most likely pictures. */
  readonly names: RegExp;
  /** What reads a single picture, for errors: "pictureFrom(file)". */
  readonly single: string;
  /** Options it takes besides those of imageSet(). */
  readonly options: readonly string[];
  /** Files whose headers are read at the same time. */
  readonly lanes: number;
  /** Size in bytes and in pixels, without decoding where the file says it. @throws NablaError for what is not a picture */
  header(file: DataFile, options: ImageSetOptions): Promise<Pick<ImageFile, "bytes" | "header">>;
  decoder(options: ImageSetOptions): Decoder<PictureFile>;
  /** How an option is given on the command line, for errors; "" where there is none. */
  flag(example: string): string;
}

export interface PictureFile extends ImageFile {
  readonly file: DataFile;
}

/** What a database answers. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: Iterable<ArrayLike<unknown>>;
  readonly query: string;
}

/** What readers need of the place they run in. */
export interface DataHost {
  /** Bytes of a table's text, of arrays, and of a table's rows and cells in memory (default 1 GiB), that are read at most. */
  readonly limits: { readonly table: number; readonly arrays: number; readonly cells?: number };
  /** How more is allowed, to end an error. */
  readonly more?: string;
  tooLarge(name: string, size: number, limit: number): NablaError;
  readonly pictures: PictureHost;
  /**
   * What a database in a file answers; left out where there is no SQLite.
   *
   * @param query in SQL; default: all rows of its only table
   * @returns names and values of the answer's columns, and the query
   */
  database?(file: DataFile, where: string, query?: string): Promise<Answer>;
  /** A package that a format is read with, by its name. Left out where programs are bundled, and names have to be plain. */
  package?(name: string): Promise<unknown>;
  /** Tables that were read, for whoever asks for the same once more with the same options. Left out where nobody does. */
  readonly tables?: Map<DataFile, FormatTable>;
  /** A file that an option names, as programs name files here; undefined where it names none. Left out where nothing can. */
  file?(given: unknown): Promise<DataFile | undefined>;
}

/** What a reader makes of it. */
export interface ReadData extends DataSplit {
  /** Where the files are called otherwise than what was opened. */
  name?: string;
  csv?: CsvInfo;
  images?: ImageInfo;
  /** What was read and how, in plain sentences. */
  notes?: readonly string[];
  readings?: CsvSplit["readings"];
  refit?: CsvSplit["refit"];
  skipped?: readonly Problem[];
  unused?: readonly string[];
  fingerprint?: string;
  /** How arrays were read; goes into checkpoints. */
  arrays?: ArraysInfo;
  /** How sequences were filled up and standardised; goes into checkpoints. */
  sequences?: SequencesInfo;
  /** What has to be known to read the same again; goes into checkpoints. */
  origin?: Readonly<Record<string, unknown>>;
}

/** How sure a reader is that data is its own. The surest reads it. */
export const SURE = 3;

/** Names say so, or it cannot be anything else that is known. */
export const LIKELY = 2;

/** Where nobody knows better. */
export const PERHAPS = 1;
export const NO = 0;

export interface ArrayReader {
  /** To follow the word "expected": what such a file is, and how it begins. */
  readonly expected: string;
  /** undefined for bytes that are no such file. @throws NablaError for what is damaged */
  read(bytes: Uint8Array, name: string): Shaped | undefined;
}

/** The fields of all these options, and their check: an object(). */
export interface OptionFields<Names extends string> {
  readonly fields: Readonly<Record<Names, Field>>;
  check(options: unknown, path?: string): object;
}

/**
 * A kind of data. One file in this folder, and one line in index.ts.
 *
 * @template Kind what `openData()` calls it
 * @template Options what `openData()` takes for it
 */
export interface Reader<Kind extends string = string, Options = object> {
  readonly kind: Kind;
  /** What it is called in a sentence: "table". */
  readonly title: string;
  /** Whether its data is in one file, or in a folder. */
  readonly from: "file" | "folder";
  /** What it reads, or what it reads in a folder; to follow the word "expected". */
  readonly expected: string;
  /** Its options: what of them is given to open() has passed their check. */
  fields(): OptionFields<Extract<keyof Options, string>>;
  /** By the bytes of files; names are only a hint, and options that say it. @returns SURE, LIKELY, PERHAPS or NO */
  recognise(found: FoundData, host: DataHost, options?: Options): number | Promise<number>;
  /** @throws NablaError naming the file and what is wrong with it */
  open(found: FoundData, host: DataHost, options: Options): Promise<ReadData>;
  /** Where a file may hold one array: rows of inputs, to predict from. */
  readonly array?: ArrayReader;
}

export interface FormatTable {
  readonly table: Table;
  /** SHA-256, hexadecimal: whether the table is the same as another time. */
  readonly fingerprint: string;
}
