/**
 * `nabla/predict`: models that only predict, for where every kilobyte counts. Reads what `model.save()` wrote and gives the same bits
 * as `model.predict()`; its core has the forward kernels alone.
 */
export { NablaError } from "../errors.ts";
export type { StepOutputs, StepValues } from "../layers/stepValues.ts";
export type { Stream, StreamOptions } from "../layers/stream.ts";
export type { Outputs } from "../network/predict.ts";
export type { ClassAnswer, QuantityAnswer, RowAnswer } from "../network/tableAnswers.ts";
export { loadAsync } from "./loadAsync.ts";
export {
  type CoreSource,
  type EncodedRows,
  encodeRows,
  load,
  loadCore,
  Predictor,
  type Row,
  type RowOptions,
  type TableModel,
} from "./whole.ts";
