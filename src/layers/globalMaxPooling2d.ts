import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildGlobalPooling } from "./pooling.ts";

/** [height, width, channels] → [channels], the largest value of all pixels. */
export const globalMaxPooling2d = /* @__PURE__ */ layer("globalMaxPooling2d", {
  fields: () =>
    object(
      { name: layerName() },
      { doc: DOCS && "The largest value of all pixels: [height, width, channels] becomes [channels]." },
    ),
  build: (_config, at) => buildGlobalPooling(true, at, imageShape(at)),
  example: TRAINING && "",
});
