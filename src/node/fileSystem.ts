/** What is used of the file system to write files, and what its errors mean. Tests put failing ones, and ones that crash, in its place. */
import { link, open, readdir, realpath, rename, stat, unlink } from "node:fs/promises";
import { messageOf } from "../errors.ts";

/** An open file. */
export interface OpenFile {
  /** Appends. May take fewer bytes than it is given. */
  write(bytes: Uint8Array): Promise<{ bytesWritten: number }>;
  /** Resolves when what was written would outlast a power cut. */
  sync(): Promise<void>;
  chmod(mode: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  /** @param flags "wx" makes a new file, "r" opens a folder to flush it */
  open(path: string, flags: string, mode?: number): Promise<OpenFile>;
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  realpath(path: string): Promise<string>;
  stat(path: string): Promise<FileStatus>;
  readdir(path: string): Promise<string[]>;
}

export interface FileStatus {
  readonly mode: number;
  readonly size: number;
  readonly ino: number;
  /** In ms, by the clock of the file system. */
  readonly mtimeMs: number;
  isFile(): boolean;
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

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "disk full",
  EDQUOT: "disk quota used up",
  EFBIG: "the file is larger than the file system allows",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "it is a directory; give a file name",
  ENOENT: "its directory does not exist; create it first",
  ENOTDIR: "part of its directory is a file",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its symbolic links lead in a circle",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
};

export function reasonOf(cause: unknown): string {
  return REASONS[codeOf(cause)] ?? messageOf(cause);
}
