import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../checkpoint/sha256.ts";
import type { ByteCache } from "../data/urls.ts";
import { writeFileAtomic } from "./files.ts";
import { type Location, pathOf } from "./location.ts";
import { makeFolder } from "./makeFolder.ts";

/** Keeps fetched files in a folder, each under the hash of its key. The folder is made when first written to. */
export function folderCache(location: Location): ByteCache {
  const folder = pathOf("folderCache", location);
  const place = (key: string) => join(folder, sha256Hex(new TextEncoder().encode(key)));
  return {
    async get(key) {
      return readFile(place(key)).catch(() => undefined);
    },
    async put(key, bytes) {
      makeFolder(folder);
      // another process sees the whole file or none
      await writeFileAtomic(place(key), bytes);
    },
  };
}
