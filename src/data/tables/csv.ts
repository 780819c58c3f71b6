/** Tables as datasets: every column but one is an input, that one is the target. */
import { prefixed } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { number, string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { checkOptions } from "../../fields/options.ts";
import type { DataSplit, Dataset, Standardisation, WithTest } from "../dataset.ts";
import { range } from "../dataset.ts";
import { withHeader } from "../portable.ts";
import { rowsDataset } from "../rows.ts";
import { partsOf, splitRows } from "../split.ts";
import { fitStandardisation, standardise } from "../standardise.ts";
import type { TargetScale } from "../targetScale.ts";
import { askedField } from "./asked.ts";
import { splitFields, tableFields } from "./csvFields.ts";
import { parseCsvTable, type Table } from "./csvTable.ts";
import type { Feature } from "./encoding.ts";
import type { ColumnReading } from "./fitEncoding.ts";
import { roundingNotes } from "./rounding.ts";
import { fitScale, withScale } from "./scaledTargets.ts";
import { encodeTable, prepareTable } from "./tableData.ts";
import type { CsvInfo, CsvOptions, EncodedTable, ReadTable } from "./tableInfo.ts";
import { cutNotes, groupColumn, rowOrder, type TableSplit, tableSplitField } from "./tableSplit.ts";

/** A table as a data set, and what its columns are. */
export interface CsvData {
  /** Inputs as the columns say: float32 [features]. */
  dataset: Dataset;
  csv: CsvInfo;
  /** What was read and how, in plain sentences. */
  notes: string[];
  /** How each column was read. */
  readings: readonly ColumnReading[];
}

/**
 * Reads a table. Means and frequencies for missing values and categories are those of all its rows: csvSplit() takes them of the
 * rows to train on. Throws a NablaError with line and column for what is missing, what is no value of its column, and what could be read in
 * two ways of which one loses something.
 */
export function parseCsvDataset(text: string, options: CsvOptions = {}): CsvData {
  const read = tableOf("parseCsvDataset", parsed(text, options), options, Object.keys(tableFields()));
  const encoded = encodeTable(read);
  const { csv, readings } = encoded;
  const notes = [...read.notes, ...roundingNotes(encoded)];
  return { dataset: datasetOf(read, encoded), csv, notes, readings };
}

/** How a table is read and cut into a training and a test part. */
export interface CsvSplitOptions extends CsvOptions {
  /** The share of rows kept out of training; default 0.2; 0 for none. */
  testFraction?: number;
  /** Chooses those rows; default 0. */
  seed?: number;
  /** Which rows these are, also where rows of the training part are kept out to validate on; default "random". */
  split?: TableSplit;
  /** Default true. Fitted on the training part alone. */
  standardise?: boolean;
  /** A standardisation fitted earlier, to be used instead. */
  standardisation?: Standardisation;
  /**
   * How targets that are quantities are scaled for the training: true: brought to mean 0 and variance 1, as the training part is; a scale
   * fitted earlier; false: not at all. The model remembers it, and answers in their own unit. Default: as `standardise`.
   */
  targetScale?: boolean | TargetScale;
}

/** A table in two parts. */
export interface CsvSplit extends DataSplit, Omit<CsvData, "dataset"> {
  /**
   * Other parts of the training part, by the numbers of its rows, for cross-validation: missing values are filled and columns standardised
   * by what the rows in `train` are like. Inputs stay the same ones.
   */
  refit(train: Uint32Array, test: Uint32Array): Required<Pick<DataSplit, "train" | "test">>;
}

/** Reads a table, splits it in two, and standardises both parts by the mean and deviation of the training part. */
export function csvSplit<F extends number = 0.2>(
  text: string,
  options: CsvSplitOptions & { testFraction?: F } = {},
): WithTest<CsvSplit, F> {
  demand(isObject(options), "csvSplit", "its options as an object", options);
  return tableSplit("csvSplit", parsed(text, options), options) as WithTest<CsvSplit, F>;
}

const parsed = (text: string, options: CsvOptions) => (): Table =>
  parseCsvTable(text, options.name ?? "data.csv", options, options.like?.columns);

/** The same of a table from anywhere. @param table gives it, once the options are checked */
export function tableSplit(who: string, table: () => Table, options: CsvSplitOptions): CsvSplit {
  const {
    testFraction = 0.2,
    seed = 0,
    standardise: scaled = true,
    standardisation,
    targetScale = scaled,
    split,
    ...rest
  } = options;
  const unscaled = tableOf(who, table, rest, Object.keys(tableFields()), options);
  const { groupAt } = unscaled;
  const order = rowOrder(unscaled.table, unscaled.labelAt, groupAt, split);
  const rows = range(unscaled.table.rows.length);
  const cut =
    testFraction > 0 ? splitRows({ ...targetsOf(unscaled), ...order }, testFraction, { seed }) : undefined;
  const [train, test] = cut ?? [rows, undefined];
  const read = targetScale
    ? withScale(unscaled, targetScale === true ? fitScale(unscaled, train) : targetScale)
    : unscaled;
  const encoded = encodeTable(read, train, undefined, scaled ? standardisation?.mean : undefined);
  const { csv, readings } = encoded;
  const whole = withHeader(datasetOf(read, encoded), order);
  const parts = test ? partsOf(whole, [train, test]) : [whole];
  const fits = standardisation?.mean.length === encoded.features.length || !options.inputsLike;
  const by = scaled && fits ? (standardisation ?? fitFeatures(parts[0]!, encoded.features)) : undefined;
  const [first, second] = by ? parts.map((part) => standardise(part, by)) : parts;
  return {
    train: first!,
    ...(second && { test: second }),
    ...(by && { standardisation: by }),
    csv,
    notes: [
      ...read.notes,
      ...(cut ? cutNotes(read.table, whole, cut, groupAt) : []),
      ...(encoded.filled ?? []),
      ...roundingNotes(encoded, by),
    ],
    readings,
    refit(some, others) {
      const [here, there] = [some, others].map((part) => part.map((row) => train[row]!)) as [
        Uint32Array,
        Uint32Array,
      ];
      const again = encodeTable(read, here, csv);
      const both = partsOf(withHeader(datasetOf(read, again), order), [here, there]);
      if (!scaled) return { train: both[0], test: both[1] };
      const its = fitFeatures(both[0], again.features);
      return { train: standardise(both[0], its), test: standardise(both[1], its) };
    },
  };
}

/** @throws NablaError for options that csvSplit() does not take */
export const checkSplit = (who: string, options: CsvSplitOptions): void =>
  checkTable(who, options, Object.keys(tableFields()), true);

function checkTable(who: string, given: object, names: readonly string[], cut: boolean): void {
  const split = cut ? splitFields() : {};
  checkOptions(who, given, ["name", "maxBytes", ...names, ...Object.keys(split)]);
  // types too: a program without a compiler, or a request's JSON, may say anything
  const fields = {
    name: optional(string()),
    maxBytes: optional(number({ min: 1 })),
    ...tableFields(),
    ...split,
  };
  prefixed(`${who}: `, () => object(fields).check(given));
}

/** The table, with the options checked. @param given all of them, where there are more than these */
function tableOf(
  who: string,
  parse: () => Table,
  options: CsvOptions,
  names: readonly string[],
  given: CsvSplitOptions = options,
): ReadTable & { groupAt: number } {
  checkTable(who, given, names, given !== options);
  const asked = options.columns && askedField().check(options.columns, `${who}: columns`);
  const split = given.split && tableSplitField().check(given.split, `${who}: split`);
  const table = parse();
  const groupAt = groupColumn(table, split);
  // who it is says nothing of others
  const apart = typeof split === "object" && split.input !== true ? [table.columns[groupAt]!] : [];
  const read = prepareTable(table, {
    ...(table.decimal && { decimal: table.decimal }),
    ...options,
    name: options.name ?? table.name,
    ...(asked && { columns: asked }),
    ...(apart.length > 0 && { ignore: [...(options.ignore ?? []), ...apart] }),
  });
  return { ...read, groupAt };
}

/** All rows, and the values before they are rounded. */
function datasetOf(read: ReadTable, { csv, features, x }: EncodedTable): Dataset {
  const { name, length, target, targetScale } = targetsOf(read);
  const header = {
    ...(targetScale && { targetScale }),
    name,
    length,
    inputShape: [features.length],
    inputType: "float32" as const,
    inputScale: 1,
    target,
  };
  const dataset = rowsDataset(header, Float32Array.from(x), read.y, () => x);
  const data = { name, kind: "csv", inputType: dataset.inputType, inputScale: dataset.inputScale };
  return withHeader(dataset, { extra: { data, csv } });
}

/** The targets alone, which decide how rows are split. */
export function targetsOf({ table, y, classes, targetScale }: ReadTable): Dataset {
  const target = classes
    ? { kind: "class" as const, classes: classes.length, names: classes }
    : { kind: "values" as const, size: 1 };
  const header = {
    name: table.name,
    length: y.length,
    inputShape: [0],
    inputType: "float32" as const,
    inputScale: 1,
    target,
    ...(targetScale && { targetScale }),
  };
  return rowsDataset(header, new Float32Array(0), y);
}

/** Mean and deviation of quantities; marks of 0 and 1 stay as they are. */
const fitFeatures = (train: Dataset, features: readonly Feature[]): Standardisation =>
  ofQuantities(fitStandardisation(train), features);

/** The same of what was measured. */
export function ofQuantities(
  { mean, scale }: Standardisation,
  features: readonly Feature[],
): Standardisation {
  return {
    mean: mean.map((value, i) => (features[i]!.scaled ? value : 0)),
    scale: scale.map((value, i) => (features[i]!.scaled ? value : 1)),
    columns: features.map(({ name }) => name),
  };
}
