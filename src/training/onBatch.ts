/** Training and testing on one batch, at once: for loops of a program's own. */

import { type Dataset, range } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import type { Kinds } from "../metrics/kinds.ts";
import { planFor } from "../network/plans.ts";
import { restoreSnapshot, takeSnapshot } from "../network/snapshot.ts";
import { keepingStates } from "../network/states.ts";
import { beginStep, lossOfStep, setRate } from "../plan/step.ts";
import { isPromise } from "../tags.ts";
import { aside } from "./aside.ts";
import { type Assigned, checkAssigned } from "./assigned.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { checkNames } from "./called.ts";
import { byNumbers } from "./classes.ts";
import { runWithLoss } from "./given.ts";
import { kindsOf, objectivesOf } from "./goals.ts";
import { metricsFor } from "./measures.ts";
import { kindsFor } from "./metricKinds.ts";
import { type TrainOnBatchOptions, weightOptions } from "./options.ts";
import { penalties } from "./penalties.ts";
import { prepare } from "./prepare.ts";
import { scoreRows } from "./scoreRows.ts";
import type { ModelToScore, Scores } from "./scores.ts";
import { batchCheck, checkData, checkLabels } from "./targets.ts";
import { updateOf } from "./update.ts";
import { weightingOf } from "./weighting.ts";

/** Steps after which there is a new state to go back to. */
const MARK = 32;

/** A model to train step by step. */
export interface ModelToStep extends ModelToScore, Assigned {
  readonly seed: number;
}

type OnBatch<Subject> = (
  subject: Subject,
  data: Dataset,
  options: TrainOnBatchOptions,
) => Scores | Promise<Scores>;

/** At once where the metrics are there. */
const withKinds =
  <Subject extends ModelToScore>(
    who: string,
    run: (kinds: Kinds, ...given: Parameters<OnBatch<Subject>>) => Scores,
  ): OnBatch<Subject> =>
  (...given) => {
    const kinds = kindsFor(given[0].state.required.goals, who);
    return isPromise(kinds) ? kinds.then((all) => run(all, ...given)) : run(kinds, ...given);
  };

/** @see Model.trainOnBatch */
export const trainOnBatch = withKinds("trainOnBatch", trainNow);

/** @see Model.testOnBatch */
export const testOnBatch = withKinds("testOnBatch", testNow);

function trainNow(kinds: Kinds, subject: ModelToStep, data: Dataset, options: TrainOnBatchOptions): Scores {
  const { state } = subject;
  const { config, optimizer, goals } = state.required;
  const { run } = state;
  const { learningRate } = options;
  checkAssigned("trainOnBatch", subject);
  if (state.busy) throw new NablaError("trainOnBatch: fit() trains this model; wait for it, or stop it");
  if (learningRate === undefined ? config.schedule : !(Number.isFinite(learningRate) && learningRate >= 0))
    throw new NablaError(
      learningRate === undefined
        ? `trainOnBatch: the schedule "${config.schedule!.name}" counts epochs, which single batches do not have; pass a learningRate, or compile without a schedule`
        : `trainOnBatch: learningRate: expected a number ≥ 0, got ${show(learningRate)}`,
    );
  const batch = loaded("trainOnBatch", subject, data, options, "train");
  const { network, plan, rows, scored } = batch;
  const { core } = network;
  const { good } = state;
  const { step } = run;
  const due = !good || good.next !== step || good.changes !== network.changes || step - good.step >= MARK;
  const mark = due ? { weights: takeSnapshot(network), step, changes: network.changes } : good;
  run.rate = learningRate ?? (run.baseRate ?? optimizer.learningRate) * run.rateFactor;
  beginStep(core, plan.step, { rows, rate: run.rate, step, seed: state.settings?.seed ?? subject.seed });
  for (const own of plan.rates ?? [])
    setRate(core, own.step.offset, step, run.rate * (own.learningRate / optimizer.learningRate));
  if (!runWithLoss(network, plan, goals, rows, plan.marks.end, scored)) return fail(batch, subject);
  // not before a step from there has given a loss
  state.good = { ...mark, next: step + 1 };
  run.step++;
  run.firstStep++;
  return { loss: lossOfStep(core, plan.step), ...batch.figures(kinds) };
}

