/** Tables that are larger than memory. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { basename } from "node:path";
import { type DataSplit, type Dataset, range, type Targets, type WithTest } from "../../data/dataset.ts";
import { gather } from "../../data/gather.ts";
import { isAddress, withoutSecrets } from "../../data/readers/remote.ts";
import { partsOf, splitRows } from "../../data/split.ts";
import { measure } from "../../data/standardise.ts";
import { askedField } from "../../data/tables/asked.ts";
import { isMissing, isNumber } from "../../data/tables/cells.ts";
import {
  type CsvData,
  type CsvInfo,
  type CsvSplitOptions,
  checkSplit,
  ofQuantities,
  targetsOf,
} from "../../data/tables/csv.ts";
import { rowIn, type Table } from "../../data/tables/csvTable.ts";
import { fitScale, withScale } from "../../data/tables/scaledTargets.ts";
import { encodeTable, prepareTable, type ReadTable } from "../../data/tables/tableData.ts";
import { NablaError, prefixed } from "../../errors.ts";
import { int, show, string } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { checkGiven } from "../../fields/programs.ts";
import { isA } from "../../tags.ts";
import { type Location, pathOf } from "../location.ts";
import { type PieceOptions, piecesOf } from "./pieces.ts";
import { RowStore } from "./store.ts";

/** How a large table is read. */
export interface LargeTableOptions
  extends Pick<
    CsvSplitOptions,
    | "label"
    | "ignore"
    | "task"
    | "columns"
    | "maxCategories"
    | "testFraction"
    | "seed"
    | "standardise"
    | "targetScale"
    | "header"
    | "delimiter"
    | "decimal"
  > {
  /** Which rows are kept out of training: any, or the last ones. Default "random". */
  split?: "random" | "time";
  /** Bytes of text that are looked at together; the first so many say what columns are. Default 4 MiB. */
  pieceBytes?: number;
  /** Where the numbers are kept, 4 bytes each, and 8 while the table is opened. Default: the system's folder for temporary files. */
  folder?: string;
}

/** A large table as data sets. */
export interface LargeTable extends DataSplit, Omit<CsvData, "dataset"> {
  /** SHA-256 of the file, hexadecimal. */
  fingerprint: string;
  /** Removes the file that the numbers are in. Nothing can be read then. */
  close(): void;
}

const OPTIONS: readonly (keyof LargeTableOptions)[] = [
  ...([
    "label",
    "ignore",
    "task",
    "columns",
    "maxCategories",
    "testFraction",
    "seed",
    "standardise",
  ] as const),
  ...(["targetScale", "header", "delimiter", "decimal", "split", "pieceBytes", "folder"] as const),
];

/**
 * Opens a table in text (CSV, or records in JSON, one on each line; gzip or not) that is larger than memory. It is read twice. The
 * first `pieceBytes` of it say what columns, categories and classes there are; whatever does not fit them later is refused with its line.
 * Then the numbers go to a file, and rows are read from it as they are wanted, in any order: shuffling, validation and resuming are as those of
 * `openData()`, and so are the bits. In memory are a piece, and some 40 bytes a row.
 *
 *     const table = await openLargeTable("events.csv", { label: "clicked" });
 *     await model.fit(table.train, { epochs: 3 });
 *     table.close();
 *
 * @throws NablaError with line and column for what `openData()` refuses, and for what the first piece does not know
 */
