import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { leavingPaddingOut } from "./maskedMean.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** [steps, channels] → [channels], the mean over all steps that are no padding. */
export const globalAveragePooling1d = /* @__PURE__ */ layer("globalAveragePooling1d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The mean over all steps: [steps, channels] becomes [channels]. Padding is left out." },
    ),
  build: (_config, at) => {
    const image = sequenceShape(at);
    return leavingPaddingOut(buildGlobalPooling(false, at, image), image);
  },
  example: TRAINING && "",
});
