/** Sequential models: compile, fit, evaluate, predict, save. Names and argument order follow Keras and tfjs. */

import { type Callback, type CallbackState, type Logs, withState } from "../callbacks/callback.ts";
import { fitFields } from "../config/config.ts";
import { seedField, shapeField, withShape } from "../config/shape.ts";
import { type ArrayLike2, arrayDataset, shaped } from "../data/arrays.ts";
import { type Dataset, sizeOf } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { buildChain } from "../layers/chain.ts";
import type { LayerConfig, LayerInput } from "../layers/configs.ts";
import { checkChain } from "../layers/registry.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import type { Metric } from "../metrics/metric.ts";
import { type MetricName, metric } from "../metrics/table.ts";
import { Network } from "../network/network.ts";
import { type Outputs, predictBatches, predictDataset, rowsOf } from "../network/predict.ts";
import type { Layer } from "../plan/operation.ts";
import { checkFit, type Weighting } from "../training/batch.ts";
import { type CompiledTraining, compileTraining, type TrainingOptions } from "../training/compile.ts";
import { type Scores, score } from "../training/evaluate.ts";
import { type Gradients, gradientsOf } from "../training/gradients.ts";
import { copyParameters, inputGradientsOf } from "../training/inspect.ts";
import {
  EVALUATE_OPTIONS,
  type EvaluateOptions,
  FIT_OPTIONS,
  type FitOptions,
  GRADIENT_OPTIONS,
  type GradientOptions,
  type History,
  type Metadata,
  type RunSettings,
  type SequentialOptions,
} from "../training/options.ts";
import { pauser } from "../training/pause.ts";
import { checkResume } from "../training/resume.ts";
import { freshRun, type Run, type TrainRequest } from "../training/train.ts";
import { trainSomewhere } from "../worker/train.ts";
import { saveModel } from "./save.ts";
import { describe } from "./summary.ts";

/** A network of layers, one after the other: made by sequential(), load() or fromConfig(). */
export class Model {
  readonly seed: number;
  metadata: Metadata = {};
  private network: Network | undefined;
  private compiled: CompiledTraining | undefined;
  private run: Run = freshRun();
  private settings: RunSettings | undefined;
  private callbacks: readonly Callback[] = [];
  /** Metrics of the training under way: their sums so far belong to its state. */
  private counting: readonly Metric[] = [];
  private busy = false;
  /** Whether a worker has the weights: what is set here would be lost. */
  private away = false;
  /** States of callbacks from a checkpoint, until fit() has the callbacks they belong to. */
  private pendingCallbacks: Readonly<Record<string, CallbackState>> = {};

  /** What the layers were made from, every default written out. */
  readonly configs: readonly LayerConfig[];

  /** @param weights false leaves parameters zero: for whoever sets them anyway */
  constructor(
    layers: readonly (LayerInput | LayerConfig)[],
    options: SequentialOptions = {},
    weights = true,
  ) {
    checkOptions("sequential", options, ["seed", "inputShape"]);
    const { configs, inputShape } = withShape(layers, checkChain);
    this.configs = configs;
    this.seed = seedField.check(options.seed ?? 0, "seed");
    const shape = options.inputShape ?? inputShape;
    if (shape) this.build(shapeField.check(shape, "inputShape"), weights);
  }

  /** Settles the input shape, places the parameters and fills them from the seed. Happens by itself when data comes. */
  build(inputShape: readonly number[], weights = true): this {
    if (this.network) return this;
    const network = new Network(buildChain(this.configs, inputShape));
    if (weights) network.initialize(this.seed);
    this.network = network;
    if (this.compiled) network.prepareTraining(this.compiled.slots);
    return this;
  }

  get built(): Network {
    if (this.network) return this.network;
    throw new NablaError(
      "the model does not know the shape of its input yet: give the first layer an inputShape, or call fit() with data first",
    );
  }

  get layers(): readonly Layer[] {
    return this.built.layers;
  }

  get inputShape(): readonly number[] {
    return this.layers[0].inputShape;
  }

