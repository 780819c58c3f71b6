/** nabla data */

import type { Dataset, Standardisation } from "../../data/dataset.ts";
import { buffersFor } from "../../data/dataset.ts";
import { generatedSets } from "../../data/generated/index.ts";
import { titleOf } from "../../data/readers/open.ts";
import { labelsOf } from "../../data/split.ts";
import { unnamed } from "../../data/tables/columns.ts";
import { rescale } from "../../data/targetScale.ts";
import { openData } from "../../node/dataFiles.ts";
import type { Terminal } from "../../report/terminal.ts";
import { drawImages, imageOf } from "../../report/text/draw.ts";
import { count, figure, percent, plural, table } from "../../report/text/format.ts";
import { noteLines, notesOf, readingLines } from "../../report/text/notes.ts";
import { inLine } from "../../report/text/visible.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { type ImageFlags, imageOptions, sayLeftOut } from "../input/images.ts";
import { type ArrayFlags, arrayOptions } from "../options/arrays.ts";
import { type SequenceFlags, sequenceOptions } from "../options/sequenceData.ts";
import { type TableFlags, tableOptions } from "../options/tables.ts";
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
  const data = await openData(source, {
    testFraction: 0,
    ...tableOptions(flags),
    ...(flags.samples !== undefined && { samples: flags.samples }),
    ...imageOptions(flags, terminal),
    ...arrayOptions(flags),
    ...sequenceOptions(flags),
  });
  sayLeftOut(data, terminal);
  checkApplicable(flags, data);
  const { train, validation, test } = data;
  const names = train.target.kind === "class" ? classesOf(train) : [];
  const counts = [train, ...(validation ? [validation] : []), ...(test ? [test] : [])].map((part) =>
    names.length ? countLabels(part, names.length) : [],
  );
  if (flags.json) {
    printJson({
      data: source,
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
  const preview = Math.min(flags.preview ?? (imageOf(train.inputShape) ? 5 : 0), train.length);
  if (preview > 0) await show(train, preview, names, terminal, data.standardisation);
  return 0;
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
  n: number,
  names: readonly string[],
  terminal: Terminal,
  by?: Standardisation,
): Promise<void> {
  const { bold, dim, print } = terminal;
  const { x, y } = buffersFor(dataset, n);
  await dataset.read(
    Uint32Array.from({ length: n }, (_, i) => i),
    x,
    y,
  );
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
