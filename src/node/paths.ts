/** Files and folders of the file system, as readers of data take them. */
import type { Dirent } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { joined } from "../checkpoint/safetensors.ts";
import { atOnce } from "../data/atOnce.ts";
import { MAX_UNPACKED } from "../data/gzip.ts";
import { CLUTTER } from "../data/images/classes.ts";
import { byCodeUnit } from "../data/labels.ts";
import type { DataEntry, DataFile, DataFolder, FoundData } from "../data/readers/reader.ts";
import { isAddress, remoteData } from "../data/readers/remote.ts";
import { NablaError } from "../errors.ts";
import { PIECE, unreadable, whyUnreadable } from "./fileSystem.ts";

/** undefined where there is nothing. @param most bytes that are taken of a pipe, which can be read only once */
export async function dataAt(path: string, most?: number): Promise<FoundData | undefined> {
  if (isAddress(path)) return remoteAt(path, most);
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  // "." and "pictures/" have names, too
  const name = found.isDirectory() ? basename(resolve(path)) : basename(path);
  const of = found.isDirectory()
    ? folderAt(path, path, [])
    : found.isFile()
      ? fileAt(path, path)
      : pipeAt(path, most);
  return { name, where: path, of };
}

const remoteAt = (address: string, limit = MAX_UNPACKED): FoundData =>
  remoteData(address, {
    limit,
    tooLarge: (name, size, most) => new NablaError(tooLargeText(name, String(size), most)),
  });

const tooLargeText = (name: string, bytes: string, most: number): string =>
  `${name}: ${bytes} bytes are more than the ${most} that are read; take a part of it, or allow more with maxBytes (--max-bytes)`;

/** What can be read only once. */
function pipeAt(path: string, most?: number): DataFile {
  let bytes: Promise<Uint8Array> | undefined;
  const all = () => (bytes ??= readBytes(path, most));
  const name = basename(path);
  const start = async (n: number) => (await all()).subarray(0, n);
  return { kind: "file", name, path, relative: name, start, read: all };
}

function fileAt(path: string, root: string): DataFile {
  return {
    kind: "file",
    name: basename(path),
    path,
    relative: relative(root, path),
    async start(bytes) {
      const file = await open(path).catch((cause) => refuse(path, cause));
      try {
        const start = new Uint8Array(bytes);
        const { bytesRead } = await file.read(start, 0, bytes, 0);
        return start.subarray(0, bytesRead);
      } catch (cause) {
        return refuse(path, cause);
      } finally {
        await file.close();
      }
    },
    read: (limit) => readBytes(path, limit),
  };
}

/** @param above real paths of the folders it is in */
function folderAt(path: string, root: string, above: readonly string[], problem?: string): DataFolder {
  let entries: Promise<DataEntry[]> | undefined;
  const list = async () => {
    const found = await readdir(path, { withFileTypes: true }).catch((cause) => refuse(path, cause));
    const wanted = found.filter(({ name }) => !CLUTTER.test(name)).sort((a, b) => byCodeUnit(a.name, b.name));
    const around = [...above, await realpath(path)];
    return atOnce(wanted.map((entry) => entryAt(join(path, entry.name), entry, root, around)));
  };
  return {
    kind: "folder",
    name: basename(path),
    path,
    where: path,
    ...(problem !== undefined && { problem }),
    list: () => (entries ??= list()),
  };
}

async function entryAt(
  path: string,
  entry: Dirent,
  root: string,
  above: readonly string[],
): Promise<DataEntry> {
  const odd = (problem: string): DataEntry => ({ kind: "odd", name: entry.name, path, problem });
  let kind: Pick<Dirent, "isDirectory" | "isFile"> = entry;
  if (entry.isSymbolicLink()) {
    try {
      kind = await stat(path);
    } catch (cause) {
      return odd(whyUnreadable(cause));
    }
  }
  if (kind.isFile()) return fileAt(path, root);
  if (!kind.isDirectory()) return odd("is neither a file nor a folder");
  const back = entry.isSymbolicLink() && above.includes(await realpath(path));
  return folderAt(path, root, above, back ? "a link that leads back to a folder it is in" : undefined);
}

/**
 * A file's bytes as they are.
 *
 * @param most of a larger file nothing is read, and of what has no size (a pipe) no more
 * @throws NablaError saying why it cannot be read
 */
export async function readBytes(path: string, most = MAX_UNPACKED): Promise<Uint8Array> {
  const remote = isAddress(path) ? remoteAt(path, most).of : undefined;
  if (remote?.kind === "file") return remote.read(most);
  const file = await open(path).catch((cause) => refuse(path, cause));
  try {
    const { size } = await file.stat();
    const tooLarge = (bytes: string) => new NablaError(tooLargeText(path, bytes, most));
    if (size > most) throw tooLarge(String(size));
    // a pipe says nothing of its size
    const parts: Uint8Array[] = [new Uint8Array(size || UNSIZED)];
    let length = 0;
    for (let part = parts[0]!, at = 0; ; ) {
      const { bytesRead } = await file.read(part, at, Math.min(part.length - at, PIECE), null);
      at += bytesRead;
      length += bytesRead;
      if (length > most) throw tooLarge(`at least ${length}`);
      if (bytesRead > 0 && at < part.length) continue;
      parts[parts.length - 1] = part.subarray(0, at);
      if (bytesRead === 0 || size > 0) break;
      part = new Uint8Array(UNSIZED);
      parts.push(part);
      at = 0;
    }
    return parts.length === 1 ? parts[0]! : joined(parts);
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    return refuse(path, cause);
  } finally {
    await file.close();
  }
}

/** Bytes read at once where nothing says how many there are. */
const UNSIZED = 1 << 20;

function refuse(path: string, cause: unknown): never {
  throw unreadable(path, cause);
}
