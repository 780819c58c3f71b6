/** Pictures for readers of data: headers of files are read here, pixels in threads. */
import { open } from "node:fs/promises";
import { readImageHeader } from "../../data/images/header.ts";
import type { ImageFile, ImageInfo, ImageSetOptions } from "../../data/images/imageSet.ts";
import type { PictureHost } from "../../data/readers/reader.ts";
import { NablaError } from "../../errors.ts";
import { unreadable } from "../paths.ts";
import { DecodePool } from "./pool.ts";

export type { ImageInfo };

/** How the pictures of a folder become rows. */
export interface ImageFolderOptions extends ImageSetOptions {
  /** Threads that decode; default: as many as there are processors, at most 8. */
  workers?: number;
}

export const pictures: PictureHost = {
  kinds: "PNG or JPEG",
  names: /\.(png|jpe?g)$/i,
  single: "decodeImageFile(path)",
  options: ["workers"],
  lanes: 32,
  header: ({ path }) => headerOf(path),
  decoder({ workers }: ImageFolderOptions) {
    const pool = new DecodePool(workers);
    return {
      each: (files, format, write) =>
        pool.each(
          files.map(({ path }) => path),
          format,
          write,
        ),
      close: () => pool.close(),
    };
  },
  flag: (example) => ` (${example})`,
};

/** Reads as much of a file as its header asks for: some hold long texts and previews before their size. */
async function headerOf(path: string): Promise<Pick<ImageFile, "header" | "bytes">> {
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
