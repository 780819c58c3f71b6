/** Writing files so that a crash, a full disk or a power cut leaves the old file or the new one, never half of one. */
import { type FileHandle, link, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, NablaError } from "../errors.ts";

/** What is used of the file system; tests put failing ones in its place. */
export interface FileSystem {
  open: (
    path: string,
    flags: string,
    mode?: number,
  ) => Promise<Pick<FileHandle, "write" | "sync" | "close" | "chmod">>;
  link: typeof link;
  rename: typeof rename;
}
const REAL: FileSystem = { open, link, rename };

/** How a file is replaced. */
export interface WriteOptions {
  /** Keep the file that is replaced as `<path>.previous`. Default false. */
  keepPrevious?: boolean;
  fs?: FileSystem;
}

let counter = 0;

/**
 * Writes `bytes` to `path`: into a temporary file next to it, flushed to the disk, then renamed over it. When anything fails the
 * temporary file is removed, `path` is as it was, and a NablaError says so. A symbolic link is followed; the
 * permissions of a replaced file are kept.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const { keepPrevious = false, fs = REAL } = options;
  let old: { mode: number } | undefined;
  let temporary = "";
  let renamed = false;
  try {
    const target = await realpath(path).catch(absent(path));
    old = await regularFile(target);
    temporary = temporaryBeside(target);
    await writeNew(fs, temporary, bytes, old?.mode);
    const undo = old && keepPrevious ? await setAside(fs, target, temporary) : undefined;
    try {
      await fs.rename(temporary, target);
    } catch (error) {
      await undo?.();
      throw error;
    }
    renamed = true;
    await syncDirectory(fs, dirname(target));
  } catch (cause) {
    if (temporary) await rm(temporary, { force: true }).catch(() => {});
    const full = ["ENOSPC", "EDQUOT"].includes(codeOf(cause));
    const what = full ? `${reasonOf(cause)} while saving ${path}` : `saving ${path}: ${reasonOf(cause)}`;
    const state = renamed
      ? "it is written, but might not outlast a power cut"
      : old
        ? "the previous file is intact"
        : "nothing was written";
    throw new NablaError(`${what}; ${state}`, { cause, details: { code: codeOf(cause) } });
  }
}

/**
 * Throws a NablaError when `path` cannot be written: to be called before hours of training, not after. Really creates
 * a file in the directory, and removes it again.
 */
export async function checkWritable(path: string, options: { fs?: FileSystem } = {}): Promise<void> {
  const { fs = REAL } = options;
  let temporary = "";
  try {
    const target = await realpath(path).catch(absent(path));
    await regularFile(target);
    temporary = temporaryBeside(target);
    await writeNew(fs, temporary, Uint8Array.of(0));
  } catch (cause) {
    throw new NablaError(`cannot write ${path}: ${reasonOf(cause)}`, {
      cause,
      details: { code: codeOf(cause) },
    });
  } finally {
    if (temporary) await rm(temporary, { force: true }).catch(() => {});
  }
}

/** The process is in the name so that two of them never write the same file. */
function temporaryBeside(target: string): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}-${++counter}.tmp`);
}

async function writeNew(fs: FileSystem, path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const handle = await fs.open(path, "wx", mode === undefined ? 0o666 : 0o600);
  try {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at);
      if (bytesWritten === 0) throw new Error("the file system takes no more bytes");
      at += bytesWritten;
    }
    if (mode !== undefined) await handle.chmod(mode & 0o777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives the old file a second name, `<target>.previous`. Where the file system has no hard links it is moved there,
 * and what is returned moves it back.
 */
async function setAside(
  fs: FileSystem,
  target: string,
  temporary: string,
): Promise<(() => Promise<void>) | undefined> {
  const previous = `${target}.previous`;
  const second = `${temporary}.previous`;
  try {
    await fs.link(target, second);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(error))) throw error;
    await fs.rename(target, previous);
    return () => fs.rename(previous, target);
  }
  try {
    await fs.rename(second, previous);
  } finally {
    // Also when both names are one file already: rename then does nothing and leaves the source.
    await rm(second, { force: true });
  }
  return undefined;
}

/** A rename is on the disk only when its directory is. Not every system lets a directory be opened or flushed. */
async function syncDirectory(fs: FileSystem, path: string): Promise<void> {
  try {
    const handle = await fs.open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!["EPERM", "EACCES", "EISDIR", "EINVAL", "ENOTSUP", "EBADF"].includes(codeOf(error))) throw error;
  }
}

/** The mode of a file that is there; undefined when none is; throws when it is not a regular file. */
async function regularFile(path: string): Promise<{ mode: number } | undefined> {
  const found = await stat(path).catch(absent(undefined));
  if (!found) return undefined;
  if (found.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
  if (!found.isFile())
    throw Object.assign(new Error("is a device or pipe, not a regular file"), { code: "ENOTFILE" });
  return { mode: found.mode };
}

function absent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === "ENOENT") return instead;
    throw error;
  };
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null)?.code ?? "");
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

function reasonOf(cause: unknown): string {
  return REASONS[codeOf(cause)] ?? messageOf(cause);
}
