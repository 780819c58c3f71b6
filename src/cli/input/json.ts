/** Rows as JSON: what pipes and other programs give. */
import { formatOf } from "../../data/tables/rows.ts";
import { classFinder } from "../../data/tables/target.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { checkJson, parseJson } from "../../fields/json.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { sizeOf } from "../../shape.ts";
import { extraOf } from "../training/resume.ts";
import { encode, fitting } from "./encode.ts";
import type { InputRow } from "./row.ts";
import { sequenceRows, sequencesOf } from "./sequences.ts";

/** One row or several: objects by the names of columns, or numbers; as JSON, or a JSON value on each line (JSON Lines). */
export function fromJson(model: Model, text: string, from: string): InputRow[] {
  if (sequencesOf(model)) return sequenceRows(model, text, from);
  const width = sizeOf(model.inputShape);
  const bytes = internalsOf(model).built.reading?.[0]?.type === "uint8";
  // cells of a table may be text, and missing
  const cells = formatOf(model) !== undefined && !bytes;
  const rows = rowsOf(jsonOf(text.replace(/^\uFEFF/, ""), from), model.inputShape.length);
  if (rows.length === 0)
    throw new NablaError(`${from}: expected a row of ${width} numbers, or an array of such rows`);
  return rows.map((row, r) => {
    const name = rows.length === 1 ? from : `${from}#${r}`;
    if (cells) {
      const extra: string[] = [];
      const { values, note } = encode(model, isObject(row) ? row : flatOf(row), name, (keys) =>
        extra.push(...keys),
      );
      const some = extra.map((key) => show(key)).join(", ");
      const notes = [note, some && `not used, being no columns of the model: ${some}`].filter(Boolean);
      return {
        name,
        values,
        ...truthOf(model, row),
        ...(notes.length > 0 && { note: notes.join("; ") }),
      };
    }
    const flat = flatOf(row);
    const bad = flat.findIndex((n) => typeof n !== "number" || !Number.isFinite(n));
    if (bad >= 0) throw new NablaError(`${name}: value ${bad}: expected a number, got ${show(flat[bad])}`);
    const numbers = flat as number[];
    if (!bytes) return { name, ...encode(model, numbers, name) };
    const strange = numbers.find((n) => !Number.isInteger(n) || n < 0 || n > 255);
    if (strange !== undefined)
      throw new NablaError(
        `${name}: the model was trained on pixels: expected whole numbers from 0 to 255, got ${strange}`,
      );
    if (numbers.length !== width)
      throw new NablaError(`${name}: expected ${width} values, got ${numbers.length}`);
    return { name, values: fitting(model, Uint8Array.from(numbers), [numbers.length], name) };
  });
}

/** The number of the true class, where a row has it besides. */
function truthOf(model: Model, row: unknown): Pick<InputRow, "label"> {
  const csv = extraOf(model)?.csv;
  if (!csv?.classes || !isObject(row) || row[csv.label] === undefined) return {};
  const label = classFinder(csv.classes, csv.named === undefined)(String(row[csv.label]));
  return label === undefined ? {} : { label };
}

const isObject = (row: unknown): row is Record<string, unknown> =>
  typeof row === "object" && row !== null && !Array.isArray(row);

const flatOf = (row: unknown): unknown[] => (Array.isArray(row) ? row.flat(8) : [row]);

/** A single value, or one on each line. */
function jsonOf(text: string, from: string): unknown {
  checkJson(text, `${from}: `);
  const lines = linesOf(text);
  if (!lines) return parseJson(text, from);
  return lines.map(({ line, number }) => parseJson(line, `${from}: line ${number}`));
}

/** Lines that each begin as an object or an array does, several, the first of which is whole; undefined for any other text. */
function linesOf(text: string): { line: string; number: number }[] | undefined {
  const lines: { line: string; number: number }[] = [];
  for (let at = 0, number = 1; at < text.length; number++) {
    const next = text.indexOf("\n", at);
    const end = next < 0 ? text.length : next;
    const line = text.slice(at, end).trim();
    at = end + 1;
    if (line === "") continue;
    if (line[0] !== "{" && line[0] !== "[") return undefined;
    if (lines.push({ line, number }) === 1 && !isJson(line)) return undefined;
  }
  return lines.length > 1 ? lines : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The rows in a value. One row is an object, cells, or nested arrays as deep as the model's input. */
function rowsOf(value: unknown, rank: number): readonly unknown[] {
  const deep = depth(value);
  const one = !Array.isArray(value) || (deep === rank && deep > 1) || (deep === 1 && !value.some(isObject));
  return one ? [value] : (value as readonly unknown[]);
}

const depth = (value: unknown): number => (Array.isArray(value) ? 1 + depth(value[0]) : 0);
