/**
 * `nabla/predict`: models that only predict, for where every kilobyte counts. Reads what `model.save()` wrote and gives the same bits
 * as `model.predict()`; its core has the forward kernels alone.
 */
import {
  documentText,
  f32,
  inCheckpoint,
  parseDocument,
  type FloatTensor,
  UNNAMED,
} from "../checkpoint/document.ts";
import { readSafetensors } from "../checkpoint/safetensors.ts";
import { unpackValue } from "../checkpoint/values.ts";
import type { Topology } from "../layers/configs.ts";
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import { NablaError } from "../errors.ts";
import { buildLayers } from "../layers/table.ts";
import type { Metadata } from "../model/options.ts";
import { InferenceNetwork } from "../network/inference.ts";
import {
  batchSizeOf,
  byName,
  inputsOf,
  type OutputRecord,
  type Outputs,
  type PredictOptions,
  predictBatches,
} from "../network/predict.ts";
import { checkParameters, setParameters } from "../network/parameters.ts";
import type { InputKind } from "../plan/forward.ts";
import type { Architecture } from "../plan/operation.ts";
import { showShape } from "../shape.ts";

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
    return byName(network, predictBatches(network, rows, batchSize));
  }
}

/**
 * A model from the bytes of a checkpoint.
 *
 * @param name what errors call it
 * @throws NablaError for files that are damaged, truncated, of a newer version or no checkpoints, and for unknown layers
 */
export function load(bytes: Uint8Array, name = UNNAMED): Predictor {
  const { metadata, tensors } = readSafetensors(bytes, name);
  const text = documentText(metadata, tensors.size, name);
  try {
    const document = unpackValue(parseDocument(text), "", () => new Float32Array()) as CheckpointDocument;
    const parameters = new Map<string, FloatTensor>();
    for (const [key, tensor] of tensors)
      if (!/^(optimizer|callbacks)\./.test(key)) parameters.set(key, f32(key, tensor));
    const architecture = build(document);
    checkParameters(architecture, parameters, name);
    const network = new InferenceNetwork(architecture);
    network.reading = document.inputs;
    setParameters(network, parameters);
    const { classes, standardisation, extra } = document;
    return new Predictor(network, { classes, standardisation, extra });
  } catch (error) {
    throw error instanceof NablaError && error.message.startsWith(name) ? error : inCheckpoint(error, name);
  }
}

/** What predicting reads of the document in a checkpoint. It carries a checksum, so it is as it was written. */
interface CheckpointDocument extends Metadata {
  readonly inputs?: readonly InputKind[];
  readonly config?: { readonly model?: Topology & { readonly inputShape?: number[] } };
}

/** Layers from a configuration whose defaults are written out: its fields were checked before it was saved. */
function build({ config }: CheckpointDocument): Architecture {
  const { inputShape, layers, outputs } = config?.model ?? {};
  const isShape = (shape: unknown) =>
    Array.isArray(shape) && shape.length > 0 && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (
    !(outputs || isShape(inputShape)) ||
    Array.isArray(outputs) ||
    !Array.isArray(layers) ||
    layers.length === 0
  )
    throw new NablaError("config.model: expected an inputShape and layers; the file is malformed");
  let built: Architecture;
  try {
    built = buildLayers({ layers, outputs }, inputShape!);
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw new NablaError(`config.model.layers: a field is missing or wrong; the file is malformed`, {
      cause,
    });
  }
  const values = built.layers.map(({ name, outputShape }) => ({ name, shape: outputShape }));
  for (const { name, shape } of [...built.inputs, ...values]) {
    if (!isShape(shape))
      throw new NablaError(
        `config.model.layers: "${name}": expected positive sizes, got a value of shape ${showShape(shape)}; the file is malformed`,
      );
  }
  return built;
}
