/** What `nabla predict` can be given: rows of files and data sets, lines of CSV, JSON. */

import { readFile, stat } from "node:fs/promises";
import type { Inputs } from "../../data/dataset.ts";
import { generatedSets } from "../../data/generated/index.ts";
import { readImageHeader } from "../../data/images/header.ts";
import { labelsOf } from "../../data/split.ts";
import { isNumber } from "../../data/tables/cells.ts";
import { encodeCsvRow } from "../../data/tables/csv.ts";
import { parseCsvLine, parseCsvTable } from "../../data/tables/csvTable.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import { openRows } from "../../node/dataFiles.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { openPart } from "../commands/evaluate.ts";
import type { Terminal } from "../terminal.ts";
import { extraOf } from "../training/resume.ts";
import { inputOf } from "./examine.ts";
import { isPicture, pictureRow } from "./images.ts";

export interface InputRow {
  name: string;
  /** As the model takes them: uint8 is scaled by 1/255, float32 is not. */
  values: Inputs;
  /** The true class, where the input has one. */
  label?: number;
  /** What was done to it before the model saw it. */
  note?: string;
}

/** Rows that are read one by one, as they are wanted. */
interface Source {
  length: number;
  row(index: number): InputRow | Promise<InputRow>;
}

/**
 * @param limit how many rows of a file or data set are read when none is named
 * @param asIs whether pictures of digits are left as they are
 * @returns the rows, and how many more there are
 */
export async function readInputs(
  model: Model,
  spec: string,
  limit: number,
  terminal: Terminal,
  asIs = false,
): Promise<{ rows: InputRow[]; more: number }> {
  const all = (rows: InputRow[]) => ({ rows, more: 0 });
  if (spec === "-") return all(fromJson(model, await terminal.readStdin()));
  const [, path, digits] = /^(.*)#(\d+)$/s.exec(spec) ?? [undefined, spec, undefined];
  const found = await stat(path!).catch(() => undefined);
  const source =
    found?.isDirectory() || Object.hasOwn(generatedSets, path!)
      ? await fromPart(model, path!, terminal)
      : found && /\.(csv|tsv|txt)$/i.test(path!)
        ? await fromTable(model, path!)
        : found && (await fromFile(model, path!, asIs));
  if (source && digits !== undefined) {
    const index = Number(digits);
    if (index >= source.length)
      throw new NablaError(`${path}: there is no row ${index}; expected 0 to ${source.length - 1}`);
    return all([await source.row(index)]);
  }
  if (source) {
    const rows: InputRow[] = [];
    for (let index = 0; index < Math.min(limit, source.length); index++) rows.push(await source.row(index));
    return { rows, more: source.length - rows.length };
  }
  const csv = extraOf(model)?.csv;
  if (csv || /^\s*[-+.\d]+\s*([,;\t]|$)/.test(spec)) return all([fromLine(model, spec)]);
  throw new NablaError(
    `${spec}: no such file; expected a PNG or JPEG picture, FILE#row of an IDX or npy file, DATA#row of a data set, a row of numbers "5.1,3.5,…", or - for JSON on stdin`,
  );
}

/** Whether columns are called what they are called in tables without a header. */
export const unnamed = (columns: readonly string[]): boolean =>
  columns.every((column) => /^column \d+$/.test(column));

function fromLine(model: Model, line: string): InputRow {
  return { name: line, values: encode(model, line, "row") };
}

function encode(model: Model, cells: string | readonly (string | number)[], name: string): Float32Array {
  const csv = extraOf(model)?.csv;
  const { standardisation } = model.metadata;
  const width = sizeOf(model.inputShape);
  const columns =
    csv?.columns ?? standardisation?.columns ?? Array.from({ length: width }, (_, i) => `column ${i + 1}`);
  if (unnamed(columns)) {
    // made-up names would not help
    const got = typeof cells === "string" ? parseCsvLine(cells, name).length : cells.length;
    if (got !== width)
      throw new NablaError(
        `${name}: expected ${width} value${width === 1 ? "" : "s"}, got ${got}${got === width + 1 ? "; leave the label out" : ""}`,
      );
  }
  return encodeCsvRow(cells, { columns, ...(standardisation && { standardisation }) }, name);
}

/** The part that `evaluate` would look at. */
async function fromPart(model: Model, path: string, terminal: Terminal): Promise<Source> {
  const { dataset } = await openPart(model, path, {}, terminal);
  const labels = dataset.target.kind === "class" ? labelsOf(dataset) : undefined;
  return {
    length: dataset.length,
    async row(index) {
      const name = `${path}#${index}`;
      const values = fitting(model, await inputOf(dataset, index), dataset.inputShape, name);
      return { name, values, ...(labels && { label: labels[index]! }) };
    },
  };
}

