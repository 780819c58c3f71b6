/** Models in the browser's own storage, and to and from files. */

import { parseHeader } from "../checkpoint/header.ts";
import { readSafetensors } from "../checkpoint/safetensors.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { attempt } from "../host.ts";
import { type LoadOptions, load } from "../model/load.ts";
import { Model } from "../model/model.ts";
import { isA } from "../tags.ts";
import { told } from "../waits.ts";
import { isFileHandle, type ModelSource, readModel } from "./modelFile.ts";
import { BLOCKED, isBlocked, readFailed, saveFailed, Unavailable } from "./storage/failures.ts";
import { openIndexedDb } from "./storage/indexeddb.ts";
import { locked } from "./storage/locks.ts";
import { type Address, called, parseAddress, type Scheme } from "./storage/names.ts";
import { openOpfs } from "./storage/opfs.ts";
import type { ModelStorage, StoredModel } from "./storage/storage.ts";

/** @param asked whether this kind was asked for by name, see openOpfs() */
const STORAGES: Record<Scheme, (asked: boolean) => Promise<ModelStorage>> = {
  opfs: openOpfs,
  indexeddb: openIndexedDb,
};

/**
 * Saves a model, or a checkpoint's bytes, in the storage of this site. A model of that name is replaced whole or not at all: whatever
 * interrupts the saving, the one before stays. The model is as it is when this is called.
 *
 * @param where a name alone ("digits"): the origin private file system, or IndexedDB in engines where pages cannot write to that;
 * "opfs://digits", "indexeddb://digits": there and nowhere else; a FileSystemFileHandle: the file the visitor chose
 * @returns the whole address, "opfs://digits"
 * @throws NablaError where storage is full, blocked or missing (`details.code`: "quota", "blocked", "unavailable"); what was there is kept
 */
export async function saveModel(
  model: Model | Uint8Array,
  where: string | FileSystemFileHandle,
): Promise<string> {
  const bytes = bytesOf("saveModel", model);
  if (isFileHandle(where)) return saveToFile(where, bytes);
  const address = parseAddress("saveModel", where);
  const who = `saveModel: ${called(address)}`;
  return locked(address.name, "exclusive", async () => {
    const reasons: Unavailable[] = [];
    for (const scheme of schemesOf(address)) {
      try {
        await (await STORAGES[scheme](address.scheme !== undefined)).write(address.name, bytes);
        return `${scheme}://${address.name}`;
      } catch (cause) {
        if (!(cause instanceof Unavailable))
          throw await saveFailed(who, cause, "the model saved before, if any, is intact", bytes.length);
        reasons.push(cause);
      }
    }
    throw nowhere(who, reasons, "keep the model as a file with downloadModel()");
  });
}

/**
 * Loads a model by the name it was saved under, or from a File or Blob (chosen or dropped), a URL, Request or Response, or bytes. After
 * that it predicts, and fit(…, { resume: true }) goes on where a training stood. Options are those of load().
 *
 * @throws NablaError for unknown names (`details.code`: "missing"), and files that are damaged or not models
 */
export async function loadModel(where: string | ModelSource, options: LoadOptions = {}): Promise<Model> {
  if (typeof where !== "string") {
    const { bytes, name } = await readModel(where);
    return load(bytes, name, options);
  }
  if (/^(https?|blob|data|file):/i.test(where)) return loadModel(new URL(where), options);
  const address = parseAddress("loadModel", where);
  const who = called(address);
  const found = await locked(address.name, "shared", async () => {
    for (const storage of await storagesOf(address)) {
      const files = await storage.read(address.name).catch((cause) => {
        throw readFailed(who, "read", cause);
      });
      if (files.length > 0) return newestWhole(files, who, options);
    }
    return undefined;
  });
  if (found) return found;
  const names = (await listModels().catch(() => [])).map(({ name }) => name);
  const some = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  throw new NablaError(
    `${who}: there is no model of this name in the browser's storage${didYouMean(address.name, names)}${names.length ? ` (there: ${some})` : ""}${/[./]/.test(address.name) ? "; to fetch one, pass new URL(path, location.href)" : ""}`,
    { details: { code: "missing" } },
  );
}

