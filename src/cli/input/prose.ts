/** Texts that were read as tables: what is to be added so that they are read as texts. */

import { open } from "node:fs/promises";
import { publicly } from "../../data/readers/remote.ts";
import { NablaError } from "../../errors.ts";
import { textModelOf } from "../options/texts.ts";

/** Names of files that may be either. */
const NAMES = /(?:^|[\\/])[^.\\/]+$|\.(?:txt|text|md)$/i;

/** So much of a file is looked at. */
const HEAD = 8192;

/** Flags that only a table has a meaning for. */
interface Flags {
  readonly model?: string;
  readonly label?: unknown;
  readonly sequence?: unknown;
  readonly delimiter?: unknown;
}

/** The error with what to add, where a file that is no table looks like a text; undefined elsewhere. */
export async function asText(error: unknown, source: string, flags: Flags): Promise<NablaError | undefined> {
  if (!(error instanceof NablaError) || !NAMES.test(source)) return undefined;
  if ([flags.label, flags.sequence, flags.delimiter].some((flag) => flag !== undefined)) return undefined;
  if (!isProse(await headOf(source).catch(() => ""))) return undefined;
  const walks = `chars-${flags.model}`;
  const model = textModelOf(walks) ? walks : "chars";
  const { message, details } = error;
  return new NablaError(
    `${message}. If it is a text that a model is to learn to write, add --model ${model} (or words, chars-gru, words-gru): ${publicly(source)} was read as a table`,
    { cause: error, ...(details && { details }) },
  );
}

/** Empty for what is no file: a pipe cannot be read again. */
async function headOf(source: string): Promise<string> {
  const file = await open(source);
  try {
    if (!(await file.stat()).isFile()) return "";
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Whether it is mostly letters with blanks between words. */
export function isProse(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const [letters, blanks, signs] = [count(/\p{L}/gu), count(/\s/g), count(/[,;|\t]/g)];
  return letters + blanks > 0.7 * text.length && blanks > 3 && blanks > 2 * signs && letters > 2 * blanks;
}
