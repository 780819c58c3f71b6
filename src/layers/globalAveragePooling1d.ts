import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** [steps, channels] → [channels], the mean over all steps. */
export const globalAveragePooling1d = /* @__PURE__ */ layer("globalAveragePooling1d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The mean over all steps: [steps, channels] becomes [channels]." },
    ),
  build: (_config, at) => buildGlobalPooling(false, at, sequenceShape(at)),
  example: TRAINING && "",
});
