/**
 * `nabla/predict`: models that only predict, for where every kilobyte counts. Reads what `model.save()` wrote and gives the same bits
 * as `model.predict()`; its core has the forward kernels alone.
 */
import { decodeCheckpoint } from "../checkpoint/checkpoint.ts";
import { inCheckpoint, UNNAMED } from "../checkpoint/document.ts";
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import { NablaError } from "../errors.ts";
import { modelFields } from "../layers/document.ts";
import { builderOf } from "../layers/graph.ts";
import { registerAll } from "../layers/table.ts";
import type { Metadata } from "../model/options.ts";
import { InferenceNetwork } from "../network/inference.ts";
import {
  aboutOf,
  batchSizeOf,
  byName,
  inputsOf,
  type OutputRecord,
  type Outputs,
  type PredictOptions,
  predictBatches,
} from "../network/predict.ts";
import { checkParameters, setParameters } from "../network/parameters.ts";

import { thresholdOf } from "./threshold.ts";

export { type CoreSource, loadCore } from "../core/compile.ts";
export {
  type EncodedRows,
  encodeRows,
  type Row,
  type RowOptions,
  type TableModel,
} from "../data/tables/rows.ts";
export { NablaError } from "../errors.ts";
export type { Outputs } from "../network/predict.ts";

/** A trained model that predicts. */
export class Predictor {
  /** @param network with its parameters in place */
  constructor(
    private readonly network: InferenceNetwork,
    /** What belongs to the model besides its weights: classes, standardisation, extra. */
    readonly metadata: Metadata,
    /** Of an output, or of each by name. */
    private readonly loss?: unknown,
  ) {}

  /** Names of the classes, in the order of outputs, where the model knows them. */
  get classes(): readonly string[] | undefined {
    return this.metadata.classes;
  }

  /** Shape of one row of input, without the batch. */
  get inputShape(): readonly number[] {
    return this.network.inputShape;
  }

  /** Shape of one row of output, without the batch. */
  get outputShape(): readonly number[] {
    return this.network.outputShape;
  }

  /**
   * Outputs for rows of input: a typed array or nested arrays with the batch dimension first, or { data, shape }. Bytes are
   * scaled as in training, by 1/255 where the file does not say. Several inputs are given by their names; several outputs are returned by theirs.
   *
   * @param options.batchSize rows that are computed at once; does not change the result. Default 256
   * @throws NablaError for values that make up no whole rows
   */
  predict(x: ArrayLike2 | ArrayRecord, options?: PredictOptions): Outputs;
  predict<Result extends Outputs | OutputRecord>(
    x: ArrayLike2 | ArrayRecord,
    options?: PredictOptions,
  ): Result;
  predict(x: ArrayLike2 | ArrayRecord, options: PredictOptions = {}): Outputs | OutputRecord {
    const { network } = this;
    const batchSize = batchSizeOf("predict", options);
    const rows = inputsOf(x, network.architecture);
    const about = aboutOf(network, this.classes, (k, after) =>
      thresholdOf(this.loss, network.architecture.outputs[k].name, after),
    );
    return byName(network, predictBatches(network, rows, batchSize, about));
  }
}

/**
 * A model from the bytes of a checkpoint. Its document is checked as `load()` of nabla checks it, field by field; what only training
 * reads of the configuration is left alone.
 *
 * @param name what errors call it
 * @throws NablaError for files that are damaged, truncated, of a newer version or no checkpoints, and for unknown layers
 */
export function load(bytes: Uint8Array, name = UNNAMED): Predictor {
  registerAll();
  const { config, tensors, inputs, classes, standardisation, extra } = decodeCheckpoint(bytes, name);
  try {
    const { model, training } = (config ?? {}) as { model?: unknown; training?: { loss?: unknown } };
    const { inputShape = [], ...topology } = modelFields().check(model, "config.model");
    const architecture = builderOf(topology).build(topology, inputShape);
    checkParameters(architecture, tensors, name);
    const network = new InferenceNetwork(architecture);
    network.reading = inputs;
    setParameters(network, tensors);
    return new Predictor(network, { classes, standardisation, extra }, training?.loss);
  } catch (error) {
    throw error instanceof NablaError && error.message.startsWith(name) ? error : inCheckpoint(error, name);
  }
}
