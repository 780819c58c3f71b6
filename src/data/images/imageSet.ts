/** Pictures sorted into classes as data sets: what does not depend on where files are and on who decodes them. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { toUtf8, wellFormed } from "../../host.ts";
import type { DataSplit, Dataset } from "../dataset.ts";
import { rowsDataset } from "../rows.ts";
import { type Role, shortened } from "./classes.ts";
import { type ImageFile, type ImageSet, type Problem, type RowFormat, rowBytes } from "./imageParts.ts";
import { checkFilled, refuse } from "./problems.ts";
import { FITS, type Fit, type Size } from "./resize.ts";

/** How rows were made of pictures: goes into checkpoints, so that a picture to predict from is treated alike. */
export type ImageInfo = RowFormat;

/** How a folder of pictures is read. */
export interface ImageSetOptions {
  /** Pixels of every row: a side, or width and height. Default: the pictures' own size, if they all have the same. */
  size?: number | Size;
  /** 1 for grey, 3 for colour; default: 1 if every picture is stored as grey, else 3. */
  channels?: 1 | 3;
  /** How pictures of other proportions are brought to the size; default "pad": see fitPicture(). */
  fit?: Fit;
  /** What becomes of files that are not readable pictures: an error that names them (the default), or they are left out. */
  unreadable?: "refuse" | "skip";
  /** Names of the classes in the order of their numbers, where they are known already; default: the class folders. */
  classes?: readonly string[];
  /**
   * Where pictures lie in no class folders: a table with a row for each, which has the file's name (with its folders or without them, with its
   * extension or without) in one column and the class in another. In Node a path, else a path in the folder; on a page a file.
   */
  labels?: unknown;
  /** The column of classes in that table; default: label, class, target, …, or the only one besides the file's. */
  label?: string | number;
  /** The column of files in that table; default: the one whose cells are files of the folder. */
  file?: string | number;
  /** Whether few different numbers in that table are classes (the default), or any: "classification". */
  task?: "auto" | "classification" | "regression";
  /** Where names of files tell their classes: "{label}_*". `*` is any text, `#` digits; with a / the names of folders count. */
  labelPattern?: string;
  /** Sets of at most so many bytes when decoded are decoded once and kept; default 256 MB. */
  keepBytes?: number;
  /** Pictures of more pixels are refused before they are decoded; default 64 million. */
  maxPixels?: number;
  /** Called while pictures are decoded at the start: how many are done, and of how many. */
  onProgress?: (done: number, total: number) => void;
}

export interface ImageSplit extends DataSplit {
  images: ImageInfo;
  /** Files left out, with `unreadable: "skip"`. */
  skipped: Problem[];
  /** SHA-256 over names and sizes of all files, hexadecimal. */
  fingerprint: string;
}

/** Decoded sets up to this size are kept in memory. */
const KEEP = 256 * 2 ** 20;

/** Pictures of one part that can be read, and their rows where they are kept. */
interface PartRows<File> {
  files: readonly File[];
  data?: Uint8Array;
}

/**
 * Data sets of uint8 [height, width, channels] with classes named like their folders. Sets that fit into `keepBytes` are decoded once and
 * kept; others are decoded as they are read.
 *
 * @throws NablaError for empty classes, sizes that differ without `size`, unreadable files
 */
export async function imageSet<File extends ImageFile>(
  set: ImageSet<File>,
  options: ImageSetOptions,
): Promise<ImageSplit> {
  const { name, parts, problems, decoder } = set;
  const given = options.classes !== undefined;
  const { unreadable = "refuse" } = options;
  if (unreadable !== "refuse" && unreadable !== "skip")
    throw new NablaError(`unreadable: expected "refuse" or "skip", got ${show(unreadable)}`);
  const skip = unreadable === "skip";
  if (!skip) refuse(set);
  checkFilled(set, parts, given);
  const format = formatOf(set, options);
  const count = parts.reduce((sum, { files }) => sum + files.length, 0);
  const keep = count * rowBytes(format) <= (options.keepBytes ?? KEEP);
  // all are decoded at the start if that loses nothing, and if bad ones are left out
  const decoded: PartRows<File>[] = [];
  let done = 0;
  const step = (n: number) => options.onProgress?.((done += n), count);
  for (const { files } of parts)
    decoded.push(keep || skip ? await decodeAll(set, files, format, keep, step) : { files });
  if (keep) await decoder.close?.();
  if (!skip) refuse(set);
  checkFilled(
    set,
    decoded.map(({ files }, i) => ({ ...parts[i]!, files })),
    given,
  );
  const datasets = Object.fromEntries(
    decoded.map((rows, i) => {
      const { role } = parts[i]!;
      return [role, datasetOf(role === "train" ? name : `${name} (${role})`, rows, format, set)];
    }),
  ) as Partial<Record<Role, Dataset>>;
  const known = parts.flatMap(({ files }) =>
    files.map(
      ({ relative, bytes, label }) => `${relative} ${bytes}${set.told ? ` ${set.classes[label]}` : ""}`,
    ),
  );
  return {
    ...datasets,
    train: datasets.train!,
    images: format,
    skipped: problems,
    fingerprint: sha256Hex(toUtf8(wellFormed(known.join("\n")))),
  };
}

