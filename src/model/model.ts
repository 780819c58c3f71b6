/** Sequential models: compile, fit, evaluate, predict, save. Names and argument order follow Keras and tfjs. */

import type { ArrayLike2, ArrayRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { checkOptions } from "../fields/options.ts";
import { nameLayers } from "../layers/chain.ts";
import type { LayerConfig, LayerInput } from "../layers/configs.ts";
import { shapeField } from "../layers/shape.ts";
import { type Applied, apply, type SymbolicTensor } from "../layers/symbolic.ts";
import { outputThreshold } from "../losses/resolve.ts";
import type { ConfusionMatrix } from "../metrics/confusion.ts";
import { copyParameters } from "../network/copy.ts";
import {
  aboutOf,
  batchSizeOf,
  byName,
  type OutputRecord,
  type Outputs,
  onlyInputOf,
  type PredictOptions,
  predictBatches,
  predictDataset,
} from "../network/predict.ts";
import type { Input, Layer } from "../plan/operation.ts";
import { isDataset, type Together, unread } from "../training/arguments.ts";
import type { TrainingOptions } from "../training/compile.ts";
import { loaded } from "../training/loading.ts";
import type {
  ConfusionOptions,
  EvaluateOptions,
  History,
  StreamEvaluateOptions,
} from "../training/options.ts";
import type { Scores, ScoresWithIntervals } from "../training/scores.ts";
import { seedField } from "../training/settings.ts";
import type { BatchSource, TargetsArgument } from "../training/source.ts";
import { ByHand } from "./byHand.ts";
import { fitModel, loadEvaluate, toDataset } from "./fit.ts";
import { Internals, internalsOf, setInternals } from "./internals.ts";
import type { ListingOptions, ModelInfo } from "./listing.ts";
import { chainOf, only, type Written } from "./made.ts";
import type { Metadata } from "./metadata.ts";
import type { FitOptions, SequentialOptions } from "./options.ts";
import { checkMetadata, saveModel } from "./save.ts";
import { describe } from "./summary.ts";

/** Options that ask for intervals. */
type WithIntervals = { readonly bootstrap: number };

/** A network of layers: made by sequential(), model(), load() or fromConfig(). */
export class Model extends ByHand {
  readonly seed: number;

  /** @param layers of a chain; or a graph, as model() makes it */
  constructor(layers: readonly (LayerInput | LayerConfig)[] | Written, options: SequentialOptions = {}) {
    super();
    checkOptions("sequential", options, ["seed", "inputShape"]);
    const { topology, builder, inputShape, stored, given } = (layers as Partial<Written> | undefined)
      ?.topology
      ? (layers as Written)
      : chainOf(layers as readonly LayerInput[]);
    this.seed = seedField().check(options.seed ?? 0, "seed");
    const internals = setInternals(this, new Internals(topology, builder, this.seed, stored, given));
    const shape = options.inputShape ?? inputShape;
    // what a file has is not drawn first
    if (topology.outputs) internals.build([], !stored);
    else if (shape != null) internals.build(shapeField.check(shape, "inputShape"));
  }

  /** What belongs to the model besides its weights, and is saved with it. @throws NablaError for other fields: `extra` is for those */
  get metadata(): Metadata {
    return internalsOf(this).metadata;
  }

  set metadata(metadata) {
    checkMetadata("metadata", metadata);
    internalsOf(this).metadata = metadata;
  }

  /** Fixes the input shape, places the parameters and fills them from the seed. Happens by itself with the first data. */
  build(inputShape: readonly number[]): this {
    internalsOf(this).build(inputShape);
    return this;
  }

  get layers(): readonly Layer[] {
    return internalsOf(this).built.layers;
  }

  /** Names of the inputs, and the shape of one row of each. */
  get inputs(): readonly Input[] {
    return internalsOf(this).built.architecture.inputs;
  }

  /** Names of the outputs, and the shape of one row of each. */
  get outputs(): readonly Input[] {
    const { architecture, outputShapes } = internalsOf(this).built;
    return architecture.outputs.map(({ name }, i) => ({ name, shape: outputShapes[i] }));
  }

  /** Shape of one row of the only input, without the batch. @throws NablaError where there are several: see `inputs` */
  get inputShape(): readonly number[] {
    return only(this.inputs, "inputShape", "inputs");
  }

  /** Shape of one row of the only output, without the batch. @throws NablaError where there are several: see `outputs` */
  get outputShape(): readonly number[] {
    return only(this.outputs, "outputShape", "outputs");
  }

  /** Chooses loss, optimizer and metrics. Optimizer state and progress of an earlier training are forgotten. */
  compile(options: TrainingOptions): this {
    internalsOf(this).compile(options);
    return this;
  }

  /**
   * Trains for `epochs` passes over the data. Called again it goes on, for so many more: optimizer, steps, random draws; until compile().
   *
   * `x` and `y` are plain or typed arrays with the batch dimension first; or pass { xs, ys }, a Dataset, or a BatchSource. Labels are integers,
   * or texts: then the model learns them as `metadata.classes`, sorted, and answers with them. Later labels have to be among them.
   * @throws NablaError for data that does not fit, and when the loss stops being finite
   */
  fit(data: Dataset | BatchSource | Together, options?: FitOptions): Promise<History>;
  fit(x: ArrayLike2 | ArrayRecord, y: TargetsArgument, options?: FitOptions): Promise<History>;
  async fit(
    x: Dataset | BatchSource | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | FitOptions,
    more?: FitOptions,
  ): Promise<History> {
    await fitModel(this, ...unread("fit", internalsOf(this), x, y, more));
    return this.history;
  }

  /** Figures of the finished epochs of the last call of fit(). */
  get history(): History {
    return internalsOf(this).state.history;
  }

  /**
   * Loss and metrics on data. The result does not depend on the batch size. With `bootstrap: 1000` it also has `intervals`: of each figure,
   * [low, high], between which it lies with a confidence of 95 %.
   */
  evaluate(data: Dataset | Together, options: EvaluateOptions & WithIntervals): Promise<ScoresWithIntervals>;
  evaluate(data: Dataset | Together, options?: EvaluateOptions): Promise<Scores>;
  evaluate(
    x: ArrayLike2 | ArrayRecord,
    y: TargetsArgument,
    options: EvaluateOptions & WithIntervals,
  ): Promise<ScoresWithIntervals>;
  evaluate(x: ArrayLike2 | ArrayRecord, y: TargetsArgument, options?: EvaluateOptions): Promise<Scores>;
  evaluate(
    batches: BatchSource,
    options: StreamEvaluateOptions & WithIntervals,
  ): Promise<ScoresWithIntervals>;
  evaluate(batches: BatchSource, options?: StreamEvaluateOptions): Promise<Scores>;
  async evaluate(
    x: Dataset | BatchSource | Together | ArrayLike2 | ArrayRecord,
    y?: TargetsArgument | EvaluateOptions,
    more?: EvaluateOptions,
  ): Promise<Scores> {
    const internals = internalsOf(this);
    const given = unread("evaluate", internals, x, y, more);
    const { evaluateGiven } = await loadEvaluate("evaluate");
    return evaluateGiven(internals, ...given, { datasetOf: toDataset(internals) });
  }

  /** Counts of true against predicted classes, with accuracy and figures per class. Data are given as to evaluate(). */
  confusionMatrix(data: Dataset | Together, options?: ConfusionOptions): Promise<ConfusionMatrix>;
  confusionMatrix(
    x: ArrayLike2 | ArrayRecord,
    y: TargetsArgument,
    options?: ConfusionOptions,
  ): Promise<ConfusionMatrix>;
  async confusionMatrix(...given: unknown[]): Promise<ConfusionMatrix> {
    const internals = internalsOf(this);
    return (await loadEvaluate("confusionMatrix")).confusionOf(
      internals,
      { datasetOf: toDataset(internals) },
      given,
    );
  }

  /**
   * Outputs for rows of input: a typed array or nested arrays with the batch dimension first, { data, shape }, or a data set.
   * Bytes are scaled as in training: by 1/255, unless the data it was trained on says another thing; not at all, where it was trained on
   * plain numbers. Quantities are in their own unit where the model knows it: see `metadata.targetScale`. Several inputs are given by their names: { image, table }; several
   * outputs are returned by theirs.
   */
  predict(x: ArrayLike2 | ArrayRecord | Dataset, options?: PredictOptions): Outputs;
  predict<Result extends Outputs | OutputRecord>(
    x: ArrayLike2 | ArrayRecord | Dataset,
    options?: PredictOptions,
  ): Result;
  predict(x: ArrayLike2 | ArrayRecord | Dataset, options?: PredictOptions): Outputs | OutputRecord {
    const batchSize = batchSizeOf("predict", options);
    const internals = internalsOf(this);
    const { builder, state } = internals;
    const dataset = isDataset(x);
    const network = dataset ? internals.build(x.inputShape) : internals.built;
    const about = aboutOf(network, (k, after) =>
      state.compiled ? outputThreshold(state.compiled.goals[k].loss, after) : undefined,
    );
    const outputs = dataset
      ? predictDataset(network, x, batchSize, about)
      : predictBatches(
          network,
          (builder.byName?.rows ?? onlyInputOf)(x, network.architecture),
          batchSize,
          about,
        );
    return byName(network, outputs);
  }

  /**
   * The layers up to and including `layer` as a model of their own, with copies of their parameters: its predict() gives that
   * layer's outputs.
   * @throws NablaError where there is no layer of this name
   */
  truncated(layer: string): Model {
    const { built, builder, configs } = internalsOf(this);
    const names = this.layers.map(({ name }) => name);
    if (!names.includes(layer))
      throw new NablaError(
        `truncated: there is no layer "${layer}"${didYouMean(layer, names)}; there are ${names.join(", ")}`,
      );
    const all = nameLayers(configs);
    const at = all.findIndex(({ name }) => name === layer);
    const part = new Model({ builder, topology: builder.upTo(all, at) }, { seed: this.seed });
    copyParameters(built, internalsOf(part).build(built.inputShape, false));
    return part;
  }

  /**
   * What the model makes of values of a graph: its layers become part of model({ inputs, outputs }), which begins with copies of their
   * weights. Applied again, it uses the same weights. One of several outputs gives a list.
   * @throws NablaError for values of other shapes than its inputs
   */
  apply<Result extends Applied = SymbolicTensor>(values: Applied): Result {
    return apply("model", this, values) as Result;
  }

  /** Layers, shapes and parameters as a table; of a graph also what each layer is applied to. */
  summary(): string {
    return describe(internalsOf(this));
  }

  /** The tape of a step as text, an instruction a line, with its buffers and their shapes: for learning, and for tests. */
  async listing(options?: ListingOptions): Promise<string> {
    const { listingOf } = await loaded(() => import("./listing.ts"), "listing");
    return listingOf(internalsOf(this), options);
  }

  /** What the model takes, and with how many threads it was trained; where with one, why no more. */
  async info(): Promise<ModelInfo> {
    return (await loaded(() => import("./listing.ts"), "info")).infoOf(internalsOf(this));
  }

  /**
   * The model as the bytes of a safetensors file: parameters, optimizer state, configuration, progress. Saved from a
   * callback or after an abort, it lets another process continue from exactly that step.
   */
  save(path?: undefined): Uint8Array {
    demand(!path, "save", "no path", path);
    return saveModel(this);
  }
}

/** A model whose layers follow each other: sequential([dense({ units: 10, activation: "softmax", inputShape: [784] })]). */
export function sequential(layers: readonly LayerInput[], options?: SequentialOptions): Model {
  return new Model(layers, options);
}

export type { EvaluateOptions, GradientOptions, History } from "../training/options.ts";
export type { Metadata } from "./metadata.ts";
export type { Callback, FitOptions, SequentialOptions, TrainingContext } from "./options.ts";
