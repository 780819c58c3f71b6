/** Pictures and their classes, however these are told. */
import type { Role } from "../images/classes.ts";
import type { ImageSetOptions, Problem } from "../images/imageSet.ts";
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
