/** What is in files: gzip is unpacked wherever it is met, the name of a file says nothing about it. */
import { gunzip, isGzip, MAX_UNPACKED } from "../gzip.ts";
import type { DataEntry, DataFile, DataFolder, DataHost } from "./reader.ts";

/** As many of a file's first bytes as are looked at to know what it is. */
const HEAD = 512;

/** What was unpacked to look at it is most likely wanted whole. */
const unpacked = /* @__PURE__ */ new WeakMap<DataFile, Promise<Uint8Array>>();

/** All of a file, unpacked. @throws NablaError for more than `limit` bytes, before or after */
export async function contentOf(file: DataFile, limit: number): Promise<Uint8Array> {
  return (
    (await unpacked.get(file)) ?? gunzip(await file.read(limit), file.path, Math.min(limit, MAX_UNPACKED))
  );
}

/** The first bytes of a file, or of what is packed in it. */
export async function headOf(file: DataFile, { limits }: DataHost): Promise<Uint8Array> {
  const head = await file.start(HEAD);
  if (!isGzip(head)) return head;
  const whole = unpacked.get(file) ?? contentOf(file, limits.arrays);
  unpacked.set(file, whole);
  return (await whole).subarray(0, HEAD);
}

/** Whether bytes may begin a text: no zero is among them. */
export const isText = (head: Uint8Array): boolean => !head.includes(0);

/** Bytes as characters of the same number: to compare with how kinds of files begin. */
export const latin = (head: Uint8Array): string => String.fromCharCode(...head);

export const isFile = (entry: DataEntry): entry is DataFile => entry.kind === "file";
export const isFolder = (entry: DataEntry): entry is DataFolder => entry.kind === "folder";

/** A file, and the folder it lies in. */
export interface Placed {
  readonly file: DataFile;
  readonly folder: DataFolder;
}

/** All files in a folder and below it; what cannot be listed is not counted. */
export async function filesBelow(folder: DataFolder): Promise<Placed[]> {
  if (folder.problem !== undefined) return [];
  const entries = await folder.list().catch((): readonly DataEntry[] => []);
  const files: Placed[] = [];
  for (const entry of entries) {
    if (isFile(entry)) files.push({ file: entry, folder });
    // one by one: a folder may hold more files than a call takes arguments
    else if (isFolder(entry)) for (const placed of await filesBelow(entry)) files.push(placed);
  }
  return files;
}
