import type { Callback } from "../../callbacks/callback.ts";
import {
  type ModelCheckpointOptions as BySave,
  modelCheckpoint as bySave,
  type CheckpointOptions,
  checkpoints,
} from "../../callbacks/modelCheckpoint.ts";
import { NablaError } from "../../errors.ts";
import { demand, isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import type { Model } from "../../model/model.ts";
import { type Location, pathOf } from "../location.ts";
import { saveModel } from "../models.ts";

/** Which file the model is saved to, and when. */
export interface ModelCheckpointOptions extends CheckpointOptions {
  /** The file, a path or a `file:` URL. It is replaced whole or not at all. */
  path: Location;
  /** Whether it has what a training goes on with: see saveModel(). Default true. */
  optimizer?: boolean;
}

/**
 * A callback that saves the model to a file: after every epoch, or only the best.
 *
 *     modelCheckpoint({ path: "best.safetensors", monitor: "valLoss" })
 *
 * `checkpointIn` keeps several checkpoints and the one before; this one has a single file. With `save` instead of `path` it is the
 * modelCheckpoint() of `nabla`.
 *
 * @throws NablaError for options that are wrong
 */
export function modelCheckpoint(options: ModelCheckpointOptions | BySave): Callback {
  const who = "modelCheckpoint";
  demand(isObject(options), who, 'its options, { path: "best.safetensors" }', options);
  if ("save" in options) return bySave(options);
  const { path, optimizer, ...rest } = options as ModelCheckpointOptions;
  const to = pathOf(`${who}: path`, path);
  if (optimizer !== undefined && typeof optimizer !== "boolean")
    throw new NablaError(`${who}: optimizer: expected true or false, got ${show(optimizer)}`);
  return checkpoints(who, rest, (model) =>
    saveModel(model as Model, to, { ...(optimizer !== undefined && { optimizer }) }),
  );
}
