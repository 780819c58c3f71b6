import { layer } from "./layer.ts";
import { buildPooling, poolingFields } from "./pooling2d.ts";

/** The largest value of each window of poolSize (default 2 × 2, windows side by side). */
export const maxPooling2d = /* @__PURE__ */ layer("maxPooling2d", {
  fields: TRAINING && (() => poolingFields(DOCS && "The largest value of each window, channel by channel.")),
  build: (config, at) => buildPooling(true, config, at),
  example: TRAINING && "{ poolSize: 2 }",
});
