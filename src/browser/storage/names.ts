/** What models are called in a browser's storage, and where a name leads. */

import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { toUtf8, wellFormed } from "../../host.ts";

export type Scheme = "opfs" | "indexeddb";

export interface Address {
  /** undefined: wherever this engine keeps models, see models.ts. */
  readonly scheme: Scheme | undefined;
  readonly name: string;
}

/** File systems allow 255 bytes, of which a generation's name takes none: it is a file in a folder of this name. */
const LONGEST = 240;

/** "digits", "opfs://digits" or "indexeddb://digits" in its parts. @throws NablaError for anything else */
export function parseAddress(who: string, where: unknown): Address {
  if (typeof where !== "string")
    throw new NablaError(
      `${who}: expected a name such as "digits", "opfs://digits" or "indexeddb://digits", got ${show(where)}`,
    );
  const [, scheme, name] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(where)!;
  if (scheme !== undefined && scheme !== "opfs" && scheme !== "indexeddb")
    throw new NablaError(
      `${who}: ${show(where)}: there is no storage called ${show(scheme)}; expected a name alone, opfs://name or indexeddb://name`,
    );
  if (name === "")
    throw new NablaError(
      `${who}: ${show(where)}: expected a name of at least one character, such as "digits"`,
    );
  if (/\p{Surrogate}/u.test(name!))
    throw new NablaError(`${who}: ${show(where)}: the name holds half a character (a lone surrogate)`);
  if (folderOf(name!).length > LONGEST)
    throw new NablaError(
      `${who}: ${show(`${name!.slice(0, 24)}…`)}: the name is too long; choose a shorter one`,
    );
  return { scheme, name: name! };
}

/** As errors call it. */
export const called = ({ scheme, name }: Address): string => (scheme ? `${scheme}://${name}` : name);

/**
 * The name of the folder a model lies in: a-z, 0-9, "_" and "-" as they are, every other byte of its UTF-8 as %xx. Capitals too:
 * some engines keep these files where A and a are the same.
 */
export function folderOf(name: string): string {
  let folder = "";
  for (const byte of toUtf8(wellFormed(name))) {
    const plain = String.fromCharCode(byte);
    folder += /[a-z0-9_-]/.test(plain) ? plain : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return folder;
}

/** The name a folder was made for; undefined for folders of others. */
export function nameOf(folder: string): string | undefined {
  try {
    const name = decodeURIComponent(folder);
    return folderOf(name) === folder ? name : undefined;
  } catch {
    return undefined;
  }
}