/** A CSV file: its columns by name, the label column left out; or exactly the columns in order. */
async function fromTable(model: Model, path: string): Promise<Source> {
  const table = parseCsvTable(await readFile(path, "utf8"), path);
  const csv = extraOf(model)?.csv;
  const at = csv?.columns.map((column) => table.columns.indexOf(column));
  const byName = at?.every((column) => column >= 0);
  const labelAt = byName && csv?.classes ? table.columns.indexOf(csv.label) : -1;
  const labelOf = (cell: string): number => {
    const exact = csv!.classes!.indexOf(cell);
    // 1 and 1.0 are one class
    return exact < 0 && isNumber(cell) ? csv!.classes!.indexOf(String(Number(cell))) : exact;
  };
  return {
    length: table.rows.length,
    row(index) {
      const cells = table.rows[index]!;
      const picked = byName ? at!.map((column) => cells[column]!) : cells;
      const label = labelAt < 0 ? -1 : labelOf(cells[labelAt]!);
      const values = encode(model, picked, `${path}: line ${table.lines[index]}`);
      return { name: `${path}#${index}`, values, ...(label >= 0 && { label }) };
    },
  };
}

/** A picture, or an IDX or npy file. */
async function fromFile(model: Model, path: string, asIs: boolean): Promise<Source> {
  const file = await readFile(path);
  if (isPicture(file)) return { length: 1, row: () => fromPicture(model, file, path, asIs) };
  // other kinds of pictures, and empty ones, get an error of their own
  if (/\.(png|jpe?g|gif|webp|bmp|tiff?|heic|avif)$/i.test(path)) readImageHeader(file, path);
  const { length, row } = await openRows(path);
  return {
    length,
    row(index) {
      const name = `${path}#${index}`;
      const { values, inputShape } = row(index);
      return { name, values: fitting(model, values, inputShape, name) };
    },
  };
}

function fromPicture(model: Model, bytes: Uint8Array, name: string, asIs: boolean): InputRow {
  const { values, note } = pictureRow(model, bytes, name, asIs);
  return { name, values: fitting(model, values, model.inputShape, name), ...(note && { note }) };
}

function fromJson(model: Model, text: string): InputRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new NablaError(`stdin: not valid JSON: ${(cause as Error).message}`, { cause });
  }
  const width = sizeOf(model.inputShape);
  const columns = extraOf(model)?.csv?.columns;
  const isObject = (row: unknown): row is Record<string, unknown> =>
    typeof row === "object" && row !== null && !Array.isArray(row);
  // one row: an object, numbers, or nested arrays as deep as the model's input
  const rank = depth(value);
  const one = isObject(value) || rank === 1 || (rank === model.inputShape.length && rank > 1);
  const rows = one ? [value] : value;
  if (!Array.isArray(rows) || rows.length === 0)
    throw new NablaError(`stdin: expected a row of ${width} numbers, or an array of such rows`);
  return rows.map((row, r) => {
    const name = rows.length === 1 ? "stdin" : `stdin#${r}`;
    const flat =
      isObject(row) && columns
        ? columns.map((column) => row[column])
        : Array.isArray(row)
          ? row.flat(8)
          : [row];
    const bad = flat.findIndex((n) => typeof n !== "number" || !Number.isFinite(n));
    if (bad >= 0) {
      const where = columns?.[bad] ? `column ${JSON.stringify(columns[bad])}` : `value ${bad}`;
      throw new NablaError(
        `${name}: ${where}: expected a number, got ${JSON.stringify(flat[bad]) ?? "nothing"}`,
      );
    }
    const numbers = flat as number[];
    if (extraOf(model)?.data.inputType !== "uint8") return { name, values: encode(model, numbers, name) };
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

const depth = (value: unknown): number => (Array.isArray(value) ? 1 + depth(value[0]) : 0);

/** Brings stored values into the type and scale the model was trained with. */
function fitting(model: Model, values: Inputs, shape: readonly number[], name: string): Inputs {
  if (values.length !== sizeOf(model.inputShape)) {
    throw new NablaError(
      `${name}: the model takes inputs ${showShape(model.inputShape)}, these are ${showShape(shape)}`,
    );
  }
  const trained = extraOf(model)?.data;
  if (!trained || trained.inputType === "float32") return trained ? Float32Array.from(values) : values;
  if (values instanceof Uint8Array && trained.inputScale === 1 / 255) return values;
  return values instanceof Uint8Array ? Float32Array.from(values, (v) => v * trained.inputScale) : values;
}
