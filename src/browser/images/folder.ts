/** Dropped or chosen folders of pictures as data sets. */
import { byCodeUnit, partsOf, shortened, sortClasses } from "../../data/images/classes.ts";
import {
  type Decoder,
  IMAGE_SET_OPTIONS,
  type ImageFile,
  type ImagePart,
  type ImageSetOptions,
  type ImageSplit,
  imageSet,
  type Problem,
  rowBytes,
} from "../../data/images/imageSet.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { checkOptions } from "../../fields/options.ts";
import { pauser } from "../../training/pause.ts";
import type { FileEntry } from "../data/files.ts";
import { decodeBlob, headerOf } from "./decode.ts";
import { fitted } from "./picture.ts";

export interface PictureFile extends ImageFile {
  readonly file: File;
}

const PICTURE = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;
/** Files read or decoded at the same time. */
const LANES = 4;

/**
 * A data set of files in class folders, or in `train` and `test` (or `val`) with class folders in them. Only headers are read at first.
 *
 * @param entries all files, with paths from `root` on
 * @throws NablaError for folders without classes, empty classes, sizes that differ without `size`, unreadable files
 */
export async function openPictures(
  root: string,
  entries: readonly FileEntry[],
  options: ImageSetOptions = {},
): Promise<ImageSplit & { unused: string[] }> {
  checkOptions("openData: images", options, IMAGE_SET_OPTIONS);
  const layout = partsOf(foldersOf(entries, ""));
  const train = layout.train === undefined ? "" : `${layout.train}/`;
  const classes = options.classes ?? sortClasses(foldersOf(entries, train));
  if (classes.length < 2)
    throw new NablaError(
      `${root}: expected at least two class folders, found ${classes.length ? `only ${classes[0]}` : "none"}`,
    );
  const problems: Problem[] = [];
  const parts: ImagePart<PictureFile>[] = [];
  for (const folder of [train, ...(layout.test === undefined ? [] : [`${layout.test}/`])]) {
    const found = labelled(entries, folder, classes, root, problems);
    parts.push({
      folder: folder ? `${root}/${folder.slice(0, -1)}` : root,
      files: await indexed(found, problems),
    });
  }
  const set = await imageSet(
    { name: root, root, parts, classes, problems, decoder, kinds: "picture", flag: () => "" },
    options,
  );
  return { ...set, unused: layout.unused };
}

/** Names of the sub-folders of a folder ("" or "train/"), in the order of code units. */
export function foldersOf(entries: readonly FileEntry[], folder: string): string[] {
  const names = new Set<string>();
  for (const { path } of entries) {
    const at = path.startsWith(folder) ? path.indexOf("/", folder.length) : -1;
    if (at >= 0) names.add(path.slice(folder.length, at));
  }
  return [...names].sort(byCodeUnit);
}

interface Labelled {
  readonly path: string;
  readonly relative: string;
  readonly label: number;
  readonly entry: FileEntry;
}

function labelled(
  entries: readonly FileEntry[],
  folder: string,
  classes: readonly string[],
  root: string,
  problems: Problem[],
): Labelled[] {
  const found: Labelled[] = [];
  for (const entry of entries) {
    const { path } = entry;
    if (!path.startsWith(folder)) continue;
    const [first, ...below] = path.slice(folder.length).split("/");
    if (below.length === 0) {
      if (PICTURE.test(path))
        problems.push({ path, why: "lies beside the class folders, so it has no class" });
      continue;
    }
    const label = classes.indexOf(first!);
    if (label < 0)
      throw new NablaError(
        `${root}/${folder}${first}: there is no class ${JSON.stringify(first)}${didYouMean(first!, classes) || ";"} the classes are ${shortened(classes)}`,
      );
    found.push({ path, relative: path, label, entry });
  }
  return found.sort((a, b) => a.label - b.label || byFolder(a.path, b.path));
}

/** Name by name, as walking through folders finds them: "a-b" after "a/c", though "-" comes before "/". */
function byFolder(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  const at = left.findIndex((name, i) => name !== right[i]);
  return at < 0 ? -1 : byCodeUnit(left[at]!, right[at] ?? "");
}

async function indexed(files: readonly Labelled[], problems: Problem[]): Promise<PictureFile[]> {
  const found = new Array<PictureFile | Problem>(files.length);
  await inLanes(files.length, async (i) => {
    const { entry, ...known } = files[i]!;
    try {
      const file = await entry.file();
      found[i] = { ...known, file, bytes: file.size, header: await sizeOfFile(file, known.path) };
    } catch (error) {
      found[i] = { path: known.path, why: (error as Error).message.replace(`${known.path}: `, "") };
    }
  });
  const good: PictureFile[] = [];
  for (const one of found) "why" in one ? problems.push(one) : good.push(one);
  return good;
}

/** What is neither PNG nor JPEG has to be decoded to know its size; it counts as colour. */
async function sizeOfFile(file: File, path: string): Promise<ImageFile["header"]> {
  const header = await headerOf(file, path);
  if (header) return header;
  const bitmap = await decodeBlob(file, path);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height, channels: 3 };
}

/** One picture at a time in each lane: decoding is the browser's, beside the page; resizing is done here, in pieces. */
const decoder: Decoder<PictureFile> = {
  async each(files, format, write) {
    const size = rowBytes(format);
    await inLanes(files.length, async (i) => {
      const { file, path } = files[i]!;
      try {
        const bitmap = await decodeBlob(file, path);
        const { data } = await fitted(bitmap, format, path).finally(() => bitmap.close());
        write(i, { data: data as Uint8Array<ArrayBuffer>, failed: [] });
      } catch (error) {
        if (!(error instanceof NablaError)) throw error;
        write(i, { data: new Uint8Array(size), failed: [{ index: 0, message: error.message }] });
      }
    });
  },
};

/** Calls `task` for 0 to n - 1, a few at the same time, and lets others have their turn in between. */
async function inLanes(n: number, task: (i: number) => Promise<void>): Promise<void> {
  const pause = pauser();
  let next = 0;
  const lane = async () => {
    while (next < n) {
      const i = next++;
      try {
        await task(i);
      } catch (error) {
        next = n; // nobody waits for the others any more
        throw error;
      }
      await pause();
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, n) }, lane));
}
