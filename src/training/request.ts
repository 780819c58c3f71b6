/** What a training is asked to do. */
import type { Callback, TrainedModel } from "../callbacks/callback.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import type { Training } from "../network/plans.ts";
import { rateAt } from "../schedules/rate.ts";
import type { CompiledTraining } from "./compile.ts";
import { type Goal, objectivesOf } from "./goals.ts";
import type { Progress } from "./progress.ts";
import type { Ranks } from "./ranks.ts";
import type { Run } from "./run.ts";
import type { RunSettings, Settings } from "./settings.ts";
import type { Split } from "./shardOptimizer.ts";
import type { Source } from "./source.ts";
import { updateOf } from "./update.ts";
import type { Weighting } from "./weighting.ts";

/** @param M what callbacks are given as the model */
export interface TrainRequest<M = TrainedModel> {
  readonly model: M;
  readonly network: Network;
  readonly train: Dataset;
  /** Where rows come in batches instead of by their numbers; `train` says what they are like. */
  readonly source?: Source;
  readonly validation?: Dataset;
  readonly validationWeighting?: Weighting;
  /** Losses and update. */
  readonly training: Training;
  /** One for each output. */
  readonly goals: readonly Goal[];
  readonly settings: RunSettings;
  /** Over the epoch that is running, with the sums the run starts from: at any time they are part of its state. */
  readonly metrics: readonly Metric[];
  /** Others of the same kinds, for validation. */
  readonly scoring: readonly Metric[];
  readonly weighting: Weighting;
  readonly callbacks: readonly Callback<M>[];
  readonly signal?: AbortSignal;
  /** Processes that share the work, and how they agree to stop: one of them may be asked. */
  readonly ranks?: Ranks;
  readonly asked?: AbortSignal;
  readonly stop?: () => void;
  /** Where the optimizer's slots are split over them. */
  readonly split?: Split;
  /** Called at most every so many milliseconds, equally at ends of epochs; at the very end in any case. */
  readonly progress?: { readonly every: number; report(progress: Progress): void };
  /** η of the next step. @param of before schedule and callbacks, default the optimizer's */
  rate(run: Run, stepsPerEpoch: number, of?: number): number;
  /** The schedule that sets it, if there is one. */
  readonly schedule?: string;
}

/** The part of a request that follows from what was compiled. */
export function requestOf(
  compiled: CompiledTraining,
  network: Network,
  train: Dataset,
  settings: RunSettings,
  scoring: readonly Metric[],
): Pick<
  TrainRequest,
  "network" | "train" | "settings" | "goals" | "training" | "scoring" | "rate" | "schedule"
> {
  const { config, kinds, dependsOnEpochs } = compiled;
  const { schedule } = config;
  const rate = (step: number, stepsPerEpoch: number, of: number) =>
    schedule
      ? rateAt({ kind: kinds.schedule!, config: schedule }, of, step, stepsPerEpoch, settings.epochs)
      : of;
  const { learningRate } = compiled.optimizer;
  return {
    network,
    train,
    settings,
    goals: compiled.goals,
    training: {
      objectives: objectivesOf(compiled.goals, train, network),
      update: updateOf(compiled, network),
    },
    scoring,
    schedule: schedule?.name,
    // a schedule goes on with the steps, one over all epochs begins again in each call
    rate: ({ step, firstStep, firstEpoch, baseRate, rateFactor }, stepsPerEpoch, of = learningRate) =>
      (baseRate === undefined
        ? rate(step - firstStep + (dependsOnEpochs ? 0 : firstEpoch * stepsPerEpoch), stepsPerEpoch, of)
        : baseRate * (of / learningRate)) * rateFactor,
  };
}

/** How many batches the rows give. */
export const batchesOf = (rows: number, { batchSize, dropLast }: Settings): number =>
  dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);

export const batchesPerEpoch = ({ train, settings }: Pick<TrainRequest, "train" | "settings">): number =>
  settings.stepsPerEpoch ?? batchesOf(train.length, settings);
