/**
 * Bytes in tests that run in browsers as well as in Node: imported with `?url&inline` they come as data URLs, in either. Texts come with
 * `?raw`, JSON as it is.
 */
/// <reference types="vite/client" />

/** The bytes of a file that was imported with `?url&inline`. */
export function inlined(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(",");
  if (!url.startsWith("data:") || !url.slice(0, comma).endsWith(";base64"))
    throw new Error(`expected a data URL in base64, got ${url.slice(0, 60)}`);
  return Uint8Array.from(atob(url.slice(comma + 1)), (letter) => letter.charCodeAt(0));
}

/** Where two results begin to differ; -1 where they do not. */
export function difference(got: Uint8Array, want: Uint8Array): number {
  // Node compares them several times as fast
  if (typeof Buffer !== "undefined" && Buffer.compare(got, want) === 0) return -1;
  const shared = Math.min(got.length, want.length);
  for (let i = 0; i < shared; i++) if (got[i] !== want[i]) return i;
  return got.length === want.length ? -1 : shared;
}
