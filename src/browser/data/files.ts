/** Files however a page comes by them: chosen, dropped, in folders, fetched. */

import { CLUTTER } from "../../data/images/classes.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { isA, tagOf } from "../../tags.ts";
import { unlessAborted } from "../../training/aborted.ts";
import { told } from "../../waits.ts";
import { fetched, isBlob, isFileHandle, unread } from "../modelFile.ts";
import { readable } from "../storage/failures.ts";

/** Where a file may come from. */
export type FileSource = Blob | FileSystemFileHandle | URL | Request | Response;

/** What openData() takes besides the name of a generated set. */
export type DataSource =
  | FileSource
  | Iterable<FileSource>
  | FileList
  | DataTransfer
  | FileSystemDirectoryHandle;

/** A file that is opened when it is wanted. */
export interface FileEntry {
  /** From the folder that was dropped or chosen on, "cat/1.png"; of single files the name. */
  readonly path: string;
  file(): Promise<File>;
}

export interface Gathered {
  /** Of the folder, or of the only file. */
  readonly name: string;
  readonly entries: FileEntry[];
}

export interface FetchLimits {
  /** Responses of more bytes are refused: before they are read where they say how many they are. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** All files behind a source, without what systems leave behind in folders. Nothing is read yet but what has to be fetched. */
export async function filesOf(source: DataSource, limits: FetchLimits): Promise<Gathered> {
  const entries: FileEntry[] = [];
  // what was dropped can only be asked for at once: everything up to the first await happens within the event
  if (tagOf(source) === "DataTransfer") await addDropped(source as DataTransfer, entries);
  else if (isFolderHandle(source)) await addFolder(source, `${source.name}/`, entries);
  else if (isFileSource(source)) entries.push(await entryOf(source, limits));
  else if (
    typeof (source as Iterable<FileSource> | null)?.[Symbol.iterator] === "function" &&
    typeof source !== "string"
  )
    for (const one of source as Iterable<FileSource>) entries.push(await entryOf(one, limits));
  else
    throw new NablaError(
      `openData: expected the name of a generated set, or a File, several, a folder's handle, what was dropped (event.dataTransfer), a URL or a Response, got ${show(source)}`,
    );
  const wanted = entries.filter(({ path }) => !path.split("/").some((name) => CLUTTER.test(name)));
  if (wanted.length === 0)
    throw new NablaError(
      "openData: expected files, got none: the folder is empty, or nothing was chosen or dropped",
    );
  return rooted(wanted);
}

/** The folder that contains all files becomes the name; it is not a class. */
function rooted(entries: readonly FileEntry[]): Gathered {
  const [first] = entries;
  if (entries.length === 1 && !first!.path.includes("/")) return { name: first!.path, entries: [first!] };
  const root = first!.path.slice(0, first!.path.indexOf("/") + 1);
  if (root === "" || !entries.every(({ path }) => path.startsWith(root)))
    return { name: "files", entries: [...entries] };
  return {
    name: root.slice(0, -1),
    entries: entries.map((entry) => ({ ...entry, path: entry.path.slice(root.length) })),
  };
}

const isFolderHandle = (source: unknown): source is FileSystemDirectoryHandle =>
  (source as FileSystemHandle | null)?.kind === "directory" &&
  typeof (source as FileSystemDirectoryHandle).entries === "function";

const isFileSource = (source: unknown): source is FileSource =>
  isBlob(source) ||
  isFileHandle(source) ||
  isA("URL", source) ||
  ["Request", "Response"].includes(tagOf(source));

async function entryOf(source: FileSource, limits: FetchLimits): Promise<FileEntry> {
  if (isFileHandle(source)) return { path: source.name, file: () => opened(source.name, source.getFile()) };
  if (isBlob(source)) {
    const { name = "", webkitRelativePath = "" } = source as Partial<File>;
    const file = name ? (source as File) : new File([source], "data");
    return { path: webkitRelativePath || file.name, file: async () => file };
  }
  if (isA("URL", source) || tagOf(source) === "Request")
    return entryOf(await fetched(source as URL | Request, limits.signal), limits);
  if (tagOf(source) !== "Response")
    throw new NablaError(`openData: expected files, URLs or responses, got ${show(source)}`);
  const file = await download(source as Response, limits);
  return { path: file.name, file: async () => file };
}

async function opened(path: string, file: Promise<File>): Promise<File> {
  try {
    return await told(file, path);
  } catch (cause) {
    return unread(path, cause);
  }
}

async function addFolder(
  folder: FileSystemDirectoryHandle,
  path: string,
  entries: FileEntry[],
): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    const here = `${path}${name}`;
    if (handle.kind === "directory") {
      if (!CLUTTER.test(name)) await addFolder(handle as FileSystemDirectoryHandle, `${here}/`, entries);
    } else entries.push({ path: here, file: () => opened(here, (handle as FileSystemFileHandle).getFile()) });
  }
}

