/** Headers of picture files, and nothing more of them: kinds and sizes before anything is decoded. */
import { open } from "node:fs/promises";
import { type ImageHeader, readImageHeader } from "../../data/images/header.ts";
import type { ImageFile, Problem } from "../../data/images/imageSet.ts";
import { NablaError } from "../../errors.ts";
import { unreadable } from "./decode.ts";
import { whyOf } from "./files.ts";

/** Files whose headers are read at the same time. */
const AT_ONCE = 32;

export interface IndexedFile extends ImageFile {
  header: ImageHeader;
}

/** Headers of files, in their order; what is no picture goes to `problems`. */
export async function indexed(
  files: readonly Pick<ImageFile, "path" | "relative" | "label">[],
  problems: Problem[],
): Promise<IndexedFile[]> {
  const found = new Array<IndexedFile | Problem>(files.length);
  let next = 0;
  const lane = async () => {
    while (next < files.length) {
      const i = next++;
      const { path } = files[i]!;
      try {
        found[i] = { ...files[i]!, ...(await headerOf(path)) };
      } catch (error) {
        found[i] = { path, why: whyOf(error, path) };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const good: IndexedFile[] = [];
  for (const one of found) "why" in one ? problems.push(one) : good.push(one);
  return good;
}

/** Reads as much of a file as its header asks for: some hold long texts and previews before their size. */
async function headerOf(path: string): Promise<{ header: ImageHeader; bytes: number }> {
  const file = await open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    for (let want = 4096; ; want *= 16) {
      const bytes = new Uint8Array(Math.min(want, size));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      const header = readImageHeader(bytes.subarray(0, bytesRead), path, size);
      if (header) return { header, bytes: size };
      if (want >= size) throw new NablaError(`${path}: truncated: it became shorter while it was read`);
    }
  } finally {
    await file.close();
  }
}
