import type { Callback } from "../callbacks/callback.ts";
import { checkpoints } from "../callbacks/modelCheckpoint.ts";
import type { Direction } from "../callbacks/monitor.ts";
import { messageOf, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { saveModel } from "./models.ts";
import { parseAddress } from "./storage/names.ts";

/** What is kept, and how often. */
export interface CheckpointInOptions {
  /** Save every so many steps instead of after every epoch. */
  everySteps?: number;
  /** Save only at the ends of epochs that improve this figure: the best model instead of the last. */
  monitor?: string;
  /** Whether "min" or "max" is better. Default "auto": what the figure's name says. */
  mode?: Direction;
  /**
   * What happens when a save fails, because storage is full or blocked for example. Training continues either way, and the next save is
   * tried. Default: a warning on the console, once until a save succeeds again. A function gets every error. "throw" ends the training.
   */
  onError?: "throw" | ((error: NablaError) => void);
}

/**
 * A callback that keeps the last checkpoint of a training in the browser's storage, so that a closed or crashed tab can continue, bit for bit:
 *
 *     const model = await loadModel("digits");
 *     await model.fit(data, { epochs: 20, resume: true, callbacks: [checkpointIn("digits")] });
 *
 * @param where as for saveModel()
 */
export function checkpointIn(where: string, options: CheckpointInOptions = {}): Callback {
  checkOptions("checkpointIn", options, ["everySteps", "monitor", "mode", "onError"]);
  const { everySteps, monitor, mode, onError } = options;
  parseAddress("checkpointIn", where);
  if (everySteps !== undefined) checkWhole("checkpointIn: everySteps", everySteps);
  if (everySteps !== undefined && monitor !== undefined)
    throw new NablaError(
      "checkpointIn: monitor looks at the ends of epochs; it cannot be combined with everySteps",
    );
  if (onError !== undefined && onError !== "throw" && typeof onError !== "function")
    throw new NablaError(`checkpointIn: onError: expected a function or "throw", got ${show(onError)}`);
  const tell = typeof onError === "function" ? (error: unknown) => onError(asNabla(error)) : onError;
  return checkpoints(
    "checkpointIn",
    {
      ...(tell !== undefined && { onError: tell }),
      ...(everySteps !== undefined && { everySteps }),
      ...(monitor !== undefined && { monitor }),
      ...(mode !== undefined && { mode }),
    },
    async (model) => void (await saveModel(model.save(), where)),
  );
}

const asNabla = (error: unknown): NablaError =>
  error instanceof NablaError ? error : new NablaError(messageOf(error), { cause: error });
