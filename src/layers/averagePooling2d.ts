import { layer } from "./layer.ts";
import { buildPooling, poolingFields } from "./pooling2d.ts";

/** The mean of each window of poolSize (default 2 × 2, windows side by side). */
export const averagePooling2d = /* @__PURE__ */ layer("averagePooling2d", {
  fields:
    TRAINING &&
    (() =>
      poolingFields(
        DOCS &&
          "The mean of each window, channel by channel; of windows that reach beyond the image, the mean of the part inside.",
      )),
  build: (config, at) => buildPooling(false, config, at),
  example: TRAINING && "{ poolSize: 2 }",
});
