import { didYouMean, NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { better, type Callback, type Direction, type Logs } from "./callback.ts";

export interface EarlyStoppingOptions {
  /** Default "valLoss". */
  monitor?: string;
  /** Epochs without improvement before stopping. Default 0, which as in Keras stops at the first, like 1. */
  patience?: number;
  /** What does not count as an improvement. Default 0. */
  minDelta?: number;
  /** Default "auto". */
  mode?: Direction;
  /** Go back to the weights of the best epoch at the end. Default false. */
  restoreBestWeights?: boolean;
}

/** The monitored figure, or an error that lists what there is. */
export function monitored(who: string, monitor: string, logs: Logs): number {
  const value = logs[monitor];
  if (value === undefined) {
    const hint = monitor.startsWith("val")
      ? "; pass validationData or validationSplit to have validation figures"
      : "";
    throw new NablaError(
      `${who}: there is no "${monitor}" to monitor${didYouMean(monitor, Object.keys(logs))}; this run reports ${Object.keys(logs).join(", ")}${hint}`,
    );
  }
  return value;
}

const epochs = (n: number): string => (n === 1 ? "epoch" : "epochs");

/** Stops when the monitored figure has not improved for `patience` epochs. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  checkOptions("earlyStopping", options, ["monitor", "patience", "minDelta", "mode", "restoreBestWeights"]);
  const {
    monitor = "valLoss",
    patience = 0,
    minDelta = 0,
    mode = "auto",
    restoreBestWeights = false,
  } = options;
  const improved = better(monitor, mode, Math.abs(minDelta));
  let best: number | null = null;
  let bestEpoch = -1;
  let wait = 0;
  let weights: Record<string, Float32Array> | undefined;
  return {
    name: "earlyStopping",
    onTrainBegin(context) {
      if (context.step > 0) return;
      best = null;
      bestEpoch = -1;
      wait = 0;
      weights = undefined;
    },
    onEpochEnd(epoch, logs, context) {
      const value = monitored("earlyStopping", monitor, logs);
      if (!Number.isNaN(value) && (best === null || improved(value, best))) {
        best = value;
        bestEpoch = epoch;
        wait = 0;
        if (restoreBestWeights) weights = context.model.weights();
        return;
      }
      wait++;
      if (wait >= Math.max(1, patience)) {
        context.stop(
          best === null
            ? `${monitor} has not been a number for ${wait} ${epochs(wait)}`
            : `${monitor} has not improved on ${best} (epoch ${bestEpoch + 1}) for ${wait} ${epochs(wait)}`,
        );
      }
    },
    onTrainEnd(context) {
      if (restoreBestWeights && weights) context.model.setWeights(weights);
    },
    state: () => ({ values: { best, bestEpoch, wait }, tensors: weights }),
    restore({ values, tensors }) {
      best = values.best as number | null;
      bestEpoch = values.bestEpoch as number;
      wait = values.wait as number;
      weights = tensors && Object.keys(tensors).length > 0 ? { ...tensors } : undefined;
    },
  };
}
