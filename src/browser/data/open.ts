/** Data sets from files of a page: recognises what they are and hands them to their readers in `src/data`. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { generatedSets } from "../../data/generated/index.ts";
import { gunzip, isGzip } from "../../data/gzip.ts";
import { type Idx, idxSplit, parseIdx } from "../../data/idx.ts";
import { kindOf } from "../../data/images/header.ts";
import type { ImageSetOptions } from "../../data/images/imageSet.ts";
import { npzSplit } from "../../data/npz.ts";
import {
  isIdxName,
  type OpenedData,
  openGenerated,
  openIdx,
  openTable,
  type ReaderOptions,
  withOrigin,
} from "../../data/opened.ts";
import { didYouMean, NablaError } from "../../errors.ts";
import { checkOptions } from "../../fields/options.ts";
import { foldersOf, openPictures } from "../images/folder.ts";
import { unread } from "../modelFile.ts";
import { type DataSource, type FileEntry, type FileTree, filesOf, tooLarge } from "./files.ts";

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type OpenDataOptions = ReaderOptions & {
  /** For folders of pictures. */
  images?: ImageSetOptions;
  /**
   * Larger files are refused before they are read, and so is what unpacks to more. Default: 64 MB for tables, whose text takes many times as
   * much memory while it is read, and 1 GB for arrays.
   */
  maxBytes?: number;
  /** Stops what is being fetched. */
  signal?: AbortSignal;
};

const OPTIONS: readonly (keyof OpenDataOptions)[] = [
  "samples",
  "noise",
  "seed",
  "classes",
  "header",
  "delimiter",
  "label",
  "ignore",
  "task",
  "like",
  "testFraction",
  "standardise",
  "standardisation",
  "images",
  "maxBytes",
  "signal",
];

const TABLE = 64e6;
const ARRAYS = 1e9;

/**
 * Opens a data set from what a visitor chose or dropped, or from elsewhere:
 *
 * - IDX files as MNIST has them, gzip or not: two (images and labels) or four (a test part), together or in a folder;
 * - a `.csv` or `.tsv` file, gzip or not; split (`testFraction`, default 0.2) and standardised on the training part;
 * - a `.npz` archive;
 * - a folder whose sub-folders are classes, with pictures the browser knows (PNG, JPEG, WebP, GIF, AVIF, …);
 * - the name of a generated set.
 *
 * What a file is, its bytes say. Of a DataTransfer the files are taken at once, so call this within the drop event, before anything is
 * awaited. A URL is fetched; nothing else goes over the network.
 *
 * @throws NablaError naming the file, for what is nothing of these, damaged, or larger than `maxBytes`
 */
export async function openData(
  source: string | DataSource,
  options: OpenDataOptions = {},
): Promise<OpenedData> {
  checkOptions("openData", options, OPTIONS);
  const { maxBytes: limit = ARRAYS, signal } = options;
  if (!(limit > 0)) throw new NablaError(`openData: maxBytes: expected a number above 0, got ${limit}`);
  if (typeof source === "string") {
    const generated = openGenerated(source, options);
    if (generated) return withOrigin(generated, options);
    const names = Object.keys(generatedSets);
    throw new NablaError(
      `openData: there is no generated data set ${JSON.stringify(source)}${didYouMean(source, names)} (generated: ${names.join(", ")}); to fetch a file, pass new URL(path, location.href)`,
    );
  }
  const tree = await filesOf(source, { limit, ...(signal && { signal }) });
  const { images: _i, maxBytes: _m, signal: _s, ...reading } = options;
  return withOrigin(await open(tree, options), reading);
}

