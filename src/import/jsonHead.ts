/** What a model that is JSON is recognised by. */

/** How many bytes say what a document is. */
const HEAD = 4096;

/** The beginning of a text that is an object of JSON; undefined for other files. */
export function jsonHead(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, HEAD));
  return /^(?:\xef\xbb\xbf)?\s*\{/.test(text) ? text : undefined;
}
