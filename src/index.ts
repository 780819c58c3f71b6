/** The public names, nothing else. Nothing reachable from here needs Node: files and caches are in nabla/node. */
// in browsers nothing: see #shown in package.json
import "./report/shown.ts";

export type { Logs } from "./callbacks/callback.ts";
export type { EarlyStoppingOptions } from "./callbacks/earlyStopping.ts";
export * from "./callbacks/index.ts";
export type { ModelCheckpointOptions } from "./callbacks/modelCheckpoint.ts";
export type { ReduceLROnPlateauOptions } from "./callbacks/reduceLROnPlateau.ts";
export { type Config, type ConfigInput, checkConfig, parseConfig } from "./config/config.ts";
export { configSchema } from "./config/configSchema.ts";
export { type CoreSource, loadCore } from "./core/compile.ts";
export { arrayDataset } from "./data/arrays.ts";
export type { AugmentOptions } from "./data/augment/effects.ts";
export { augment } from "./data/augment/index.ts";
export { shifted } from "./data/augment/shifted.ts";
export type { ShiftedOptions } from "./data/augment/shiftedOptions.ts";
export type { DataSplit, Dataset, Standardisation, Target } from "./data/dataset.ts";
export { type JoinOptions, joinDatasets } from "./data/join.ts";
export { splitDataset, subset } from "./data/split.ts";
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type FoldResult,
} from "./ensemble/crossValidate.ts";

export {
  Ensemble,
  type EnsembleOptions,
  type EnsembleScores,
  ensemble,
  type Votes,
} from "./ensemble/ensemble.ts";

export { NablaError } from "./errors.ts";
export type { LayerInput } from "./layers/configs.ts";
export * from "./layers/index.ts";
export type { StepOutputs, StepValues } from "./layers/stepValues.ts";
export type { Stream, StreamOptions } from "./layers/stream.ts";
export type { SymbolicTensor } from "./layers/symbolic.ts";
export { type ClassFigures, ConfusionMatrix } from "./metrics/confusion.ts";
export type { MetricName, MetricOptions } from "./metrics/table.ts";
export { checkGradients } from "./model/checkGradients.ts";
export {
  type ChosenThreshold,
  chooseThreshold,
  type ThresholdOptions,
} from "./model/chooseThreshold.ts";

export { type FineTuneOptions, fineTune } from "./model/fineTune.ts";
export { fromConfig } from "./model/fromConfig.ts";
export type { GradientCheck } from "./model/gradientCheck.ts";
// input() takes the place of the layer of that type, which documents have
export { type GraphOptions, input, model } from "./model/graph.ts";
export type { ListingOptions, ModelInfo } from "./model/listing.ts";
export { type LoadOptions, load } from "./model/load.ts";
export {
  type Callback,
  type EvaluateOptions,
  type FitOptions,
  type History,
  type Metadata,
  Model,
  type SequentialOptions,
  sequential,
  type TrainingContext,
} from "./model/model.ts";

export { configOf, weightsSha256 } from "./model/save.ts";
export { type LayerSummary, layerSummaries } from "./model/summary.ts";
export type { OutputRecord, Outputs } from "./network/predict.ts";
export type { ClassAnswer, QuantityAnswer, RowAnswer } from "./network/tableAnswers.ts";
export {
  type DigitModel,
  type LinePicture,
  type ReadDigit,
  type Reading,
  type ReadOptions,
  readDigits,
} from "./reading/index.ts";

export type { Intervals } from "./training/bootstrap.ts";
export type { TrainingOptions } from "./training/compile.ts";
export type { ConfusionOptions, StreamEvaluateOptions, TrainOnBatchOptions } from "./training/options.ts";
export type { OwnLoss, OwnMetric } from "./training/ownFunctions.ts";
export type { Progress } from "./training/progress.ts";
export type { Scores, ScoresWithIntervals } from "./training/scores.ts";
export type { Batch, Batches, BatchSource, Place } from "./training/source.ts";