async function open(tree: FileTree, options: OpenDataOptions): Promise<OpenedData> {
  const { name, entries } = tree;
  const [first] = entries;
  if (entries.length === 1 && !first!.path.includes("/")) return openFile(first!, name, options);
  const { maxBytes = ARRAYS } = options;
  const byName = new Map(entries.map((entry) => [entry.path.replace(/^.*\//, ""), entry]));
  const names = [...byName.keys()];
  if (names.some(isIdxName)) {
    const idx = await openIdx(names.filter(isIdxName), name, name, (file) =>
      readIdx(byName.get(file)!, maxBytes),
    );
    return { name, kind: "idx", ...idx };
  }
  if (foldersOf(entries, "").length > 0)
    return { name, kind: "images", ...(await openPictures(name, entries, options.images)) };
  const pair = entries.length === 2 ? await openPair(entries, maxBytes) : undefined;
  if (pair) return pair;
  const listed = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  if (names.some((file) => /\.(png|jpe?g|webp|gif|avif|bmp)$/i.test(file)))
    throw new NablaError(
      `${name}: expected a sub-folder for each class, its name being the class's, with the pictures in it; these pictures lie in no such folder, so they have no class: ${listed}`,
    );
  throw new NablaError(
    `${name}: expected one table or archive, IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, …), or a folder with a sub-folder of pictures for each class; got ${listed}`,
  );
}

/** Two IDX files of any names: the one of one dimension holds the labels. */
async function openPair(entries: readonly FileEntry[], limit: number): Promise<OpenedData | undefined> {
  const bytes = await Promise.all(entries.map((entry) => readHead(entry)));
  if (!bytes.every((head) => isGzip(head) || isIdx(head))) return undefined;
  const [a, b] = await Promise.all(entries.map((entry) => readIdx(entry, limit)));
  const [images, labels] = b!.shape.length === 1 ? [a!, b!] : [b!, a!];
  const { name } = images;
  return { name, kind: "idx", ...idxSplit({ images, labels }, undefined, name) };
}

async function openFile(entry: FileEntry, name: string, options: OpenDataOptions): Promise<OpenedData> {
  const { maxBytes, images: _i, signal: _s, ...reading } = options;
  const arrays = maxBytes ?? ARRAYS;
  const head = await readHead(entry);
  const packed = isGzip(head);
  const kind = packed ? undefined : recognise(head, name);
  const limit = kind === "table" ? (maxBytes ?? TABLE) : arrays;
  const bytes = await readBytes(entry, limit);
  if (bytes.length === 0) throw new NablaError(`${name}: the file is empty (0 bytes)`);
  const fingerprint = sha256Hex(bytes);
  if ((kind ?? recognise(bytes.subarray(0, 512), name)) === "npz")
    return { name, kind: "npz", fingerprint, ...npzSplit(bytes, name, arrays) };
  const most = maxBytes ?? TABLE;
  if (bytes.length > most) throw tooLarge(`${name} (unpacked)`, bytes.length, most);
  return { name, kind: "csv", fingerprint, ...openTable(bytes, name, reading) };
}

/** What a file is by its first bytes. @throws NablaError for what is no data set, saying what it is instead */
function recognise(head: Uint8Array, name: string): "npz" | "table" {
  const latin = String.fromCharCode(...head.subarray(0, 64));
  if (latin.startsWith("PK\x03\x04")) {
    if (/\.zip$/i.test(name) && !/\.npy/.test(String.fromCharCode(...head)))
      throw new NablaError(`${name}: a zip archive; unpack it, and choose the folder or the files in it`);
    return "npz";
  }
  if (latin.startsWith("\x93NUMPY"))
    throw new NablaError(
      `${name}: a .npy file holds one array, but inputs and targets are needed; store both with numpy.savez(path, x=…, y=…)`,
    );
  if (isIdx(head))
    throw new NablaError(
      `${name}: one IDX file, but images and labels are needed; choose or drop both together, or their folder`,
    );
  if (latin.startsWith('{"', 8) && /\.safetensors$/i.test(name))
    throw new NablaError(`${name}: a model, not data; loadModel(file) opens it`);
  const picture = kindOf(head);
  if (picture && !latin.startsWith("BM"))
    throw new NablaError(
      `${name}: ${picture === "png" || picture === "jpeg" ? `a picture (${picture.toUpperCase()})` : picture} alone is no data set; expected a folder with a sub-folder of pictures for each class (pictureFrom(file) reads a single one)`,
    );
  if (/^\s*<(!doctype|html)/i.test(latin))
    throw new NablaError(`${name}: a web page, not data; is the address right?`);
  if (head.includes(0))
    throw new NablaError(
      `${name}: expected a table as text, a .npz archive or IDX files; these bytes are none of them`,
    );
  return "table";
}

const isIdx = (head: Uint8Array): boolean =>
  head.length >= 4 &&
  head[0] === 0 &&
  head[1] === 0 &&
  head[2]! >= 8 &&
  head[2]! <= 14 &&
  head[3]! >= 1 &&
  head[3]! <= 8;

async function readIdx(entry: FileEntry, limit: number): Promise<Idx> {
  return parseIdx(await readBytes(entry, limit), entry.path);
}

async function readHead(entry: FileEntry): Promise<Uint8Array> {
  const file = await entry.file();
  return new Uint8Array(
    await file
      .slice(0, 512)
      .arrayBuffer()
      .catch((cause) => unread(entry.path, cause)),
  );
}

/** A file's bytes, unpacked if they are gzip. */
async function readBytes(entry: FileEntry, limit: number): Promise<Uint8Array> {
  const file = await entry.file();
  if (file.size > limit) throw tooLarge(entry.path, file.size, limit);
  const bytes = new Uint8Array(await file.arrayBuffer().catch((cause) => unread(entry.path, cause)));
  return gunzip(bytes, entry.path, limit);
}
