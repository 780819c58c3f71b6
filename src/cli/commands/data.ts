/** nabla data */

import type { Dataset, Standardisation } from "../../data/dataset.ts";
import { buffersFor } from "../../data/dataset.ts";
import { generatedSets } from "../../data/generated/index.ts";
import { titleOf } from "../../data/readers/open.ts";
import { publicly } from "../../data/readers/remote.ts";
import { labelsOf } from "../../data/split.ts";
import { unnamed } from "../../data/tables/columns.ts";
import { type ColumnProfile, profileTable } from "../../data/tables/profile.ts";
import { rescale } from "../../data/targetScale.ts";
import { NablaError } from "../../errors.ts";
import { type OpenDataOptions, type OpenedTable, openData, openTableOnce } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { drawImages, imageOf } from "../../report/text/draw.ts";
import { count, figure, percent, plural, table } from "../../report/text/format.ts";
import { noteLines, notesOf, readingLines } from "../../report/text/notes.ts";
import { inLine } from "../../report/text/visible.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { type ImageFlags, imageOptions, sayLeftOut } from "../input/images.ts";
import { type ArrayFlags, arrayOptions } from "../options/arrays.ts";
import { type SequenceFlags, sequenceFlagsGiven, sequenceOptions } from "../options/sequenceData.ts";
import { columnFlagsGiven, type TableFlags, tableOptions } from "../options/tables.ts";
import { checkApplicable } from "../training/applicable.ts";

export interface DataFlags extends ImageFlags, TableFlags, ArrayFlags, SequenceFlags {
  preview?: number;
  json?: boolean;
  samples?: number;
}

export async function dataCommand(
  source: string | undefined,
  flags: DataFlags,
  terminal: Terminal,
): Promise<number> {
  const { bold, print, printJson } = terminal;
  if (source === undefined) {
    const rows = Object.entries(generatedSets).map(([name, set]) => [name, set.description]);
    if (flags.json) printJson(Object.fromEntries(rows));
    else print(`Generated data sets:\n\n${table(["name", "what it is"], rows)}`);
    return 0;
  }
  const options = {
    testFraction: 0,
    ...tableOptions(flags),
    ...(flags.samples !== undefined && { samples: flags.samples }),
    ...imageOptions(flags, terminal),
    ...arrayOptions(flags),
    ...sequenceOptions(flags),
  };
  const opened = await tableAt(source, options);
  const open = opened?.open ?? (() => openData(source, options));
  const profile = opened && {
    rows: opened.table.rows.length,
    columns: profileTable(opened.table, flags.decimal),
  };
  const data = profile && !asked(flags) ? await unlessRefused(open) : await open();
  if (typeof data === "string") {
    const { rows, columns } = profile!;
    if (flags.json) printJson({ data: publicly(source), kind: "csv", rows, refused: data, profile: columns });
    else {
      print(`${bold(inLine(publicly(source)))}: ${titleOf("csv")}, ${plural(rows, "row")}`);
      print(`\n${profileText(columns)}\n\nnot to be trained on as it stands:\n  ${data}`);
    }
    return 0;
  }
  sayLeftOut(data, terminal);
  checkApplicable(flags, data);
  const { train, validation, test } = data;
  const names = train.target.kind === "class" ? classesOf(train) : [];
  const counts = [train, ...(validation ? [validation] : []), ...(test ? [test] : [])].map((part) =>
    names.length ? countLabels(part, names.length) : [],
  );
  if (flags.json) {
    printJson({
      data: publicly(source),
      kind: data.kind,
      rows: train.length,
      ...(validation && { validationRows: validation.length }),
      testRows: test?.length ?? 0,
      ...notesOf(data),
      inputShape: train.inputShape,
      inputType: train.inputType,
      target: train.target,
      ...(data.csv && { columns: data.csv.columns, label: data.csv.label, readings: data.readings }),
      ...(data.sequences && { sequences: data.sequences }),
      ...(data.csv?.encoding && { encoding: data.csv.encoding, inputs: data.standardisation?.columns }),
      ...(names.length && {
        counts: Object.fromEntries(names.map((name, c) => [name, counts.map((part) => part[c])])),
      }),
      ...(data.csv && profile && { profile: profile.columns }),
    });
    return 0;
  }
  print(
    `${bold(inLine(data.name))}: ${titleOf(data.kind)}, ${plural(train.length, "row")}${validation ? `, ${count(validation.length)} to validate on` : ""}${test ? `, and ${count(test.length)} to test with` : ""}`,
  );
  for (const line of noteLines(data, terminal)) print(line);
  print(
    `inputs: ${showShape(train.inputShape)} of ${train.inputType}${train.inputScale === 1 ? "" : `, scaled by ${scale(train.inputScale)}`}`,
  );
  if (data.csv) {
    const { columns, label } = data.csv;
    print(
      `columns: ${unnamed(columns) ? `${columns.length}, without names` : columns.map(inLine).join(", ")}\nlabel: ${inLine(label)}`,
    );
  }
  for (const line of readingLines(data)) print(`  ${line}`);
  if (train.target.kind === "values")
    print(`targets: ${train.target.size} value${train.target.size === 1 ? "" : "s"} a row`);
  if (names.length > 0 && names.length <= 100) {
    const head = ["class", "rows", "share", ...(validation ? ["validation"] : []), ...(test ? ["test"] : [])];
    const rows = names.map((name, c) => [
      name,
      count(counts[0]![c]!),
      percent(counts[0]![c]! / train.length),
      ...counts.slice(1).map((part) => count(part[c]!)),
    ]);
    print(`\n${table(head, rows)}`);
  } else if (names.length) print(`targets: ${count(names.length)} classes`);
  if (data.csv && profile) print(`\n${profileText(profile.columns)}`);
  const pictures = data.kind === "images";
  const usual = pictures ? Math.min(10, Math.max(5, names.length)) : imageOf(train.inputShape) ? 5 : 0;
  const preview = Math.min(flags.preview ?? usual, train.length);
  const rows = pictures ? ofEachClass(train, preview) : Uint32Array.from({ length: preview }, (_, i) => i);
  if (preview > 0) await show(train, rows, names, terminal, data.standardisation);
  return 0;
}