export async function openLargeTable<F extends number = 0.2>(
  location: Location,
  options: LargeTableOptions & { testFraction?: F } = {},
): Promise<WithTest<LargeTable, F>> {
  const who = "openLargeTable";
  if (isAddress(String(location)))
    throw new NablaError(
      `${who}: expected a file, got ${withoutSecrets(String(location))}: download it first`,
    );
  const path = pathOf(who, location);
  checkOptions(who, options, OPTIONS);
  const { pieceBytes = 1 << 22, folder = tmpdir(), header, delimiter, decimal, ...given } = options;
  checkGiven(who, { pieceBytes, folder }, { pieceBytes: int({ min: 1024 }), folder: string() });
  checkSplit(who, {
    ...given,
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal && { decimal }),
  } as never);
  const {
    testFraction = 0.2,
    seed = 0,
    standardise = true,
    targetScale = standardise,
    split,
    ...reading
  } = given;
  if (typeof split === "object")
    throw new NablaError(`${who}: split: expected "random" or "time", got ${show(split)}`);
  const asked = reading.columns && askedField().check(reading.columns, `${who}: columns`);
  const hash = createHash("sha256");
  const pieces = (first: boolean): AsyncGenerator<Table> =>
    piecesOf(path, {
      pieceBytes,
      ...(header !== undefined && { header }),
      ...(delimiter !== undefined && { delimiter }),
      ...(decimal && { decimal }),
      ...(first && { onBytes: (bytes: Uint8Array) => void hash.update(bytes) }),
    } satisfies PieceOptions);

  // what columns are, and all targets
  let read: ReadTable | undefined;
  let known: CsvInfo | undefined;
  const targets: Targets[] = [];
  for await (const table of pieces(true)) {
    read ??= prepareTable(table, {
      ...(table.decimal && { decimal: table.decimal }),
      ...reading,
      name: path,
      ...(asked && { columns: asked }),
    });
    known ??= encodeTable(read).csv;
    targets.push(again(table, known).y);
  }
  const first = read!;
  const y = joined(targets);
  const all: ReadTable = { ...first, y };
  const order = split === "time" ? { inOrder: true } : {};
  const whole = range(y.length);
  const cut =
    testFraction > 0 ? splitRows({ ...targetsOf(all), ...order }, testFraction, { seed }) : undefined;
  const [train, test] = cut ?? [whole, undefined];
  const scaled = targetScale
    ? withScale(all, targetScale === true ? fitScale(all, train) : targetScale)
    : all;

  // means and frequencies of what is missing: those of rows that are trained on
  const some = train.filter((row) => row < first.table.rows.length);
  const { csv, readings, features } = encodeTable(first, some.length > 0 ? some : undefined);
  const width = features.length;
  const store = new RowStore(folder, path, width);
  try {
    let rows = 0;
    for await (const table of pieces(false)) {
      const { x } = encodeTable(again(table, csv), undefined);
      store.add(x);
      rows += x.length / width;
    }
    if (rows !== y.length)
      throw new NablaError(
        `${path}: ${y.length} rows, then ${rows}: it changed while it was read; open it again`,
      );
    const by = standardise ? ofQuantities(measured(store, train), features) : undefined;
    finish(store, by);
    const fingerprint = hash.digest("hex");
    const name = basename(path);
    const extra = { data: { name, kind: "csv", inputType: "float32", inputScale: 1, fingerprint }, csv };
    const dataset: Dataset = {
      ...datasetOf(store, scaled),
      ...order,
      extra,
      ...(by && { standardisation: by }),
    };
    const parts = test ? partsOf(dataset, [train, test]) : [dataset];
    const megabytes = Math.ceil(store.bytes / 1e6);
    return {
      train: parts[0]!,
      ...(parts[1] && { test: parts[1] }),
      ...(by && { standardisation: by }),
      csv,
      readings,
      fingerprint,
      notes: [
        ...first.notes,
        `columns are as the first ${first.table.rows.length} of ${y.length} rows show; ${megabytes} MB of numbers are in ${folder}`,
      ],
      close: () => store.close(),
    } as WithTest<LargeTable, F>;
  } catch (cause) {
    store.close();
    throw cause;
  }
}

/** A piece that is read as the first one was. */
function again(table: Table, csv: CsvInfo): ReadTable {
  if (!csv.classes) demandPlain(table, csv);
  return prefixed("", () =>
    prepareTable(table, { like: csv, ...(csv.classes ? {} : { decimal: csv.decimal ?? "." }) }),
  );
}

/** What is written in another way in one piece than in another would be another number. */
function demandPlain(table: Table, csv: CsvInfo): void {
  const at = table.columns.indexOf(csv.label);
  const row = table.rows.findIndex((cells) => !isNumber(cells[at]!) && !isMissing(cells[at]!));
  if (row >= 0)
    throw new NablaError(
      `${table.name}: ${rowIn(table, row)}: column ${show(csv.label)}: expected a number as programs write it, got ${show(table.rows[row]![at])}: targets of large tables have no units and separators`,
      { details: { line: table.lines[row], column: csv.label } },
    );
}

function joined(parts: readonly Targets[]): Targets {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = isA("Int32Array", parts[0]) ? new Int32Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Rows read at once. */
const ROWS = 256;

function measured(store: RowStore, rows: Uint32Array) {
  const out = new Float64Array(ROWS * store.width);
  return measure(store.width, rows.length, (visit) => {
    for (let from = 0; from < rows.length; from += ROWS) {
      const some = rows.subarray(from, from + ROWS);
      store.read(some, out.subarray(0, some.length * store.width));
      for (let i = 0; i < some.length; i++) visit(out, i * store.width);
    }
  });
}

/** As models read them. */
function finish(store: RowStore, by: DataSplit["standardisation"]): void {
  const { width } = store;
  const mean = by?.mean ?? [];
  const scale = by?.scale ?? [];
  store.finish((from, to, at) => {
    for (let i = 0; i < width; i++) to[at + i] = by ? (from[at + i]! - mean[i]!) / scale[i]! : from[at + i]!;
  });
}

function datasetOf(store: RowStore, read: ReadTable): Dataset {
  const { width } = store;
  const header = targetsOf(read);
  const { name, length, target, targetScale } = header;
  return {
    name,
    length,
    inputShape: [width],
    inputType: "float32",
    inputScale: 1,
    target,
    ...(targetScale && { targetScale }),
    ...(isA("Int32Array", read.y) && { labels: read.y as Int32Array }),
    read(indices, x, y) {
      store.read(indices, x.subarray(0, indices.length * width) as Float32Array);
      gather(read.y, 1, indices, y);
    },
  };
}
