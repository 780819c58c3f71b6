/**
 * Models in the origin private file system:
 *
 *     nabla-models/<folder of the name>/<generation>-<random>.safetensors
 *
 * No file is ever written over. A model is saved as the next generation, and when that is whole on the disk the older ones are
 * removed but the newest of them. Which generation counts is decided when it is read: the highest that is whole. So whatever is
 * interrupted, and wherever, what was there before is still there; and nothing depends on a file system that can rename.
 */

import { messageOf } from "../../errors.ts";
import { attempt } from "../../host.ts";
import { inTime, told } from "../../waits.ts";
import { readHead } from "../modelFile.ts";
import { isQuota, Unavailable } from "./failures.ts";
import { folderOf, nameOf } from "./names.ts";
import type { ModelStorage, StoredModel } from "./storage.ts";

const ROOT = "nabla-models";
/** Files that are not whole and younger than this may be another tab's, which is writing them. In ms. */
const ABANDONED = 60_000;

interface Generation {
  readonly number: number;
  readonly entry: string;
  readonly file: File;
  readonly whole: boolean;
}

/**
 * @param inPlace whether files may be written as only workers can, in engines without createWritable (Safari before 26): pages could
 * read such models, but not replace them
 * @throws Unavailable where the engine, or the page, has no such file system
 */
export async function openOpfs(inPlace: boolean): Promise<ModelStorage> {
  const storage = attempt(() => navigator.storage);
  if (typeof attempt(() => storage?.getDirectory) !== "function" || !storage)
    throw new Unavailable(
      attempt(() => isSecureContext) === false
        ? "the page is not served over https or from localhost, so it has no origin private file system"
        : "this engine has no origin private file system",
    );
  let origin: FileSystemDirectoryHandle;
  try {
    origin = await inTime(storage.getDirectory(), 10_000, () => {
      throw new Error("it did not answer within 10 seconds");
    });
  } catch (cause) {
    // whatever the reason: Firefox and Safari refuse in private windows, each with another error
    const why = messageOf(cause);
    throw new Unavailable(`the origin private file system cannot be opened (${why})`, { cause });
  }
  return telling(storageIn(origin, inPlace));
}

/** Each of its answers may be long in coming. */
function telling({ scheme, write, read, list, remove }: ModelStorage): ModelStorage {
  const what = "the origin private file system (another tab of this site may be writing)";
  return {
    scheme,
    write: (name, bytes) => told(write(name, bytes), what),
    read: (name) => told(read(name), what),
    list: () => told(list(), what),
    remove: (name) => told(remove(name), what),
  };
}

function storageIn(origin: FileSystemDirectoryHandle, inPlace: boolean): ModelStorage {
  const folder = async (name: string): Promise<FileSystemDirectoryHandle | undefined> => {
    const root = await existing(origin.getDirectoryHandle(ROOT));
    return root && existing(root.getDirectoryHandle(folderOf(name)));
  };
  return {
    scheme: "opfs",
    async write(name, bytes) {
      const root = await origin.getDirectoryHandle(ROOT, { create: true });
      const place = await root.getDirectoryHandle(folderOf(name), { create: true });
      try {
        await writeNext(place, bytes, inPlace);
      } catch (error) {
        if (!isQuota(error) || !(await dropOlder(place))) throw error;
        await writeNext(place, bytes, inPlace); // the generation kept for emergencies was in the way
      }
    },
    async read(name) {
      const found = await folder(name);
      if (!found) return [];
      const all = await generations(found);
      // what is not whole comes last: for its error, where there is nothing else
      return [...all.filter(({ whole }) => whole), ...all.filter(({ whole }) => !whole)].map(
        ({ file }) => file,
      );
    },
    async list() {
      const root = await existing(origin.getDirectoryHandle(ROOT));
      const models: StoredModel[] = [];
      for await (const [entry, handle] of root?.entries() ?? []) {
        const name = nameOf(entry);
        if (handle.kind !== "directory" || name === undefined) continue;
        const newest = (await generations(handle as FileSystemDirectoryHandle)).find(({ whole }) => whole);
        if (!newest) continue;
        const { size, lastModified } = newest.file;
        models.push({ name, where: `opfs://${name}`, size, saved: new Date(lastModified) });
      }
      return models;
    },
    async remove(name) {
      const root = await existing(origin.getDirectoryHandle(ROOT));
      if (!root || !(await existing(root.getDirectoryHandle(folderOf(name))))) return false;
      await root.removeEntry(folderOf(name), { recursive: true });
      return true;
    },
  };
}

