import { messageOf, NablaError } from "../errors.ts";
import { bool, type Input, int, show, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { type Callback, type Logs, SAVING, type TrainedModel, type TrainingContext } from "./callback.ts";
import { withDefaults } from "./kind.ts";
import { better, mode, monitored, watching } from "./monitor.ts";

/** Its options that documents could hold. Exported for what documents them: no document names this callback. */
export const fields = () =>
  object({
    monitor: optional(
      string({ doc: DOCS && "The figure that says which epoch is the best. Default: none is." }),
    ),
    mode: mode(),
    saveBestOnly: bool({
      default: true,
      doc:
        DOCS &&
        "Save only after epochs that improve `monitor`. Default true; false saves after every epoch, and says which is the best.",
    }),
    everySteps: optional(
      int({
        min: 1,
        wide: true,
        doc:
          DOCS &&
          "Save every so many steps instead of after every epoch; after epochs that improve `monitor` as well, where that is given.",
      }),
    ),
  });

/** When a checkpoint was made. */
export interface SavedAt {
  /** From 0, in this call of fit(); −1 where everySteps asked for it. */
  readonly epoch: number;
  /** Steps taken in this call of fit(). */
  readonly step: number;
  /** Whether no epoch before was better, by `monitor`. */
  readonly best?: boolean;
}

/** How often checkpoints are made, and what happens when one cannot be saved. */
export interface CheckpointOptions extends Input<ReturnType<typeof fields>> {
  /**
   * What happens when saving fails: the disk is full, the network gone. Training goes on either way, and the next save is tried.
   * Default: a warning on the console, one until a save succeeds again. A function gets every error. "throw" ends the training; the
   * model then is as after its last step.
   */
  onError?: "throw" | ((error: unknown) => void);
}

/** Where checkpoints go, and how often. */
export interface ModelCheckpointOptions extends CheckpointOptions {
  /** Takes the checkpoint's bytes: write them to a file, to storage, send them. Waited for. */
  save(bytes: Uint8Array, where: SavedAt): void | Promise<void>;
}

/**
 * Hands out a checkpoint after every epoch (or every so many steps, or only the best). A save that fails does not end the training: see
 * `onError`. One that failed last is tried again at the end of the training.
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const { save, ...rest } = options ?? {};
  if (typeof save !== "function")
    throw new NablaError(
      `modelCheckpoint: save: expected a function (bytes, { epoch, step }), got ${show(save)}${"path" in rest || "filepath" in rest ? "; that of nabla/node takes a path" : ""}`,
    );
  return checkpoints("modelCheckpoint", rest, (model, where) => save(model.save(), where));
}

/**
 * What modelCheckpoint() is made of.
 * @param who errors and warnings begin with it
 * @param save makes and keeps a checkpoint of the model
 */
export function checkpoints(
  who: string,
  options: CheckpointOptions,
  save: (model: TrainedModel, where: SavedAt) => void | Promise<void>,
): Callback {
  const { monitor, mode, everySteps, saveBestOnly } = withDefaults(who, fields(), options, ["onError"]);
  const { onError } = options;
  if (onError !== undefined && onError !== "throw" && typeof onError !== "function")
    throw new NablaError(`${who}: onError: expected a function or "throw", got ${show(onError)}`);
  const improved = better(monitor || "", mode, 0);
  let best: number | null = null;
  /** What the last attempt was to save, where it failed. */
  let missed: SavedAt | undefined;
  let warned = false;

  /** Whether it is saved. */
  async function attempt(context: TrainingContext, where: SavedAt): Promise<boolean> {
    missed = undefined;
    try {
      await save(context.model, where);
      warned = false;
      return true;
    } catch (error) {
      if (onError === "throw") throw error;
      missed = where;
      if (onError) onError(error);
      else if (!warned)
        console.warn(
          `${who}: after step ${where.step}: ${messageOf(error)}. Training continues, the next one is tried`,
        );
      warned = true;
      return false;
    }
  }

  async function afterEpoch(epoch: number, logs: Logs, context: TrainingContext): Promise<void> {
    const value = monitor ? monitored(who, monitor, logs) : Number.NaN;
    const isBest = !Number.isNaN(value) && (best === null || improved(value, best));
    if (everySteps || (monitor && saveBestOnly)) {
      if (!isBest) return;
    }
    const before = best;
    // in the file as well, so that a resumed run knows of it
    if (isBest) best = value;
    const saved = await attempt(context, { epoch, step: context.step, ...(monitor && { best: isBest }) });
    // what was not saved is nothing that others would have to be better than
    if (!saved) best = before;
  }

  return {
    name: SAVING,
    onTrainBegin(context) {
      if (context.step === 0) best = null;
      missed = undefined;
      warned = false;
    },
    ...(everySteps && {
      everySteps,
      async onBatchEnd(_batch, _logs, context) {
        await attempt(context, { epoch: -1, step: context.step });
      },
    }),
    onEpochEnd: watching({ who, monitor }, afterEpoch),
    async onTrainEnd(context) {
      // the best epoch is over: only what was to be the last can be saved later
      if (!missed || (missed.best && (everySteps || saveBestOnly))) return;
      await attempt(context, { ...missed, step: context.step, ...(missed.best && { best: false }) });
    },
    state: () => ({ values: { best } }),
    restore({ values }) {
      best = values.best as number | null;
    },
  };
}