  get outputShape(): readonly number[] {
    return this.layers[this.layers.length - 1].outputShape;
  }

  /** Chooses loss, optimizer and metrics. Optimizer state and progress of an earlier training are forgotten. */
  compile(options: TrainingOptions): this {
    if (this.busy)
      throw new NablaError("compile: this model is being trained; wait for that training, or stop it");
    const compiled = compileTraining(options, this.configs);
    this.compiled = compiled;
    this.run = freshRun();
    this.settings = undefined;
    this.callbacks = [];
    this.pendingCallbacks = {};
    this.network?.prepareTraining(compiled.slots);
    return this;
  }

  get training(): CompiledTraining {
    if (this.compiled) return this.compiled;
    throw new NablaError(
      'the model has no loss and no optimizer yet: call compile({ optimizer: "adam", loss: "categoricalCrossentropy" }) first',
    );
  }

  /**
   * Trains for `epochs` passes over the data.
   *
   * `x` and `y` are plain or typed arrays with the batch dimension first (labels may be integers); or pass a Dataset.
   * @throws NablaError for data that does not fit, and when the loss stops being finite
   */
  fit(data: Dataset, options?: FitOptions): Promise<History>;
  fit(x: ArrayLike2, y: ArrayLike2, options?: FitOptions): Promise<History>;
  async fit(x: Dataset | ArrayLike2, y?: ArrayLike2 | FitOptions, more?: FitOptions): Promise<History> {
    if (this.busy)
      throw new NablaError("fit: this model is being trained already; wait for that training, or stop it");
    const { dataset, options } = this.arguments<FitOptions>("fit", x, y, more);
    checkOptions("fit", options, FIT_OPTIONS);
    const compiled = this.training;
    const { batchSize, microBatchSize, epochs, seed, shuffle, validationSplit, classWeight, shifted } =
      this.fitSettings(options);
    const images = options.augment ?? (options.resume ? this.settings?.augment : undefined);
    let augment: RunSettings["augment"];
    let train_ = dataset;
    let validation = options.validationData
      ? this.dataset(options.validationData, "validationData")
      : undefined;
    if (validationSplit !== 0 && !validation)
      [train_, validation] = splitDataset(dataset, validationSplit, { seed });
    if (shifted !== undefined || images) {
      // most trainings move no images: the code is fetched by those that do
      this.busy = true;
      try {
        const { moveImages } = await import("../data/augment/fit.ts");
        [train_, augment] = moveImages(train_, { shifted, augment: images, seed });
      } finally {
        this.busy = false;
      }
    }
    this.build(train_.inputShape);
    const network = this.built;
    checkFit(train_, network, compiled.loss);
    if (validation) checkFit(validation, network, compiled.loss);
    if (batchSize > train_.length && options.batchSize !== undefined) {
      throw new NablaError(
        `fit: batchSize: expected at most ${train_.length}, the rows to train on, got ${batchSize}`,
      );
    }
    const { progressInterval = 100 } = options;
    if (!(progressInterval >= 0)) {
      throw new NablaError(
        `fit: progressInterval: expected milliseconds, a number ≥ 0, got ${progressInterval}`,
      );
    }
    const weighting = this.weighting("fit", dataset, { ...options, classWeight });
    if (options.sampleWeight && train_.length !== dataset.length) {
      throw new NablaError(
        "fit: sampleWeight goes with validationData, not with validationSplit or shifted: split the data yourself with splitDataset(), move it with shifted()",
      );
    }
    const settings = {
      batchSize,
      epochs,
      seed,
      shuffle,
      validationSplit,
      rows: train_.length,
      ...(microBatchSize !== undefined && { microBatchSize }),
      ...(classWeight && { classWeight }),
      ...(shifted !== undefined && { shifted }),
      ...(augment && { augment }),
    };
    if (options.resume)
      checkResume({
        before: this.settings,
        now: settings,
        configs: this.configs,
        dependsOnEpochs: compiled.dependsOnEpochs,
        waiting: Object.keys(this.pendingCallbacks),
        callbacks: options.callbacks ?? [],
      });
    else {
      // a run of its own: Adam's moments would not fit its step number, nor a velocity its schedule
      this.run = freshRun();
      network.prepareTraining(compiled.slots);
    }
    this.settings = settings;
    const states = this.callbackStates();
    this.callbacks = options.callbacks ?? [];
    if (options.resume) {
      for (const [key, callback] of withState(this.callbacks))
        if (states[key]) callback.restore?.(states[key]);
    }
    this.pendingCallbacks = {};
    this.metadata = metadataFrom(train_, this.metadata);
    const metrics = this.metrics(compiled.metrics);
    for (const metric of metrics) {
      metric.reset();
      if (this.run.metrics[metric.name]) metric.restore(this.run.metrics[metric.name]);
    }
    this.counting = metrics;
    this.busy = true;
    await this.train(
      {
        model: this,
        network,
        train: train_,
        validation,
        loss: compiled.loss,
        training: { loss: compiled.loss, update: compiled.update(network), target: train_.target.kind },
        metrics,
        scoring: this.metrics(compiled.metrics),
        batchSize,
        microBatchSize,
        epochs,
        seed,
        shuffle,
        weighting,
        callbacks: this.callbacks,
        signal: options.signal,
        progress: options.onProgress && { every: progressInterval, report: options.onProgress },
        rate: compiled.rate(epochs),
      },
      options,
    ).finally(() => {
      this.settle();
      this.counting = [];
      this.busy = false;
    });
    return this.history;
  }

