import { checkOptions } from "../fields/options.ts";
import { better, type Callback, type Direction } from "./callback.ts";
import { monitored } from "./earlyStopping.ts";

export interface ModelCheckpointOptions {
  /** Takes the checkpoint's bytes: write them to a file, to storage, send them. Waited for. */
  save(bytes: Uint8Array, where: { epoch: number; step: number }): void | Promise<void>;
  /** Save only when this figure improves. Default: save every time. */
  monitor?: string;
  mode?: Direction;
  /** Save every so many steps instead of after every epoch. */
  everySteps?: number;
}

/** Hands out a checkpoint after every epoch (or every so many steps, or only the best). */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  checkOptions("modelCheckpoint", options, ["save", "monitor", "mode", "everySteps"]);
  const { save, monitor, mode = "auto", everySteps } = options;
  const improved = better(monitor ?? "", mode, 0);
  let best: number | null = null;
  return {
    name: "modelCheckpoint",
    onTrainBegin(context) {
      if (context.step === 0) best = null;
    },
    ...(everySteps && {
      everySteps,
      async onBatchEnd(_batch, _logs, context) {
        await save(context.model.save(), { epoch: -1, step: context.step });
      },
    }),
    async onEpochEnd(epoch, logs, context) {
      if (everySteps) return;
      if (monitor) {
        const value = monitored("modelCheckpoint", monitor, logs);
        if (Number.isNaN(value) || (best !== null && !improved(value, best))) return;
        best = value;
      }
      await save(context.model.save(), { epoch, step: context.step });
    },
    state: () => ({ values: { best } }),
    restore({ values }) {
      best = values.best as number | null;
    },
  };
}
