/** From the arguments of fit() to a training. Loaded when it is used: a page that only predicts needs none of it. */
import type { Callback, TrainedModel } from "../callbacks/callback.ts";
import { hold, readCallbacks } from "../callbacks/check.ts";
import { checkWatched } from "../callbacks/monitor.ts";
import type { Dataset } from "../data/dataset.ts";
import { partsOf } from "../data/split.ts";
import { splitNotes } from "../data/splitNotes.ts";
import { NablaError } from "../errors.ts";
import { figureMeant } from "../metrics/direction.ts";
import { figureOf, type Metric } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { tagOf } from "../tags.ts";
import { unlessAborted } from "./aborted.ts";
import { isDataset, isStream, type ToDataset } from "./arguments.ts";
import { checkFit } from "./batch.ts";
import { begin } from "./begin.ts";
import { checkCount, checkNames, namesAfter, namesIn } from "./called.ts";
import { balanced, ofClasses } from "./classes.ts";
import { digestOf } from "./digest.ts";
import { takesScale } from "./fresh.ts";
import { loaded } from "./loading.ts";
import { pairOf } from "./meant.ts";
import { lookAhead, metricsOfTraining } from "./measures.ts";
import { kindsFor } from "./metricKinds.ts";
import type { FitOptions } from "./options.ts";
import { batchesOf, requestOf, type TrainRequest } from "./request.ts";
import type { Run } from "./run.ts";
import type { RunSettings, Settings } from "./settings.ts";
import type { BatchSource, Source } from "./source.ts";
import { chosenRows, type SplitRule } from "./splitRule.ts";
import type { TrainingState } from "./state.ts";
import { checkStateful } from "./stateful.ts";
import { checkData, checkLabels } from "./targets.ts";
import { weightingOf } from "./weighting.ts";

/** What is trained, as the model hands it in. */
export interface ModelToTrain<M extends TrainedModel> extends ToDataset {
  readonly model: M;
  readonly seed: number;
  /** What it calls its classes, before. */
  readonly classes: readonly string[] | undefined;
  readonly state: TrainingState;
  /** Its network, built for rows of this shape where it is not yet. */
  build(inputShape: readonly number[]): Network;
  /** Called with the data that is trained on, once it is checked. @param adopts whether the model takes over the scale of its targets */
  learnFrom(dataset: Dataset, adopts: boolean | undefined): void;
  /** What reads batches from iterators: most trainings have no use for it. */
  streams(): Promise<typeof import("./streamFit.ts")>;
  /** Whether a layer looks across rows in training. */
  acrossRows(): boolean;
  /** Trains, here or elsewhere. */
  train(request: TrainRequest<M>, run: Run, options: FitOptions<M>): Promise<void>;
}

/** @see Model.fit @param wanted the settings among the options, checked */
export async function fit<M extends TrainedModel>(
  subject: ModelToTrain<M>,
  given: Dataset | BatchSource,
  wanted: Settings,
  options: FitOptions<M>,
): Promise<void> {
  const callbacks = readCallbacks<M>(options.callbacks);
  checkRest(wanted, options);
  const release = hold(callbacks);
  try {
    if (!isStream(given)) return await prepared(subject, given, wanted, options, callbacks);
    const { endless, streamOf } = await subject.streams();
    const stream = streamOf(subject, given, wanted, options);
    let failed = true;
    try {
      const like = await unlessAborted(stream.begin(), options.signal);
      await prepared(subject, endless(like, subject), wanted, options, callbacks, stream);
      failed = false;
    } finally {
      await unlessAborted(stream.close(failed), options.signal);
    }
  } finally {
    release();
  }
}

/** What can be known of options before data is looked at. */
function checkRest({ validationSplit }: Settings, { validationData }: FitOptions<never>): void {
  if (validationData && validationSplit !== 0)
    throw new NablaError(
      "fit: validationData and validationSplit: both say what to validate on; give one of them",
    );
}