  /** Here, or in a worker. */
  private train(request: TrainRequest, { worker, transfer = false }: FitOptions): Promise<void> {
    const remote = {
      configs: this.configs,
      inputShape: this.inputShape,
      training: this.training.config,
      transfer,
      turn: (taken: boolean) => {
        this.away = !taken;
      },
    };
    return trainSomewhere(request, this.run, remote, worker);
  }

  /** Figures of the finished epochs of the last training. */
  get history(): History {
    const { history, stopped } = this.run;
    const columns: Record<string, number[]> = {};
    for (const logs of history) {
      for (const [name, value] of Object.entries(logs)) {
        columns[name] ??= [];
        columns[name].push(value);
      }
    }
    return { epoch: history.map((_, i) => i), history: columns, ...(stopped && { stopped }) };
  }

  /** Loss and metrics on data. The result does not depend on the batch size. */
  evaluate(data: Dataset, options?: EvaluateOptions): Promise<Scores>;
  evaluate(x: ArrayLike2, y: ArrayLike2, options?: EvaluateOptions): Promise<Scores>;
  async evaluate(
    x: Dataset | ArrayLike2,
    y?: ArrayLike2 | EvaluateOptions,
    more?: EvaluateOptions,
  ): Promise<Scores> {
    const { dataset, options } = this.arguments<EvaluateOptions>("evaluate", x, y, more);
    checkOptions("evaluate", options, EVALUATE_OPTIONS);
    return this.score(dataset, options);
  }

  /** Counts of true against predicted classes, with accuracy and figures per class. */
  async confusionMatrix(data: Dataset, options: EvaluateOptions = {}): Promise<ConfusionMatrix> {
    checkOptions("confusionMatrix", options, EVALUATE_OPTIONS);
    this.build(data.inputShape);
    const confusion = new ConfusionMatrix(Math.max(2, sizeOf(this.outputShape)));
    await this.score(data, options, confusion);
    return confusion;
  }

  private async score(
    dataset: Dataset,
    options: EvaluateOptions,
    confusion?: ConfusionMatrix,
  ): Promise<Scores> {
    const { loss, metrics } = this.training;
    const batchSize = options.batchSize ?? 256;
    checkWhole("evaluate: batchSize", batchSize);
    this.build(dataset.inputShape);
    checkFit(dataset, this.built, loss);
    return score({
      network: this.built,
      dataset,
      loss,
      metrics: this.metrics(metrics),
      batchSize,
      confusion,
      onRow: options.onRow,
      weighting: this.weighting("evaluate", dataset, options),
      pause: pauser(),
    });
  }

