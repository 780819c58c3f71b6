/** A checkpoint's document and tensors: what readers need, whether they train or only predict. */

import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkJson } from "../fields/json.ts";
import { sameShape, showShape } from "../shape.ts";
import { isA } from "../tags.ts";
import type { StoredTensor } from "./safetensors.ts";

/** Where a safetensors file keeps the document, among its metadata. */
export const KEY = "nabla.checkpoint";

/** What errors call a file that was given no name. */
export const UNNAMED = "checkpoint";

/** The version of the format of configurations: 2 has graphs of layers. What is a chain is written in version 1. */
export const CONFIG_VERSION = 2;

/** What files say and what this code reads and writes. Raise it when an older reader would misread a file. */
export const CHECKPOINT_VERSION = 1;

export interface FloatTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** The document's text. @throws NablaError for files of other tools */
export function documentText(
  metadata: Readonly<Record<string, string>>,
  tensors: number,
  name: string,
): string {
  const text = metadata[KEY];
  if (text !== undefined) return text;
  throw new NablaError(
    `${name}: expected a checkpoint, got a safetensors file without ${KEY} in its metadata (${tensors} tensors of another tool?); it has weights, but neither a configuration nor a training to continue`,
  );
}

/** Whether the stack is full: a RangeError, but in Firefox an InternalError. */
export const isTooDeep = (error: unknown): boolean =>
  ["RangeError", "InternalError"].includes((error as Error).name);

/** The error with the file it is about; what is not a NablaError stays as it is. */
export function inCheckpoint(error: unknown, name: string): unknown {
  if (isTooDeep(error)) return new NablaError(`${name}: checkpoint: nested too deeply`, { cause: error });
  if (!(error instanceof NablaError)) return error;
  return new NablaError(`${name === UNNAMED ? "" : `${name}: `}checkpoint: ${error.message}`, {
    cause: error,
    details: { ...error.details },
  });
}

/** @throws NablaError for a document of a newer version, and for anything else */
export function parseDocument(text: string): object {
  checkJson(text, `${KEY}: `);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new NablaError(`${KEY}: not valid JSON; the file is malformed`, { cause });
  }
  const version =
    typeof json === "object" && json !== null ? (json as { version?: unknown }).version : undefined;
  if (typeof version === "number" && version > CHECKPOINT_VERSION) {
    throw new NablaError(
      `it has version ${version}, this Nabla reads up to version ${CHECKPOINT_VERSION}; update nabla to read it`,
    );
  }
  if (typeof json !== "object" || json === null)
    throw new NablaError(`expected an object, got ${show(json)}`);
  const { nabla } = (json as { config?: { nabla?: unknown } }).config ?? {};
  if (typeof nabla === "number" && nabla > CONFIG_VERSION)
    throw new NablaError(
      `config.nabla: the configuration has version ${nabla}, this Nabla reads version ${CONFIG_VERSION}; update nabla to read it`,
    );
  return json;
}

/** @throws NablaError where a tensor is of another type */
export function f32(name: string, { dtype, shape, data }: StoredTensor): FloatTensor {
  if (isA("Float32Array", data)) return { shape, data };
  throw new NablaError(`tensor "${name}": expected F32, got ${dtype}`);
}

/**
 * Throws a NablaError when `saved` does not have exactly the tensors wanted, in their shapes; `name` stands in it.
 */
export function requireTensors(
  saved: ReadonlyMap<string, FloatTensor>,
  wanted: Iterable<{ readonly name: string; readonly shape: readonly number[] }>,
  name: string,
): void {
  const rest = new Set(saved.keys());
  for (const { name: tensor, shape } of wanted) {
    const found = saved.get(tensor);
    rest.delete(tensor);
    const expected = `${name}: expected tensor "${tensor}" of shape ${showShape(shape)}`;
    if (!found) throw new NablaError(`${expected}, got none; the file has another architecture`);
    if (!sameShape(found.shape, shape)) {
      throw new NablaError(`${expected}, got ${showShape(found.shape)}; the file has another architecture`);
    }
  }
  for (const tensor of rest) {
    throw new NablaError(
      `${name}: tensor "${tensor}" belongs to no layer here; the file has another architecture`,
    );
  }
}
