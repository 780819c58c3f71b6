/** Data sets by URL, checked against what they are expected to be. */

import { sha256Hex } from "../checkpoint/sha256.ts";
import { messageOf, NablaError } from "../errors.ts";
import { demand, isObject } from "../fields/expected.ts";
import { abortSignal, checkGiven, func, having } from "../fields/programs.ts";
import { told } from "../waits.ts";
import { atOnce } from "./atOnce.ts";
import type { DataSplit } from "./dataset.ts";
import { gunzip } from "./gzip.ts";
import { type Idx, idxSplit, parseIdx } from "./idx.ts";

/** Somewhere to keep files between runs; `src/node` has one over a folder. */
export interface ByteCache {
  /** What is kept under this key; undefined where there is nothing. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keeps bytes under a key. */
  put(key: string, bytes: Uint8Array): Promise<void>;
}

/** A file to fetch, and what it must be. */
export interface RemoteFile {
  url: string;
  /** Expected SHA-256 of the file as it is sent (before gunzip), 64 hexadecimal digits. */
  sha256?: string;
}

/** Where fetched bytes are kept, and who follows the progress. */
export interface FetchOptions {
  /** Kept under the URL; what is in it is checked like what is fetched. */
  cache?: ByteCache;
  /** Default: the platform's. */
  fetch?: (url: string, init?: { signal?: AbortSignal }) => Promise<Response>;
  /** Aborts the fetch. Default: nothing does. */
  signal?: AbortSignal;
}

/** Fetches one file. Throws a NablaError naming the URL when it cannot be fetched or is not the file expected. */
export async function fetchFile(file: RemoteFile, options: FetchOptions = {}): Promise<Uint8Array> {
  checkGiven("fetchFile", options, {
    cache: having("an object with get() and put()", "get", "put"),
    fetch: func(),
    signal: abortSignal(),
  });
  demandFile("fetchFile", file);
  const { url } = file;
  const cached = await options.cache?.get(url);
  // A damaged cache is no reason to fail: the file is fetched again.
  if (cached && matches(cached, file.sha256)) return cached;
  const load = options.fetch ?? ((address, init) => globalThis.fetch(address, init));
  let bytes: Uint8Array;
  try {
    const response = await told(load(url, options.signal ? { signal: options.signal } : {}), url);
    if (!response.ok)
      throw new NablaError(`${url}: the server answered ${response.status} ${response.statusText}`.trim());
    bytes = new Uint8Array(await told(response.arrayBuffer(), url));
  } catch (cause) {
    if (cause instanceof NablaError || options.signal?.aborted) throw cause;
    throw new NablaError(`${url}: cannot be fetched: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (!matches(bytes, file.sha256)) {
    throw new NablaError(
      `${url}: expected SHA-256 ${file.sha256}, got ${sha256Hex(bytes)} (${bytes.length} bytes); it is not the file it should be`,
    );
  }
  await options.cache?.put(url, bytes).catch((cause) => {
    // what has been fetched is not lost because a disk is full
    console.warn(`${url}: fetched, but not kept in the cache: ${messageOf(cause)}`);
  });
  return bytes;
}

const demandFile = (who: string, file: unknown): void =>
  demand(isObject(file) && typeof file.url === "string", who, "a file { url, sha256? }", file);

function matches(bytes: Uint8Array, expected: string | undefined): boolean {
  return expected === undefined || sha256Hex(bytes) === expected.toLowerCase();
}

/** Fetches an IDX file, gzip or not. */
export async function fetchIdx(file: RemoteFile, options: FetchOptions = {}): Promise<Idx> {
  demandFile("fetchIdx", file);
  return parseIdx(await gunzip(await fetchFile(file, options), file.url), file.url);
}

/** Where the two or four files of a data set are. */
export interface RemoteIdxSplit {
  name: string;
  train: { images: RemoteFile; labels: RemoteFile };
  test?: { images: RemoteFile; labels: RemoteFile };
}

/** Fetches the two or four IDX files of a data set, at the same time. */
export async function fetchIdxSplit(files: RemoteIdxSplit, options: FetchOptions = {}): Promise<DataSplit> {
  demand(
    isObject(files) && isObject(files.train),
    "fetchIdxSplit",
    "{ name, train: { images, labels } }",
    files,
  );
  const pair = async (part: { images: RemoteFile; labels: RemoteFile }) => {
    const [images, labels] = await atOnce([fetchIdx(part.images, options), fetchIdx(part.labels, options)]);
    return { images, labels };
  };
  const [train, test] = await atOnce([pair(files.train), files.test ? pair(files.test) : undefined]);
  return idxSplit(train, test, files.name);
}
