/** JSON in files: a document, or a value on each line. */
import { parseJson } from "../fields/json.ts";

export interface JsonLines {
  /** The document, or the values of all lines. */
  readonly values: unknown;
  /** The line of each value, counted from 1; undefined of a document. */
  readonly lines?: readonly number[];
}

/** @throws NablaError with `name`, and the line, for what is no JSON */
export function parseLines(text: string, name: string): JsonLines {
  const clean = text.replace(/^\uFEFF/, "");
  const lines = clean.split(/\r?\n/);
  const full = lines.flatMap((line, i) => (line.trim() === "" ? [] : [i]));
  const first = lines[full[0] ?? 0]!.trim();
  if (
    full.length > 1 &&
    first.startsWith("{") &&
    first.endsWith("}") &&
    lines[full[1]!]!.trim().startsWith("{")
  )
    return {
      values: full.map((i) => parseJson(lines[i]!, `${name}: line ${i + 1}`)),
      lines: full.map((i) => i + 1),
    };
  return { values: parseJson(clean, name) };
}
