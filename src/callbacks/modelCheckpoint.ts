import { NablaError } from "../errors.ts";
import { type Input, int, show, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type Callback, SAVING } from "./callback.ts";
import { withDefaults } from "./kind.ts";
import { better, mode, monitored } from "./monitor.ts";

const fields = () =>
  object({
    /** Save only when this figure improves. Default: save every time. */
    monitor: optional(string()),
    /** Default "auto". */
    mode: mode(),
    /** Save every so many steps instead of after every epoch. */
    everySteps: optional(int({ min: 1, wide: true })),
  });

/** Where checkpoints go, and how often. */
export interface ModelCheckpointOptions extends Input<ReturnType<typeof fields>> {
  /** Takes the checkpoint's bytes: write them to a file, to storage, send them. Waited for. */
  save(bytes: Uint8Array, where: { epoch: number; step: number }): void | Promise<void>;
}

/** Hands out a checkpoint after every epoch (or every so many steps, or only the best). */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const { monitor, mode, everySteps } = withDefaults("modelCheckpoint", fields(), options, ["save"]);
  const { save } = options;
  if (typeof save !== "function")
    throw new NablaError(
      `modelCheckpoint: save: expected a function (bytes, { epoch, step }), got ${show(save)}`,
    );
  const improved = better(monitor || "", mode, 0);
  let best: number | null = null;
  return {
    name: SAVING,
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
