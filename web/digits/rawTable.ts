/** A table as it is written: its names and cells, and what errors about it say on a page. */
import { NablaError } from "nabla";
import { gunzip, isGzip } from "../../src/data/gzip.ts";
import { parseCsvTable } from "../../src/data/tables/csvTable.ts";
import { decodeText, isTableText } from "../../src/data/tables/text.ts";
import { partsText } from "../text/digitsParts.ts";
import { fill } from "../text/words.ts";
import type { TableChoices } from "./source.ts";

const MOST = 64e6;

export interface RawTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * @param header where the file leaves it open whether its first row has names, it is taken to have them
 * @throws NablaError for what is no table of text
 */
export async function rawTable(
  file: Blob & { name: string },
  header: TableChoices["header"],
): Promise<RawTable> {
  const packed = new Uint8Array(await file.arrayBuffer());
  const bytes = isGzip(packed) ? await gunzip(packed, file.name, MOST) : packed;
  if (!isTableText(bytes.subarray(0, 4096)))
    throw new NablaError(fill(partsText.data.noTable, { name: file.name }));
  const { text } = decodeText(bytes, file.name);
  const parsed = (names?: boolean) =>
    parseCsvTable(text, file.name, names === undefined ? {} : { header: names });
  if (header !== "auto") return parsed(header === "names");
  try {
    return parsed();
  } catch {
    return parsed(true);
  }
}

/** Options of the command line, and what they are called on this page. */
const CALLED: readonly (readonly [RegExp, string])[] = (() => {
  const said = partsText.table;
  const choice = (field: string, value: string) => `“${field}: ${value}”`;
  return [
    [/--task classification/g, choice(said.task, said.tasks.classification)],
    [/--task regression/g, choice(said.task, said.tasks.regression)],
    [/--missing drop/g, choice(said.missing, said.ways.drop)],
    [/--missing fill/g, choice(said.missing, said.ways.fill)],
    [/--decimal ([.,])/g, `“${said.decimal}: $1”`],
    [/--header no/g, choice(said.header, said.headers.values)],
    [/--header yes/g, choice(said.header, said.headers.names)],
    [/--label/g, `“${said.target}”`],
    [/(--ignore (?:"[^"]*"|\S+) ?)+leaves (it|them) out/g, fill(said.leave, { it: "$2" })],
    [/--ignore leaves out/g, said.leaveOut],
    // what the page has no control for
    [/, --column (?:"[^"]*"|\S+) reads (?:one|it) as (?:categories|a category)/g, ""],
    [/ --encoding utf-16le reads it so; or save it/, said.save],
    [/, or say what it is: --encoding [\w-]+/, ""],
  ] as const;
})();

/** An error in the page's words: it has no command line. */
export function asOnPage(cause: unknown): unknown {
  if (!(cause instanceof Error) || !cause.message.includes("--")) return cause;
  const message = CALLED.reduce((text, [option, name]) => text.replace(option, name), cause.message);
  return new NablaError(message, { cause });
}
