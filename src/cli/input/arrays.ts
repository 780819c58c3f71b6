/** How the arrays of a model were read. */

import type { Inputs } from "../../data/dataset.ts";
import type { ArraysInfo } from "../../data/numpy/split.ts";
import { readInputs } from "../../data/values/inputs.ts";
import type { Model } from "../../model/model.ts";
import type { OpenDataOptions } from "../../node/dataFiles.ts";
import { extraOf } from "../training/resume.ts";

/**
 * How to read arrays as those a model was trained on; of other models nothing is known.
 *
 * @param targets whether it is to predict what it was trained to predict
 */
export function arraysAs(
  model: Model,
  targets = true,
): Pick<OpenDataOptions, "likeArrays" | "standardisation"> {
  const extra = extraOf(model);
  if (!extra) return {};
  const { standardisation } = model.metadata;
  const scaling = extra.data.inputType === "uint8" ? "pixels" : standardisation ? "standardise" : "none";
  const likeArrays: ArraysInfo = {
    scaling,
    ...(targets ? extra.arrays : { scaling: extra.arrays?.scaling ?? scaling }),
  };
  return { likeArrays, ...(standardisation && { standardisation }) };
}

/** Pixels of a picture as a model takes them that may have been trained on pixels in floats. */
export function bytesAs(model: Model, data: Uint8Array, name: string): Inputs {
  const { likeArrays, standardisation } = arraysAs(model);
  if (!standardisation || !likeArrays?.scaling) return data;
  const rows = { name, type: "uint8", data, shape: [1, ...model.inputShape] };
  return readInputs([rows], { scaling: likeArrays.scaling, standardisation }).parts[0]!.values;
}
