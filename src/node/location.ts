/** Where a file or folder is, as programs say it: a path, or a `file:` URL. */
import { fileURLToPath } from "node:url";
import { messageOf, NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { isA } from "../tags.ts";

/** A path, or a `file:` URL: `new URL("model.safetensors", import.meta.url)`, or its text. */
export type Location = string | URL;

const isUrl = (given: unknown): given is URL => isA("URL", given);

/**
 * The path of a location. @param who begins errors
 * @throws NablaError for what is neither, for URLs of anything but files, and for those with a host: `file://./model` has the host "."
 */
export function pathOf(who: string, given: unknown): string {
  demand(isUrl(given) || (typeof given === "string" && given !== ""), who, "a path or a file: URL", given);
  const text = String(given);
  if (!isUrl(given) && !/^file:\/\//i.test(text)) return text;
  try {
    return fileURLToPath(text);
  } catch (cause) {
    const why = isUrl(given) && given.protocol !== "file:" ? "it is fetched, not read" : messageOf(cause);
    throw new NablaError(
      `${who}: expected a path or a file: URL, got ${text}: ${why}; a path is written as it is, "./model.safetensors"`,
      { cause },
    );
  }
}
