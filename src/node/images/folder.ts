/** Folders of pictures as data sets. */
import { basename, relative, resolve } from "node:path";
import { sha256Hex } from "../../checkpoint/sha256.ts";
import type { DataSplit, Dataset } from "../../data/dataset.ts";
import type { ImageHeader } from "../../data/images/header.ts";
import { FITS, type Fit, type Size } from "../../data/images/resize.ts";
import { NablaError } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import { classesOf, filesOf, layoutOf, type Problem, shortened } from "./files.ts";
import { type IndexedFile, indexed } from "./indexed.ts";
import { DecodePool } from "./pool.ts";
import { type RowFormat, rowBytes } from "./prepare.ts";

/** How the pictures of a folder become rows. */
export interface ImageFolderOptions {
  /** Pixels of every row: a side, or width and height. Default: the pictures' own size, if they all have the same. */
  size?: number | Size;
  /** 1 for grey, 3 for colour; default: 1 if every picture is stored as grey, else 3. */
  channels?: 1 | 3;
  /** How pictures of other proportions are brought to the size; default "pad": see fitPicture(). */
  fit?: Fit;
  /** What becomes of files that are no readable pictures: an error that names them (the default), or they are left out. */
  unreadable?: "refuse" | "skip";
  /** Names of the classes in the order of their numbers, where a model knows them already; default: the class folders. */
  classes?: readonly string[];
  /** Sets of at most so many bytes when decoded are decoded once and kept; default 256 MB. */
  keepBytes?: number;
  /** Threads that decode; default: as many as there are processors, at most 8. */
  workers?: number;
  /** Called while pictures are decoded at the start: how many are done, and of how many. */
  onProgress?: (done: number, total: number) => void;
}

const OPTIONS: readonly (keyof ImageFolderOptions)[] = [
  "size",
  "channels",
  "fit",
  "unreadable",
  "classes",
  "keepBytes",
  "workers",
  "onProgress",
];

/** How rows were made of pictures: goes into checkpoints, so that a picture to predict from is treated alike. */
export type ImageInfo = RowFormat;

export interface ImageSplit extends DataSplit {
  images: ImageInfo;
  /** Files left out, with `unreadable: "skip"`. */
  skipped: Problem[];
  /** Sub-folders that are neither class nor part. */
  unused: string[];
  /** SHA-256 over names and sizes of all files, hexadecimal. */
  fingerprint: string;
}

/** Decoded sets up to this size are kept in memory. */
const KEEP = 256 * 2 ** 20;

interface Part {
  folder: string;
  files: readonly IndexedFile[];
}

