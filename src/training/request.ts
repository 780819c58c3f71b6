/** What a training is asked to do, and what its callbacks see of it. */
import type { Callback, TrainedModel, TrainingContext } from "../callbacks/callback.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Network, Training } from "../network/network.ts";
import type { Loss } from "../plan/loss.ts";
import type { CompiledTraining } from "./compile.ts";
import { metricsFor } from "./evaluate.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import type { RunSettings } from "./settings.ts";
import type { Weighting } from "./weighting.ts";

/** @param M what callbacks are given as the model */
export interface TrainRequest<M = TrainedModel> {
  readonly model: M;
  readonly network: Network;
  readonly train: Dataset;
  readonly validation?: Dataset;
  /** Losses and update. */
  readonly training: Training;
  readonly loss: Loss;
  readonly settings: RunSettings;
  /** Over the epoch that is running, with the sums the run starts from: at any time they are part of its state. */
  readonly metrics: readonly Metric[];
  /** Others of the same kinds, for validation. */
  readonly scoring: readonly Metric[];
  readonly weighting: Weighting;
  readonly callbacks: readonly Callback<M>[];
  readonly signal?: AbortSignal;
  /** Called at most every so many milliseconds, equally at ends of epochs; at the very end in any case. */
  readonly progress?: { readonly every: number; report(progress: Progress): void };
  /** η of a step, before callbacks change it. */
  rate(step: number, stepsPerEpoch: number): number;
}

/** The part of a request that follows from what was compiled. */
export function requestOf(
  compiled: CompiledTraining,
  network: Network,
  train: Dataset,
  settings: RunSettings,
): Pick<TrainRequest, "network" | "train" | "settings" | "loss" | "training" | "scoring" | "rate"> {
  return {
    network,
    train,
    settings,
    loss: compiled.loss,
    training: {
      objectives: [{ loss: compiled.loss, target: train.target.kind }],
      update: compiled.update(network),
    },
    scoring: metricsFor(compiled.metrics, network.outputShape),
    rate: compiled.rate(settings.epochs),
  };
}

export const batchesPerEpoch = ({ train, settings }: Pick<TrainRequest, "train" | "settings">): number =>
  Math.ceil(train.length / settings.batchSize);

/** What callbacks see of a run. @param stopping called when one of them ends it @param rated called with factors they set */
export function contextOf<M>(
  request: TrainRequest<M>,
  run: Run,
  stopping: (reason: string) => void,
  rated?: (factor: number) => void,
): TrainingContext<M> {
  return {
    model: request.model,
    epochs: request.settings.epochs,
    batchesPerEpoch: batchesPerEpoch(request),
    get step() {
      return run.step;
    },
    get rateFactor() {
      return run.rateFactor;
    },
    set rateFactor(factor) {
      run.rateFactor = factor;
      rated?.(factor);
    },
    get learningRate() {
      return run.rate;
    },
    stop(reason) {
      stopping(reason);
      run.stopped = reason;
    },
  };
}
