/** Writing files so that a crash, a full disk or a power cut leaves the old file or the new one, never half of one. */

import { dirname } from "node:path";
import { NablaError } from "../errors.ts";
import { bool } from "../fields/fields.ts";
import { checkGiven, plain } from "../fields/programs.ts";
import { isA } from "../tags.ts";
import { absent, codeOf, type FileSystem, fileSystem, type OpenFile, PIECE, reasonOf } from "./fileSystem.ts";
import { type Location, pathOf } from "./location.ts";
import { openTemporary, sweep, underNewName } from "./temporary.ts";

/** How a file is replaced. */
export interface WriteOptions {
  /** Keep the file that is replaced as `<path>.previous`. Default false. */
  keepPrevious?: boolean;
  /** Whether a file of that name may be replaced at all. Default true. */
  replace?: boolean;
  /** What is used of the file system. Default: Node's. */
  fs?: Partial<FileSystem>;
}

export const writeOptions = () => ({ keepPrevious: bool(), replace: bool(), fs: plain() });

/** What a file holds: bytes, or parts one after the other. */
export type Content = Uint8Array | readonly Uint8Array[];

/**
 * Writes `content` to a file, `path`: into a temporary file next to it, flushed to the disk, then renamed over it; then the folder is flushed. When
 * anything fails the temporary file is removed, `path` is as it was, and a NablaError says so. A symbolic link is followed; the
 * permissions of a replaced file are kept. What crashed processes left of earlier writes is removed.
 */
export async function writeFileAtomic(
  location: Location,
  content: Content,
  options: WriteOptions = {},
): Promise<void> {
  const path = pathOf("writeFileAtomic", location);
  checkGiven("writeFileAtomic", options, writeOptions());
  const fs = fileSystem(options.fs);
  const state: WriteState = { there: false, renamed: false };
  try {
    const target = await fs.realpath(path).catch(absent(path));
    await replace(fs, target, content, options, state).catch((error) => {
      // whoever removes old temporary files took this one for one of them: it is written again
      if (codeOf(error) !== "ENOENT" || !state.written || state.renamed) throw error;
      return replace(fs, target, content, options, state);
    });
    await syncDirectory(fs, dirname(target));
    await fs.stat(target).then(
      ({ mtimeMs }) => sweep(fs, target, mtimeMs),
      () => {},
    );
  } catch (cause) {
    const full = ["ENOSPC", "EDQUOT"].includes(codeOf(cause));
    const what = full ? `${reasonOf(cause)} while saving ${path}` : `saving ${path}: ${reasonOf(cause)}`;
    const now = state.renamed
      ? "it is written, but might not outlast a power cut"
      : state.there
        ? "the previous file is intact"
        : "nothing was written";
    throw new NablaError(`${what}; ${now}`, { cause, details: { code: codeOf(cause) } });
  }
}

/** How far a write has come. */
interface WriteState {
  /** A file of this name is there. */
  there: boolean;
  /** The temporary file is whole on the disk. */
  written?: boolean;
  renamed: boolean;
}