/** Pictures of one part that can be read, and their rows where they are kept. */
interface Rows {
  files: readonly IndexedFile[];
  data?: Uint8Array;
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
export async function openImageFolder(root: string, options: ImageFolderOptions = {}): Promise<ImageSplit> {
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
  const parts: Part[] = [];
  for (const folder of [layout.train, ...(layout.test ? [layout.test] : [])]) {
    const { files, problems: found } = await filesOf(folder, classes);
    problems.push(...found);
    parts.push({ folder, files: await indexed(files, problems) });
  }
  const { unreadable = "refuse" } = options;
  if (unreadable !== "refuse" && unreadable !== "skip")
    throw new NablaError(`unreadable: expected "refuse" or "skip", got ${JSON.stringify(unreadable)}`);
  const skip = unreadable === "skip";
  if (!skip) refuse(root, parts, problems);
  checkFilled(parts, classes, options.classes !== undefined, problems);
  const format = formatOf(root, parts, options);
  const count = parts.reduce((sum, { files }) => sum + files.length, 0);
  const keep = count * rowBytes(format) <= (options.keepBytes ?? KEEP);
  const pool = new DecodePool(options.workers);
  // all are decoded at the start where nothing is lost by it, and where bad ones are to be left out
  const decoded: Rows[] = [];
  let done = 0;
  const step = (n: number) => options.onProgress?.((done += n), count);
  for (const { files } of parts)
    decoded.push(keep || skip ? await decodeAll(files, format, pool, keep, problems, step) : { files });
  if (keep) await pool.close();
  if (!skip) refuse(root, parts, problems);
  checkFilled(
    decoded.map(({ files }, i) => ({ ...parts[i]!, files })),
    classes,
    options.classes !== undefined,
    problems,
  );
  const name = basename(resolve(root));
  const datasets = decoded.map((rows, i) =>
    datasetOf(i === 0 ? name : `${name} (test)`, rows, classes, format, pool),
  );
  const known = parts.flatMap(({ files }) =>
    files.map(({ path, bytes }) => `${relative(root, path)} ${bytes}`),
  );
  return {
    train: datasets[0]!,
    ...(datasets[1] && { test: datasets[1] }),
    images: format,
    skipped: problems,
    unused: layout.unused,
    fingerprint: sha256Hex(new TextEncoder().encode(known.join("\n"))),
  };
}

/** Decodes all files. Those that fail go to `problems`; with `keep` the rows of the others are kept. */
async function decodeAll(
  files: readonly IndexedFile[],
  format: RowFormat,
  pool: DecodePool,
  keep: boolean,
  problems: Problem[],
  step: (n: number) => void,
): Promise<Rows> {
  const size = rowBytes(format);
  const data = keep ? new Uint8Array(files.length * size) : undefined;
  const failed = new Map<number, string>();
  await pool.each(
    files.map(({ path }) => path),
    format,
    (from, rows) => {
      data?.set(rows.data, from * size);
      step(rows.data.length / size);
      for (const { index, message } of rows.failed) failed.set(from + index, message);
    },
  );
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

function datasetOf(
  name: string,
  { files, data }: Rows,
  classes: readonly string[],
  format: RowFormat,
  pool: DecodePool,
): Dataset {
  const size = rowBytes(format);
  const labels = Int32Array.from(files, ({ label }) => label);
  return {
    name,
    length: files.length,
    inputShape: [format.height, format.width, format.channels],
    inputType: "uint8",
    inputScale: 1 / 255,
    target: { kind: "class", classes: classes.length, names: classes },
    labels,
    read(indices, x, y) {
      for (let row = 0; row < indices.length; row++) y[row] = labels[indices[row]!]!;
      if (data) {
        for (let row = 0; row < indices.length; row++) {
          const from = indices[row]! * size;
          x.set(data.subarray(from, from + size), row * size);
        }
        return;
      }
      const paths = Array.from(indices, (index) => files[index]!.path);
      return pool.each(paths, format, (from, rows) => {
        const bad = rows.failed[0];
        if (bad)
          throw new NablaError(
            `${bad.message}; repair or remove it, or leave such files out with unreadable: "skip" (--unreadable skip)`,
          );
        x.set(rows.data, from * size);
      });
    },
  };
}

function formatOf(root: string, parts: readonly Part[], options: ImageFolderOptions): RowFormat {
  const { size, fit = "pad" } = options;
  const headers = parts.flatMap(({ files }) => files.map(({ header }) => header));
  const channels = options.channels ?? (headers.every((header) => header.channels === 1) ? 1 : 3);
  if (channels !== 1 && channels !== 3)
    throw new NablaError(`channels: expected 1 (grey) or 3 (colour), got ${channels}`);
  if (!FITS.includes(fit))
    throw new NablaError(`fit: expected one of ${FITS.join(", ")}, got ${JSON.stringify(fit)}`);
  const { width, height } =
    typeof size === "number" ? { width: size, height: size } : (size ?? commonSize(root, headers));
  for (const n of [width, height])
    if (!Number.isInteger(n) || n < 1 || n > 4096)
      throw new NablaError(`size: expected whole numbers from 1 to 4096, got ${width}×${height}`);
  return { width, height, channels, fit };
}

function commonSize(root: string, headers: readonly ImageHeader[]): Size {
  const sizes = new Map<string, number>();
  for (const { width, height } of headers) {
    const key = `${width}×${height}`;
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  if (sizes.size === 1) return headers[0]!;
  const most = [...sizes].sort((a, b) => b[1] - a[1]).map(([size, count]) => `${size} (${count})`);
  throw new NablaError(
    `${root}: the pictures have ${sizes.size} different sizes, ${shortened(most, 3)}; say what size all are to be brought to: size: 32 (--size 32), or width and height (--size 48x32)`,
  );
}

function refuse(root: string, parts: readonly Part[], problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const all = parts.reduce((sum, { files }) => sum + files.length, 0);
  throw new NablaError(
    `${root}: ${problems.length === 1 ? "1 file is" : `${problems.length} files are`} no readable picture${problems.length === 1 ? "" : "s"} (${all} are): ${listed(problems)}. Repair or remove them, or leave them out with unreadable: "skip" (--unreadable skip)`,
    { details: { problems } },
  );
}

/** The first few, one after the other. */
function listed(problems: readonly Problem[]): string {
  const more = problems.length - 5;
  return (
    problems
      .slice(0, 5)
      .map(({ path, why }) => `${path}: ${why}`)
      .join("; ") + (more > 0 ? `; and ${more} more` : "")
  );
}

/** Every class has a picture to train on; a test part, or classes given by name, may lack some. */
function checkFilled(
  parts: readonly Part[],
  classes: readonly string[],
  given: boolean,
  problems: readonly Problem[],
): void {
  for (const [i, { folder, files }] of parts.entries()) {
    const counts = new Array<number>(classes.length).fill(0);
    for (const { label } of files) counts[label]!++;
    const empty = i === 0 && !given ? classes.filter((_, label) => counts[label] === 0) : [];
    if (files.length > 0 && empty.length === 0) continue;
    const what =
      files.length === 0
        ? "no class folder has"
        : `${shortened(empty)} ${empty.length === 1 ? "has" : "have"}`;
    throw new NablaError(
      `${folder}: expected at least one PNG or JPEG file for each class; ${what} none${problems.length ? ` (left out: ${listed(problems)})` : ""}; fill or remove what is empty`,
    );
  }
}
