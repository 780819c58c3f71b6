import type { Callback } from "../callbacks/callback.ts";
import { type CheckpointOptions, checkpoints } from "../callbacks/modelCheckpoint.ts";
import { demand, isObject } from "../fields/expected.ts";
import { checkWhole } from "../fields/options.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import { saveParts } from "../model/save.ts";
import { Checkpoints, type KeepOptions } from "./checkpoints.ts";
import { type Location, pathOf } from "./location.ts";

/** What is kept, and how often. */
export interface CheckpointInOptions extends CheckpointOptions, Pick<KeepOptions, "keep"> {}

/**
 * A callback that keeps checkpoints of a training in a file, so that a process that is killed can continue, bit for bit:
 *
 *     const { model } = await loadCheckpoint("digits.safetensors");
 *     await model.fit(data, { epochs: 20, resume: true, callbacks: [checkpointIn("digits.safetensors", { keep: 3 })] });
 *
 * The file is the newest checkpoint; the one before is `digits.safetensors.previous`. With `keep` the last so many have files of their own,
 * whose names say epoch and step (`digits.epoch0002-step0000400.safetensors`), and the best by `monitor` as well (`digits.best.….safetensors`).
 *
 * @throws NablaError for options that are wrong
 */
export function checkpointIn(path: Location, options: CheckpointInOptions = {}): Callback {
  demand(isObject(options), "checkpointIn", "its options as an object", options);
  const { keep, ...rest } = options;
  if (keep !== undefined) checkWhole("checkpointIn: keep", keep);
  const files = new Checkpoints(pathOf("checkpointIn", path), { keep });
  // with `keep` all are saved, and the best is one of them
  const often = { ...(keep !== undefined && { saveBestOnly: false }), ...rest };
  return checkpoints("checkpointIn", often, async (model, { best }) => {
    const { epoch, step } = internalsOf(model as Model).state.run;
    await files.write(saveParts(model as Model), { epoch, step }, best);
  });
}