/** @param source where `data` only says what rows are like */
async function prepared<M extends TrainedModel>(
  subject: ModelToTrain<M>,
  data: Dataset,
  wanted: Settings,
  options: FitOptions<M>,
  callbacks: readonly Callback<M>[],
  source?: Source,
): Promise<void> {
  const { model, state } = subject;
  const compiled = state.required;
  state.notes = [];
  const { apart, validation, weights, rows, rule } = validationOf(subject, data, options, wanted);
  const [train, augment] = movesImages(wanted) ? await moved(apart, wanted) : [apart, undefined];
  const network = subject.build(train.inputShape);
  const { goals } = compiled;
  checkNames(data, subject.classes, { renames: true });
  if (!source) checkLabels(data, network, goals);
  checkFit(train, network, goals);
  if (!source) checkData(data, network, goals);
  if (validation) {
    checkLabels(validation, network, goals);
    checkFit(validation, network, goals);
    if (!rows) checkData(validation, network, goals, source ? undefined : data);
  }
  if (goals.length === 1 && goals[0].loss.classification)
    checkCount(
      namesIn(data) ? data.name : "metadata.classes",
      namesAfter(data, subject.classes),
      network.outputShapes[0].at(-1)!,
    );
  const whose = namesIn(data) ? "the training data" : undefined;
  if (validation && !rows) checkNames(validation, namesAfter(data, subject.classes), { whose });
  const { augment: _, ...plain } = wanted;
  const settings: RunSettings = {
    ...plain,
    validationSplit: rule,
    ...(augment && { augment }),
    rows: source ? 0 : train.length,
  };
  if (!source) checkBatch(options, settings);
  if (settings.shards || options.ranks)
    (await loaded(() => import("./spread.ts"))).checkShards(settings, options, source);
  checkStateful(network, settings, source ? undefined : train.length, validation?.length);
  const progress = progressOf(options);
  const { sampleWeight, signal } = options;
  // saved by number
  const { classWeight } = settings;
  if (options.classWeight && classWeight)
    settings.classWeight =
      options.classWeight === "balanced"
        ? balanced(source ? undefined : train)
        : ofClasses(options.classWeight, data, subject.classes);
  const { classes, samples: all } = weightingOf("fit", data, network, goals, {
    classWeight: settings.classWeight,
    sampleWeight,
  });
  // weights follow their rows: into the parts of a split, and to the copies that `shifted` makes
  const of = (part: number) => (all && rows ? Float64Array.from(rows[part], (row) => all[row]) : all);
  const samples = of(0);
  const weighting = { classes, samples: samples && repeated(samples, train.length) };
  const validationWeighting =
    validation &&
    weightingOf("validationData", validation, network, goals, {
      sampleWeight: rows ? of(1) : weights,
    });
  // functions that are missing are missed before anything changes
  const { metrics, scoring, readings } = metricsOfTraining(goals, network, train, await kindsFor(goals));
  const figures = ["loss", ...metrics.map(({ name }) => name)];
  checkWatched(callbacks, [
    ...figures,
    "learningRate",
    ...(validation ? figures.map((name) => figureOf("val", name)) : []),
  ]);
  if (!source) await unlessAborted(lookAhead(train, network, goals, readings), signal);
  const adopts =
    train.targetScale && !network.about.metadata.targetScale && takesScale(train, network, subject.seed);
  const known = digestOf({
    data,
    stream: !!source,
    validation: rows ? undefined : validation,
    sampleWeight,
    validationWeight: weights,
    callbacks,
  });
  const compared = { now: known, train, from: rows?.[0], stream: !!source, validation, signal };
  await begin(subject, network, settings, callbacks, options, compared);
  subject.learnFrom(train, adopts);
  state.counting = runningMetrics(state, metrics);
  try {
    await subject.train(
      {
        ...requestOf(compiled, network, train, settings, scoring),
        model,
        source,
        validation,
        validationWeighting,
        metrics: state.counting,
        weighting,
        callbacks,
        signal,
        ranks: options.ranks,
        progress,
      },
      state.run,
      options,
    );
  } finally {
    state.settle();
    state.counting = [];
  }
}

