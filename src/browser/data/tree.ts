/** Files of a page as readers of data take them: folders are made of the paths of files. */
import { byCodeUnit } from "../../data/labels.ts";
import type { DataEntry, DataFile, DataFolder, FoundData } from "../../data/readers/reader.ts";
import { contentOf, unread } from "../modelFile.ts";
import { type FileEntry, fileTooLarge, type Gathered } from "./files.ts";

/** A file that can be had as the browser's own. */
export interface PageFile extends DataFile {
  file(): Promise<File>;
}

export function foundIn({ name, entries }: Gathered): FoundData {
  const [first] = entries;
  const single = entries.length === 1 && !first!.path.includes("/");
  return { name, where: name, of: single ? fileOf(first!) : folderOf(name, "", name, entries) };
}

function fileOf(entry: FileEntry): PageFile {
  const { path } = entry;
  let opened: Promise<File> | undefined;
  const file = () => (opened ??= entry.file());
  const bytesOf = async (blob: Blob) =>
    new Uint8Array(await contentOf(blob, path).catch((cause) => unread(path, cause)));
  return {
    kind: "file",
    name: path.replace(/^.*\//, ""),
    path,
    relative: path,
    file,
    start: async (bytes) => bytesOf((await file()).slice(0, bytes)),
    async read(limit) {
      const whole = await file();
      if (whole.size > limit) throw fileTooLarge(path, whole.size, limit);
      return bytesOf(whole);
    },
  };
}

/** @param path of the folder, from the opened one on, "" or ending in "/" */
function folderOf(name: string, path: string, where: string, entries: readonly FileEntry[]): DataFolder {
  let listed: DataEntry[] | undefined;
  const list = (): DataEntry[] => {
    const files: DataEntry[] = [];
    const below = new Map<string, FileEntry[]>();
    for (const entry of entries) {
      const end = entry.path.indexOf("/", path.length);
      if (end < 0) {
        files.push(fileOf(entry));
        continue;
      }
      const folder = entry.path.slice(path.length, end);
      const inside = below.get(folder);
      if (inside) inside.push(entry);
      else below.set(folder, [entry]);
    }
    const folders = [...below].map(([folder, inside]) =>
      folderOf(folder, `${path}${folder}/`, `${where}/${folder}`, inside),
    );
    return [...files, ...folders].sort((a, b) => byCodeUnit(a.name, b.name));
  };
  return {
    kind: "folder",
    name,
    path: path.slice(0, -1),
    where,
    list: async () => (listed ??= list()),
  };
}
