/** Folders of pictures as data sets. */
import { basename, relative, resolve } from "node:path";
import {
  IMAGE_SET_OPTIONS,
  type ImageInfo,
  type ImagePart,
  type ImageSetOptions,
  type ImageSplit,
  imageSet,
  type Problem,
} from "../../data/images/imageSet.ts";
import { NablaError } from "../../errors.ts";
import { checkOptions } from "../../fields/options.ts";
import { classesOf, filesOf, layoutOf } from "./files.ts";
import { type IndexedFile, indexed } from "./indexed.ts";
import { DecodePool } from "./pool.ts";

export type { ImageInfo };

/** How the pictures of a folder become rows. */
export interface ImageFolderOptions extends ImageSetOptions {
  /** Threads that decode; default: as many as there are processors, at most 8. */
  workers?: number;
}

const OPTIONS: readonly (keyof ImageFolderOptions)[] = [...IMAGE_SET_OPTIONS, "workers"];

export interface ImageFolder extends ImageSplit {
  /** Sub-folders that are neither class nor part. */
  unused: string[];
}

/**
 * Opens a folder whose sub-folders are classes, holding PNG and JPEG files (in further sub-folders, too); or one with sub-folders
 * `train` and `test` (or `val`) that hold such class folders. Rows are uint8 [height, width, channels], targets are classes named like
 * their folders.
 *
 * Only headers are read at first. Sets that fit into `keepBytes` are then decoded once and kept. Others are decoded
 * as they are read, in threads beside the one that computes: memory does not grow with the number of pictures.
 *
 * @throws NablaError for folders without classes, empty classes, sizes that differ without `size`, unreadable files
 */
export async function openImageFolder(root: string, options: ImageFolderOptions = {}): Promise<ImageFolder> {
  checkOptions("openImageFolder", options, OPTIONS);
  const layout = await layoutOf(root);
  if (!layout)
    throw new NablaError(
      `${root}: expected a sub-folder for each class, with PNG or JPEG files in it; found none`,
    );
  const classes = options.classes ?? (await classesOf(layout.train));
  if (classes.length < 2)
    throw new NablaError(
      `${layout.train}: expected at least two class folders, found ${classes.length ? `only ${classes[0]}` : "none"}`,
    );
  const problems: Problem[] = [];
  const parts: ImagePart<IndexedFile>[] = [];
  for (const folder of [layout.train, ...(layout.test ? [layout.test] : [])]) {
    const { files, problems: found } = await filesOf(folder, classes);
    problems.push(...found);
    const known = files.map((file) => ({ ...file, relative: relative(root, file.path) }));
    parts.push({ folder, files: await indexed(known, problems) });
  }
  const pool = new DecodePool(options.workers);
  const set = await imageSet(
    {
      name: basename(resolve(root)),
      root,
      parts,
      classes,
      problems,
      kinds: "PNG or JPEG",
      flag: (example) => ` (${example})`,
      decoder: {
        each: (files, format, write) =>
          pool.each(
            files.map(({ path }) => path),
            format,
            write,
          ),
        close: () => pool.close(),
      },
    },
    options,
  );
  return { ...set, unused: layout.unused };
}
