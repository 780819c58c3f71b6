import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { sha256Hex } from "../checkpoint/sha256.ts";
import type { ByteCache } from "../data/urls.ts";

/** Keeps fetched files in a folder, each under the hash of its key. The folder is made when first written to. */
export function folderCache(folder: string): ByteCache {
  const place = (key: string) => join(folder, sha256Hex(new TextEncoder().encode(key)));
  return {
    async get(key) {
      return readFile(place(key)).catch(() => undefined);
    },
    async put(key, bytes) {
      await mkdir(folder, { recursive: true });
      // To a temporary name, flushed, then renamed: another process sees the whole file or none.
      const temporary = `${place(key)}.${randomUUID()}`;
      try {
        const file = await open(temporary, "w");
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, place(key));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}
