import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** [height, width, channels] → [channels], the mean over all pixels. */
export const globalAveragePooling2d = /* @__PURE__ */ layer("globalAveragePooling2d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The mean over all pixels: [height, width, channels] becomes [channels]." },
    ),
  build: (_config, at) => buildGlobalPooling(false, at, imageShape(at)),
  example: TRAINING && "",
});
