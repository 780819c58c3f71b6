/** Tables as text: a row on each line, one column being the target. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { object } from "../../fields/objects.ts";
import { type CsvSplitOptions, csvSplit } from "../tables/csv.ts";
import { splitFields, tableFields, textFields } from "../tables/csvFields.ts";
import { type CsvTableOptions, parseCsvTable, type Table } from "../tables/csvTable.ts";
import { decodeText, isTableText } from "../tables/text.ts";
import { contentOf, headOf, latin } from "./content.ts";
import { type DataHost, type FoundData, LIKELY, NO, PERHAPS, type Reader } from "./reader.ts";

const NAMES = /\.(csv|tsv|txt)(\.gz)?$/i;

/** How a table is read, cut in two, and standardised. */
export interface CsvReaderOptions extends Omit<CsvSplitOptions, "name" | "maxBytes"> {
  /** Of the text, as TextDecoder calls it; default: UTF-16 where its byte order mark says so, else UTF-8. */
  encoding?: string;
}

export const csv: Reader<"csv", CsvReaderOptions> = {
  kind: "csv",
  title: "table",
  from: "file",
  expected: "a table (.csv, .tsv)",
  fields: () => object({ ...tableFields(), ...splitFields(), ...textFields() }),
  async recognise({ of }, host) {
    if (of.kind === "folder") return NO;
    const head = await headOf(of, host);
    const [text, named] = [isTableText(head), NAMES.test(of.name)];
    // of another encoding it is still a table, to be refused as one
    return text && (named || otherText(head, named)) ? LIKELY : text || named ? PERHAPS : NO;
  },
  async open(found, host, { encoding, ...options }) {
    const { bytes, text, notes } = await textIn(found, host, encoding);
    const { testFraction, seed, split: way } = options;
    const split = csvSplit(text, { ...options, name: found.where, ...cellsIn(host) });
    return {
      ...split,
      notes: [...notes, ...split.notes],
      fingerprint: sha256Hex(bytes),
      origin: {
        ...(testFraction !== undefined && { testSplit: testFraction }),
        ...(seed !== undefined && { seed }),
        ...(way !== undefined && way !== "random" && { split: way }),
      },
    };
  },
};

/** How the rows of a table are read, without asking what they are for. */
export interface TableOptions extends Omit<CsvTableOptions, "maxBytes"> {
  encoding?: string;
}

/**
 * The rows of a table as they stand in a file: to predict from.
 *
 * @param known names of columns that are looked for
 */
export async function readTable(
  found: FoundData,
  host: DataHost,
  { encoding, ...options }: TableOptions = {},
  known: readonly string[] = [],
): Promise<Table> {
  const { text, notes } = await textIn(found, host, encoding);
  const table = parseCsvTable(text, found.where, { ...options, ...cellsIn(host) }, known);
  return { ...table, notes: [...notes, ...table.notes] };
}

const cellsIn = ({ limits: { cells } }: DataHost) => (cells === undefined ? {} : { maxBytes: cells });

async function textIn({ of, where }: FoundData, host: DataHost, encoding: string | undefined) {
  if (of.kind === "folder") throw new NablaError(`${where}: expected a table, got a folder`);
  const other = otherText(await headOf(of, host), NAMES.test(of.name));
  if (other) throw new NablaError(`${where}: ${other}`);
  const bytes = await contentOf(of, host.limits.table, host.more);
  return { bytes, ...decodeText(bytes, where, encoding) };
}

/** What a text is instead of a table, where that is plain. */
function otherText(head: Uint8Array, named: boolean): string | undefined {
  const start = latin(head);
  if (/^\s*<(!doctype|html)/i.test(start)) return "a web page, not data; is the address right?";
  if (named) return undefined;
  if (start.startsWith("%PDF")) return "a PDF document, not data";
  return /^<(svg|\?xml)/.test(start) ? "an XML document, not data" : undefined;
}
