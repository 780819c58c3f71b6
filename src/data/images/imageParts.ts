/** What a set of pictures is made of: files in parts, and what decodes them to rows. */
import type { Role } from "./classes.ts";
import type { Fit, Size } from "./resize.ts";

/** A file that is left out, and why. */
export interface Problem {
  readonly path: string;
  readonly why: string;
}

/** A picture whose size is known, and that is not decoded yet. */
export interface ImageFile {
  /** As errors call it. */
  readonly path: string;
  /** As the fingerprint knows it: where the folder lies does not matter. */
  readonly relative: string;
  readonly label: number;
  readonly bytes: number;
  readonly header: Size & { readonly channels: 1 | 3 };
}

/** The format of rows. */
export interface RowFormat {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly fit: Fit;
}

export const rowBytes = ({ width, height, channels }: RowFormat): number => width * height * channels;

export interface PreparedRows {
  /** One row after the other; zeros for a file that failed. */
  data: Uint8Array<ArrayBuffer>;
  failed: { index: number; message: string }[];
}

export interface Decoder<File extends ImageFile> {
  /** Decodes and resizes, in pieces: `write(from, rows)` is called for each as it comes, in no particular order. */
  each(
    files: readonly File[],
    format: RowFormat,
    write: (from: number, rows: PreparedRows) => void,
  ): Promise<void>;
  /** Called when there is nothing more to decode. */
  close?(): Promise<void>;
}

export interface ImagePart<File extends ImageFile> {
  readonly role: Role;
  /** As errors call it. */
  readonly folder: string;
  readonly files: readonly File[];
}

export interface ImageSet<File extends ImageFile> {
  /** What the data sets are called, and what errors call the folder. */
  readonly name: string;
  readonly root: string;
  /** The one to train on first. */
  readonly parts: readonly ImagePart<File>[];
  readonly classes: readonly string[];
  /** Whether classes are told by something else than the folders the files are in. */
  readonly told?: boolean;
  /** Found so far; those found while decoding come behind them. */
  readonly problems: Problem[];
  readonly decoder: Decoder<File>;
  /** Which kinds of files are read, "PNG or JPEG". */
  readonly kinds: string;
  /** How an option is given on the command line, for errors; "" where there is none. */
  flag(example: string): string;
}
