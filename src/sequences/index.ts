/** `nabla/sequences`: series and texts as data, and what models make of them. */
export { type CsvSeriesOptions, csvSeries } from "../data/sequences/csvSeries.ts";
export {
  type CsvSequenceOptions,
  csvSequences,
  encodeSequences,
  jsonSequences,
  sequences,
} from "../data/sequences/sequences.ts";
export type { SequenceOptions, SequenceSplit } from "../data/sequences/sequenceOptions.ts";

export type { SequencesInfo } from "../data/sequences/sequencesInfo.ts";
export type { Series, SeriesOptions } from "../data/sequences/rawSeries.ts";
export { type SeriesInput, series } from "../data/sequences/series.ts";
export type { SeriesInfo } from "../data/sequences/seriesInfo.ts";
export type { Gaps, Spacing, Times } from "../data/sequences/spacing.ts";
export { type TextInfo, type TextOptions, type TextSplit, textSplit } from "../data/sequences/texts.ts";
export type { TimeValue } from "../data/sequences/times.ts";
export {
  charVocabulary,
  type TokenKind,
  type Tokens,
  tokenise,
  Vocabulary,
  type VocabularyInfo,
  type VocabularyOptions,
  wordVocabulary,
} from "../data/sequences/vocabulary.ts";

export type { WindowSource } from "../data/portable.ts";
export {
  type WindowOptions,
  type WindowSplit,
  type WindowSplitOptions,
  type Windows,
  windowSplit,
  windows,
} from "../data/sequences/windows.ts";

export { Forecast, type Forecasting, type ForecastOptions, forecast } from "./forecast.ts";
export { type GenerateOptions, generate } from "./generate.ts";
export { ngramBits } from "./ngram.ts";
export {
  type ColumnScore,
  type ForecastError,
  type ForecastScore,
  type ScoreOptions,
  scoreForecast,
} from "./score.ts";

export { findSeason } from "./season.ts";
