import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** [steps, channels] → [channels], the largest value of all steps. */
export const globalMaxPooling1d = /* @__PURE__ */ layer("globalMaxPooling1d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The largest value of all steps: [steps, channels] becomes [channels]." },
    ),
  build: (_config, at) => buildGlobalPooling(true, at, sequenceShape(at)),
  example: TRAINING && "",
});