/** All generations, newest first. */
async function generations(folder: FileSystemDirectoryHandle): Promise<Generation[]> {
  const found: Generation[] = [];
  for await (const [entry, handle] of folder.entries()) {
    const number = Number(/^(\d+)-[\w-]+\.safetensors$/.exec(entry)?.[1]);
    if (handle.kind !== "file" || Number.isNaN(number)) continue;
    const file = await existing((handle as FileSystemFileHandle).getFile());
    if (file) found.push({ number, entry, file, whole: await isWhole(file) });
  }
  return found.sort((a, b) => b.number - a.number || b.file.lastModified - a.file.lastModified);
}

/** Whether a file is as long as its header says; the digest is checked when it is loaded. */
async function isWhole(file: File): Promise<boolean> {
  try {
    await readHead(file, file.name);
    return true;
  } catch {
    return false;
  }
}

async function writeNext(
  folder: FileSystemDirectoryHandle,
  bytes: Uint8Array<ArrayBuffer>,
  inPlace: boolean,
): Promise<void> {
  const before = await generations(folder);
  const number = (before[0]?.number ?? 0) + 1;
  const entry = `${number}-${randomName()}.safetensors`;
  try {
    await writeFile(await folder.getFileHandle(entry, { create: true }), bytes, inPlace);
    const { size } = await (await folder.getFileHandle(entry)).getFile();
    if (size !== bytes.length) throw new Error(`of ${bytes.length} bytes ${size} arrived`);
  } catch (error) {
    await folder.removeEntry(entry).catch(() => {});
    throw error;
  }
  await removeAll(folder, superseded(before));
}

/** Those that may go when a newer one is whole: all but the newest whole one, and what may still be in the making. */
function superseded(all: readonly Generation[]): Generation[] {
  const kept = all.find(({ whole }) => whole);
  const young = (file: File) => Date.now() - file.lastModified < ABANDONED;
  return all.filter((one) => one !== kept && (one.whole || !young(one.file)));
}

/** Removes all but the newest whole generation. Whether that made room. */
async function dropOlder(folder: FileSystemDirectoryHandle): Promise<boolean> {
  const older = superseded(await generations(folder));
  await removeAll(folder, older);
  return older.length > 0;
}

/** What cannot be removed now is removed after the next save. */
async function removeAll(folder: FileSystemDirectoryHandle, which: readonly Generation[]): Promise<void> {
  for (const { entry } of which) await folder.removeEntry(entry).catch(() => {});
}

interface SyncFile {
  createSyncAccessHandle?(): Promise<{
    write(bytes: Uint8Array, options: { at: number }): number;
    flush(): void;
    close(): void;
  }>;
}

async function writeFile(
  handle: FileSystemFileHandle & SyncFile,
  bytes: Uint8Array<ArrayBuffer>,
  inPlace: boolean,
): Promise<void> {
  if (typeof handle.createWritable === "function") {
    const stream = await handle.createWritable();
    try {
      await stream.write(bytes);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => {});
      throw error;
    }
    return;
  }
  if (!inPlace || typeof handle.createSyncAccessHandle !== "function")
    throw new Unavailable("in this engine only workers can write to the origin private file system");
  const access = await handle.createSyncAccessHandle();
  try {
    for (let at = 0; at < bytes.length; ) {
      const written = access.write(bytes.subarray(at), { at });
      if (written === 0) throw new DOMException("no room for more bytes", "QuotaExceededError");
      at += written;
    }
    access.flush();
  } finally {
    access.close();
  }
}

/** undefined where there is no such file or folder. */
async function existing<T>(handle: Promise<T>): Promise<T | undefined> {
  try {
    return await handle;
  } catch (error) {
    if ((error as { name?: string }).name === "NotFoundError") return undefined;
    throw error;
  }
}

const randomName = (): string => {
  // only so that two tabs do not take the same name
  const words = attempt(() => crypto.getRandomValues(new Uint32Array(2))) ?? [Date.now()];
  return Array.from(words, (word) => word.toString(36)).join("");
};
