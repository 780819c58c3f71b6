/** Tables as text: a row on each line, one column being the target. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { object } from "../../fields/objects.ts";
import { type CsvSplitOptions, csvSplit } from "../tables/csv.ts";
import { splitFields, tableFields } from "../tables/csvFields.ts";
import { contentOf, headOf, isText, latin } from "./content.ts";
import { LIKELY, NO, PERHAPS, type Reader } from "./reader.ts";

const NAMES = /\.(csv|tsv|txt)(\.gz)?$/i;

export const csv: Reader<"csv", Omit<CsvSplitOptions, "name">> = {
  kind: "csv",
  title: "table",
  from: "file",
  expected: "a table (.csv, .tsv)",
  fields: () => object({ ...tableFields(), ...splitFields() }),
  async recognise({ of }, host) {
    if (of.kind === "folder") return NO;
    const head = await headOf(of, host);
    const [text, named] = [isText(head), NAMES.test(of.name)];
    // of another encoding it is still a table, to be refused as one
    return text && (named || otherText(head, named)) ? LIKELY : text || named ? PERHAPS : NO;
  },
  async open({ of, where }, host, options) {
    if (of.kind === "folder") throw new NablaError(`${where}: expected a table, got a folder`);
    const other = otherText(await headOf(of, host), NAMES.test(of.name));
    if (other) throw new NablaError(`${where}: ${other}`);
    const { table } = host.limits;
    const bytes = await contentOf(of, table);
    // packed, it may have been read as far as arrays may go
    if (bytes.length > table) throw host.tooLarge(`${where} (unpacked)`, bytes.length, table);
    const { testFraction, seed } = options;
    return {
      ...csvSplit(textOf(bytes, where), { ...options, name: where }),
      fingerprint: sha256Hex(bytes),
      origin: {
        ...(testFraction !== undefined && { testSplit: testFraction }),
        ...(seed !== undefined && { seed }),
      },
    };
  },
};

/** What a text is instead of a table, where that is plain. */
function otherText(head: Uint8Array, named: boolean): string | undefined {
  const start = latin(head);
  if (/^\s*<(!doctype|html)/i.test(start)) return "a web page, not data; is the address right?";
  if (named) return undefined;
  if (start.startsWith("%PDF")) return "a PDF document, not data";
  return /^<(svg|\?xml)/.test(start) ? "an XML document, not data" : undefined;
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NablaError(`${name}: expected text in UTF-8; save it in that encoding`, { cause });
  }
}
