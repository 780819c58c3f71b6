/** Data by path: recognises what a file or folder is and hands it to its reader in `src/data`. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { sha256Hex } from "../checkpoint/sha256.ts";
import { type Inputs, sizeOf } from "../data/dataset.ts";
import { generatedSets } from "../data/generated/index.ts";
import { gunzip } from "../data/gzip.ts";
import { type Idx, parseIdx } from "../data/idx.ts";
import { CLUTTER } from "../data/images/classes.ts";
import { parseNpy } from "../data/npy.ts";
import { npzSplit } from "../data/npz.ts";
import {
  type DataKind,
  isIdxName,
  type OpenedData,
  openGenerated,
  openIdx,
  openTable,
  type ReaderOptions,
  withOrigin,
} from "../data/opened.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { layoutOf } from "./images/files.ts";
import { type ImageFolderOptions, openImageFolder } from "./images/folder.ts";

export type { DataKind, OpenedData };

/** Each reader takes the ones that concern it: `seed`, `samples`, … for generated sets, `label`, `task`, … for CSV, `images`. */
export type OpenDataOptions = ReaderOptions & {
  /** For folders of pictures. */
  images?: ImageFolderOptions;
};

/**
 * Opens a data set: the name of a generated set, a folder with IDX files as MNIST has them (gzip or not), a folder whose
 * sub-folders are classes of PNG and JPEG files, a `.csv` or `.tsv` file, or a `.npz` archive. A generated set's name wins over a path of the same name; write `./digits` for
 * the path. CSV is split (`testFraction`, default 0.2) and standardised on the training part.
 */
export async function openData(pathOrName: string, options: OpenDataOptions = {}): Promise<OpenedData> {
  return withOrigin(await open(pathOrName, options), options);
}

async function open(pathOrName: string, options: OpenDataOptions): Promise<OpenedData> {
  const generated = openGenerated(pathOrName, options);
  if (generated) return generated;
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
      return { name, kind: "csv", fingerprint, ...openTable(bytes, pathOrName, options) };
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

/** A folder with sub-folders is one of pictures, unless IDX files lie in it. */
async function openFolder(folder: string, options: OpenDataOptions): Promise<OpenedData> {
  // "." and "pictures/" have names, too
  const name = basename(resolve(folder));
  const entries = (await readdir(folder)).filter((entry) => !CLUTTER.test(entry)).sort();
  const isIdx = entries.some(isIdxName);
  if (!isIdx && (await layoutOf(folder)))
    return { name, kind: "images", ...(await openImageFolder(folder, options.images)) };
  if (!isIdx && entries.some((entry) => /\.(png|jpe?g)$/i.test(entry))) {
    throw new NablaError(
      `${folder}: expected a sub-folder for each class, its name being the class's, with the pictures in it; these pictures lie in the folder itself, so they have no class`,
    );
  }
  const idx = await openIdx(entries, folder, name, (entry) => readIdx(join(folder, entry)));
  return { name, kind: "idx", ...idx };
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
