import { checkOptions } from "../fields/options.ts";
import { better, type Callback, type Direction } from "./callback.ts";
import { monitored } from "./earlyStopping.ts";

export interface ReduceLROnPlateauOptions {
  /** Default "valLoss". */
  monitor?: string;
  /** What the learning rate is multiplied by. Default 0.1. */
  factor?: number;
  /** Epochs without improvement before that. Default 10. */
  patience?: number;
  /** What does not count as an improvement. Default 1e-4. */
  minDelta?: number;
  /** Epochs after a reduction in which nothing is counted. Default 0. */
  cooldown?: number;
  /** The rate is never made smaller than this. Default 0. */
  minLearningRate?: number;
  mode?: Direction;
}

/** Multiplies the learning rate by `factor` when the monitored figure stands still. Defaults are Keras'. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  checkOptions("reduceLROnPlateau", options, [
    "monitor",
    "factor",
    "patience",
    "minDelta",
    "cooldown",
    "minLearningRate",
    "mode",
  ]);
  const {
    monitor = "valLoss",
    factor = 0.1,
    patience = 10,
    minDelta = 1e-4,
    cooldown = 0,
    minLearningRate = 0,
    mode = "auto",
  } = options;
  const improved = better(monitor, mode, Math.abs(minDelta));
  let best: number | null = null;
  let wait = 0;
  let cooling = 0;
  return {
    name: "reduceLROnPlateau",
    onTrainBegin(context) {
      if (context.step > 0) return;
      best = null;
      wait = 0;
      cooling = 0;
    },
    onEpochEnd(_epoch, logs, context) {
      const value = monitored("reduceLROnPlateau", monitor, logs);
      if (cooling > 0) {
        cooling--;
        wait = 0;
      }
      if (!Number.isNaN(value) && (best === null || improved(value, best))) {
        best = value;
        wait = 0;
      } else if (cooling === 0) {
        wait++;
        if (wait >= patience && context.learningRate > minLearningRate) {
          const next = Math.max(context.learningRate * factor, minLearningRate);
          context.rateFactor *= next / context.learningRate;
          cooling = cooldown;
          wait = 0;
        }
      }
    },
    state: () => ({ values: { best, wait, cooling } }),
    restore({ values }) {
      best = values.best as number | null;
      wait = values.wait as number;
      cooling = values.cooling as number;
    },
  };
}
