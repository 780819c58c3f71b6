/** What `nabla predict` can be given: rows of files and data sets, lines of CSV, JSON. */

import { stat } from "node:fs/promises";
import { generatedSets } from "../../data/generated/index.ts";
import { gunzip } from "../../data/gzip.ts";
import { readImageHeader } from "../../data/images/header.ts";
import { onlyInputs } from "../../data/numpy/split.ts";
import type { TableOptions } from "../../data/readers/csv.ts";
import { isAddress, publicly } from "../../data/readers/remote.ts";
import { labelsOf } from "../../data/split.ts";
import { parseCsvLine } from "../../data/tables/csvTable.ts";
import { decodeText } from "../../data/tables/text.ts";
import { NablaError } from "../../errors.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { openRows } from "../../node/dataFiles.ts";
import { readBytes } from "../../node/paths.ts";
import { inputOf } from "../../report/examine.ts";
import type { Terminal } from "../../report/terminal.ts";
import { extraOf } from "../training/resume.ts";
import { arraysAs, bytesAs } from "./arrays.ts";
import { encode, fitting } from "./encode.ts";
import { isPicture, pictureRow } from "./images.ts";
import { fromJson } from "./json.ts";
import { openPart } from "./part.ts";
import type { InputRow } from "./row.ts";
import { asJson, isSequence, sequenceRows, sequencesOf } from "./sequences.ts";
import { tableRows } from "./tables.ts";

/** Of the file an input is in. */
export interface SizeLimits {
  maxBytes?: number;
  maxPixels?: number;
}

/** An address is a file. */
const REMOTE = { isDirectory: () => false };

/** Rows that are read one by one, as they are wanted. */
interface Source {
  length: number;
  notes?: readonly string[];
  row(index: number): InputRow | Promise<InputRow>;
}

/**
 * @param limit how many rows of a file or data set are read when none is named
 * @param asIs whether pictures of digits are left as they are
 * @param reading how tables are read
 * @returns the rows, how many more there are, and how they were read
 */
