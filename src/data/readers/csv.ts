/** Tables, as text or in a format with types: rows of cells, one column being the target. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { unnamed } from "../tables/columns.ts";
import { type CsvSplitOptions, tableSplit } from "../tables/csv.ts";
import { splitFields, tableFields, textFields } from "../tables/csvFields.ts";
import { type CsvTableOptions, parseCsvTable, type Table } from "../tables/csvTable.ts";
import type { TableFormat } from "../tables/formats/format.ts";
import * as all from "../tables/formats/index.ts";
import { nameOf } from "../tables/header.ts";
import { decodeText, isTableText } from "../tables/text.ts";
import { contentOf, headOf, latin } from "./content.ts";
import type { FormatTable } from "./reader.ts";
import { type DataHost, type FoundData, LIKELY, NO, PERHAPS, type Reader, SURE } from "./reader.ts";

const NAMES = /\.(csv|tsv|txt)(\.gz)?$/i;

/** How a table is read, cut in two, and standardised. */
export interface CsvReaderOptions extends Omit<CsvSplitOptions, "name" | "maxBytes"> {
  /** Of the text, as TextDecoder calls it; default: UTF-16 where its byte order mark says so, else UTF-8. */
  encoding?: string;
  /** Which rows of a database, in SQL; default: all, where there is one table. */
  query?: string;
}

const formats: readonly TableFormat[] = /* @__PURE__ */ Object.values(all);

export const csv: Reader<"csv", CsvReaderOptions> = {
  kind: "csv",
  title: "table",
  from: "file",
  expected: `a table (.csv, .tsv, ${formats.map(({ ending }) => ending).join(", ")})`,
  fields: () => object({ ...tableFields(), ...splitFields(), ...textFields(), query: optional(string()) }),
  async recognise({ of }, host, options) {
    if (of.kind === "folder") return NO;
    const head = await headOf(of, host);
    // records of single values may be steps of sequences, where a column is told that says of which
    if (formatOf(head)) return options && ("sequence" in options || "likeSequences" in options) ? NO : SURE;
    const [text, named] = [isTableText(head), NAMES.test(of.name)];
    // of another encoding it is still a table, to be refused as one
    return text && (named || otherText(head, named)) ? LIKELY : text || named ? PERHAPS : NO;
  },
  async open(found, host, { encoding, query, ...options }) {
    const known = options.like?.columns;
    const { testFraction, seed, split: way } = options;
    const only = neededBy(options);
    const reading = { ...options, encoding, query, ...(only && { only }) };
    const { table, fingerprint } = await tableIn(found, host, reading, known);
    const split = tableSplit("openData", () => table, { ...options, name: found.where, ...cellsIn(host) });
    return {
      ...split,
      fingerprint,
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
  encoding?: string | undefined;
  query?: string | undefined;
}

/**
 * The rows of a table as they stand in a file: to predict from.
 *
 * @param known names of columns that are looked for
 */
export const readTable = async (
  found: FoundData,
  host: DataHost,
  options: WithIgnored = {},
  known: readonly string[] = [],
): Promise<Table> => (await tableIn(found, host, options, known)).table;

const one = ({ title }: TableFormat): string => `${/^[AEIOU]/.test(title) ? "an" : "a"} ${title}`;

export const formatOf = (head: Uint8Array): TableFormat | undefined => formats.find(({ is }) => is(head));

type WithIgnored = TableOptions & { ignore?: readonly string[]; only?: (column: string) => boolean };

/** Which columns are looked at when a table is made a data set; undefined where that is found out later. */
export function neededBy({ like, ignore = [], label, split }: CsvReaderOptions) {
  // a model of a table without names takes columns by their places
  if (like && !(like.named ?? !unnamed(like.columns))) return undefined;
  const groups = typeof split === "object" ? split.group : undefined;
  if (typeof groups === "number" || typeof label === "number") return undefined;
  const apart = new Set(
    [like?.label ?? label, groups].flatMap((name) => (name === undefined ? [] : nameOf(name))),
  );
  const [inputs, left] = [new Set(like?.columns.map(nameOf)), new Set(ignore.map(nameOf))];
  return (column: string) =>
    apart.has(nameOf(column)) || (like ? inputs.has(nameOf(column)) : !left.has(nameOf(column)));
}

async function tableIn(
  found: FoundData,
  host: DataHost,
  options: WithIgnored,
  known: readonly string[] = [],
): Promise<FormatTable> {
  const { of } = found;
  if (of.kind === "folder") return readIn(found, host, options, known);
  const read = host.tables?.get(of) ?? (await readIn(found, host, options, known));
  host.tables?.set(of, read);
  return read;
}

async function readIn(
  found: FoundData,
  host: DataHost,
  { encoding, query, ignore = [], only, ...options }: WithIgnored,
  known: readonly string[],
): Promise<FormatTable> {
  const { of, where } = found;
  const format = of.kind === "file" ? formatOf(await headOf(of, host)) : undefined;
  if (of.kind === "file" && format) {
    checkPlain(format, where, { ...options, encoding });
    const used = (column: string) => (known.length > 0 ? known.includes(column) : !ignore.includes(column));
    if (query === undefined || format.asked)
      return format.read({ of, where, host }, { query, used: only ?? used, only: only !== undefined });
  }
  checkQuery(format, where, query);
  const { bytes, text, notes } = await textIn(found, host, encoding);
  const table = parseCsvTable(text, where, { ...options, ...cellsIn(host) }, known);
  return { table: { ...table, notes: [...notes, ...table.notes] }, fingerprint: sha256Hex(bytes) };
}

/** @throws NablaError for options of text, where a format has names and numbers of its own */
export function checkPlain(
  format: TableFormat,
  where: string,
  { header, delimiter, decimal, encoding }: TableOptions,
): void {
  const idle = Object.entries({ header, delimiter, decimal, encoding }).find(
    ([, given]) => given !== undefined,
  );
  if (idle)
    throw new NablaError(
      `${where}: ${idle[0]} (--${idle[0]}) says how text is read, and this is ${one(format)}, whose names and numbers are plain; leave it out`,
    );
}

/** @throws NablaError for a query where nothing can be asked */
export function checkQuery(format: TableFormat | undefined, where: string, query: string | undefined): void {
  if (query !== undefined && !format?.asked)
    throw new NablaError(
      `${where}: query (--query): expected a database (.sqlite) to ask, got ${format ? one(format) : "a table in text"}`,
    );
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