/** Metrics with the sums that the run starts from. */
function runningMetrics({ run }: TrainingState, metrics: Metric[]): Metric[] {
  for (const metric of metrics) {
    metric.reset();
    // an earlier version may have called it by another of its names
    const saved = figureMeant(metric.name, Object.keys(run.metrics));
    if (saved !== undefined) metric.restore(run.metrics[saved]);
  }
  return metrics;
}

/** The rows to train on and those to validate on. */
function validationOf<M extends TrainedModel>(
  { datasetOf, state, classes }: ModelToTrain<M>,
  data: Dataset,
  { validationData, resume }: Pick<FitOptions<M>, "validationData" | "resume">,
  settings: Settings,
): {
  apart: Dataset;
  validation?: Dataset;
  weights?: ArrayLike<number>;
  rows?: readonly Uint32Array[];
  rule: SplitRule;
} {
  const expected =
    "fit: validationData: expected a data set, [x, y], [x, y, sampleWeight] or { xs, ys }, got";
  if (isStream(validationData))
    throw new NablaError(`${expected} an iterator; call evaluate() with it in a callback's onEpochEnd`);
  const { validationSplit } = settings;
  if (validationData) {
    const whole = isDataset(validationData);
    const pair = whole ? undefined : pairOf("fit: validationData", validationData);
    if (!whole && !pair)
      throw new NablaError(
        `${expected} ${Array.isArray(validationData) ? `a list of ${validationData.length}` : tagOf(validationData)}`,
      );
    const validation = datasetOf(
      pair ?? (validationData as Dataset),
      "validationData",
      undefined,
      namesAfter(data, classes),
    );
    return { apart: data, validation, weights: pair?.[2], rule: validationSplit };
  }
  const before = resume ? state.settings?.validationSplit : undefined;
  const { rows, rule } = chosenRows(data, validationSplit, before, settings);
  if (!rows) return { apart: data, rule };
  state.notes = splitNotes(data, rows);
  const [apart, validation] = partsOf(data, rows);
  return { apart, validation, rows, rule };
}

/** `shifted` gives row r of n the numbers r, r + n, r + 2n, … */
const repeated = (weights: ArrayLike<number>, length: number): ArrayLike<number> =>
  weights.length === length
    ? weights
    : Float64Array.from({ length }, (_, row) => weights[row % weights.length]);

const movesImages = ({ shifted, augment }: Settings): boolean => shifted !== undefined || Boolean(augment);

/** Most trainings move no images, so this code is loaded only by those that do. */
async function moved(data: Dataset, settings: Settings) {
  const { moveImages } = await loaded(() => import("../data/augment/fit.ts"));
  return moveImages(data, settings);
}

/** What the fields of settings cannot check: it needs the data. */
function checkBatch(given: FitOptions, settings: RunSettings): void {
  const { batchSize, rows, stepsPerEpoch = 1 } = settings;
  if (batchSize > rows && given.batchSize !== undefined)
    throw new NablaError(`fit: batchSize: expected at most ${rows}, the rows to train on, got ${batchSize}`);
  const batches = batchesOf(rows, settings);
  if (batches === 0)
    throw new NablaError(
      `fit: dropLast: the ${rows} rows to train on do not fill a batch of ${batchSize}; make batchSize smaller`,
    );
  if (stepsPerEpoch > batches)
    throw new NablaError(
      `fit: stepsPerEpoch: expected at most ${batches}, the batches that ${rows} rows give, got ${stepsPerEpoch}`,
    );
}

function progressOf({ onProgress, progressInterval = 100 }: FitOptions): TrainRequest["progress"] {
  return onProgress && { every: progressInterval, report: onProgress };
}