async function replace(
  fs: FileSystem,
  target: string,
  content: Content,
  { keepPrevious = false, replace: may = true }: WriteOptions,
  state: WriteState,
): Promise<void> {
  const old = await regularFile(fs, target);
  state.there = old !== undefined;
  if (old && !may) throw taken();
  const { path: temporary, file } = await openTemporary(fs, target, old ? 0o600 : 0o666);
  try {
    await fill(file, content, old?.mode);
    state.written = true;
    if (!may) await claim(fs, temporary, target);
    else {
      const undo = old && keepPrevious ? await setAside(fs, target) : undefined;
      try {
        await fs.rename(temporary, target);
      } catch (error) {
        await undo?.();
        throw error;
      }
    }
    state.renamed = true;
  } catch (error) {
    await fs.unlink(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Throws a NablaError when `path` cannot be written: to be called before hours of training, not after. Really creates
 * a file in the directory, and removes it again, with what crashed processes left there of writing this path.
 */
export async function checkWritable(
  location: Location,
  options: { fs?: Partial<FileSystem> } = {},
): Promise<void> {
  const path = pathOf("checkWritable", location);
  checkGiven("checkWritable", options, { fs: plain() });
  const fs = fileSystem(options.fs);
  try {
    const target = await fs.realpath(path).catch(absent(path));
    await regularFile(fs, target);
    const { path: temporary, file } = await openTemporary(fs, target, 0o666);
    try {
      await fill(file, Uint8Array.of(0));
      const now = await fs.stat(temporary).catch(() => undefined);
      if (now) await sweep(fs, target, now.mtimeMs, true);
    } finally {
      await fs.unlink(temporary).catch(() => {});
    }
  } catch (cause) {
    throw new NablaError(`cannot write ${path}: ${reasonOf(cause)}`, {
      cause,
      details: { code: codeOf(cause) },
    });
  }
}

/** Writes everything, flushes it to the disk and closes the file. */
async function fill(file: OpenFile, content: Content, mode?: number): Promise<void> {
  try {
    for (const part of isA("Uint8Array", content) ? [content] : content) {
      for (let at = 0; at < part.length; ) {
        const { bytesWritten } = await file.write(part.subarray(at, at + PIECE));
        if (bytesWritten === 0) throw new Error("the file system takes no more bytes");
        at += bytesWritten;
      }
    }
    if (mode !== undefined) await file.chmod(mode & 0o777);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Of file systems that have no hard links, or no more of them for this file. */
const NO_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Gives a finished temporary file its name, unless another file has it. */
async function claim(fs: FileSystem, temporary: string, target: string): Promise<void> {
  try {
    await fs.link(temporary, target);
  } catch (error) {
    if (!NO_LINKS.includes(codeOf(error))) throw error;
    if (await regularFile(fs, target)) throw taken();
    return fs.rename(temporary, target);
  }
  await fs.unlink(temporary).catch(() => {});
}

const taken = () => Object.assign(new Error("there is a file of this name already"), { code: "EEXIST" });

/**
 * Gives a file a second name, taking that from whatever had it. False where the file system has no hard links. Not on the
 * disk before the folder is.
 */
export async function nameAgain(fs: FileSystem, from: string, to: string): Promise<boolean> {
  let second: string;
  try {
    // named after the file itself: that is what is looked for when a crash has left it
    ({ path: second } = await underNewName(from, (path) => fs.link(from, path)));
  } catch (error) {
    if (NO_LINKS.includes(codeOf(error))) return false;
    throw error;
  }
  try {
    await fs.rename(second, to);
  } finally {
    // also when both names are one file already: rename then does nothing and leaves the source
    await fs.unlink(second).catch(() => {});
  }
  return true;
}

/** Keeps the old file as `<target>.previous`. Where it had to be moved there, what is returned moves it back. */
async function setAside(fs: FileSystem, target: string): Promise<(() => Promise<void>) | undefined> {
  const previous = `${target}.previous`;
  if (await nameAgain(fs, target, previous)) return undefined;
  await fs.rename(target, previous);
  // or of two renames the second alone might outlast a power cut, and the old file be nowhere
  await syncDirectory(fs, dirname(target));
  return () => fs.rename(previous, target);
}

/** A rename is on the disk only when its directory is. Not every system lets a directory be opened or flushed. */
export async function syncDirectory(fs: FileSystem, path: string): Promise<void> {
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
async function regularFile(fs: FileSystem, path: string): Promise<{ mode: number } | undefined> {
  const found = await fs.stat(path).catch(absent(undefined));
  if (!found) return undefined;
  if (found.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
  if (!found.isFile())
    throw Object.assign(new Error("is a device or pipe, not a regular file"), { code: "ENOTFILE" });
  return { mode: found.mode };
}
