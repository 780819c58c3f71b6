/** Models by path, with an error that says what another file is. */
import { open } from "node:fs/promises";
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { loadNewest, type Newest } from "../../node/checkpoints.ts";
import { loadModel } from "../../node/models.ts";
import type { Terminal } from "../../report/terminal.ts";
import { count } from "../../report/text/format.ts";
import { since } from "../../training/run.ts";
import { extraOf } from "../training/resume.ts";

/** As loadModel(); the error for another file first says what it looks like. */
export async function openModel(path: string): Promise<Model> {
  return prepared(await loadModel(path).catch((error) => explain(path, error)));
}

/** The newest checkpoint of a training that can be read; what is passed over is said. */
export async function openNewest(path: string, errors: Terminal["errors"]): Promise<Newest> {
  const found = await loadNewest(path).catch((error) => explain(path, error));
  for (const { path: file, problem } of found.passed)
    errors.write(`nabla: ${file} is passed over: ${problem}\n`);
  const { step } = since(internalsOf(found.model).state.run);
  if (found.passed.length > 0)
    errors.write(`nabla: going on from ${found.path}, saved after ${count(step)} steps\n`);
  return { ...found, model: prepared(found.model) };
}

/** What the first line of JSON says of it. */
export const passedOver = (found: Newest | undefined) =>
  found && found.passed.length > 0 && { resumedFrom: found.path, passedOver: found.passed };

function prepared(model: Model): Model {
  const network = internalsOf(model).built;
  // files of earlier versions say it in their description of the data
  const trained = extraOf(model)?.data;
  if (trained) network.reading ??= [{ type: trained.inputType, scale: trained.inputScale }];
  return model;
}

async function explain(path: string, error: unknown): Promise<never> {
  const what = error instanceof NablaError ? looksLike(await beginning(path)) : undefined;
  if (what === undefined) throw error;
  const why = (error as Error).message.replace(`${path}: `, "");
  throw new NablaError(
    `${path}: this is ${what}, not a model as nabla train --out writes it (.safetensors): ${why}`,
    { cause: error },
  );
}

const BEGINNINGS: [what: string, bytes: string][] = [
  ["a PNG image", "\x89PNG"],
  ["a JPEG image", "\xff\xd8\xff"],
  ["a GIF image", "GIF8"],
  ["a PDF document", "%PDF"],
  ["an HDF5 file", "\x89HDF"],
  ["a NumPy array", "\x93NUMPY"],
  ["a zip archive", "PK\x03\x04"],
  ["a gzip file", "\x1f\x8b"],
  ["an IDX file", "\0\0\x08\x01"],
  ["an IDX file", "\0\0\x08\x03"],
];

/** What a file is, by its first bytes; undefined for anything that might be a damaged model. */
function looksLike(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  const latin = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const known = BEGINNINGS.find(([, start]) => latin.startsWith(start));
  if (known) return known[0];
  // the length at the start of a model contains zeros, which text does not
  for (const byte of bytes) if (byte < 9 || (byte > 13 && byte < 32)) return undefined;
  if (/^\s*<(!doctype|html)/i.test(latin)) return "an HTML page";
  return /^\s*[{[]/.test(latin) ? "a JSON file" : "a text file";
}

async function beginning(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(256), 0, 256, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return new Uint8Array(0); // what is wrong with it has been said
  }
}
