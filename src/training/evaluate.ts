/** Running a network over a dataset without changing it: loss, metrics, confusion matrix, outputs. */

import { type Dataset, range, targetSize } from "../data/dataset.ts";
import { demandDataset } from "../data/expected.ts";
import { NablaError } from "../errors.ts";
import { checkGiven } from "../fields/programs.ts";
import { ConfusionMatrix } from "../metrics/confusion.ts";
import type { Metric, Subject, Tally } from "../metrics/metric.ts";
import { metricsField } from "../metrics/table.ts";
import { readyToTrain } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { planFor } from "../network/plans.ts";
import { ROWS_AT_ONCE } from "../network/predict.ts";
import { keepingStates } from "../network/states.ts";
import { isPromise } from "../tags.ts";
import { unlessAborted } from "./aborted.ts";
import { type DataArgument, isStream, type ToDataset, type Together, unread } from "./arguments.ts";
import { aside } from "./aside.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { checkBootstrap, Recorder } from "./bootstrap.ts";
import { checkNames as checkClassNames, checkCount } from "./called.ts";
import { byNumbers } from "./classes.ts";
import { listOf } from "./compile.ts";
import { type Goal, kindsOf, objectivesOf } from "./goals.ts";
import { loaded } from "./loading.ts";
import { meant, type NamesClasses } from "./meant.ts";
import { metricsFor, readingsOf } from "./measures.ts";
import { kindsFor } from "./metricKinds.ts";
import {
  type ConfusionOptions,
  confusionOptions,
  type EvaluateOptions,
  figureOptions,
  type StreamEvaluateOptions,
} from "./options.ts";
import { checkNames } from "./own.ts";
import { isOwn } from "./ownFunctions.ts";
import { seeingNoPadding } from "./padding.ts";
import { pauser } from "./pause.ts";
import { penalties } from "./penalties.ts";
import { classesIn } from "./pixels.ts";
import { scoreRows } from "./scoreRows.ts";
import type { ModelToScore, Scores } from "./scores.ts";
import type { BatchSource, Ready, Source } from "./source.ts";
import type { Reading } from "./targetReading.ts";
import { batchCheck, checkData, checkLabels } from "./targets.ts";
import { threaded } from "./threaded.ts";
import { outputsOf } from "./units.ts";
import { type Weighting, weightingOf } from "./weighting.ts";

export interface ScoreRequest {
  readonly network: Network;
  readonly dataset: Dataset;
  readonly goals: readonly Goal[];
  readonly metrics: readonly Metric[];
  readonly batchSize: number;
  /** Batches in place of rows by number: `dataset` says what they are like. */
  readonly source?: Source;
  readonly weighting?: Weighting;
  /** Called with each row's number and loss. */
  readonly onRow?: EvaluateOptions["onRow"];
  /** Keeps what metrics see, and the losses of rows. */
  readonly recorder?: Pick<Recorder, "add">;
  /** Only some of the rows by number: the first one, and that after the last. Default: all. */
  readonly part?: readonly [from: number, to: number];
  /** Called with the rows of a batch as they were read. */
  readonly onRead?: (indices: Uint32Array, ready: Ready) => void;
  /** Figures of rows that are not made of numbers are NaN; else they are an error. */
  readonly lenient?: boolean;
  /** Called between batches, to give others a turn. */
  readonly pause?: () => void | Promise<void>;
  /** Ends it between two batches, or while rows are waited for. */
  readonly signal?: AbortSignal;
}

/**
 * The result does not depend on the batch size: rows are computed independently and added up in order. States that are carried from batch to
 * batch begin with zeros, and are afterwards what they were.
 */
export const score = (request: ScoreRequest): Promise<Scores> =>
  keepingStates(request.network, () => scoreAll(request), true);

