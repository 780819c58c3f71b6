/** What `nabla predict` can be given: rows of files and data sets, lines of CSV, JSON. */
import { readFile, stat } from "node:fs/promises";
import { encodeCsvRow } from "../data/csv.ts";
import { parseCsvTable } from "../data/csvtable.ts";
import { type Inputs, sizeOf } from "../data/dataset.ts";
import { generatedSets } from "../data/generated/index.ts";
import { labelsOf } from "../data/split.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../model.ts";
import { openInput } from "../node/datafiles.ts";
import { openPart } from "./evaluate.ts";
import { inputOf } from "./examine.ts";
import { extraOf } from "./resume.ts";

export interface InputRow {
  name: string;
  /** As the model takes them: uint8 is scaled by 1/255, float32 is not. */
  values: Inputs;
  /** The true class, where the input has one. */
  label?: number;
}

export async function readInputs(model: Model, spec: string): Promise<InputRow[]> {
  if (spec === "-") return fromJson(model, await stdin());
  const [, path, digits] = /^(.*)#(\d+)$/s.exec(spec) ?? [undefined, spec, undefined];
  const index = Number(digits ?? 0);
  const found = await stat(path!).catch(() => undefined);
  if (found?.isDirectory() || Object.hasOwn(generatedSets, path!))
    return [await fromPart(model, path!, index)];
  if (found && /\.(csv|tsv|txt)$/i.test(path!)) {
    const rows = await fromTable(model, path!);
    if (digits === undefined) return rows;
    if (index >= rows.length)
      throw new NablaError(`${path}: there is no row ${index}; expected 0 to ${rows.length - 1}`);
    return [rows[index]!];
  }
  if (found) {
    const input = await openInput(spec);
    return [{ name: spec, values: fitting(model, input.values, input.inputShape, spec) }];
  }
  const csv = extraOf(model)?.csv;
  if (csv || /^\s*[-+.\d]+\s*([,;\t]|$)/.test(spec)) return [fromLine(model, spec)];
  throw new NablaError(
    `${spec}: no such file; expected FILE#row of an IDX or npy file, DATA#row of a data set, a row of numbers "5.1,3.5,…", or - for JSON on stdin`,
  );
}

function fromLine(model: Model, line: string): InputRow {
  return { name: line, values: encode(model, line, "row") };
}

function encode(model: Model, cells: string | readonly (string | number)[], name: string): Float32Array {
  const csv = extraOf(model)?.csv;
  const { standardisation } = model.metadata;
  const columns =
    csv?.columns ?? Array.from({ length: sizeOf(model.inputShape) }, (_, i) => `value ${i + 1}`);
  return encodeCsvRow(cells, { columns, ...(standardisation && { standardisation }) }, name);
}

/** Row `index` of the part that `evaluate` would look at. */
async function fromPart(model: Model, source: string, index: number): Promise<InputRow> {
  const { dataset } = await openPart(model, source, {});
  if (index >= dataset.length)
    throw new NablaError(`${source}: there is no row ${index}; expected 0 to ${dataset.length - 1}`);
  const values = fitting(model, await inputOf(dataset, index), dataset.inputShape, `${source}#${index}`);
  const label = dataset.target.kind === "class" ? labelsOf(dataset)[index]! : undefined;
  return { name: `${source}#${index}`, values, ...(label !== undefined && { label }) };
}

/** Every row of a CSV file: its columns by name, the label column left alone; or exactly the columns in order. */
async function fromTable(model: Model, path: string): Promise<InputRow[]> {
  const table = parseCsvTable(await readFile(path, "utf8"), path);
  const wanted = extraOf(model)?.csv?.columns;
  const at = wanted?.map((column) => table.columns.indexOf(column));
  const byName = at?.every((column) => column >= 0);
  return table.rows.map((cells, r) => {
    const line = table.lines[r];
    const picked = byName ? at!.map((column) => cells[column]!) : cells;
    return { name: `${path}#${r}`, values: encode(model, picked, `${path}: line ${line}`) };
  });
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
      `${name}: the model takes inputs [${model.inputShape.join(", ")}], these are [${shape.join(", ")}]`,
    );
  }
  const trained = extraOf(model)?.data;
  if (!trained || trained.inputType === "float32") return trained ? Float32Array.from(values) : values;
  if (values instanceof Uint8Array && trained.inputScale === 1 / 255) return values;
  return values instanceof Uint8Array ? Float32Array.from(values, (v) => v * trained.inputScale) : values;
}

async function stdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
