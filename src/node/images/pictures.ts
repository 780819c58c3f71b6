/** Pictures for readers of data: headers of files are read here, pixels in threads. */
import { open } from "node:fs/promises";
import { imageHeaderOf } from "../../data/images/header.ts";
import type { ImageFile } from "../../data/images/imageParts.ts";
import type { ImageInfo, ImageSetOptions } from "../../data/images/imageSet.ts";
import type { PictureHost } from "../../data/readers/reader.ts";
import { unreadable } from "../fileSystem.ts";
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
  header: ({ path }, { maxPixels }) => headerOf(path, maxPixels),
  decoder({ workers, maxPixels }: ImageFolderOptions) {
    const pool = new DecodePool(workers, maxPixels);
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

/** The header of a file, of which no more is read than that. */
async function headerOf(
  path: string,
  maxPixels: number | undefined,
): Promise<Pick<ImageFile, "header" | "bytes">> {
  const file = await open(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  try {
    const { size } = await file.stat();
    const part = async (from: number, to: number) => {
      const bytes = new Uint8Array(to - from);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      return bytes.subarray(0, bytesRead);
    };
    return { header: await imageHeaderOf(part, path, { total: size, maxPixels }), bytes: size };
  } finally {
    await file.close();
  }
}
