/** Data by path: recognises what a file or folder is and hands it to its reader in `src/data`. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { sha256Hex } from "../checkpoint/sha256.ts";
import { type CsvInfo, type CsvSplitOptions, csvSplit } from "../data/csv.ts";
import { type DataSplit, type Dataset, type Inputs, sizeOf } from "../data/dataset.ts";
import { type GeneratedOptions, generatedSets, makeGenerated } from "../data/generated/index.ts";
import { gunzip } from "../data/gzip.ts";
import { type Idx, idxSplit, parseIdx } from "../data/idx.ts";
import { parseNpy } from "../data/npy.ts";
import { npzSplit } from "../data/npz.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { CLUTTER, layoutOf, type Problem } from "./images/files.ts";
import { type ImageFolderOptions, type ImageInfo, openImageFolder } from "./images/folder.ts";

/** What a path turned out to be. */
export type DataKind = "generated" | "idx" | "csv" | "npz" | "images";

/** What openData() found, ready to train with. */
export interface OpenedData extends DataSplit {
  name: string;
  kind: DataKind;
  csv?: CsvInfo;
  /** How pictures were brought to the shape of a row. */
  images?: ImageInfo;
  /** Files of an image folder that were left out, with `unreadable: "skip"`. */
  skipped?: readonly Problem[];
  /** Sub-folders of an image folder that were not used, being neither class nor part. */
  unused?: readonly string[];
  /**
   * SHA-256, hexadecimal: whether the data is the same as another time. Of the bytes of a CSV or npz file, of the names and sizes
   * of the files of an image folder.
   */
  fingerprint?: string;
}

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type OpenDataOptions = GeneratedOptions &
  Omit<CsvSplitOptions, "name"> & {
    /** For folders of pictures. */
    images?: ImageFolderOptions;
  };

/**
 * Opens a data set: the name of a generated set, a folder with IDX files as MNIST has them (gzip or not), a folder whose
 * sub-folders are classes of PNG and JPEG files, a `.csv` or `.tsv` file, or a `.npz` archive. A generated set's name wins over a path of the same name; write `./digits` for
 * the path. CSV is split (`testFraction`, default 0.2) and standardised on the training part.
 */
export async function openData(pathOrName: string, options: OpenDataOptions = {}): Promise<OpenedData> {
  const opened = await open(pathOrName, options);
  const { name, kind, fingerprint, csv, images } = opened;
  const { samples, seed, testFraction } = options;
  const known = (part: Dataset): Dataset => ({
    ...part,
    extra: {
      data: {
        name,
        kind,
        inputType: part.inputType,
        inputScale: part.inputScale,
        ...(kind === "generated" && samples !== undefined && { samples }),
        ...(kind === "csv" && testFraction !== undefined && { testSplit: testFraction }),
        ...((kind === "generated" || kind === "csv") && seed !== undefined && { seed }),
        ...(fingerprint && { fingerprint }),
      },
      ...(csv && { csv }),
      ...(images && { images }),
    },
  });
  return { ...opened, train: known(opened.train), ...(opened.test && { test: known(opened.test) }) };
}

async function open(pathOrName: string, options: OpenDataOptions): Promise<OpenedData> {
  if (Object.hasOwn(generatedSets, pathOrName)) {
    return { name: pathOrName, kind: "generated", ...makeGenerated(pathOrName, options) };
  }
  const found = await stat(pathOrName).catch(() => undefined);
  if (!found) {
    const names = Object.keys(generatedSets);
    throw new NablaError(
      `${pathOrName}: no such file or folder, nor a generated data set${didYouMean(pathOrName, names)} (generated: ${names.join(", ")})`,
    );
  }
  const name = basename(pathOrName);
  if (found.isDirectory()) return openFolder(pathOrName, options);
  const bytes = await readBytes(pathOrName);
  const fingerprint = sha256Hex(bytes);
  switch (extname(pathOrName.replace(/\.gz$/i, "")).toLowerCase()) {
    case ".csv":
    case ".tsv":
    case ".txt":
      return {
        name,
        kind: "csv",
        fingerprint,
        ...csvSplit(decodeText(bytes, pathOrName), { ...options, name: pathOrName }),
      };
    case ".npz":
      return { name, kind: "npz", fingerprint, ...npzSplit(bytes, pathOrName) };
    case ".npy":
      throw new NablaError(
        `${pathOrName}: a .npy file holds one array, but inputs and targets are needed; store both with numpy.savez(path, x=…, y=…)`,
      );
    default:
      throw new NablaError(
        `${pathOrName}: expected a .csv, .tsv or .npz file, a folder of IDX files, or one with a sub-folder of pictures for each class${/ubyte|idx/.test(name) ? "; this looks like one of them: give its folder" : ""}`,
      );
  }
}

