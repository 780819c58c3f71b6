/** Classes that are told by a table: a row for each file, its name in one column and its class in another. */
import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { shortened } from "../images/classes.ts";
import type { Problem } from "../images/imageParts.ts";
import type { ImageSetOptions } from "../images/imageSet.ts";
import type { Table } from "../tables/csvTable.ts";
import { nameOf } from "../tables/header.ts";
import { readTarget } from "../tables/target.ts";
import { readTable } from "./csv.ts";
import type { FileKeys } from "./fileKeys.ts";
import type { Search, Told } from "./labelled.ts";
import type { DataFile, DataFolder, DataHost } from "./reader.ts";

/** Columns that most likely hold classes. */
const USUAL = /^(label|labels|class|classes|class_?name|target|category|y)$/i;

/** @throws NablaError naming the table, its line and column, for what is missing or can be read in two ways */
export async function labelTable(folder: DataFolder, keys: FileKeys, search: Search): Promise<Told> {
  const { host, options } = search;
  const source = await sourceOf(folder, options.labels, host);
  const rows = await rowsOf(source, host);
  const fileAt = fileColumn(rows, keys, options, folder);
  const table = named(rows, fileAt, keys);
  const labelAt = labelColumn(table, fileAt, options, host);
  const { name, lines } = table;
  const problems: Problem[] = [];
  const lineOf = new Map<DataFile, number>();
  const used: number[] = [];
  for (const [r, row] of table.rows.entries()) {
    const cell = row[fileAt]!;
    const file = keys.find(cell);
    const where = `${name}: line ${lines[r]}`;
    if (file === undefined) problems.push({ path: where, why: `there is no picture ${show(cell)}` });
    else if (isList(file))
      throw new NablaError(
        `${where}: ${show(cell)} may be ${shortened(file.map(({ path }) => path))}; expected the path from ${folder.where} on`,
      );
    else if (row[labelAt] === "") problems.push({ path: file.path, why: `has no label in ${where}` });
    else if (lineOf.has(file)) {
      const before = lineOf.get(file)!;
      if (table.rows[before]![labelAt] !== row[labelAt])
        throw new NablaError(
          `${where}: ${show(cell)} is ${show(row[labelAt])}, and ${show(table.rows[before]![labelAt])} in line ${lines[before]}; expected one class for each picture`,
        );
    } else {
      lineOf.set(file, r);
      used.push(r);
    }
  }
  if (used.length === 0)
    throw new NablaError(`${name}: expected a label for each picture in ${folder.where}, found none`);
  const part: Table = {
    ...table,
    rows: used.map((r) => table.rows[r]!),
    lines: used.map((r) => lines[r]!),
  };
  const known = options.classes && { known: options.classes };
  const { y, classes } = readTarget(part, labelAt, { task: options.task ?? "auto", ...known });
  if (!classes)
    throw new NablaError(
      `${name}: column ${show(table.columns[labelAt])}: these are quantities; pictures are sorted into classes. If each different number is a class: task: "classification"${host.pictures.flag("--task classification")}`,
    );
  const numbers = new Map(used.map((r, i) => [r, y[i]!]));
  return {
    classes,
    of: new Map([...lineOf].map(([file, r]) => [file, numbers.get(r)!])),
    problems,
    notes: [
      `classes are told by ${name}: column ${show(table.columns[labelAt])}, of files in ${show(table.columns[fileAt])}`,
      ...table.notes,
    ],
    without: `has no row in ${name}`,
  };
}

const isList = (found: DataFile | readonly DataFile[]): found is readonly DataFile[] => Array.isArray(found);

/** As the host knows it, else a path in the folder. */
async function sourceOf(folder: DataFolder, labels: unknown, host: DataHost): Promise<DataFile> {
  const found =
    (await host.file?.(labels)) ?? (typeof labels === "string" ? await below(folder, labels) : undefined);
  if (found) return found;
  throw new NablaError(
    `labels: ${typeof labels === "string" ? `there is no file ${show(labels)}, nor is it in ${folder.where}` : `expected a table, got ${show(labels)}`}`,
  );
}

async function below(folder: DataFolder, path: string): Promise<DataFile | undefined> {
  const [name, ...rest] = path.split(/[\\/]/).filter((part) => part !== "" && part !== ".");
  const entry = (await folder.list()).find((one) => one.name === name);
  if (entry?.kind === "folder" && rest.length > 0) return below(entry, rest.join("/"));
  return entry?.kind === "file" && rest.length === 0 ? entry : undefined;
}

/** Every row: which of them is a header is known once files are found. */
async function rowsOf(file: DataFile, host: DataHost): Promise<Table> {
  const { name, path } = file;
  const table = await readTable({ name, where: path, of: file }, host, { header: false });
  return { ...table, notes: table.notes.filter((note) => !note.startsWith("no header")) };
}

/** The column whose cells are files. */
function fileColumn(rows: Table, keys: FileKeys, { file }: ImageSetOptions, folder: DataFolder): number {
  if (file !== undefined)
    return columnAt(typeof file === "string" ? { ...rows, columns: rows.rows[0]! } : rows, file, "file");
  const counts = rows.columns.map(
    (_, at) => rows.rows.filter((row) => keys.find(row[at]!) !== undefined).length,
  );
  const most = Math.max(...counts);
  if (most === 0)
    throw new NablaError(
      `${rows.name}: no cell is a picture in ${folder.where}; expected a column with the names of its files, got ${shortened(rows.rows[Math.min(1, rows.rows.length - 1)]!.map((cell) => show(cell)))}`,
    );
  const best = counts.flatMap((count, at) => (count === most ? [at] : []));
  // the names of files more likely have an extension than numbers of rows
  const dotted = best.filter((at) => /\.\w+$/.test(rows.rows.at(-1)![at]!));
  return (dotted.length > 0 ? dotted : best)[0]!;
}

/** With its header, which is the first row where that is no file. */
function named(rows: Table, fileAt: number, keys: FileKeys): Table {
  const [first, ...others] = rows.rows;
  if (others.length === 0 || keys.find(first![fileAt]!) !== undefined) return rows;
  const columns = first!.map((cell, i) => nameOf(cell) || `column ${i + 1}`);
  return { ...rows, columns, named: true, rows: others, lines: Array.from(rows.lines).slice(1) };
}

function labelColumn(table: Table, fileAt: number, { label }: ImageSetOptions, host: DataHost): number {
  if (label !== undefined) return columnAt(table, label, "label");
  const others = table.columns.map((_, at) => at).filter((at) => at !== fileAt);
  if (others.length === 1) return others[0]!;
  const usual = others.filter((at) => USUAL.test(table.columns[at]!));
  if (usual.length === 1) return usual[0]!;
  throw new NablaError(
    `${table.name}: which column tells the class? There are ${shortened(others.map((at) => show(table.columns[at])))}; give label${host.pictures.flag("--label COLUMN")}`,
  );
}

function columnAt(table: Table, column: string | number, option: string): number {
  const { columns, name } = table;
  const called = typeof column === "string" ? columns.indexOf(nameOf(column)) : -1;
  // a name first, then a number
  const given = typeof column === "string" && /^-?\d+$/.test(column) ? Number(column) : column;
  const number = typeof given === "number" && given < 0 ? columns.length + given : given;
  const at = called >= 0 || typeof number === "string" ? called : number;
  if (Number.isInteger(at) && at >= 0 && at < columns.length) return at;
  const hint = (typeof column === "string" && didYouMean(column, columns)) || ";";
  throw new NablaError(
    `${name}: ${option}: there is no column ${show(column)}${hint} there are ${shortened(columns)}`,
  );
}
