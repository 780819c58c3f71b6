/** What both programs of `nabla/predict` make of a checkpoint. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { Row, RowOptions } from "../data/tables/rows.ts";
import { messageOf, NablaError } from "../errors.ts";
import type { Stream, StreamOptions } from "../layers/stream.ts";
import type { Metadata } from "../model/metadata.ts";
import { InferenceNetwork } from "../network/inference.ts";
import { checkParameters, setParameters } from "../network/parameters.ts";
import {
  aboutOf,
  batchSizeOf,
  byName,
  type inputsOf,
  type OutputRecord,
  type Outputs,
  type PredictOptions,
  predictBatches,
} from "../network/predict.ts";
import type { RowAnswer } from "../network/tableAnswers.ts";
import type { Architecture, InputKind } from "../plan/operation.ts";
import { tagOf } from "../tags.ts";
import { thresholdOf } from "./threshold.ts";

type OpenPredictor = (network: InferenceNetwork, options?: StreamOptions) => Stream;

/** A trained model that predicts. */
export class Predictor {
  readonly #read: typeof inputsOf;
  readonly #loss: unknown;
  readonly #open: OpenPredictor | undefined;

  /**
   * @param network with its parameters in place
   * @param read what reads rows: of one input, or of several by their names
   * @param loss the name of that it was trained with, or those of each output
   * @param open what opens streams, where there are layers that carry a state
   */
  constructor(
    private readonly network: InferenceNetwork,
    /** What belongs to the model besides its weights: classes, standardisation, extra. */
    readonly metadata: Metadata,
    read: typeof inputsOf,
    loss?: unknown,
    open?: OpenPredictor,
  ) {
    this.#read = read;
    this.#loss = loss;
    this.#open = open;
  }

  /** Those of both programs are predictors, though each has a class of its own. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return tagOf(value) === "Predictor";
  }
  get [Symbol.toStringTag](): string {
    return "Predictor";
  }

  /** Names of the classes, in the order of outputs, where the model knows them. */
  get classes(): readonly string[] | undefined {
    return this.metadata.classes;
  }

  /** How the rows of each input were read in training: bytes and what they were multiplied by, or floats. Undefined where the file does not say. */
  get reading(): readonly InputKind[] | undefined {
    return this.network.reading;
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
  predict(x: ArrayLike2 | ArrayRecord, options?: PredictOptions): Outputs | OutputRecord {
    const { network } = this;
    const batchSize = batchSizeOf("predict", options);
    const rows = this.#read(x, network.architecture);
    const about = aboutOf(network, (k, after) =>
      thresholdOf(this.#loss, network.architecture.outputs[k].name, after),
    );
    return byName(network, predictBatches(network, rows, batchSize, about));
  }

  /**
   * Answers for rows of the table that the model was trained on: classes by name with their probabilities, quantities in their unit. Rows
   * are objects by the names of columns, or lists of cells in their order.
   *
   * @param options as for encodeRows()
   * @throws NablaError naming row and column for what is missing, is no value of its column, or is no column; for models of other data
   */
  async predictRows(rows: Row | readonly Row[], options?: RowOptions): Promise<RowAnswer[]> {
    const { tableAnswers } = await import("./rows.ts").catch((cause: unknown) => {
      throw new NablaError(
        `predictRows: its code could not be loaded (${messageOf(cause)}); load the page again; where import() is forbidden, call predict(encodeRows(…))`,
        { cause },
      );
    });
    return tableAnswers(this, rows, options);
  }

  /**
   * Takes the steps of sequences one by one, and carries the states of recurrent layers: push(step) gives the bits of the whole sequence.
   *
   * @param options.batchSize sequences side by side. Default 1
   * @throws NablaError for models without recurrent layers, and for layers that need all steps at once, by name
   */
  stream(options?: StreamOptions): Stream {
    if (this.#open) return this.#open(this.network, options);
    throw new NablaError("stream: the model has no recurrent layer; use predict()");
  }
}

/**
 * A predictor with the parameters of a checkpoint.
 *
 * @param name what errors call the file
 * @throws NablaError unless its tensors are those of the architecture
 */
export function predictorOf(
  { config, tensors, inputs, classes, standardisation, targetScale, extra }: Checkpoint,
  architecture: Architecture,
  read: typeof inputsOf,
  name: string,
  open?: OpenPredictor,
): Predictor {
  checkParameters(architecture, tensors, name);
  const network = new InferenceNetwork(architecture);
  network.reading = inputs;
  setParameters(network, tensors);
  const { training } = config as { training?: { loss?: unknown } };
  const metadata = { classes, standardisation, targetScale, extra };
  network.about = { metadata };
  return new Predictor(network, metadata, read, training?.loss, open);
}
