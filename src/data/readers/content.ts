/** What is in files: gzip is unpacked wherever it is met, the name of a file says nothing about it. */
import { gunzip, gunzipStart, isGzip } from "../gzip.ts";
import type { DataEntry, DataFile, DataFolder, DataHost } from "./reader.ts";

/** As many of a file's first bytes as are looked at to know what it is, and as many packed ones as hold them. */
const HEAD = 512;
const PACKED = 1 << 16;

/** All of a file, unpacked. @throws NablaError for more than `limit` bytes, before or after */
export const contentOf = async (file: DataFile, limit: number, more = ""): Promise<Uint8Array> =>
  gunzip(await file.read(limit), file.path, limit, more);

/** The first bytes of a file, or of what is packed in it. */
export async function headOf(file: DataFile, host: DataHost): Promise<Uint8Array> {
  const head = await file.start(HEAD);
  if (!isGzip(head)) return head;
  const start = await gunzipStart(await file.start(PACKED), HEAD);
  // a beginning from which nothing comes is not as gzip makes it
  return start ?? (await contentOf(file, host.limits.arrays, host.more)).subarray(0, HEAD);
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
