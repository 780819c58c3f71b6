import { type Input, int, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { callbackKind } from "./kind.ts";
import { better, minDelta, mode, monitor, monitored, patience, watching } from "./monitor.ts";

const fields = () =>
  object(
    {
      monitor: monitor(),
      factor: number({
        exclusiveMin: 0,
        exclusiveMax: 1,
        default: 0.1,
        doc: DOCS && "What the learning rate is multiplied by.",
      }),
      patience: patience(10, DOCS && "Epochs without improvement before that."),
      minDelta: minDelta(1e-4),
      cooldown: int({
        min: 0,
        wide: true,
        default: 0,
        doc: DOCS && "Epochs after a reduction in which nothing is counted.",
      }),
      minLearningRate: number({
        min: 0,
        default: 0,
        doc: DOCS && "The rate is never made smaller than this.",
      }),
      mode: mode(),
    },
    { doc: DOCS && "Make the learning rate smaller when a figure no longer improves." },
  );

/** When the learning rate becomes smaller, and by how much. */
export interface ReduceLROnPlateauOptions extends Input<ReturnType<typeof fields>> {}

/** Multiplies the learning rate by `factor` when the monitored figure stops improving. Defaults are Keras'. */
export const reduceLROnPlateau = /* @__PURE__ */ callbackKind(
  "reduceLROnPlateau",
  fields,
  ({ monitor, factor, patience, minDelta, cooldown, minLearningRate, mode }) => {
    const improved = better(monitor, mode, Math.abs(minDelta));
    let best: number | null = null;
    let wait = 0;
    let cooling = 0;
    return {
      onTrainBegin(context) {
        if (context.step > 0) return;
        best = null;
        wait = 0;
        cooling = 0;
      },
      onEpochEnd: watching({ who: "reduceLROnPlateau", monitor }, (_epoch, logs, context) => {
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
      }),
      state: () => ({ values: { best, wait, cooling } }),
      restore({ values }) {
        best = values.best as number | null;
        wait = values.wait as number;
        cooling = values.cooling as number;
      },
    };
  },
);