const FILES = {
  trainImages: /^train-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  trainLabels: /^train-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  testImages: /^(t10k|test)-images([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
  testLabels: /^(t10k|test)-labels([.-]idx\d-ubyte|\.idx)?(\.gz)?$/i,
};

/** A folder with sub-folders is one of pictures, unless IDX files lie in it. */
async function openFolder(folder: string, options: OpenDataOptions): Promise<OpenedData> {
  // "." and "pictures/" have names, too
  const name = basename(resolve(folder));
  const entries = (await readdir(folder)).filter((entry) => !CLUTTER.test(entry)).sort();
  const isIdx = entries.some((entry) => Object.values(FILES).some((pattern) => pattern.test(entry)));
  if (!isIdx && (await layoutOf(folder)))
    return { name, kind: "images", ...(await openImageFolder(folder, options.images)) };
  if (!isIdx && entries.some((entry) => /\.(png|jpe?g)$/i.test(entry))) {
    throw new NablaError(
      `${folder}: expected a sub-folder for each class, its name being the class's, with the pictures in it; these pictures lie in the folder itself, so they have no class`,
    );
  }
  return { name, kind: "idx", ...(await openIdxFolder(folder, name, entries)) };
}

async function openIdxFolder(folder: string, name: string, entries: readonly string[]): Promise<DataSplit> {
  // Sorted, an unpacked file comes before the same with .gz.
  const find = (pattern: RegExp) => entries.find((entry) => pattern.test(entry));
  const trainImages = find(FILES.trainImages);
  const trainLabels = find(FILES.trainLabels);
  if (!trainImages || !trainLabels) {
    const listed = entries.slice(0, 8).join(", ") + (entries.length > 8 ? ", …" : "");
    throw new NablaError(
      `${folder}: expected IDX files train-images-idx3-ubyte and train-labels-idx1-ubyte, and for a test part ` +
        `t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or with .gz; or a sub-folder of PNG and JPEG files for each class; found ${listed || "an empty folder"}`,
    );
  }
  const pair = async (images: string, labels: string) => ({
    images: await readIdx(join(folder, images)),
    labels: await readIdx(join(folder, labels)),
  });
  const train = await pair(trainImages, trainLabels);
  const testImages = find(FILES.testImages);
  const testLabels = find(FILES.testLabels);
  if (!testImages !== !testLabels) {
    throw new NablaError(
      `${folder}: found ${testImages ?? testLabels}, but not its ${testImages ? "labels" : "images"}; expected both or neither`,
    );
  }
  return idxSplit(train, testImages && testLabels ? await pair(testImages, testLabels) : undefined, name);
}

/** Reads an IDX file, gzip or not. */
export async function readIdx(path: string): Promise<Idx> {
  return parseIdx(await readBytes(path), path);
}

/** A file's bytes, unpacked if they are gzip. */
async function readBytes(path: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const { code } = cause as { code?: string };
    const why =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "this is a folder" : (cause as Error).message;
    throw new NablaError(`${path}: cannot be read: ${why}`, { cause });
  }
  return gunzip(bytes, path);
}

function decodeText(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NablaError(`${path}: expected text in UTF-8; save it in that encoding`, { cause });
  }
}

/** One row out of a file, ready to predict. */
export interface OpenedInput {
  name: string;
  index: number;
  inputShape: readonly number[];
  inputType: "uint8" | "float32";
  /** The row as stored; a uint8 row is scaled by the model that reads it. */
  values: Inputs;
}

/** One row of an IDX or `.npy` file as an input to predict from: `FILE#index`, or `FILE` for its first row. */
export async function openInput(spec: string): Promise<OpenedInput> {
  const at = /^(.*)#(\d+)$/s.exec(spec);
  const path = at ? at[1]! : spec;
  const index = at ? Number(at[2]) : 0;
  const bytes = await readBytes(path);
  const file = bytes[0] === 0x93 ? parseNpy(bytes, path) : parseIdx(bytes, path);
  const rows = file.shape[0] ?? 0;
  if (file.shape.length < 2) {
    throw new NablaError(
      `${path}: expected rows of values, got shape [${file.shape.join(", ")}]; are these labels?`,
    );
  }
  if (index >= rows) throw new NablaError(`${path}: there is no row ${index}; expected 0 to ${rows - 1}`);
  const inputShape = file.shape.length === 3 ? [...file.shape.slice(1), 1] : file.shape.slice(1);
  const width = sizeOf(inputShape);
  const row = file.data.subarray(index * width, (index + 1) * width);
  const values = row instanceof Uint8Array ? row.slice() : Float32Array.from(row);
  return {
    name: spec,
    index,
    inputShape,
    inputType: values instanceof Uint8Array ? "uint8" : "float32",
    values,
  };
}
