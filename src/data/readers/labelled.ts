/** Pictures and their classes, however these are told. */
import type { Role } from "../images/classes.ts";
import type { Problem } from "../images/imageParts.ts";
import type { ImageSetOptions } from "../images/imageSet.ts";
import type { Insides } from "./inside.ts";
import type { DataFile, DataFolder, DataHost } from "./reader.ts";

export interface LabelledFile {
  readonly file: DataFile;
  /** The number of its class. */
  readonly label: number;
}

export interface LabelledPart {
  readonly role: Role;
  /** As errors call it. */
  readonly where: string;
  readonly files: readonly LabelledFile[];
}

/** What is found in a folder before a picture is read. */
export interface LabelledSet {
  /** The part to train on first. */
  readonly parts: readonly LabelledPart[];
  readonly classes: readonly string[];
  readonly unused: readonly DataFolder[];
  /** Files that cannot be used. */
  readonly problems: Problem[];
  /** How it was understood, in sentences. */
  readonly notes: readonly string[];
}

/** What it is found with. */
export interface Search {
  readonly host: DataHost;
  readonly insides: Insides;
  readonly options: ImageSetOptions;
}

/** What tells classes: of each file that has one. */
export interface Told {
  readonly classes: readonly string[];
  /** The number of a file's class. */
  readonly of: ReadonlyMap<DataFile, number>;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** What is wrong with a picture that has none. */
  readonly without: string;
}
