/** What a server's answer tells: which version of a file it is of, which bytes; and what to do where none comes. */

/** A page hears of no reason why it got nothing, so this names each. */
export const NO_ANSWER =
  "is the address right, and is there a network? If this is a page, the site has to permit it (CORS: Access-Control-Allow-Origin); else download the file";

/** What a server says of a file besides its bytes: whether it is still the same one. */
export interface Version {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

export const isPlain = ({ headers }: Response): boolean =>
  (headers.get("content-encoding") ?? "identity") === "identity";

/**
 * undefined where an answer does not say that it has these bytes, and of how many, or a page may not see it. A part of what is packed on
 * its way is no part of the file.
 */
export function versionOf(response: Response, from: number, to: number): Version | undefined {
  const { headers } = response;
  const said = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "");
  const [first, last, size] = (said?.slice(1) ?? []).map(Number);
  if (size === undefined || first !== from || last !== Math.min(to, size) - 1 || !isPlain(response))
    return undefined;
  return { size, etag: headers.get("etag"), modified: headers.get("last-modified") };
}

export const told206 = ({ size, etag, modified }: Version): string =>
  [`${size} bytes`, etag && `ETag ${etag}`, modified && `of ${modified}`].filter(Boolean).join(", ");