export async function readInputs(
  model: Model,
  spec: string,
  limit: number,
  terminal: Terminal,
  asIs = false,
  reading: TableOptions & SizeLimits = {},
): Promise<{ rows: InputRow[]; more: number; notes?: readonly string[] }> {
  const all = (rows: InputRow[]) => ({ rows, more: 0 });
  if (spec === "-") return all(fromJson(model, await terminal.readStdin(), "stdin"));
  const [, path, digits] = /^(.*)#(\d+)$/s.exec(spec) ?? [undefined, spec, undefined];
  const found = isAddress(path!) ? REMOTE : await stat(path!).catch(() => undefined);
  const ofSequences = sequencesOf(model) !== undefined;
  if (ofSequences && !found && isSequence(model, spec)) return all(fromJson(model, asJson(spec), "input"));
  const source =
    found?.isDirectory() || Object.hasOwn(generatedSets, path!)
      ? await fromPart(model, path!, terminal)
      : found && ofSequences
        ? fromRows(sequenceRows(model, await textAt(path!, reading), publicly(path!), reading))
        : found && /\.(json|jsonl|ndjson)$/i.test(path!)
          ? fromRows(fromJson(model, await textAt(path!, reading), publicly(path!)))
          : found &&
            ((await fromTable(model, path!, reading)) ??
              (await fromFile(model, path!, asIs, terminal, reading)));
  if (source && digits !== undefined) {
    const index = Number(digits);
    if (index >= source.length)
      throw new NablaError(
        `${publicly(path!)}: there is no row ${index}; expected 0 to ${source.length - 1}`,
      );
    return all([await source.row(index)]);
  }
  if (source) {
    const rows: InputRow[] = [];
    for (let index = 0; index < Math.min(limit, source.length); index++) rows.push(await source.row(index));
    return { rows, more: source.length - rows.length, ...(source.notes && { notes: source.notes }) };
  }
  const csv = extraOf(model)?.csv;
  // one value of a table with one column may look like anything
  const file = csv?.columns.length !== 1 && !/[,;|\t]/.test(spec) && /\.[a-z]\w{0,9}(?:#|$)/i.test(spec);
  if ((csv && !file) || /^\s*[-+.\d]+\s*([,;\t]|$)/.test(spec)) return all([fromLine(model, spec)]);
  throw new NablaError(
    `${spec}: no such file; expected a PNG or JPEG picture, FILE#row of an IDX or npy file, DATA#row of a data set, a row of numbers "5.1,3.5,…", or - for JSON on stdin`,
  );
}

/** A file's text, unpacked. */
async function textAt(path: string, { encoding, maxBytes }: TableOptions & SizeLimits): Promise<string> {
  const name = publicly(path);
  return decodeText(await gunzip(await readBytes(path, maxBytes), name, maxBytes), name, encoding).text;
}

function fromLine(model: Model, line: string): InputRow {
  return { name: line, ...encode(model, parseCsvLine(line, "row"), "row") };
}

const fromRows = (rows: readonly InputRow[]): Source => ({
  length: rows.length,
  row: (index) => rows[index]!,
});

/** The part that `evaluate` would look at. */
async function fromPart(model: Model, path: string, terminal: Terminal): Promise<Source> {
  const { dataset } = await openPart(model, path, { large: false }, terminal);
  const labels = dataset.target.kind === "class" ? labelsOf(dataset) : undefined;
  return {
    length: dataset.length,
    async row(index) {
      const name = `${publicly(path)}#${index}`;
      const read = await inputOf(dataset, index);
      // bytes of a data set have its scale
      const own = internalsOf(model).built.scaleOf(0) === dataset.inputScale || dataset.scaleUnsaid;
      const scaled = own ? read : Float32Array.from(read, (v) => v * dataset.inputScale);
      const values = fitting(model, scaled, dataset.inputShape, name);
      return { name, values, ...(labels && { label: labels[index]! }) };
    },
  };
}

/** Names of pictures: files that are something else are refused as such. */
const PICTURES = /\.(png|jpe?g|gif|webp|bmp|tiff?|heic|avif)$/i;

/** A table: its columns by name, or in order where there are no names. */
async function fromTable(model: Model, path: string, reading: TableOptions): Promise<Source | undefined> {
  const table = PICTURES.test(path) ? undefined : await tableRows(model, path, reading);
  return (
    table && {
      length: table.length,
      notes: table.notes,
      row(index) {
        const label = table.label(index);
        const row = encode(model, table.cells(index), table.where(index));
        return { name: `${publicly(path)}#${index}`, ...row, ...(label !== undefined && { label }) };
      },
    }
  );
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** A picture, or an IDX, npy or npz file. */
async function fromFile(
  model: Model,
  path: string,
  asIs: boolean,
  terminal: Terminal,
  { maxBytes, maxPixels }: SizeLimits,
): Promise<Source> {
  const file = await readBytes(path, maxBytes);
  if (isPicture(file))
    return { length: 1, row: () => fromPicture(model, file, publicly(path), asIs, maxPixels) };
  // other kinds of pictures, and empty ones, get an error of their own
  if (PICTURES.test(path)) readImageHeader(file, publicly(path), { maxPixels });
  if (isZip(file) && !onlyInputs(file, publicly(path))) return fromPart(model, path, terminal);
  const { likeArrays, standardisation } = arraysAs(model);
  const { length, row } = await openRows(path, {
    ...(likeArrays?.scaling && { scaling: likeArrays.scaling }),
    ...(standardisation && { standardisation }),
    ...(maxBytes !== undefined && { maxBytes }),
  });
  return {
    length,
    row(index) {
      const name = `${publicly(path)}#${index}`;
      const { values, inputShape } = row(index);
      return { name, values: fitting(model, values, inputShape, name) };
    },
  };
}

function fromPicture(
  model: Model,
  bytes: Uint8Array,
  name: string,
  asIs: boolean,
  maxPixels: number | undefined,
): InputRow {
  const { values, note } = pictureRow(model, bytes, name, asIs, maxPixels);
  return { name, values: bytesAs(model, values, name), ...(note && { note }) };
}
