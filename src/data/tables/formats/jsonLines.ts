/** Records in JSON: one on each line, or an array of them. What is nested is no table: it may be sequences. */
import { sha256Hex } from "../../../checkpoint/sha256.ts";
import { NablaError } from "../../../errors.ts";
import { isObject } from "../../../fields/expected.ts";
import { show } from "../../../fields/fields.ts";
import { parseLines } from "../../jsonLines.ts";
import { contentOf, latin } from "../../readers/content.ts";
import { USUAL_LABELS } from "../header.ts";
import { decodeText } from "../text.ts";
import type { TableFormat } from "./format.ts";
import { tableOfValues } from "./values.ts";

export const jsonLines: TableFormat = {
  title: "file of JSON records",
  ending: ".jsonl",
  is: (head) => isRecord(latin(head)),
  async read({ of, where, host: { limits, more } }, { used }) {
    const bytes = await contentOf(of, limits.table, more);
    const { text } = decodeText(bytes, where);
    const { values, lines } = parseLines(text, where);
    const records = Array.isArray(values) ? values : [values];
    const unit = lines ? undefined : "record";
    const columns = new Set<string>();
    records.forEach((record, i) => {
      if (!isObject(record) || Array.isArray(record))
        throw new NablaError(
          `${where}: ${lines ? `line ${lines[i]}` : `record ${i + 1}`}: expected a record, { "column": value, … }, got ${show(record)}`,
        );
      for (const key of Object.keys(record)) columns.add(key);
    });
    const names = [...columns];
    const rows = records.map((record) =>
      names.map((key) => (Object.hasOwn(record, key) ? record[key] : null)),
    );
    const table = tableOfValues({
      name: where,
      columns: names,
      used,
      rows,
      ...(lines && { lines }),
      ...(unit && { unit }),
      maxBytes: limits.cells,
    });
    return { table, fingerprint: sha256Hex(bytes) };
  },
};

/**
 * Whether a text begins with a record of single values, as far as it is there. A text alone, or beside a label, is a sequence of
 * characters or words.
 */
function isRecord(text: string): boolean {
  const begins = /^(?:\xEF\xBB\xBF)?\s*(?:\[\s*)?\{/.exec(text);
  if (!begins) return false;
  const keys: string[] = [];
  let texts = 0;
  let rest = text.slice(begins[0].length);
  for (;;) {
    const pair = /^\s*"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\]|\\.)*"?|[^\s,"[{}\]]+)?/.exec(rest);
    // nothing more, the end of what is there, or a value that is no single one
    if (!pair) break;
    const [all, key, value] = pair;
    if (value === undefined) {
      if (/^\s*[[{]/.test(rest.slice(all.length))) return false;
      break;
    }
    keys.push(key!);
    if (value.startsWith('"') && !USUAL_LABELS.includes(key!.toLowerCase())) texts++;
    rest = rest.slice(all.length).replace(/^\s*,/, "");
  }
  const inputs = keys.filter((key) => !USUAL_LABELS.includes(key.toLowerCase())).length;
  return inputs > 1 || (inputs === 1 && texts === 0);
}
