import { bool, type Input } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { callbackKind } from "./kind.ts";
import { better, minDelta, mode, monitor, monitored, patience, watching } from "./monitor.ts";

const fields = () =>
  object(
    {
      monitor: monitor(),
      patience: patience(
        0,
        DOCS &&
          "Epochs without improvement before stopping. Default 0, which as in Keras stops at the first, like 1.",
      ),
      minDelta: minDelta(0),
      mode: mode(),
      restoreBestWeights: bool({
        default: false,
        doc: DOCS && "Go back to the weights of the best epoch at the end.",
      }),
    },
    { doc: DOCS && "Stop when a figure no longer improves." },
  );

/** When to stop. */
export interface EarlyStoppingOptions extends Input<ReturnType<typeof fields>> {}

const epochs = (n: number): string => (n === 1 ? "epoch" : "epochs");

/** Stops when the monitored figure has not improved for `patience` epochs. */
export const earlyStopping = /* @__PURE__ */ callbackKind(
  "earlyStopping",
  fields,
  ({ monitor, patience, minDelta, mode, restoreBestWeights }) => {
    const improved = better(monitor, mode, Math.abs(minDelta));
    let best: number | null = null;
    let bestEpoch = -1;
    let wait = 0;
    let weights: Record<string, Float32Array> | undefined;
    return {
      onTrainBegin(context) {
        if (context.step > 0) return;
        best = null;
        bestEpoch = -1;
        wait = 0;
        weights = undefined;
      },
      onEpochEnd: watching({ who: "earlyStopping", monitor }, (epoch, logs, context) => {
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
      }),
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
  },
);
