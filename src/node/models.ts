/** Models to files and back. */
import { readFile } from "node:fs/promises";
import { NablaError } from "../errors.ts";
import { type LoadOptions, load } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { type WriteOptions, writeFileAtomic } from "./files.ts";

/**
 * Saves a model as a safetensors file. The file is replaced whole or not at all.
 * @throws NablaError when it cannot be written; an older file of that name is then as it was
 */
export async function saveModel(model: Model, path: string, options: WriteOptions = {}): Promise<void> {
  await writeFileAtomic(path, model.save(), options);
}

/** Loads what saveModel() or `nabla train --out` wrote: see load(). @throws NablaError for files that are missing or damaged */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Model> {
  return load(await readModelFile(path), path, options);
}

async function readModelFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string };
    const why =
      code === "ENOENT" ? "no such file" : code === "EISDIR" ? "it is a folder, not a model file" : message;
    throw new NablaError(`${path}: cannot be read: ${why}`, { cause });
  }
}
