import { layer } from "./layer.ts";
import { buildMerge, mergeFields, routed } from "./merging.ts";

/** The largest of values of one shape, value by value: maximum().apply([a, b]). Of equal values the first gets the gradient. */
export const maximum = /* @__PURE__ */ layer("maximum", {
  fields: () => mergeFields(DOCS && "The largest of values of one shape, value by value."),
  build: (_config, at) => buildMerge(at, { kernel: "MAXIMUM", divide: TRAINING && routed }),
  example: TRAINING && "",
  merges: true,
});
