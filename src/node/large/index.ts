/** Tables that are larger than memory. */
import { freemem, tmpdir } from "node:os";
import { basename } from "node:path";
import { type DataSplit, type Dataset, range, type Targets, type WithTest } from "../../data/dataset.ts";
import { gather } from "../../data/gather.ts";
import { isAddress, withoutSecrets } from "../../data/readers/remote.ts";
import { partsOf, splitRows } from "../../data/split.ts";
import { measure } from "../../data/standardise.ts";
import { askedField } from "../../data/tables/asked.ts";
import { checkSplit, ofQuantities, targetsOf } from "../../data/tables/csv.ts";
import { fitScale, withScale } from "../../data/tables/scaledTargets.ts";
import { encodeTable, prepareTable } from "../../data/tables/tableData.ts";
import type { CsvInfo, ReadTable } from "../../data/tables/tableInfo.ts";
import { NablaError } from "../../errors.ts";
import { int, show, string } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { checkGiven } from "../../fields/programs.ts";
import { isA } from "../../tags.ts";
import { type Location, pathOf } from "../location.ts";
import { LARGE_OPTIONS, type LargeTable, type LargeTableOptions } from "./options.ts";
import { again, joined, like } from "./reading.ts";
import { sourceAt } from "./source.ts";
import { RowStore } from "./store.ts";

export { LARGE_OPTIONS, type LargeTable, type LargeTableOptions };

/**
 * Opens a table that is larger than memory: text (CSV, or records in JSON, one on each line; gzip or not), Parquet by its groups of rows,
 * Arrow and Feather by their batches, SQLite by its rows. It is read twice. The first `pieceBytes` of it say what columns, categories and
 * classes there are; whatever does not fit them later is refused with its line. Then the numbers go to a file, and rows are read from it, or
 * kept in memory as far as there is room, in any order: shuffling, validation and resuming are as those of `openData()`, and so are the bits.
 * Besides, a piece, and some 40 bytes a row, are in memory.
 *
 *     const table = await openLargeTable("events.csv", { label: "clicked" });
 *     await model.fit(table.train, { epochs: 3 });
 *     table.close();
 *
 * @throws NablaError with line and column for what `openData()` refuses, for what the first piece does not know, and for a group or batch
 * that is too large by itself
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
  checkOptions(who, options, LARGE_OPTIONS);
  const {
    pieceBytes = 1 << 22,
    memoryBytes = Math.floor(freeMemory() / 2),
    folder = tmpdir(),
    query,
    ...asText
  } = options;
  checkGiven(
    who,
    { pieceBytes, memoryBytes, folder, ...(query !== undefined && { query }) },
    {
      pieceBytes: int({ min: 1024 }),
      memoryBytes: int({ min: 0, wide: true }),
      folder: string(),
      query: string(),
    },
  );
  checkSplit(who, defined(asText));
  const { header, delimiter, decimal, standardisation, ...given } = asText;
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
  const source = await sourceAt(path, {
    ...defined(asText),
    pieceBytes,
    ...(query !== undefined && { query }),
  });
  const fingerprints: string[] = [];
  const pieces = () => source.pieces((fingerprint) => void fingerprints.push(fingerprint));

  // what columns are, and all targets
  let read: ReadTable | undefined;
  let known: CsvInfo | undefined;
  const targets: Targets[] = [];
  for await (const table of pieces()) {
    if (read) {
      const { csv, seen } = { csv: known!, seen: read.table.rows.length };
      targets.push(like(seen, () => again(table, csv).y));
      continue;
    }
    read = prepareTable(table, {
      ...(table.decimal && { decimal: table.decimal }),
      ...reading,
      name: path,
      ...(asked && { columns: asked }),
    });
    known = encodeTable(read).csv;
    targets.push(again(table, known).y);
  }
  const first = read!;
  const seen = first.table.rows.length;
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
  const some = train.filter((row) => row < seen);
  const means = standardise && reading.like ? standardisation?.mean : undefined;
  const { csv, readings, features } = encodeTable(
    first,
    some.length > 0 ? some : undefined,
    undefined,
    means,
  );
  const width = features.length;
  const store = new RowStore(folder, path, width);
  try {
    let rows = 0;
    for await (const table of pieces()) {
      const { x } = like(seen, () => encodeTable(again(table, csv), undefined, undefined, means));
      store.add(x);
      rows += x.length / width;
    }
    const [fingerprint, second] = fingerprints as [string, string];
    if (rows !== y.length || fingerprint !== second)
      throw new NablaError(
        `${path}: ${y.length} rows, then ${rows}${rows === y.length ? " others" : ""}: it changed while it was read, or a query that answers otherwise each time (ORDER BY a column); open it again`,
      );
    const fits = standardisation?.mean.length === width || !reading.inputsLike;
    const by = standardise
      ? ((fits ? standardisation : undefined) ?? ofQuantities(measured(store, train), features))
      : undefined;
    if (by && by.mean.length !== width)
      throw new NablaError(
        `${path}: standardisation: expected one of its ${width} inputs, got one of ${by.mean.length}`,
      );
    finish(store, by, memoryBytes);
    const name = basename(path);
    const origin = {
      ...(options.testFraction !== undefined && { testSplit: testFraction }),
      ...(options.seed !== undefined && { seed }),
      ...(split !== undefined && split !== "random" && { split }),
    };
    const data = {
      ...{ name, kind: "csv", inputType: "float32", inputScale: 1 },
      ...origin,
      ...{ fingerprint, pieceBytes },
    };
    const extra = { data, csv };
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
        `columns are as the first ${seen} of ${y.length} rows show; ${megabytes} MB of numbers are in ${folder}`,
      ],
      close: () => store.close(),
    } as WithTest<LargeTable, F>;
  } catch (cause) {
    store.close();
    throw cause;
  }
}

/** Bytes that a process may still take. */
export const freeMemory = (): number => process.availableMemory?.() ?? freemem();

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
function finish(store: RowStore, by: DataSplit["standardisation"], memoryBytes: number): void {
  const { width } = store;
  const mean = by?.mean ?? [];
  const scale = by?.scale ?? [];
  store.finish((from, to, at) => {
    for (let i = 0; i < width; i++) to[at + i] = by ? (from[at + i]! - mean[i]!) / scale[i]! : from[at + i]!;
  }, memoryBytes);
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

/** Without options that are there and undefined. */
const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
