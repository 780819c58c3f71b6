/** Models to files and back. */

import { type FileHandle, open, readFile } from "node:fs/promises";
import { readSafetensors, readSafetensorsBy, type Safetensors } from "../checkpoint/safetensors.ts";
import { NablaError } from "../errors.ts";
import { bool } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { type LoadOptions, loadOptions, loadStored } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { saveParts } from "../model/save.ts";
import { PIECE, unreadable } from "./fileSystem.ts";
import { type WriteOptions, writeFileAtomic, writeOptions } from "./files.ts";
import { type Location, pathOf } from "./location.ts";

/** How a model is saved. */
export interface SaveModelOptions extends WriteOptions {
  /**
   * Whether the file has what a training goes on with: the optimizer's slots, its counts and history, the state of callbacks. Default true.
   * Without, the file of an Adam is a third as large; the model predicts and evaluates, and its next fit() begins anew.
   */
  optimizer?: boolean;
}

/**
 * Saves a model as a safetensors file. The file is replaced whole or not at all. The model is as it is when this is called.
 * @param path where to, a path or a `file:` URL
 * @throws NablaError when it cannot be written; an older file of that name is then as it was
 */
export async function saveModel(model: Model, path: Location, options: SaveModelOptions = {}): Promise<void> {
  const at = pathOf("saveModel", path);
  checkGiven("saveModel", options, { ...writeOptions(), optimizer: bool() });
  const { optimizer, ...rest } = options;
  await writeFileAtomic(at, saveParts(model, optimizer === false), rest);
}

/** Loads what saveModel() or `nabla train --out` wrote: see load(). @throws NablaError for files that are missing or damaged */
export async function loadModel(path: Location, options: LoadOptions = {}): Promise<Model> {
  checkGiven("load", options, loadOptions());
  const at = pathOf("loadModel", path);
  return loadStored(await readStored(at), at, options);
}

/** @throws NablaError for files that are missing or damaged */
export async function readStored(path: string): Promise<Safetensors> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const status = await file.stat();
    if (status.isFile()) return await readSafetensorsBy(filling(file), status.size, path);
    // one such as /dev/zero has no end
    if (status.isCharacterDevice())
      throw new NablaError(`${path}: cannot be read: it is a device, not a model file`);
    return readSafetensors(await readFile(path), path);
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw unreadable(path, cause);
  } finally {
    await file?.close();
  }
}

/** What is used of an open file to read it. */
export interface Readable {
  read(into: Uint8Array): Promise<{ bytesRead: number }>;
}

/** Reads on to the end of an array, in pieces: systems give 2 GiB at once at most. False where the file ends before. */
export const filling =
  (file: Readable) =>
  async (into: Uint8Array): Promise<boolean> => {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await file.read(into.subarray(at, at + PIECE));
      if (bytesRead === 0) return false;
      at += bytesRead;
    }
    return true;
  };