  /**
   * Outputs for rows of input: a typed array or nested arrays with the batch dimension first, { data, shape }, or a data set.
   * uint8 values are scaled by 1/255, like images in training.
   */
  predict(x: ArrayLike2 | Dataset, options: { batchSize?: number } = {}): Outputs {
    checkOptions("predict", options, ["batchSize"]);
    const { batchSize = 256 } = options;
    checkWhole("predict: batchSize", batchSize);
    if (isDataset(x)) {
      this.build(x.inputShape);
      return predictDataset(this.built, x, batchSize, this.outputShape);
    }
    return predictBatches(this.built, rowsOf(x, this.inputShape), batchSize, this.outputShape);
  }

  /** Copies of all parameters by name, "<layer>.kernel" and "<layer>.bias", row-major. */
  weights(): Record<string, Float32Array> {
    return Object.fromEntries(this.built.tensors.map((tensor) => [tensor.name, this.built.read(tensor)]));
  }

  /** Shapes by the same names. */
  weightShapes(): Record<string, readonly number[]> {
    return Object.fromEntries(this.built.tensors.map((tensor) => [tensor.name, tensor.spec.shape]));
  }

  /**
   * Sets parameters by name; those not named stay. Values are flat and row-major, or nested like the shape.
   * @throws NablaError for unknown names, wrong counts, NaN; nothing is set then
   */
  setWeights(weights: Readonly<Record<string, ArrayLike2>>): this {
    const network = this.built;
    if (this.away) {
      throw new NablaError(
        "setWeights: a worker trains this model; set weights in a callback, between trainings, or train with worker: false",
      );
    }
    const byName = new Map(network.tensors.map((tensor) => [tensor.name, tensor]));
    const checked = Object.entries(weights).map(([name, given]) => {
      const tensor = byName.get(name);
      if (!tensor) {
        throw new NablaError(
          `setWeights: there is no parameter "${name}"${didYouMean(name, byName.keys())}; there are ${[...byName.keys()].join(", ")}`,
        );
      }
      const { data: values } = shaped(given, `setWeights: ${name}`);
      const n = sizeOf(tensor.spec.shape);
      if (values.length !== n) {
        throw new NablaError(
          `setWeights: ${name}: expected ${n} values of shape [${tensor.spec.shape.join(", ")}], got ${values.length}`,
        );
      }
      for (let i = 0; i < n; i++) {
        if (Number.isFinite(Math.fround(values[i]))) continue;
        throw new NablaError(
          `setWeights: ${name}: value ${i} is ${values[i]}; expected finite float32 numbers`,
        );
      }
      return { tensor, values };
    });
    for (const { tensor, values } of checked) network.write(tensor, values);
    return this;
  }

  /** Loss and dL/dw for every parameter on this batch (mean over its rows, penalties included). Changes nothing. */
  gradients(data: Dataset, options?: GradientOptions): Gradients;
  gradients(x: ArrayLike2, y: ArrayLike2, options?: GradientOptions): Gradients;
  gradients(x: Dataset | ArrayLike2, y?: ArrayLike2 | GradientOptions, more?: GradientOptions): Gradients {
    const compiled = this.training;
    const { dataset, options } = this.arguments<GradientOptions>("gradients", x, y, more);
    checkOptions("gradients", options, GRADIENT_OPTIONS);
    this.build(dataset.inputShape);
    const training = {
      loss: compiled.loss,
      update: compiled.update(this.built, "own"),
      target: dataset.target.kind,
      of: "own" as const,
    };
    return gradientsOf(this.built, dataset, training, this.weighting("gradients", dataset, options));
  }

