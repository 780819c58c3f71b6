import { fullBuild } from "../core/full.ts";
import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { poolOperation } from "./pooling2d.ts";

/** [height, width, channels] → [channels], the mean over all pixels. */
export const globalAveragePooling2d = /* @__PURE__ */ layer("globalAveragePooling2d", {
  fields:
    TRAINING &&
    (() =>
      object(
        { name: layerName() },
        { doc: DOCS && "The mean over all pixels: [height, width, channels] becomes [channels]." },
      )),
  build(_config, at) {
    const [height, width, channels] = imageShape(at);
    const window = [height, width] as const;
    const all = { window, strides: window, out: [1, 1] as const, top: 0, left: 0 };
    const operation = poolOperation(false, at.name, at.inputShape, [channels], all);
    return { outputShape: [channels], operations: [operation], core: fullBuild };
  },
  example: TRAINING && "",
});
