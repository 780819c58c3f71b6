/** The public names of `nabla/data`. */
export { type ArrayOptions, arrayDataset, type Shaped, type TypedArray } from "./arrays.ts";
export type { AugmentOptions } from "./augment/effects.ts";
export { augment } from "./augment/index.ts";
export { shifted } from "./augment/shifted.ts";
export type { ShiftedOptions } from "./augment/shiftedOptions.ts";
export type { DataSplit, Dataset, Inputs, Standardisation, Target, Targets, WithTest } from "./dataset.ts";
export { digits } from "./digits/index.ts";
export type { DigitsOptions } from "./digits/options.ts";
export { type Fold, type KFoldOptions, kFold } from "./folds.ts";
export { and, majority, nand, or, truthTableM, xor } from "./generated/gates.ts";
export { type GeneratedOptions, type GeneratedSet, generatedSets, makeGenerated } from "./generated/index.ts";
export { blobs, circles, cubic, moons, type PointsOptions, sine, spirals } from "./generated/points.ts";
export { gunzip, isGzip } from "./gzip.ts";
export { type Idx, type IdxOptions, idxDataset, idxSplit, parseIdx } from "./idx.ts";
export {
  crop,
  type DigitOptions,
  type Fit,
  fitPicture,
  invert,
  type Picture,
  type PreparedDigit,
  prepareDigit,
  resize,
  type Size,
  toChannels,
  toGray,
} from "./images/index.ts";

export { type NpzOptions, parseNpz } from "./numpy/archive.ts";
export { type Npy, type NumberType, parseNpy } from "./numpy/npy.ts";
export { type ArraysInfo, type NpzData, type NpzSplitOptions, npzSplit } from "./numpy/split.ts";
export { type Batch, Prefetcher } from "./prefetch.ts";
export {
  type BatchOptions,
  batches,
  epochOrder,
  labelsOf,
  type SplitOptions,
  splitDataset,
  subset,
} from "./split.ts";

export { fitStandardisation, standardise, standardiseSplit } from "./standardise.ts";
export type { AskedColumn, AskedColumns } from "./tables/asked.ts";
export {
  type CsvData,
  type CsvSplit,
  type CsvSplitOptions,
  csvSplit,
  parseCsvDataset,
} from "./tables/csv.ts";
export { encodeCsvRow } from "./tables/csvRow.ts";
export type { ColumnEncoding, TableEncoding } from "./tables/encoding.ts";
export type { ColumnReading } from "./tables/fitEncoding.ts";
export { type EncodedRows, encodeRows, type Row, type RowOptions, type TableModel } from "./tables/rows.ts";
export type { CsvInfo, CsvOptions } from "./tables/tableInfo.ts";
export type { TableSplit } from "./tables/tableSplit.ts";
export {
  type ByteCache,
  type FetchOptions,
  fetchFile,
  fetchIdx,
  fetchIdxSplit,
  type RemoteFile,
  type RemoteIdxSplit,
} from "./urls.ts";