  /**
   * dL/dx of each row's own loss, [rows, …input shape]: which values the loss hangs on (saliency; the size of the class score's
   * gradient in Simonyan, Vedaldi & Zisserman 2013). With respect to the inputs as the network sees them: bytes after their
   * scale. Layers behave as when predicting; nothing changes. All rows are one batch: pass a few.
   * @throws NablaError for data that does not fit, and for the perceptron's loss, which has no gradient
   */
  inputGradients(data: Dataset, options?: GradientOptions): Outputs;
  inputGradients(x: ArrayLike2, y: ArrayLike2, options?: GradientOptions): Outputs;
  inputGradients(x: Dataset | ArrayLike2, y?: ArrayLike2 | GradientOptions, more?: GradientOptions): Outputs {
    const { loss } = this.training;
    const { dataset, options } = this.arguments<GradientOptions>("inputGradients", x, y, more);
    checkOptions("inputGradients", options, GRADIENT_OPTIONS);
    this.build(dataset.inputShape);
    const weighting = this.weighting("inputGradients", dataset, options);
    return inputGradientsOf(this.built, this.configs, dataset, loss, weighting);
  }

  /**
   * The layers up to and including `layer` as a model of their own, with copies of their parameters: its predict() gives that
   * layer's outputs.
   * @throws NablaError where there is no layer of this name
   */
  truncated(layer: string): Model {
    const names = this.layers.map(({ name }) => name);
    const at = names.indexOf(layer);
    if (at < 0)
      throw new NablaError(
        `truncated: there is no layer "${layer}"${didYouMean(layer, names)}; there are ${names.join(", ")}`,
      );
    const { seed, inputShape } = this;
    const configs = this.configs.slice(0, at + 1).map((config, i) => ({ ...config, name: names[i] }));
    const part = new Model(configs, { seed, inputShape }, false);
    copyParameters(this.built, part.built);
    return part;
  }

  /** Layers, shapes and parameters as a table. */
  summary(): string {
    return describe(this.built);
  }

  /**
   * The model as the bytes of a safetensors file: parameters, optimizer state, configuration, progress. Saved from a
   * callback or after an abort, it lets another process go on from that very step.
   */
  save(): Uint8Array {
    return saveModel(this);
  }

  /** Brings the run's copy of the metrics' sums up to date. */
  private settle(): void {
    for (const metric of this.counting) this.run.metrics[metric.name] = metric.state();
  }

  /** What callbacks have learned in this run, by name. */
  private callbackStates(): Record<string, CallbackState> {
    const states = { ...this.pendingCallbacks };
    for (const [key, callback] of withState(this.callbacks)) states[key] = callback.state!();
    return states;
  }

  /** What a checkpoint is made of. */
  get state() {
    this.settle();
    return {
      run: this.run,
      settings: this.settings,
      callbacks: this.callbackStates(),
      compiled: this.compiled,
    };
  }

  /** Puts back what a checkpoint held; fit({ resume: true }) goes on from there. */
  resumeFrom(run: Run, settings: RunSettings | undefined, callbacks: Model["pendingCallbacks"]): void {
    this.run = run;
    this.settings = settings;
    this.pendingCallbacks = callbacks;
  }

  private metrics(names: readonly MetricName[]): Metric[] {
    return names.map((name) => metric(name, Math.max(2, sizeOf(this.outputShape))));
  }

  private arguments<O>(
    who: string,
    x: Dataset | ArrayLike2,
    y?: ArrayLike2 | O,
    more?: O,
  ): { dataset: Dataset; options: O } {
    if (isDataset(x)) return { dataset: x, options: (y ?? {}) as O };
    if (y === undefined) throw new NablaError(`${who}: expected x and y, or a data set; got only x`);
    return { dataset: this.dataset([x, y as ArrayLike2], who), options: (more ?? {}) as O };
  }

  private dataset(data: Dataset | readonly [ArrayLike2, ArrayLike2], name: string): Dataset {
    if (isDataset(data)) return data;
    // labels stay labels where there is an output for each; with one output a regression takes whole numbers as they are
    let units = 1;
    for (const config of this.configs) if (config.type === "dense") units = config.units;
    const target = this.compiled?.loss.classification === false && units === 1 ? "values" : undefined;
    return arrayDataset(data[0], data[1], { name, ...(target && { target }) });
  }