function testNow(kinds: Kinds, subject: ModelToScore, data: Dataset, options: TrainOnBatchOptions): Scores {
  return keepingStates(subject.build(data.inputShape), () => testing(kinds, subject, data, options));
}

function testing(kinds: Kinds, subject: ModelToScore, data: Dataset, options: TrainOnBatchOptions): Scores {
  const batch = loaded("testOnBatch", subject, data, options, "evaluate");
  const { network, plan, loader, rows } = batch;
  const { goals } = subject.state.required;
  // at once: functions of the program's own are here
  const { sum } = scoreRows(network, plan, loader, goals, rows) as {
    sum: number;
  };
  // before penalties, which read weights by way of the plan's place
  const figures = batch.figures(kinds);
  return { loss: sum / rows + penalties(network), ...figures };
}

type Loaded = ReturnType<typeof loaded>;

/** The batch in a plan that has room for it, and for others of its size. */
function loaded(
  who: "trainOnBatch" | "testOnBatch",
  subject: ModelToScore,
  data: Dataset,
  options: TrainOnBatchOptions,
  mode: "train" | "evaluate",
) {
  const training = mode === "train";
  checkGiven(who, options, weightOptions(), training ? ["learningRate"] : []);
  const { state } = subject;
  const { goals } = state.required;
  const network = subject.build(data.inputShape);
  const { classes } = network.about.metadata;
  checkNames(data, classes);
  checkLabels(data, network, goals);
  checkFit(data, network, goals);
  checkData(data, network, goals);
  const weighting = weightingOf(who, data, network, goals, byNumbers(options, data, classes));
  const rows = data.length;
  const loader = new BatchLoader(network, data, goals, weighting);
  // before anything is planned: reading may use the model
  const ready = loader.readNow(who, range(rows));
  if (training) prepare(state, network);
  // growing batches are not planned for each anew
  if (rows > state.capacity) state.capacity = Math.max(rows, Math.ceil(state.capacity * 1.5));
  const plan = planFor(network, mode, state.capacity, kindsOf(data, network), {
    objectives: objectivesOf(goals, data, network),
    ...(training && { update: updateOf(state.required, network) }),
  });
  loader.copy(plan, range(rows), ready);
  loader.check(`${who}: `, plan, range(rows));
  batchCheck(data, network, goals)?.(plan, range(rows), 0);
  if (training) network.reading ??= kindsOf(data, network);
  const scored = () => loader.scored(plan, rows);
  return {
    network,
    plan,
    loader,
    rows,
    scored,
    /** Metrics of the batch, after it was run. */
    figures(kinds: Kinds): Record<string, number> {
      const scores: Record<string, number> = {};
      for (const metric of metricsFor(goals, network, data, { kinds })) {
        metric.reset();
        aside(network, plan, `metric "${metric.name}"`, () => metric.add(scored()));
        scores[metric.name] = metric.result();
      }
      return scores;
    },
  };
}

/** Goes back to where a step gave a loss. */
function fail({ network }: Loaded, { state }: ModelToStep): never {
  const { run, good } = state;
  const { step, rate } = run;
  const layer = network.tensors.find((tensor) => !network.finite(tensor))?.layer;
  if (good && good.next === step && good.changes === network.changes) {
    restoreSnapshot(network, good.weights);
    run.firstStep -= step - good.step;
    run.step = good.step;
    state.good = { ...good, next: good.step, changes: network.changes };
  }
  const cause = `the loss is NaN or infinite${layer === undefined ? "" : `; weights of layer "${layer}" are no longer finite`}. Likely cause: the learning rate (${Number(rate.toPrecision(3))}) is too large; make it smaller, clip gradients (clipNorm: 1), or standardise the inputs`;
  throw new NablaError(
    `trainOnBatch: step ${step + 1}: ${cause}. Nothing is lost: the model is as it was after step ${run.step}`,
    { details: { step, ...(layer !== undefined && { layer }) } },
  );
}
