/** From the arguments of fit() to a training. */
import { type Callback, type TrainedModel, withState } from "../callbacks/callback.ts";
import type { Dataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import type { Topology } from "../layers/configs.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { type DataArgument, datasetOf } from "./arguments.ts";
import { checkFit } from "./batch.ts";
import { metricsFor } from "./evaluate.ts";
import { type FitOptions, fitOptionNames } from "./options.ts";
import { requestOf, type TrainRequest } from "./request.ts";
import { checkResume } from "./resume.ts";
import { freshRun, type Run } from "./run.ts";
import { type RunSettings, readSettings, type Settings } from "./settings.ts";
import type { TrainingState } from "./state.ts";
import { weightingOf } from "./weighting.ts";

/** What is trained, as the model hands it in. */
export interface ModelToTrain<M extends TrainedModel> {
  readonly model: M;
  readonly topology: Topology;
  readonly seed: number;
  readonly state: TrainingState;
  /** Its network, built for rows of this shape where it is not yet. */
  build(inputShape: readonly number[]): Network;
  /** Called with the data that is trained on, once it is checked. */
  learnFrom(dataset: Dataset): void;
  /** Trains, here or elsewhere. */
  train(request: TrainRequest<M>, run: Run, options: FitOptions<M>): Promise<void>;
}

/** @see Model.fit */
export async function fit<M extends TrainedModel>(
  subject: ModelToTrain<M>,
  data: Dataset,
  options: FitOptions<M>,
): Promise<void> {
  const { model, state } = subject;
  if (state.busy)
    throw new NablaError("fit: this model is being trained already; wait for that training, or stop it");
  checkOptions("fit", options, fitOptionNames());
  const compiled = state.required;
  const wanted = readSettings(options, options.resume ? state.settings : undefined, subject.seed);
  const [apart, validation] = validationOf(subject, data, options, wanted);
  const [train, augment] = movesImages(wanted) ? await moved(state, apart, wanted) : [apart, undefined];
  const network = subject.build(train.inputShape);
  checkFit(train, network, compiled.loss);
  if (validation) checkFit(validation, network, compiled.loss);
  const { augment: _, ...plain } = wanted;
  const settings: RunSettings = { ...plain, ...(augment && { augment }), rows: train.length };
  checkBatch(options, settings);
  const progress = progressOf(options);
  const { outputShape } = network;
  const { classWeight } = settings;
  const { sampleWeight, signal } = options;
  const callbacks = options.callbacks ?? [];
  const weighting = weightingOf("fit", data, outputShape, compiled.loss, { classWeight, sampleWeight });
  if (sampleWeight && train.length !== data.length) {
    throw new NablaError(
      "fit: sampleWeight goes with validationData, not with validationSplit or shifted: split the data yourself with splitDataset(), move it with shifted()",
    );
  }
  begin(subject, network, settings, callbacks, options.resume);
  subject.learnFrom(train);
  state.counting = runningMetrics(state, outputShape);
  state.busy = true;
  try {
    await subject.train(
      {
        ...requestOf(compiled, network, train, settings),
        model,
        validation,
        metrics: state.counting,
        weighting,
        callbacks,
        signal,
        progress,
      },
      state.run,
      options,
    );
  } finally {
    state.settle();
    state.counting = [];
    state.busy = false;
  }
}

/** Where the training starts from: anew, or where the last one stood. */
function begin<M extends TrainedModel>(
  { state, topology }: ModelToTrain<M>,
  network: Network,
  settings: RunSettings,
  callbacks: readonly Callback<M>[],
  resume = false,
): void {
  const { dependsOnEpochs, slots } = state.required;
  if (resume) {
    const waiting = Object.keys(state.waiting);
    checkResume({
      before: state.settings,
      now: settings,
      configs: topology.layers,
      dependsOnEpochs,
      waiting,
      callbacks,
    });
  } else {
    // a run of its own: Adam's moments would not fit its step number, nor a velocity its schedule
    state.run = freshRun();
    network.prepareTraining(slots);
  }
  state.settings = settings;
  const states = state.callbackStates;
  state.callbacks = callbacks;
  if (resume)
    for (const [key, callback] of withState(callbacks)) if (states[key]) callback.restore?.(states[key]);
  state.waiting = {};
}

/** Metrics with the sums that the run starts from. */
function runningMetrics({ required, run }: TrainingState, outputShape: readonly number[]): Metric[] {
  const metrics = metricsFor(required.metrics, outputShape);
  for (const metric of metrics) {
    metric.reset();
    if (run.metrics[metric.name]) metric.restore(run.metrics[metric.name]);
  }
  return metrics;
}

/** The rows to train on and those to validate on. */
function validationOf<M extends TrainedModel>(
  { topology, state }: ModelToTrain<M>,
  data: Dataset,
  { validationData }: { readonly validationData?: DataArgument },
  { validationSplit, seed }: Settings,
): [train: Dataset, validation: Dataset | undefined] {
  if (validationData) return [data, datasetOf(validationData, "validationData", topology, state.compiled)];
  return validationSplit === 0 ? [data, undefined] : splitDataset(data, validationSplit, { seed });
}

const movesImages = ({ shifted, augment }: Settings): boolean => shifted !== undefined || Boolean(augment);

/** Most trainings move no images, so this code is loaded only by those that do. */
async function moved(state: TrainingState, data: Dataset, settings: Settings) {
  state.busy = true;
  try {
    const { moveImages } = await import("../data/augment/fit.ts");
    return moveImages(data, settings);
  } finally {
    state.busy = false;
  }
}

/** What the fields of settings cannot check: it needs the data. */
function checkBatch(given: FitOptions, { batchSize, rows }: RunSettings): void {
  if (batchSize > rows && given.batchSize !== undefined)
    throw new NablaError(`fit: batchSize: expected at most ${rows}, the rows to train on, got ${batchSize}`);
}

function progressOf({ onProgress, progressInterval = 100 }: FitOptions): TrainRequest["progress"] {
  if (!(progressInterval >= 0))
    throw new NablaError(
      `fit: progressInterval: expected milliseconds, a number ≥ 0, got ${progressInterval}`,
    );
  return onProgress && { every: progressInterval, report: onProgress };
}