async function addDropped(transfer: DataTransfer, entries: FileEntry[]): Promise<void> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const roots = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  if (items.length === 0 && transfer.files.length === 0)
    throw new NablaError(
      "openData: nothing that was dropped is a file; call it with event.dataTransfer within the event, before anything is awaited",
    );
  if (items.length === 0)
    for (const file of transfer.files) entries.push({ path: file.name, file: async () => file });
  for (const root of roots) {
    if (!root) continue;
    if (isBlob(root)) entries.push({ path: root.name, file: async () => root });
    else await addEntry(root as FileSystemEntry, "", entries);
  }
}

async function addEntry(entry: FileSystemEntry, folder: string, entries: FileEntry[]): Promise<void> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    const open = () =>
      new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    entries.push({ path, file: () => opened(path, open()) });
    return;
  }
  if (CLUTTER.test(entry.name)) return;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // a hundred or so at a time, until there are none
  for (;;) {
    const read = new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    const some = await told(read, path).catch((cause) => unread(path, cause));
    if (some.length === 0) return;
    for (const one of some) await addEntry(one, `${path}/`, entries);
  }
}

/** A response's body as a file, read no further than the limit. */
async function download(response: Response, { limit, signal }: FetchLimits): Promise<File> {
  const url = response.url || "response";
  const name = decoded(url.split(/[?#]/, 1)[0]!.split("/").at(-1) || url);
  if (!response.ok)
    throw new NablaError(`${url}: the server answered ${response.status} ${response.statusText}`.trim());
  if (response.bodyUsed) throw new NablaError(`${url}: the response has already been read; pass it unread`);
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > limit) {
    await response.body?.cancel();
    throw fileTooLarge(url, declared, limit);
  }
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  const next = () => reader && unlessAborted(told(reader.read(), url), signal);
  try {
    for (let read = await next(); read && !read.done; read = await next()) {
      signal?.throwIfAborted();
      parts.push(read.value);
      length += read.value.length;
      if (length > limit) throw fileTooLarge(url, length, limit, "at least ");
    }
  } catch (cause) {
    void reader?.cancel().catch(() => {}); // a source of somebody else, which may not answer
    if (cause instanceof NablaError || signal?.aborted) throw cause;
    throw new NablaError(
      `${url}: broke off after ${length} bytes: ${(cause as Error).message ?? cause}; try again`,
      {
        cause,
      },
    );
  }
  return new File(parts, name, { type: response.headers.get("content-type") ?? "" });
}

/** Addresses may hold a % that stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function fileTooLarge(name: string, size: number, limit: number, about = ""): NablaError {
  return new NablaError(
    `${name}: ${about}${readable(size)} are more than the ${readable(limit)} that are read into a page; take a part of it, or set maxBytes where there is memory for more (training needs several times as much)`,
    { details: { size, limit } },
  );
}