  /** Factors of the loss, checked. */
  private weighting(
    who: string,
    { length, target }: Dataset,
    options: Pick<FitOptions, "classWeight" | "sampleWeight">,
  ): Weighting {
    const { classWeight, sampleWeight: samples } = options;
    if (samples && samples.length !== length) {
      throw new NablaError(
        `${who}: sampleWeight: expected ${length} factors, one per row, got ${samples.length}`,
      );
    }
    for (let i = 0; i < (samples?.length ?? 0); i++) {
      const factor = samples![i];
      if (!(factor >= 0) || !Number.isFinite(Math.fround(factor))) {
        throw new NablaError(`${who}: sampleWeight[${i}]: expected a number ≥ 0, got ${factor}`);
      }
    }
    const units = sizeOf(this.outputShape);
    if (classWeight && target.kind === "values" && units === 1 && !this.training.loss.classification) {
      throw new NablaError(`${who}: classWeight: the targets are quantities, not classes; use sampleWeight`);
    }
    return { classes: classFactors(classWeight, Math.max(2, units)), samples };
  }

  /** fit()'s options with their defaults: a resumed run's own, where it has one. @throws NablaError for values that make no sense */
  private fitSettings(options: FitOptions) {
    const saved = options.resume ? this.settings : undefined;
    const classWeight = options.classWeight ?? saved?.classWeight;
    const fields = {
      batchSize: options.batchSize ?? saved?.batchSize,
      microBatchSize: options.microBatchSize ?? saved?.microBatchSize,
      epochs: options.epochs ?? saved?.epochs,
      seed: options.seed ?? saved?.seed ?? this.seed,
      shuffle: options.shuffle ?? saved?.shuffle,
      validationSplit: options.validationSplit ?? saved?.validationSplit,
      shifted: options.shifted ?? saved?.shifted,
    };
    try {
      return {
        ...fitFields.check(fields),
        classWeight: classWeight && Object.fromEntries(Object.entries(classWeight)),
      };
    } catch (error) {
      throw error instanceof NablaError ? new NablaError(`fit: ${error.message}`, { cause: error }) : error;
    }
  }
}

/** A model whose layers follow each other: sequential([dense({ units: 10, activation: "softmax", inputShape: [784] })]). */
export function sequential(layers: readonly LayerInput[], options?: SequentialOptions): Model {
  return new Model(layers, options);
}

export function isDataset(value: unknown): value is Dataset {
  return (
    typeof value === "object" &&
    value !== null &&
    "read" in value &&
    typeof (value as Dataset).read === "function"
  );
}

/** What a model takes over from the data it is fitted to. Data that says where it comes from says all there is to say. */
function metadataFrom({ target, standardisation, extra }: Dataset, before: Metadata): Metadata {
  const { classes, standardisation: old, ...rest } = before;
  const names = target.kind === "class" ? target.names : undefined;
  const scaled = standardisation ?? (extra ? undefined : old);
  const named = names ?? (extra && target.kind === "values" ? undefined : classes);
  return {
    ...rest,
    ...(named && { classes: named }),
    ...(scaled && { standardisation: scaled }),
    ...(extra && { extra: { ...rest.extra, ...extra } }),
  };
}

function classFactors(weights: FitOptions["classWeight"], classes: number): number[] | undefined {
  if (!weights) return undefined;
  const factors = new Array<number>(classes).fill(1);
  for (const [key, value] of Object.entries(weights)) {
    const c = Number(key);
    if (!Number.isInteger(c) || c < 0 || c >= classes)
      throw new NablaError(`classWeight: there is no class ${key}; classes are 0 to ${classes - 1}`);
    if (!(value >= 0) || !Number.isFinite(Math.fround(value)))
      throw new NablaError(`classWeight[${key}]: expected a number ≥ 0, got ${value}`);
    factors[c] = value;
  }
  return factors;
}

export type {
  EvaluateOptions,
  FitOptions,
  GradientOptions,
  History,
  Metadata,
  RunSettings,
  SequentialOptions,
} from "../training/options.ts";
export type { Logs };