async function scoreAll(request: ScoreRequest): Promise<Scores> {
  const { network, dataset, goals, metrics, onRow, recorder, pause } = request;
  const { source, signal, lenient } = request;
  const inputs = kindsOf(dataset, network);
  const objectives = objectivesOf(goals, dataset, network);
  const planOf = (rows: number) => planFor(network, "evaluate", rows, inputs, { objectives });
  const rows = network.batchSize ?? Math.min(request.batchSize, dataset.length);
  let plan = planOf(source ? source.rows : rows);
  const loader = new BatchLoader(network, dataset, goals, request.weighting);
  const check = batchCheck(dataset, network, goals);
  for (const metric of metrics) metric.reset();
  const [first, end] = request.part ?? [0, dataset.length];
  let [sum, from] = [0, first];
  for (let number = 0; from < end; number++) {
    signal?.throwIfAborted();
    const ready = source && (await unlessAborted(source.next({ epoch: 0, batch: number }), signal));
    if (source && !ready) break;
    const n = ready ? ready.y.length / targetSize(dataset.target) : Math.min(rows, end - from);
    const indices = range(n, ready ? 0 : from);
    const read = ready ?? loader.read(indices, number);
    const came = isPromise(read) ? await unlessAborted(read, signal) : read;
    // looked up again: the model may have been compiled meanwhile, and its plans lie elsewhere then
    plan = planOf(Math.max(n, plan.rows));
    request.onRead?.(indices, came);
    loader.copy(plan, indices, came);
    if (!lenient) loader.check(source ? `batch ${number}: ` : "", plan, indices);
    check?.(plan, indices, number);
    const scored = scoreRows(network, plan, loader, goals, n, sum);
    const { losses, sum: after } = isPromise(scored) ? await scored : scored;
    sum = after;
    let batch = loader.scored(plan, n);
    const moved = () => {
      batch = loader.scored(plan, n);
    };
    for (const metric of metrics) {
      const wait = aside(network, plan, `metric "${metric.name}"`, () => metric.add(batch), moved);
      if (wait) await wait;
    }
    recorder?.add(batch, losses);
    if (onRow) {
      // copies: the caller may keep them, or use the network in between
      const outputs = Array.from(losses, (_, r) => outputsOf(batch, r, n, goals, network));
      for (let r = 0; r < n; r++) onRow(from + r, losses[r], outputs[r] as Float32Array);
    }
    from += n;
    const turn = pause?.();
    if (turn) await turn;
  }
  const scores: Scores = { loss: sum / (from - first || 1) + penalties(network) };
  for (const metric of metrics) scores[metric.name] = metric.result();
  return scores;
}

/** @see Model.evaluate @param also another metric, of the first output's targets as they are read */
export async function evaluate(
  subject: ModelToScore,
  dataset: Dataset,
  options: EvaluateOptions,
  source?: Source,
  also?: (reading: Reading) => Metric,
): Promise<Scores> {
  checkGiven("evaluate", options, { ...confusionOptions(), ...figureOptions() });
  const batchSize = options.batchSize ?? ROWS_AT_ONCE;
  checkBootstrap(options);
  const goals = withMetrics(subject.state.required.goals, options.metrics);
  const { onRow } = options;
  const kinds = await kindsFor(goals, "evaluate");
  const network = subject.build(dataset.inputShape);
  const { classes } = network.about.metadata;
  checkClassNames(dataset, classes);
  checkLabels(dataset, network, goals);
  checkFit(dataset, network, goals);
  if (goals.length === 1 && goals[0].loss.classification)
    checkCount("metadata.classes", classes, network.outputShapes[0].at(-1)!, true);
  if (!source) checkData(dataset, network, goals);
  const weighting = weightingOf("evaluate", dataset, network, goals, byNumbers(options, dataset, classes));
  const readings = readingsOf(goals, network, dataset);
  const metrics = metricsFor(goals, network, dataset, { kinds, readings });
  const pause = pauser();
  const recorder = options.bootstrap === undefined ? undefined : new Recorder(network.core);
  const { threads, signal } = options;
  const asked = also ? [...metrics, seeingNoPadding(also(readings[0]), network)] : metrics;
  const request = { network, dataset, goals, metrics: asked, batchSize, source, onRow, weighting, recorder };
  await readyToTrain(network, "evaluate");
  const scores = await threaded("evaluate", subject.state, network, threads, () =>
    score({ ...request, pause, signal }),
  );
  if (!recorder) return scores;
  const again = metricsFor(goals, network, dataset, { kinds, readings });
  const intervals = await recorder.intervals(again, penalties(network), options, pause);
  return Object.assign(scores, { intervals });
}

