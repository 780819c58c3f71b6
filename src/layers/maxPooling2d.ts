import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer } from "./layer.ts";
import { buildPooling, poolingFields } from "./pooling.ts";

/** The largest value of each window of poolSize (default 2 × 2, windows side by side). Padding never is the largest. */
export const maxPooling2d = /* @__PURE__ */ layer("maxPooling2d", {
  fields: () =>
    object(poolingFields(), { doc: DOCS && "The largest value of each window, channel by channel." }),
  build: (config, at) => buildPooling(true, config, at, imageShape(at)),
  example: TRAINING && "{ poolSize: 2 }",
});