/** What is stored, in the order of names. Empty where nothing can be stored. */
export async function listModels(): Promise<StoredModel[]> {
  const models: StoredModel[] = [];
  for (const open of Object.values(STORAGES)) {
    try {
      models.push(...(await (await open(false)).list()));
    } catch (cause) {
      if (!(cause instanceof Unavailable)) throw readFailed("listModels: stored models", "listed", cause);
    }
  }
  return models.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Removes a stored model; a name alone removes it wherever it lies. @returns whether there was one */
export async function removeModel(where: string): Promise<boolean> {
  const address = parseAddress("removeModel", where);
  return locked(address.name, "exclusive", async () => {
    let removed = false;
    for (const storage of await storagesOf(address)) {
      try {
        removed = (await storage.remove(address.name)) || removed;
      } catch (cause) {
        throw readFailed(`removeModel: ${called(address)}`, "removed", cause);
      }
    }
    return removed;
  });
}

/**
 * Asks the browser to keep what this site stores until the visitor removes it. Otherwise it may be cleared when the disk gets full, and
 * in Safari after seven days without a visit.
 * @returns whether it will
 */
export async function persistStorage(): Promise<boolean> {
  const asked = async (method: "persisted" | "persist") =>
    (await attempt(() => navigator.storage[method]().catch(() => false))) ?? false;
  return (await asked("persisted")) || (await asked("persist"));
}

/** The bytes of a checkpoint that own their memory. @throws NablaError for anything else */
export function bytesOf(who: string, model: Model | Uint8Array): Uint8Array<ArrayBuffer> {
  if (model instanceof Model) return model.save() as Uint8Array<ArrayBuffer>;
  if (!isA("Uint8Array", model))
    throw new NablaError(`${who}: expected a model or the bytes of one, got ${show(model)}`);
  parseHeader(model, who);
  // of a view on more memory storage would keep all of it
  const whole = isA("ArrayBuffer", model.buffer) && model.byteLength === model.buffer.byteLength;
  return (whole ? model : new Uint8Array(model)) as Uint8Array<ArrayBuffer>;
}

/** A name alone is looked for, and saved, in this order. */
const schemesOf = ({ scheme }: Address): Scheme[] => (scheme ? [scheme] : ["opfs", "indexeddb"]);

/** The storages of an address that exist here. @throws NablaError where there is none */
async function storagesOf(address: Address): Promise<ModelStorage[]> {
  const storages: ModelStorage[] = [];
  const reasons: Unavailable[] = [];
  for (const scheme of schemesOf(address)) {
    try {
      storages.push(await STORAGES[scheme](false));
    } catch (cause) {
      if (!(cause instanceof Unavailable)) throw readFailed(called(address), "opened", cause);
      reasons.push(cause);
    }
  }
  if (storages.length === 0) throw nowhere(called(address), reasons, "load models from files");
  return storages;
}

function nowhere(who: string, reasons: readonly Unavailable[], instead: string): NablaError {
  const blocked = reasons.some(({ cause }) => isBlocked(cause));
  const why = reasons.map(({ message }) => message).join("; ");
  return new NablaError(
    `${who}: there is nowhere to store models: ${blocked ? `${BLOCKED}: ` : ""}${why}; ${instead}`,
    {
      cause: reasons[0],
      details: { code: blocked ? "blocked" : "unavailable" },
    },
  );
}

/** The newest that is not damaged: what a crash of the whole machine leaves may have its length and not its bytes. */
async function newestWhole(files: readonly Blob[], name: string, options: LoadOptions): Promise<Model> {
  let first: unknown;
  for (const file of files) {
    let bytes: Uint8Array | undefined;
    try {
      ({ bytes } = await readModel(new File([file], name)));
      return load(bytes, name, options);
    } catch (error) {
      first ??= error;
      // sound, and still not to be loaded (a newer version, say): an older one would hide that
      if (bytes && isSound(bytes, name)) throw error;
    }
  }
  throw first;
}

function isSound(bytes: Uint8Array, name: string): boolean {
  try {
    readSafetensors(bytes, name);
    return true;
  } catch {
    return false;
  }
}

/** createWritable() writes to a temporary file and replaces this one on close. */
async function saveToFile(file: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  let stream: FileSystemWritableFileStream | undefined;
  try {
    const { name } = file;
    stream = await told(file.createWritable(), name);
    await told(stream.write(bytes), name);
    await told(stream.close(), name);
    return file.name;
  } catch (cause) {
    await stream?.abort().catch(() => {});
    throw await saveFailed(`saveModel: ${file.name}`, cause, "the file is as it was", bytes.length);
  }
}