/**
 * The same of data as a program gives it.
 *
 * @param reads makes data sets of arrays
 * @see Model.evaluate
 */
export async function evaluateGiven(
  subject: ModelToScore & NamesClasses,
  given: DataArgument | BatchSource | Together,
  options: EvaluateOptions | StreamEvaluateOptions,
  reads: ToDataset,
): Promise<Scores> {
  const { data, datasetOf } = meant("evaluate", subject, given, false, reads);
  return isStream(data)
    ? evaluateBatches(subject, data, options, datasetOf)
    : evaluate(subject, data, options);
}

/**
 * The same on batches of an iterator, whose code is loaded with the first of them.
 *
 * @param datasetOf rows of a program's own as a data set for this model
 * @see Model.evaluate
 */
export async function evaluateBatches(
  subject: ModelToScore & Pick<NamesClasses, "metadata">,
  source: BatchSource,
  options: StreamEvaluateOptions,
  datasetOf: ToDataset["datasetOf"],
): Promise<Scores> {
  const { evaluateStream } = await loaded(() => import("./streamFit.ts"), "evaluate");
  const { state } = subject;
  const { classes } = subject.metadata;
  const build = (inputShape: readonly number[]) => subject.build(inputShape);
  return evaluateStream({ state, build, datasetOf, classes }, source, options, (data, rest, batches) =>
    evaluate(subject, data, rest, batches),
  );
}

/** The same goals with other metrics. */
function withMetrics(goals: readonly Goal[], given: EvaluateOptions["metrics"]): readonly Goal[] {
  if (!given) return goals;
  const list = listOf(given);
  const named = metricsField().check(list, "evaluate: metrics");
  checkNames(named);
  const metrics = named.map((each, i) => (isOwn(each) ? list[i] : each));
  return goals.map((goal) => ({ ...goal, metrics }));
}

/** @param given its arguments @see Model.confusionMatrix */
export async function confusionOf(
  subject: ModelToScore & NamesClasses,
  reads: ToDataset,
  given: readonly unknown[],
): Promise<ConfusionMatrix> {
  const [x, y, more] = given as readonly never[];
  const [whole, options] = unread<ConfusionOptions>("confusionMatrix", subject, x, y, more);
  const { data: dataset } = meant("confusionMatrix", subject, whole, false, reads);
  if (isStream(dataset))
    throw new NablaError(
      "confusionMatrix: expected x and y, or a data set, got an iterator; take evaluate() with onRow, which gives the outputs of each row",
    );
  demandDataset("confusionMatrix", dataset);
  checkGiven("confusionMatrix", options, confusionOptions());
  const { outputShapes } = subject.build(dataset.inputShape);
  const { goals } = subject.state.required;
  if (goals.length > 1)
    throw new NablaError(
      `confusionMatrix: the model has ${goals.length} outputs; take evaluate() with onRow, which gives the outputs of each row`,
    );
  const classes = classesIn(outputShapes[0], goals[0].loss);
  const name = "confusionMatrix";
  // each way the targets may be read
  const matrices: ConfusionMatrix[] = [];
  const counting = (reading: Reading): Metric => {
    const create = ({ task }: Subject): Tally | NablaError => {
      if (task === "labels" || task === "quantities") return reading.refusal(name, name, task);
      const { names = subject.metadata.classes } = dataset.target;
      const matrix = new ConfusionMatrix(classes, names);
      const number = matrices.push(matrix) - 1;
      return {
        reset() {},
        add: (batch) => matrix.add(batch),
        result: () => number,
        state: () => [],
        restore() {},
      };
    };
    return { ...reading.tally(create, true), name };
  };
  const scores = await evaluate(subject, dataset, options, undefined, counting);
  return matrices[scores[name]];
}
