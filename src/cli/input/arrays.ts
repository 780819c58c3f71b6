/** How the arrays of a model were read. */
import type { ArraysInfo } from "../../data/numpy/split.ts";
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
