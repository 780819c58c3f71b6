/** Arrays on the command line: which are meant, and how a model's own were read. */
import type { ArraysInfo } from "../../data/numpy/split.ts";
import type { Scaling } from "../../data/values/inputs.ts";
import type { Model } from "../../model/model.ts";
import type { OpenDataOptions } from "../../node/dataFiles.ts";
import { extraOf } from "../training/resume.ts";

export interface ArrayFlags {
  arrays?: string[];
  scaling?: "auto" | Scaling;
}

/** Options for openData(). */
export const arrayOptions = ({
  arrays,
  scaling,
}: ArrayFlags): Pick<OpenDataOptions, "arrays" | "scaling"> => ({
  ...(arrays && { arrays }),
  ...(scaling && { scaling }),
});

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
