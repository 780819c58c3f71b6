/** Model files as browsers hand them over: files, blobs, responses, bytes. */

import { HEAD, headSize, parseHeader } from "../checkpoint/header.ts";
import { NO_ANSWER } from "../data/readers/answer.ts";
import { messageOf, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { isA, tagOf } from "../tags.ts";
import { told } from "../waits.ts";
import { readable } from "./storage/failures.ts";

/** A file somebody chose or dropped, bytes in hand, or where to fetch them. */
export type ModelSource = Blob | ArrayBuffer | Uint8Array | Response | Request | URL | FileSystemFileHandle;

/** Larger ones are refused before they are read: a model and a copy of it must fit into memory together with the page. */
const MOST = 2 ** 30;

/**
 * The header of a checkpoint, checked against the size of the file; the rest of it is not read.
 * @throws NablaError for what is not a safetensors file, or is shorter or longer than its header says
 */
export async function readHead(file: Blob, name: string): Promise<ReturnType<typeof parseHeader>> {
  const first = new Uint8Array(await contentOf(file.slice(0, HEAD), name));
  const size = headSize(first);
  const head = size > first.length ? new Uint8Array(await contentOf(file.slice(0, size), name)) : first;
  return parseHeader(head, name, file.size);
}

/** The bytes of a model file and what errors call it. Only the header of a file is read before it is known to be a model. */
export async function readModel(source: ModelSource): Promise<{ bytes: Uint8Array; name: string }> {
  if (isA("Uint8Array", source)) return { bytes: source, name: "model" };
  if (isA("ArrayBuffer", source)) return { bytes: new Uint8Array(source), name: "model" };
  if (isFileHandle(source))
    return readModel(await told(source.getFile(), source.name).catch((cause) => unread(source.name, cause)));
  if (isBlob(source)) {
    const name = "name" in source && typeof source.name === "string" && source.name ? source.name : "model";
    if (source.size > MOST) throw tooLarge(name, source.size);
    try {
      await readHead(source, name);
      return { bytes: new Uint8Array(await contentOf(source, name)), name };
    } catch (cause) {
      return unread(name, cause);
    }
  }
  if (isA("URL", source) || isA("Request", source)) return readModel(await fetched(source));
  if (isA("Response", source)) return readResponse(source);
  throw new NablaError(
    `loadModel: expected a name, or a File, Blob, URL, Request, Response, file handle or bytes, got ${show(source)}`,
  );
}

async function readResponse(response: Response): Promise<{ bytes: Uint8Array; name: string }> {
  const name = response.url || "model";
  if (!response.ok)
    throw new NablaError(`${name}: the server answered ${response.status} ${response.statusText}`.trim());
  if (response.bodyUsed)
    throw new NablaError(`${name}: the response has already been read; pass it unread, or its bytes`);
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > MOST) throw tooLarge(name, declared);
  try {
    return { bytes: new Uint8Array(await told(response.arrayBuffer(), name)), name };
  } catch (cause) {
    return unread(name, cause);
  }
}

/** @throws NablaError naming the address when nothing comes from there */
export async function fetched(source: URL | Request, signal?: AbortSignal): Promise<Response> {
  const url = isA("URL", source) ? (source as URL).href : (source as Request).url;
  try {
    return await told(fetch(source, signal ? { signal } : {}), url);
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new NablaError(`${url}: cannot be fetched: ${messageOf(cause)}; ${NO_ANSWER}`, { cause });
  }
}

export const isFileHandle = (source: unknown): source is FileSystemFileHandle =>
  typeof (source as FileSystemFileHandle | null)?.getFile === "function";

/** A file's bytes. jsdom's files have no arrayBuffer(). */
export const contentOf = (blob: Blob, name = "a file"): Promise<ArrayBuffer> =>
  told(
    typeof blob.arrayBuffer === "function"
      ? blob.arrayBuffer()
      : new Promise((resolve, reject) => {
          const reader = new FileReader();
          reader.onload = () => resolve(reader.result as ArrayBuffer);
          reader.onerror = () => reject(reader.error);
          reader.readAsArrayBuffer(blob);
        }),
    name,
  );

/** Files of another frame are Blobs of another realm. */
export const isBlob = (source: unknown): source is Blob =>
  typeof source === "object" &&
  source !== null &&
  typeof (source as Blob).slice === "function" &&
  (typeof (source as Blob).arrayBuffer === "function" || /^(Blob|File)$/.test(tagOf(source))) &&
  typeof (source as Blob).size === "number";

function tooLarge(name: string, size: number): NablaError {
  return new NablaError(
    `${name}: ${readable(size)} is more than the ${readable(MOST)} a model file may have in a page; is it a model?`,
    { details: { size, limit: MOST } },
  );
}

export function unread(name: string, cause: unknown): never {
  if (cause instanceof NablaError) throw cause;
  throw new NablaError(
    `${name}: cannot be read: ${messageOf(cause)}; was it moved, changed or removed since it was chosen?`,
    { cause },
  );
}
