/** Finding files by what tables call them. */
import { nameOf } from "../images/classes.ts";
import type { DataFile } from "./reader.ts";

export interface FileKeys {
  /** The file that is meant; several where it may be any of them; undefined where there is none. */
  find(name: string): DataFile | readonly DataFile[] | undefined;
}

/**
 * By the path from the opened folder on, by the end of it, or by the name alone; with the extension or without it. Where none fits, capital
 * letters do not count; and a table may know more folders around the file.
 */
export function fileKeys(files: readonly DataFile[]): FileKeys {
  const [exact, loose] = [new Map<string, DataFile[]>(), new Map<string, DataFile[]>()];
  const add = (map: Map<string, DataFile[]>, key: string, file: DataFile) => {
    const there = map.get(key);
    if (!there) map.set(key, [file]);
    else if (!there.includes(file)) there.push(file);
  };
  for (const file of files)
    for (const end of endsOf(slashed(file.relative)))
      for (const key of [end, end.replace(/\.[^./]*$/, "")]) {
        add(exact, key, file);
        add(loose, key.toLowerCase(), file);
      }
  const lookUp = (key: string): DataFile[] | undefined => exact.get(key) ?? loose.get(key.toLowerCase());
  return {
    find(name) {
      const path = slashed(name).replace(/^(\.\/)+/, "");
      if (path === "" || path.length > LONGEST) return undefined;
      for (const end of endsOf(path)) {
        const found = lookUp(end);
        if (found) return found.length === 1 ? found[0] : nearest(found, end);
      }
      return undefined;
    },
  };
}

/** No system has longer paths; the ends of a longer cell take time that grows with its square. */
const LONGEST = 4096;

/** Of files that end alike, the one that is called just so. */
function nearest(files: readonly DataFile[], path: string): DataFile | readonly DataFile[] {
  const just = files.filter((file) => slashed(file.relative) === path);
  return just.length === 1 ? just[0]! : files;
}

const slashed = (path: string): string => nameOf(path).replaceAll("\\", "/");

/** "a/b/c.png", "b/c.png", "c.png" */
function endsOf(path: string): string[] {
  const ends = [path];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) ends.push(path.slice(at + 1));
  return ends;
}