/** A table as it stands; undefined for what is none, or cannot be read as one. */
async function tableAt(source: string, options: OpenDataOptions): Promise<OpenedTable | undefined> {
  if (source in generatedSets) return undefined;
  const opened = await unlessRefused(() => openTableOnce(source, options));
  return typeof opened === "string" ? undefined : opened;
}

/** Whether something is said of what columns are for: where that is wrong, it is an error. */
const asked = (flags: DataFlags): boolean =>
  [...columnFlagsGiven(flags), ...sequenceFlagsGiven(flags), ["--time", flags.time]].some(
    ([, given]) => given !== undefined,
  );

/** What it gives, or why not. */
async function unlessRefused<T>(open: () => Promise<T>): Promise<T | string> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof NablaError) return error.message;
    throw error;
  }
}

/** Columns of a terminal's line that are shown. */
const MOST_COLUMNS = 100;

/** A line for each column: its kind, its figures, and how its values are spread. */
function profileText(columns: readonly ColumnProfile[]): string {
  const text = (value: number | string | undefined) =>
    value === undefined ? "" : typeof value === "number" ? figure(value) : value;
  const rows = columns
    .slice(0, MOST_COLUMNS)
    .map((column) => [
      column.name,
      column.kind,
      count(column.missing),
      count(column.distinct),
      text(column.min),
      text(column.mean),
      text(column.max),
      valuesOf(column),
    ]);
  const more = columns.length - rows.length;
  const all = table(["column", "kind", "missing", "distinct", "min", "mean", "max", "values"], rows);
  return more > 0 ? `${all}\n… and ${plural(more, "column")} more; --json has all` : all;
}

/** The shares of what comes again and again, else a histogram; and what is of another kind. */
function valuesOf({ kind, top, histogram, odd, distinct }: ColumnProfile): string {
  const shares = top?.map(({ value, share }) => `${shorter(value)} ${(share * 100).toFixed(0)} %`).join(", ");
  const rest = top && distinct > top.length ? ", …" : "";
  const spread = histogram && (kind !== "number" || distinct > 2) ? bars(histogram) : "";
  const others = odd ? `${plural(odd.cells, "cell")} of another kind, such as ${shorter(odd.first)}` : "";
  const counted = shares && (kind !== "number" || distinct <= 5) ? `${shares}${rest}` : "";
  return [spread, counted, others].filter(Boolean).join("  ");
}

const shorter = (value: string): string => (value.length > 24 ? `${value.slice(0, 23)}…` : value);

const BARS = " ▁▂▃▄▅▆▇█";

/** A bar for each tenth; what is there at all is seen. */
function bars(histogram: readonly number[]): string {
  const most = Math.max(...histogram);
  return histogram.map((n) => BARS[n === 0 ? 0 : Math.max(1, Math.round((n / most) * 8))]).join("");
}

/** Rows of one class after the other, as long as there are some. */
function ofEachClass(dataset: Dataset, n: number): Uint32Array {
  const byClass: number[][] = [];
  labelsOf(dataset).forEach((label, row) => {
    byClass[label] ??= [];
    if (byClass[label].length < n) byClass[label].push(row);
  });
  const turns = Array.from({ length: n }, (_, turn) => byClass.flatMap((rows) => rows[turn] ?? []));
  return Uint32Array.from(turns.flat().slice(0, n));
}

/** 0.00392… is 1/255. */
function scale(factor: number): string {
  const whole = Math.round(1 / factor);
  return whole > 1 && Math.abs(whole * factor - 1) < 1e-6 ? `1/${whole}` : figure(factor);
}

function classesOf(dataset: Dataset): string[] {
  const { target } = dataset;
  if (target.kind !== "class") return [];
  return [...(target.names ?? Array.from({ length: target.classes }, (_, c) => String(c)))];
}

function countLabels(dataset: Dataset, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labelsOf(dataset)) counts[label]!++;
  return counts;
}

async function show(
  dataset: Dataset,
  shown: Uint32Array,
  names: readonly string[],
  terminal: Terminal,
  by?: Standardisation,
): Promise<void> {
  const { bold, dim, print } = terminal;
  const n = shown.length;
  const { x, y } = buffersFor(dataset, n);
  await dataset.read(shown, x, y);
  if (dataset.targetScale) rescale(y, dataset.targetScale, undefined);
  const width = sizeOf(dataset.inputShape);
  const rows = Array.from({ length: n }, (_, r) => x.subarray(r * width, (r + 1) * width));
  const per = y.length / n;
  const targets = rows.map((_, r) =>
    names.length ? inLine(names[y[r]!]!) : Array.from(y.subarray(r * per, (r + 1) * per), figure).join(", "),
  );
  const image = imageOf(dataset.inputShape);
  print();
  if (image) return print(drawImages(rows, image, targets, terminal));
  for (const [r, row] of rows.entries()) {
    // as they stood in the table
    const own = Array.from(row.subarray(0, 12), (value, i) =>
      by ? Number((value * by.scale[i]! + by.mean[i]!).toPrecision(6)) : value,
    );
    const values = own.map(figure).join(", ");
    print(`${values}${width > 12 ? ", …" : ""} ${dim("→")} ${bold(targets[r]!)}`);
  }
}
