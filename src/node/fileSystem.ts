/** What is used of the file system to write files, and what its errors mean. Tests put failing ones, and ones that crash, in its place. */
import { link, open, readdir, realpath, rename, stat, unlink } from "node:fs/promises";
import { messageOf, NablaError } from "../errors.ts";

/** An open file. */
export interface OpenFile {
  /** Appends. May take fewer bytes than it is given. */
  write(bytes: Uint8Array): Promise<{ bytesWritten: number }>;
  /** Resolves when what was written would outlast a power cut. */
  sync(): Promise<void>;
  /** Sets its permissions. */
  chmod(mode: number): Promise<void>;
  /** Gives it back to the system. */
  close(): Promise<void>;
}

/** What writing a file asks of the system; as node:fs/promises has it. */
export interface FileSystem {
  /** Opens a file or a folder. @param flags "wx" makes a new file, "r" opens a folder to flush it */
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  /** A second name for a file. */
  link(from: string, to: string): Promise<void>;
  /** Takes the place of what has the name `to`. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a name. */
  unlink(path: string): Promise<void>;
  /** The path without symbolic links. */
  realpath(path: string): Promise<string>;
  /** What is known of a file. */
  stat(path: string): Promise<FileStatus>;
  /** Names in a folder. */
  readdir(path: string): Promise<string[]>;
}

/** What is known of a file. */
export interface FileStatus {
  readonly mode: number;
  readonly size: number;
  readonly ino: number;
  /** In ms, by the clock of the file system. */
  readonly mtimeMs: number;
  /** Whether it is a regular file. */
  isFile(): boolean;
  /** Whether it is a folder. */
  isDirectory(): boolean;
}

export const REAL: FileSystem = {
  open,
  link,
  rename,
  unlink,
  realpath: (path) => realpath(path),
  stat,
  readdir,
};

/** The real one, but for what is given. */
export function fileSystem(given: Partial<FileSystem> = {}): FileSystem {
  const names = Object.keys(REAL) as (keyof FileSystem)[];
  const call = (name: keyof FileSystem) => (given[name] as (() => unknown) | undefined)?.bind(given);
  return Object.fromEntries(names.map((name) => [name, call(name) ?? REAL[name]])) as unknown as FileSystem;
}

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
}

/** Takes errors that say a file is not there for an answer. */
export function absent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === "ENOENT") return instead;
    throw error;
  };
}

/** Most bytes of one read or write: systems take 2 GiB at once at most, and report a full disk only between them. */
export const PIECE = 16_777_216;

type Reasons = ReadonlyMap<string, string>;
const reasons = (list: Readonly<Record<string, string>>): Reasons => new Map(Object.entries(list));

/** Whatever is done with a file. */
const ANY = reasons({
  ENOSPC: "disk full",
  EDQUOT: "disk quota used up",
  EFBIG: "the file is larger than the file system allows",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "not permitted",
  ENOTDIR: "part of its directory is a file",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its symbolic links lead in a circle",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
});
const WRITING = reasons({
  EISDIR: "it is a directory; give a file name",
  ENOENT: "its directory does not exist; create it first",
});
const READING = reasons({ EISDIR: "this is a folder", ENOENT: "no such file" });

/** Why a file cannot be written. */
export const reasonOf = (cause: unknown): string => why(cause, WRITING);

/** Why a file cannot be read, to follow its name. */
export const whyUnreadable = (cause: unknown): string => `cannot be read: ${why(cause, READING)}`;

export const unreadable = (path: string, cause: unknown): NablaError =>
  new NablaError(`${path}: ${whyUnreadable(cause)}`, { cause, details: { code: codeOf(cause) } });

function why(cause: unknown, first: Reasons): string {
  const code = codeOf(cause);
  return first.get(code) ?? ANY.get(code) ?? messageOf(cause);
}