/** Decodes all files. Those that fail go to `problems`; with `keep` the rows of the others are kept. */
async function decodeAll<File extends ImageFile>(
  { decoder, problems }: ImageSet<File>,
  files: readonly File[],
  format: RowFormat,
  keep: boolean,
  step: (n: number) => void,
): Promise<PartRows<File>> {
  const size = rowBytes(format);
  const data = keep ? new Uint8Array(files.length * size) : undefined;
  const failed = new Map<number, string>();
  await decoder.each(files, format, (from, rows) => {
    data?.set(rows.data, from * size);
    step(rows.data.length / size);
    for (const { index, message } of rows.failed) failed.set(from + index, message);
  });
  // pieces come in no particular order, the list is in that of the files
  for (const [i, { path }] of files.entries()) {
    const message = failed.get(i);
    if (message !== undefined) problems.push({ path, why: message.replace(`${path}: `, "") });
  }
  const good = files.filter((_, i) => !failed.has(i));
  let to = 0;
  for (let i = 0; data && i < files.length; i++)
    if (!failed.has(i)) data.copyWithin(to++ * size, i * size, (i + 1) * size);
  return { files: good, ...(data && { data: data.subarray(0, good.length * size) }) };
}

function datasetOf<File extends ImageFile>(
  name: string,
  { files, data }: PartRows<File>,
  format: RowFormat,
  { classes, decoder, flag }: ImageSet<File>,
): Dataset {
  const size = rowBytes(format);
  const labels = Int32Array.from(files, ({ label }) => label);
  const header = {
    name,
    length: files.length,
    inputShape: [format.height, format.width, format.channels],
    inputType: "uint8" as const,
    inputScale: 1 / 255,
    target: { kind: "class" as const, classes: classes.length, names: classes },
  };
  const names = files.map(({ relative }) => relative);
  if (data) return Object.assign(rowsDataset(header, data, labels), { files: names });
  return {
    ...header,
    labels,
    files: names,
    read(indices, x, y) {
      for (let row = 0; row < indices.length; row++) y[row] = labels[indices[row]!]!;
      const wanted = Array.from(indices, (index) => files[index]!);
      return decoder.each(wanted, format, (from, rows) => {
        const bad = rows.failed[0];
        if (bad)
          throw new NablaError(
            `${bad.message}; repair or remove it, or leave such files out with unreadable: "skip"${flag("--unreadable skip")}`,
          );
        x.set(rows.data, from * size);
      });
    },
  };
}

function formatOf<File extends ImageFile>(set: ImageSet<File>, options: ImageSetOptions): RowFormat {
  const { size, fit = "pad" } = options;
  const headers = set.parts.flatMap(({ files }) => files.map(({ header }) => header));
  const channels = options.channels ?? (headers.every((header) => header.channels === 1) ? 1 : 3);
  if (channels !== 1 && channels !== 3)
    throw new NablaError(`channels: expected 1 (grey) or 3 (colour), got ${show(channels)}`);
  if (!FITS.includes(fit)) throw new NablaError(`fit: expected one of ${FITS.join(", ")}, got ${show(fit)}`);
  const { width, height } =
    typeof size === "number" ? { width: size, height: size } : (size ?? commonSize(set, headers));
  for (const n of [width, height])
    if (!Number.isInteger(n) || n < 1 || n > 4096)
      throw new NablaError(`size: expected whole numbers from 1 to 4096, got ${show(width)}×${show(height)}`);
  return { width, height, channels, fit };
}

function commonSize<File extends ImageFile>(
  { root, flag }: ImageSet<File>,
  headers: readonly ImageFile["header"][],
): Size {
  const sizes = new Map<string, number>();
  for (const { width, height } of headers) {
    const key = `${width}×${height}`;
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  if (sizes.size === 1) return headers[0]!;
  const most = [...sizes].sort((a, b) => b[1] - a[1]).map(([size, count]) => `${size} (${count})`);
  throw new NablaError(
    `${root}: the pictures have ${sizes.size} different sizes, ${shortened(most, 3)}; choose one size for all: size: 32${flag("--size 32")}, or width and height${flag("--size 48x32")}`,
  );
}
